"""Day by day ``extract`` reads ``t`` and writes ``out``; what its SQL was is read from the log. Words by hand."""

from pathlib import Path
from typing import Any

import msgspec
import pytest

from driftline.config import Settings
from driftline.engine import queries
from driftline.engine.engine import Engine
from driftline.event.lineage import Job

JOB = Job("etl", "extract")


def event(day: int, code: str, query: str = "") -> bytes:
    facet = {"_producer": "https://example.org", "_schemaURL": "https://example.org"}
    said: dict[str, Any] = {
        "eventType": "COMPLETE",
        "eventTime": f"2024-01-0{day}T00:00:00Z",
        "run": {"runId": f"00000000-0000-0000-0000-{day:012d}", "facets": {"driftline_code": {"version": code}}},
        "job": {"namespace": "etl", "name": "extract", "facets": {"sql": {**facet, "query": query}} if query else {}},
        "inputs": [{"namespace": "n", "name": "t"}],
        "outputs": [{"namespace": "n", "name": "out", "facets": {"driftline_state": {"version": f"v{day}"}}}],
    }
    return msgspec.json.encode(said)


def opened(home: Path, *events: bytes) -> Engine:
    engine = Engine.open(Settings(home=str(home), console=False))
    assert all(receipt.status == "accepted" for one in events for receipt in engine.ingest_many([one]))
    return engine


def test_other_sql_is_a_change_of_the_job_and_a_difference_of_its_versions(tmp_path: Path) -> None:
    with opened(tmp_path, event(1, "1", "select a, b from t"), event(2, "2", "select * from t")) as engine:
        (change,) = engine.house.store.incidents.changes()
        said = "extract ran other SQL: 'select a, b from t' became 'select * from t'."
        assert (change.kind, change.node, change.sentence) == ("code", JOB.node, said)
        found = engine.diff("", since_us=engine.moment("2024-01-01"), until_us=None)
        assert [one.sql for one in found.code] == ["'select a, b from t' became 'select * from t'"]


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        (("1", "select 1"), ("1", "select 2"), ""),  # the same code: a literal is no change of it
        (("1", "select 1"), ("2", "select 1"), ""),  # the script around it
        (("1", ""), ("2", "select 1"), ""),
        (("1", "select 1"), ("2", "select 2"), "'select 1' became 'select 2'"),
    ],
)
def test_sql_differs_where_code_does(
    tmp_path: Path, before: tuple[str, str], after: tuple[str, str], said: str
) -> None:
    with opened(tmp_path, event(1, *before), event(2, *after)) as engine:
        newest, oldest = engine.house.store.lineage.runs(JOB)
        assert queries.of_run(engine.house, newest) == after[1]
        assert queries.differing(engine.house, oldest, newest) == said
        assert queries.differing(engine.house, None, newest) == ""
