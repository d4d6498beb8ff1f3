from typing import Any

import msgspec
import pytest

from driftline.engine.engine import Engine
from driftline.interop.marquez import hidden, hits
from driftline.store import Store

BASE = "postgres://h:5432"
RAW, MART, OUT = f"dataset:{BASE}:shop.raw", f"dataset:{BASE}:shop.mart", "dataset:s3://out:report"
PARENT, BUILD, REPORT = "job:etl:etl", "job:etl:etl.mart", "job:etl:report"
SECOND = "0194a1b2-0000-7000-8000-000000000002"


@pytest.fixture
def told(engine: Engine, store: Store) -> Store:
    """The shop, after a third run that told its code."""

    def facet(**said: Any) -> dict[str, Any]:
        return {"_producer": "https://example.org", "_schemaURL": "https://example.org/facet", **said}

    query = f"select {'order_id, ' * 40} total from raw_orders"
    event = {
        "eventType": "START",
        "eventTime": "2026-01-05T03:00:00Z",
        "producer": "https://example.org",
        "run": {"runId": SECOND[:-1] + "9", "facets": {"processing_engine": facet(version="3", name="spark")}},
        "job": {"namespace": "etl", "name": "etl.mart", "facets": {"sql": facet(query=query)}},
    }
    assert engine.ingest(msgspec.json.encode(event)).status == "accepted"
    return store


def test_jobs_come_in_the_order_of_the_search_with_their_last_run(told: Store) -> None:
    found = hits.jobs(told, [REPORT, BUILD, PARENT, "job:etl:none"], "etl")
    assert [hit.name for hit in found.hits] == ["report", "etl.mart", "etl"]
    report, build, parent = found.hits
    assert (report.event_type, build.event_type, build.type) == ("START", "START", "BATCH")
    assert set(build.facets) == {"sourceCodeLocation", "sql"}
    assert set(build.run_facets) == {"processing_engine"}
    assert (parent.run_id, parent.event_type, parent.run_facets) == ("", "", {})
    assert found.highlights[1] == {"name": ["<em>etl</em>.mart"], "namespace": ["<em>etl</em>"]}


def test_of_a_long_text_the_part_around_the_first_word_is_shown(told: Store) -> None:
    [marks] = hits.jobs(told, [BUILD], "RAW").highlights
    [text] = marks["facets.sql.query"]
    assert text.endswith("total from <em>raw</em>_orders")
    assert len(text.replace("<em>", "").replace("</em>", "")) <= hits.SHOWN


def test_datasets_come_with_the_run_that_wrote_them_and_the_columns_that_match(store: Store) -> None:
    found = hits.datasets(store, [MART, RAW], "ORDER")
    assert [(hit.name, hit.run_id, hit.event_type) for hit in found.hits] == [
        ("shop.mart", SECOND, "FAIL"),
        ("shop.raw", "", ""),
    ]
    assert found.highlights == [
        {"description": ["<em>order</em>s, cleaned"], "facets.schema.fields.name": ["<em>order</em>_id"]},
        {},
    ]


def test_what_is_hidden_is_not_among_them_and_signs_alone_mark_nothing(store: Store) -> None:
    store.marks.say(hidden.SORT, RAW, {"at_us": str(2**60)})
    assert [hit.name for hit in hits.datasets(store, [RAW, OUT], "x").hits] == ["report"]
    assert hits.datasets(store, [OUT], "%").highlights == [{}]
