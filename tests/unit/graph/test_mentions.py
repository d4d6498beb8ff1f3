from typing import Any

import msgspec

from driftline.event import openlineage
from driftline.event.lineage import Job
from driftline.event.openlineage import Event
from driftline.graph.mentions import in_facets, on_behalf_of

RUN = "01900000-0000-7000-8000-000000000001"


def event(run: dict[str, Any] | None = None, job: dict[str, Any] | None = None, **facets: Any) -> Event:
    body = {
        "eventTime": "2026-01-01T10:00:00Z",
        "run": {"runId": RUN, "facets": run or {}},
        "job": {"namespace": "n", "name": "j", "facets": job or {}},
        "outputs": [{"namespace": "n", "name": "out", "facets": facets}],
    }
    return openlineage.decode(msgspec.json.encode(body))


def named(name: str) -> dict[str, str]:
    return {"namespace": "n", "name": name}


def test_sources_other_names_and_former_names_are_found() -> None:
    found = in_facets(
        event(
            columnLineage={"fields": {"x": {"inputFields": [{**named("a"), "field": "y"}]}}, "dataset": [named("b")]},
            symlinks={"identifiers": [{**named("c"), "type": "TABLE"}]},
            lifecycleStateChange={"lifecycleStateChange": "RENAME", "previousIdentifier": named("d")},
        )
    )
    assert found == {("DATASET", "n", name) for name in "abcd"}


def test_explicit_lineage_names_jobs_as_well() -> None:
    entries = [{"type": "JOB", **named("other"), "inputs": [{"type": "DATASET", **named("a")}, {"type": "JOB"}]}]
    assert in_facets(event(job={"lineage": {"entries": entries}})) == {("JOB", "n", "other"), ("DATASET", "n", "a")}


def test_names_that_are_empty_or_no_text_and_facets_of_other_keys_are_passed_over() -> None:
    odd = {"fields": {"x": {"inputFields": [{"namespace": "n", "name": ""}, {"namespace": "n"}, {"namespace": 1, "name": 2}]}}}
    assert in_facets(event(columnLineage=odd, ownership={"owners": [named("ann")]})) == set()
    assert in_facets(event(symlinks=5)) == set()


def test_a_run_was_started_by_its_parent_and_in_the_end_by_the_outermost_one() -> None:
    parent = {"run": {"runId": RUN}, "job": named("task")}
    root = {"root": {"run": {"runId": RUN}, "job": named("dag")}}
    assert on_behalf_of(event()) is None
    assert on_behalf_of(event({"parent": parent})) == (Job("n", "task"), Job("n", "task"))
    assert on_behalf_of(event({"parentRun": parent | root})) == (Job("n", "task"), Job("n", "dag"))
    unnamed = {"root": {"run": {"runId": RUN}}}
    assert on_behalf_of(event({"parent": parent | unnamed})) == (Job("n", "task"), Job("n", "task"))
    assert on_behalf_of(event({"parent": {"run": {"runId": RUN}, "job": {"name": "task"}}})) is None
