import json
from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest
from click.testing import Result
from tests.unit.cli.conftest import run_event

from driftline import profile
from driftline.cli import diff
from driftline.config import Settings
from driftline.engine.engine import Engine
from driftline.errors import BadInput
from driftline.event import facets
from driftline.event.report import Difference, RowChange
from driftline.profile import facet

Run = Callable[..., Result]


def test_what_came_is_told_in_a_sentence_and_in_tables(run: Run) -> None:
    out = run("diff", "features", "--from", "2013-01-01T09:30:00Z").stdout
    assert out.splitlines()[0].startswith(
        "4 nodes came; "
    )  # serve and its desk, and what the answer says of the desk that gave it
    for word in ("Nodes", "Links", "Column links", "+", "serve", "desk"):
        assert word in out


def test_json_is_the_whole_record(run: Run) -> None:
    words = ("diff", "--from", "2013-01-01T09:30:00Z", "--to", "2013-01-02", "--json")
    body = json.loads(run(*words).stdout)
    assert {node["id"] for node in body["came"]} >= {"job:default:serve", "dataset:file:desk"}
    assert {link["kind"] for link in body["links_came"]} == {"READ", "WRITE", "DERIVED"}
    assert [link["kind"] for link in body["columns_came"]] == ["DIRECT:IDENTITY"]


def test_turned_round_the_same_went(run: Run) -> None:
    body = json.loads(run("diff", "--from", "2013-01-02", "--to", "2013-01-01T09:30:00Z", "--json").stdout)
    assert {node["id"] for node in body["went"]} >= {"job:default:serve", "dataset:file:desk"}


def test_a_run_is_a_moment_too(run: Run) -> None:
    out = run("diff", "features", "--from", "run:0194a1b2-0000-7000-8000-000000000002").stdout
    assert out == "Nothing differs.\n"


def test_one_that_was_cut_is_told_with_what_to_do(run: Run) -> None:
    result = run("diff", "--from", "2012-12-31", "--limit", "1")
    assert "--limit takes more" in result.stderr


def test_an_empty_moment_is_refused(run: Run) -> None:
    with pytest.raises(BadInput, match="empty"):
        run("diff", "--from", "")


def test_changed_cells_of_two_versions_are_shown_by_column_and_rows(run: Run, home: Path) -> None:
    with Engine.open(Settings(home=str(home), console=False)) as engine:
        for day, values in ((3, [1, 2, 3]), (4, [1, 5, 3])):
            found = profile.fingerprint({"delay": values, "id": [1, 2, 3]}, rows=True)
            event = run_event("clean", "feed/raw", "features", day)
            event["outputs"][0]["facets"]["driftline_state"] = {"version": f"v{day}", "fingerprint": found.value}
            made = facets.pack("driftline_fingerprint", facet.made(found))
            event["outputs"][0]["facets"]["driftline_fingerprint"] = made
            engine.ingest_many([msgspec.json.encode(event)])
    out = run("diff", "features", "--from", "features#v3", "--to", "features#v4").stdout
    assert "1 row went and 1 row came." in out
    assert [word for word in ("delay", "changed", "0 to 2") if word not in out] == []
    body = json.loads(run("diff", "features", "--from", "features#v3", "--json").stdout)
    (change,) = body["data"]
    assert (change["before"], change["after"], change["verdict"]) == ("v3", "v4", "changed")
    assert change["columns"] == [{"name": "delay", "change": "changed", "rows": [[0, 2]]}]


def two_versions(home: Path) -> None:
    """A large table of which one cell of the third group of rows was changed, and one column went."""
    rows = 3 * 65_536
    tables = [
        {"delay": range(rows), "id": range(rows), "old": range(rows)},
        {"delay": [row + (row == 150_000) for row in range(rows)], "id": range(rows)},
    ]
    with Engine.open(Settings(home=str(home), console=False)) as engine:
        for day, table in enumerate(tables, 3):
            found = profile.fingerprint({name: list(values) for name, values in table.items()})
            event = run_event("clean", "feed/raw", "features", day)
            held = event["outputs"][0]["facets"]
            held["schema"] = {"fields": [{"name": name, "type": "int64"} for name in table]}
            held["driftline_state"] = {"version": f"v{day}", "fingerprint": found.value}
            held["driftline_fingerprint"] = facets.pack("driftline_fingerprint", facet.made(found))
            engine.ingest_many([msgspec.json.encode(event)])


