"""What the client can say beyond a plain run: static events, explicit lineage, other names, run ids that return."""

from collections.abc import Callable
from typing import Any

import pytest
from openlineage.client import OpenLineageClient
from openlineage.client.event_v2 import (
    DatasetEvent,
    InputDataset,
    Job,
    JobEvent,
    OutputDataset,
    Run,
    RunEvent,
    RunState,
    StaticDataset,
)
from openlineage.client.facet_v2 import lineage, schema_dataset, symlinks_dataset
from openlineage.client.transport.http import HttpConfig, HttpTransport
from tests.acceptance.serving import Server

pytestmark = pytest.mark.acceptance

Serve = Callable[..., Server]
PLACE = "postgres://db.example:5432"
RUN = "0194a1b2-0000-7000-8000-000000000001"
BY = {"producer": "https://example.org/acceptance"}


def node(name: str) -> str:
    return f"dataset:{PLACE}:{name}"


def emit(server: Server, *events: Any) -> None:
    sender = OpenLineageClient(transport=HttpTransport(HttpConfig(url=server.address)))
    for event in events:
        sender.emit(event)
    sender.close()


def run_event(state: RunState, moment: str, **parts: Any) -> RunEvent:
    job = parts.pop("job", Job(namespace="shop", name="build"))
    return RunEvent(eventType=state, eventTime=moment, run=Run(runId=RUN), job=job, **parts, **BY)


def test_a_static_event_of_a_job_draws_its_lineage_without_any_run(serve: Serve) -> None:
    server = serve()
    inputs, outputs = [InputDataset(PLACE, "ledger")], [OutputDataset(PLACE, "balance")]
    job = Job(namespace="shop", name="nightly")
    emit(server, JobEvent(eventTime="2024-01-01T10:00:00Z", job=job, inputs=inputs, outputs=outputs, **BY))
    assert server.edges(node("balance")) == {
        (node("ledger"), "job:shop:nightly"),
        ("job:shop:nightly", node("balance")),
    }
    assert server.get("/api/v1/overview").get("runs", 0) == 0


def test_a_static_event_of_a_dataset_makes_it_known_with_its_schema(serve: Serve) -> None:
    server = serve()
    fields = [schema_dataset.SchemaDatasetFacetFields(name="amount", type="numeric")]
    schema = schema_dataset.SchemaDatasetFacet(fields=fields)
    dataset = StaticDataset(PLACE, "balance", facets={"schema": schema})
    emit(server, DatasetEvent(eventTime="2024-01-01T10:00:00Z", dataset=dataset, **BY))
    assert server.get(f"/api/v1/dataset?node={node('balance')}")["fields"] == [{"name": "amount", "type": "numeric"}]


def test_explicit_lineage_is_the_whole_truth_about_the_run_that_carries_it(serve: Serve) -> None:
    server = serve()

    def entry(source: str, target: str) -> lineage.LineageDatasetEntry:
        inputs: list[Any] = [lineage.LineageDatasetInput(PLACE, source, "DATASET")]
        return lineage.LineageDatasetEntry(PLACE, target, "DATASET", inputs=inputs)

    facet = lineage.LineageJobFacet(entries=[entry("orders", "sales"), entry("visits", "traffic")])
    event = run_event(
        RunState.COMPLETE,
        "2024-01-01T10:00:00Z",
        job=Job(namespace="shop", name="build", facets={"lineage": facet}),
        inputs=[InputDataset(PLACE, "orders"), InputDataset(PLACE, "visits")],
        outputs=[OutputDataset(PLACE, "sales"), OutputDataset(PLACE, "traffic")],
    )
    emit(server, event)
    [sales] = server.get(f"/api/v1/dataset?node={node('sales')}")["versions"]
    graph = server.get("/api/v1/graph?direction=up&node=" + sales["node"].replace("#", "%23"))
    # inputs x outputs would also let visits feed sales
    assert {one["id"] for one in graph["nodes"] if one.get("depth", 0) == -2} == {node("orders")}


def test_a_dataset_that_goes_by_two_names_is_one(serve: Serve) -> None:
    server = serve()
    other = symlinks_dataset.Identifier("hive://meta.example:9083", "shop.sales", "TABLE")
    links = {"symlinks": symlinks_dataset.SymlinksDatasetFacet(identifiers=[other])}
    write = run_event(RunState.COMPLETE, "2024-01-01T10:00:00Z", outputs=[OutputDataset(PLACE, "sales", facets=links)])
    read = RunEvent(
        eventType=RunState.COMPLETE,
        eventTime="2024-01-01T11:00:00Z",
        run=Run(runId=RUN.replace("1", "2")),
        job=Job(namespace="shop", name="report"),
        inputs=[InputDataset("hive://meta.example:9083", "shop.sales")],
        outputs=[OutputDataset(PLACE, "report")],
        **BY,
    )
    emit(server, write, read)
    nodes = {one["id"] for one in server.get(f"/api/v1/graph?node={node('report')}")["nodes"]}
    assert "job:shop:build" in nodes


def test_a_run_id_that_returns_after_its_end_is_another_execution(serve: Serve) -> None:
    server = serve()
    for day in (1, 2):
        sides = {"inputs": [InputDataset(PLACE, "orders")], "outputs": [OutputDataset(PLACE, "sales")]}
        emit(
            server,
            run_event(RunState.START, f"2024-01-0{day}T10:00:00Z", **sides),
            run_event(RunState.COMPLETE, f"2024-01-0{day}T10:05:00Z", **sides),
        )
    assert len(server.get(f"/api/v1/dataset?node={node('sales')}")["versions"]) == 2
