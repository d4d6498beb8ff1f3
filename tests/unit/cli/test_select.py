import json
from collections.abc import Callable

import pytest
from click.testing import Result

from driftline.errors import BadInput

Run = Callable[..., Result]


def test_what_is_selected_is_listed_and_counted(run: Run) -> None:
    lines = run("select", "+features").stdout.splitlines()
    assert lines[0] == "2 datasets are selected:"
    assert "dataset:file:feed/raw" in "\n".join(lines)


def test_json_holds_nodes_and_their_number(run: Run) -> None:
    body = json.loads(run("select", "source:*", "desk", "--json").stdout)
    assert ([node["id"] for node in body["nodes"]], body["total"]) == (
        ["dataset:file:desk", "dataset:file:feed/raw"],
        2,
    )


def test_exclude_and_as_of_narrow_it(run: Run) -> None:
    assert json.loads(run("select", "namespace:file", "--exclude", "+features", "--json").stdout)["total"] == 1
    assert json.loads(run("select", "*", "--as-of", "2013-01-01T09:30:00Z", "--json").stdout)["total"] == 2


def test_a_list_that_was_cut_is_told(run: Run) -> None:
    assert "--limit takes more" in run("select", "*", "--limit", "1").stderr


def test_nothing_selected_is_said(run: Run) -> None:
    assert run("select", "tag:nobody").stdout == "0 datasets are selected.\n"


def test_an_unknown_method_is_refused_with_the_known_ones(run: Run) -> None:
    with pytest.raises(BadInput) as caught:
        run("select", "color:red")
    assert "tag:" in caught.value.hint


def test_a_word_that_fits_nothing_is_told_beside_the_answer(run: Run) -> None:
    found = run("select", "+features", "faetures+")
    assert found.stdout.splitlines()[0] == "2 datasets are selected:"
    assert found.stderr == "Note: nothing fits 'faetures+' in the selector; near are features.\n"
    assert json.loads(run("select", "features", "faetures", "--json").stdout)["unmatched"] == ["faetures"]
    drawn = run("lineage", "--select", "features faetures", "--json")
    assert (json.loads(drawn.stdout)["unmatched"], drawn.stderr.count("Note:")) == (["faetures"], 1)
    assert "unmatched" not in json.loads(run("lineage", "--select", "features", "--json").stdout)


def test_a_word_that_fits_nothing_is_told_with_what_it_may_have_meant(run: Run) -> None:
    for word, near in (
        ("featurs+", "near are features"),
        ("feed/raw+x", "near are feed/raw"),
        ("namespace:fille", "near are file"),
        ("job:claen", "near are clean"),
        ("kind:tabel", "known are predictions"),  # none is spelt alike
    ):
        found = run("select", word)
        assert found.stdout == "0 datasets are selected.\n"
        assert found.stderr == f"Note: nothing fits {word!r} in the selector; {near}.\n"