def test_two_versions_of_a_dataset_are_compared_by_column_and_rows(run: Run, home: Path) -> None:
    two_versions(home)
    out = run("diff", "features#v3", "features#v4").stdout
    lines = out.splitlines()
    assert lines[0] == "1 column went: old; 1 column changed: delay."
    assert any(line.split() == ["features", "delay", "changed", "131,072", "to", "196,607"] for line in lines)
    assert any(line.split() == ["features", "old", "went"] for line in lines)
    assert any(line.split() == ["features", "old", "int64", "–"] for line in lines)
    body = json.loads(run("diff", "features#v3", "features#v4", "--json").stdout)
    (change,) = body["data"]
    assert (change["before"], change["after"], change["verdict"]) == ("v3", "v4", "columns")
    assert change["columns"] == [
        {"name": "delay", "change": "changed", "rows": [[131_072, 196_607]]}, {"name": "old", "change": "went"},
    ]  # fmt: skip
    assert body["fields"] == [{"node": "dataset:file:features", "field": "old", "before": "int64", "after": None}]


def test_a_version_compared_with_itself_is_the_same(run: Run, home: Path) -> None:
    two_versions(home)
    assert run("diff", "features#v3", "features#v3").stdout.startswith("The same rows in the same order.")


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("features#v3", "feed/raw"), "feed/raw is no version"),
        (("features#v3", "features"), "features is no version"),
        (("features#v3", "features#v4", "--from", "2013-01-01"), "two versions and moments"),
        ((), "--from is missing"),
        (("feed/raw@previous",), "--from is missing"),
    ],
)
def test_what_are_not_two_versions_of_one_dataset_is_refused(
    run: Run, home: Path, words: tuple[str, ...], said: str
) -> None:
    two_versions(home)
    with pytest.raises(BadInput, match=said):
        run("diff", *words)


def test_a_version_is_named_by_the_path_of_its_file_too(run: Run, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    two_versions(home)
    monkeypatch.chdir(home.parent)
    assert run("diff", "./features#v3", "features#v4").stdout == run("diff", "features#v3", "features#v4").stdout


def test_what_is_no_version_is_told_with_the_newest_versions(run: Run, home: Path) -> None:
    two_versions(home)
    with pytest.raises(BadInput) as said:
        run("diff", "features#v3", "features")
    assert "; the newest are dataset:file:features#v4, dataset:file:features#v3" in str(said.value.hint)
    assert run("diff", "dataset:file:features#v3", "dataset:file:features#v4").stdout


def test_versions_are_named_by_their_time_too(run: Run, home: Path) -> None:
    two_versions(home)
    assert (
        run("diff", "features@previous", "features@latest").stdout == run("diff", "features#v3", "features#v4").stdout
    )
    with pytest.raises(BadInput) as said:
        run("diff", "features@latest")
    assert str(said.value.hint).endswith("Or name two versions: features@previous features@latest.")


def test_a_dataset_alone_is_asked_for_its_last_two_versions(run: Run, home: Path) -> None:
    two_versions(home)
    assert run("diff", "features").stdout == run("diff", "features#v3", "features#v4").stdout
    assert run("diff", "dataset:file:features").stdout == run("diff", "features").stdout


def test_a_walk_that_ended_at_its_depth_says_so(run: Run, home: Path) -> None:
    """By hand: feed/raw is one step from features, and nothing is further away."""
    two_versions(home)
    asked = ("diff", "features", "--from", "2013-01-01")
    assert "Note: it looked 1 step around features" in run(*asked, "--depth", "1").stderr
    assert "it looked" not in run(*asked, "--depth", "9").stderr


def test_rows_are_named_of_two_versions_only(run: Run) -> None:
    for words in (("features", "--from", "2013-01-01", "--rows"), ("--key", "id")):
        with pytest.raises(BadInput, match="about two versions"):
            run("diff", *words)


def test_rows_that_differ_are_shown_with_what_stood_and_what_stands_there(capsys: pytest.CaptureFixture[str]) -> None:
    rows = (
        RowChange(row=150_000, key="7", change="changed", column="delay", before="38", after=None),
        RowChange(row=2, change="came"),
        RowChange(row=3, change="went"),
        RowChange(row=4, change="changed", column="text", before="x" * 99, after=""),
    )
    diff._tell(Difference(since_us=1, rows=rows, rows_note="Rows are told apart by id.", sentence="So."))
    lines = [line.split() for line in capsys.readouterr().out.splitlines()]
    assert lines[3:] == [
        ["row,", "from", "0", "key", "column", "was", "is"],
        ["150,000", "7", "delay", "38", "nothing"],
        ["2", "–", "came"],
        ["3", "went", "–"],
        ["4", "text", "x" * 60 + "…"],
        ["Rows", "are", "told", "apart", "by", "id."],
    ]
