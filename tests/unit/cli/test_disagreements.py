"""What is told below the lineage of columns where two words on them do not agree. Expected words by hand."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import Result
from tests.unit.cli.conftest import run_event

from driftline.cli import disagreements
from driftline.event.facets import Difference

Run = Callable[..., Result]
OUT, SOURCE = "dataset:file:features", "dataset:file:feed/raw"
DIRECT = ("DIRECT:IDENTITY",)


@pytest.fixture
def told(run: Run, tmp_path: Path) -> Run:
    """A third run that wrote features, and in whose SQL the database saw another column."""
    event = run_event("clean", "feed/raw", "features", 3)
    differences = [
        {"output": OUT, "column": "delay", "source": SOURCE, "field": "delay", "declared": DIRECT, "by": "plan"},
        {"output": OUT, "column": "origin", "source": SOURCE, "field": "dest", "observed": DIRECT, "by": "plan"},
    ]
    facet = {"_producer": "https://example.org", "_schemaURL": "https://example.org", "differences": differences}
    event["run"]["facets"]["driftline_differences"] = facet
    (tmp_path / "more.jsonl").write_text(json.dumps(event))
    assert run("ingest", str(tmp_path / "more.jsonl")).exit_code == 0
    return run


def test_lineage_of_columns_tells_where_sql_and_the_plan_differ(told: Run) -> None:
    lines = told("lineage", "features", "--columns", "--up").stdout.splitlines()
    assert lines[-2:] == [
        "  feed/raw.delay → delay: declared (DIRECT:IDENTITY), not so in the database's plan",
        "  feed/raw.dest → origin: only in the database's plan (DIRECT:IDENTITY)",
    ]


def test_of_one_column_its_own_differences_are_told(told: Run) -> None:
    out = told("lineage", "features.delay", "--columns", "--up").stdout
    assert "feed/raw.delay → delay" in out
    assert "origin" not in out


def test_without_columns_or_differences_nothing_is_told(told: Run) -> None:
    assert "Told differently" not in told("lineage", "features", "--up").stdout
    assert "Told differently" not in told("lineage", "desk", "--columns", "--up").stdout


@pytest.mark.parametrize(
    ("difference", "said"),
    [
        (Difference(OUT, "", SOURCE, "a", observed=DIRECT), "feed/raw.a → the rows: only in probing (DIRECT:IDENTITY)"),
        (
            Difference(OUT, "b", SOURCE, "a", observed=DIRECT, declared=("INDIRECT:JOIN",)),
            "feed/raw.a → b: declared INDIRECT:JOIN, in probing DIRECT:IDENTITY",
        ),
    ],
)
def test_a_difference_is_told_in_words(difference: Difference, said: str) -> None:
    assert disagreements.sentence(difference) == said
