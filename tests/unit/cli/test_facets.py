"""Facets by name on the command line."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from driftline.cli.main import group
from driftline.errors import NotFound

RUN = "0194a1b2-0000-7000-8000-000000000001"
FACET = '{ "_producer":"p", "_schemaURL":"s",  "n": [1.50, 123456789012345678901234567890], "u": "\\u00e9é" }'
EVENT = (
    '{"eventType":"COMPLETE","eventTime":"2026-01-01T10:00:00Z","producer":"p","schemaURL":"s","run":{"runId":"' + RUN
    + '"},"job":{"namespace":"n","name":"j","facets":{"odd":' + FACET + '}},"inputs":[{"namespace":"n","name":"a",'
    '"inputFacets":{"odd":' + FACET + "}}]}"
)  # fmt: skip


@pytest.fixture
def home(tmp_path: Path) -> Path:
    file = tmp_path / "event.json"
    file.write_text(EVENT)
    assert driftline(tmp_path / "home", "ingest", str(file)).exit_code == 0
    return tmp_path / "home"


def driftline(home: Path, *words: str) -> Result:
    return CliRunner().invoke(group, ["--home", str(home), *words], catch_exceptions=False)


def test_json_has_a_facet_byte_for_byte(home: Path) -> None:
    for node in ("job:n:j", f"run:{RUN}"):
        assert FACET in driftline(home, "facets", node, "odd", "--json").stdout
    assert json.loads(driftline(home, "facets", "dataset:n:a", "--json").stdout) == {"node": "dataset:n:a"}


def test_people_read_facets_by_name_with_whose_they_are(home: Path) -> None:
    shown = driftline(home, "facets", f"run:{RUN}").stdout
    assert shown.startswith(f"run:{RUN}\n")
    assert "  reads dataset:n:a\n    odd: {" in shown
    assert "123456789012345678901234567890" in shown
    assert "no facets" in driftline(home, "facets", "a").stdout


def test_a_facet_that_is_not_there_is_told_with_what_is(home: Path) -> None:
    with pytest.raises(NotFound) as caught:
        driftline(home, "facets", "job:n:j", "sql")
    assert caught.value.hint == "It has odd."


def test_a_run_without_gaps_says_so_and_what_has_none_by_its_kind_or_is_not_there_is_refused(home: Path) -> None:
    found = driftline(home, "facets", f"run:{RUN}", "driftline_gaps")
    assert (found.exit_code, found.stdout.split("\n")[:2]) == (
        0,
        [f"run:{RUN}", "  no gaps: it told of nothing that was not captured"],
    )
    said = driftline(home, "facets", f"run:{RUN}", "driftline_gaps", "--json").stdout
    assert json.loads(said) == {"node": f"run:{RUN}"}
    with pytest.raises(NotFound) as caught:
        driftline(home, "facets", f"run:{RUN}", "driftline_gap")
    assert caught.value.hint == "It has odd."
    for node in ("job:n:j", f"run:{RUN[:-1]}2"):
        with pytest.raises(NotFound):
            driftline(home, "facets", node, "driftline_gaps")


def test_a_run_that_has_not_told_its_end_is_not_said_to_have_no_gaps(tmp_path: Path) -> None:
    file = tmp_path / "event.json"
    file.write_text(EVENT.replace("COMPLETE", "START"))
    assert driftline(tmp_path / "home", "ingest", str(file)).exit_code == 0
    shown = driftline(tmp_path / "home", "facets", f"run:{RUN}", "driftline_gaps").stdout
    assert shown == f"run:{RUN}\n  it has not told its end: what was not captured is not known\n"


def test_gaps_of_a_dataset_are_said_to_belong_to_a_run(home: Path) -> None:
    with pytest.raises(NotFound) as caught:
        driftline(home, "facets", "a", "driftline_gaps")
    assert caught.value.hint.startswith("Gaps belong to a run: 'driftline runs' lists them")


LONG = '{"_producer":"p","_schemaURL":"s","data":"' + "A" * 900 + '","columns":[1,2,3,4,5,6,7,8,9,10]}'


def test_what_is_long_is_cut_for_people_and_counted(tmp_path: Path) -> None:
    file = tmp_path / "event.json"
    file.write_text(EVENT.replace(FACET, LONG))
    assert driftline(tmp_path / "home", "ingest", str(file)).exit_code == 0
    shown = driftline(tmp_path / "home", "facets", "job:n:j").stdout.partition("Its newest run")[0]
    assert '"data": "AAAAAAAAAAAAAAAAAAAA… (900 characters)"' in shown
    assert '"… and 2 more"' in shown
    assert "_producer" not in shown
    for words in (("--full",), ("odd",)):
        assert "A" * 900 in driftline(tmp_path / "home", "facets", "job:n:j", *words).stdout


def test_of_a_column_what_the_facets_of_its_dataset_say_of_it_is_told(tmp_path: Path) -> None:
    facets = (
        '{"schema": {"fields": [{"name": "x", "type": "int64"}, {"name": "y.z", "type": "float64"}]},'
        ' "columnLineage": {"fields": {"y.z": {"inputFields": [{"namespace": "n", "name": "b", "field": "c"}]}}},'
        ' "owner": {"owners": []}, "prints": {"columns": {"x": "1f", "y.z": "2e"}}}'
    )
    file = tmp_path / "event.json"
    file.write_text(EVENT.replace('"inputFacets":{"odd":' + FACET + "}", f'"facets":{facets}'))
    assert driftline(tmp_path / "home", "ingest", str(file)).exit_code == 0
    said = json.loads(driftline(tmp_path / "home", "facets", "a.y.z", "--json").stdout)
    assert said == {
        "node": "datasetField:n:a:y.z",
        "facets": {
            "columnLineage": {"inputFields": [{"namespace": "n", "name": "b", "field": "c"}]},
            "prints": "2e",
            "schema": {"name": "y.z", "type": "float64"},
        },
    }
    assert "owner" in driftline(tmp_path / "home", "facets", "a").stdout
    assert "no facets" in driftline(tmp_path / "home", "facets", "a.x", "owner").stdout
