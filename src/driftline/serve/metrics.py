"""``/metrics``: the state of the house for Prometheus.

Enters: what the engine answers. Leaves: metric families under the names of the field notes; no run, row or
trace id is a label, and scores are values, so that a series keeps its identity. Drift scores and lineage are
those of incidents that are not resolved; counts of guards within this process come from the guard room
itself.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import msgspec
from starlette.requests import Request
from starlette.responses import Response

from driftline import __version__, clock
from driftline.engine.engine import Engine
from driftline.event.finding import Finding
from driftline.event.lineage import Node
from driftline.event.report import DatasetSummary, IncidentReport, Overview, Quarantine
from driftline.guard import counters
from driftline.serve.exposition import MEDIA, Family, render
from driftline.serve.operation import Operation, first_sentence
from driftline.serve.threads import Threads

INCIDENTS = 20  # newest unresolved incidents whose drift and lineage are exposed
DATASETS = 500  # datasets whose freshness and size are exposed
NODES = 200  # of the lineage of incidents
STATES = {"note": 0, "warn": 1, "alarm": 2}


class Seen(msgspec.Struct, frozen=True, kw_only=True):
    """Everything that one exposition tells of."""

    now_us: int
    overview: Overview
    incidents: Sequence[IncidentReport] = ()
    quarantines: Sequence[Quarantine] = ()
    datasets: Sequence[DatasetSummary] = ()


def look(engine: Engine) -> Seen:
    """Ask ``engine`` for everything that is exposed."""
    found = [i for state in ("open", "contained") for i in engine.incidents(state=state, limit=INCIDENTS)[0]]
    unresolved = {incident.id: incident for incident in found}.values()
    newest = sorted(unresolved, key=lambda incident: incident.updated_us, reverse=True)[:INCIDENTS]
    return Seen(
        now_us=clock.now_us(),
        overview=engine.overview(),
        incidents=[engine.incident(incident.id) for incident in newest],
        quarantines=engine.quarantines(active=True),
        datasets=engine.datasets(limit=DATASETS)[0],
    )


def families(seen: Seen) -> list[Family]:
    """Return the metric families of ``seen``."""
    info: tuple[dict[str, str], float] = ({"version": __version__}, 1)
    return [
        Family("driftline_build_info", "gauge", "The version that runs; always 1.", [info]),
        *_counts(seen.overview),
        *_datasets(seen),
        *_drift(seen.incidents),
        *_incidents(seen),
        *_lineage(seen.incidents),
        *_guards(),
    ]


def _counts(overview: Overview) -> list[Family]:
    money = {"currency": overview.currency}
    return [
        _by("driftline_events_total", "Events received, by what became of them.", "status", overview.events),
        _one("driftline_datasets", "gauge", "Datasets known.", overview.datasets),
        _one("driftline_jobs", "gauge", "Jobs known.", overview.jobs),
        _one("driftline_runs", "gauge", "Runs known.", overview.runs),
        _one("driftline_answers_total", "counter", "Answers in the ledger.", overview.answers),
        Family("driftline_money_paid_total", "counter", "Paid by answers.", [(money, overview.money)]),
        Family("driftline_money_avoided_total", "counter", "Held back by guards.", [(money, overview.avoided)]),
        _by(
            "driftline_guardrail_decisions_total",
            "Answers by what a guard decided.",
            "action",
            overview.decisions,
        ),
    ]


def _by(name: str, meaning: str, label: str, counts: Mapping[str, int]) -> Family:
    return Family(name, "counter", meaning, [({label: key}, count) for key, count in sorted(counts.items())])


def _one(name: str, kind: Any, meaning: str, value: float) -> Family:
    return Family(name, kind, meaning, [({}, value)])


def _datasets(seen: Seen) -> list[Family]:
    age, rows = [], []
    for summary in seen.datasets:
        label = {"dataset": summary.node}
        if summary.updated_us:
            age.append((label, max(0.0, (seen.now_us - summary.updated_us) / 1e6)))
        if summary.rows is not None:
            rows.append((label, float(summary.rows)))
    return [
        Family("driftline_freshness_seconds", "gauge", "Age of a dataset's newest version.", age),
        Family("driftline_rows", "gauge", "Rows of a dataset's newest version.", rows),
    ]


def _drift(reports: Iterable[IncidentReport]) -> list[Family]:
    newest: dict[tuple[str, str, str], Finding] = {}
    for report in reports:
        for finding in report.findings:
            key = (finding.dataset.node, finding.column, finding.detector)
            if key not in newest or finding.time_us > newest[key].time_us:
                newest[key] = finding
    labelled = [
        ({"dataset": dataset, "column": column, "detector": detector}, finding)
        for (dataset, column, detector), finding in sorted(newest.items())
    ]
    return [
        Family(
            "driftline_drift_score",
            "gauge",
            "Distance from usual, in units of the largest distance seen while well.",
            [(labels, finding.size) for labels, finding in labelled],
        ),
        Family(
            "driftline_drift_state",
            "gauge",
            "0 = note, 1 = warning, 2 = alarm.",
            [(labels, STATES[finding.severity]) for labels, finding in labelled],
        ),
    ]


def _incidents(seen: Seen) -> list[Family]:
    about, lost = [], []
    for report in seen.incidents:
        incident = report.incident
        root = incident.causes[0].node if incident.causes else ""
        about.append(({"incident": incident.id, "root": root, "state": incident.state}, 1.0))
        lost.append(({"incident": incident.id, "currency": incident.money.currency}, incident.money.lost))
    counts = {"contained": 0, "open": 0, "resolved": 0} | seen.overview.incidents
    states = [({"state": state}, count) for state, count in sorted(counts.items())]
    return [
        Family("driftline_incidents", "gauge", "Incidents by state.", states),
        Family("driftline_incident_info", "gauge", "An incident and its first cause; always 1.", about),
        Family("driftline_incident_money_lost", "gauge", "Paid by affected answers beyond what is usual.", lost),
        _one("driftline_quarantines", "gauge", "Quarantines in force.", len(seen.quarantines)),
    ]


def _lineage(reports: Iterable[IncidentReport]) -> list[Family]:
    nodes: dict[str, Node] = {}
    edges: dict[tuple[str, str], None] = {}
    for report in reports:
        for node in report.graph.nodes[: NODES - len(nodes)]:
            nodes.setdefault(node.id, node)
        edges.update(dict.fromkeys((link.source, link.target) for link in report.graph.edges if not link.via))
    return [
        Family(
            "driftline_node_info",
            "gauge",
            "A node of the lineage of an incident; always 1.",
            [({"id": n.id, "title": n.label, "subtitle": n.kind, "mainstat": n.status}, 1) for n in nodes.values()],
        ),
        Family(
            "driftline_edge_info",
            "gauge",
            "A link between two such nodes; always 1.",
            [({"id": f"{a} {b}", "source": a, "target": b}, 1) for a, b in edges if a in nodes and b in nodes],
        ),
    ]


def _guards() -> list[Family]:
    found: dict[str, list[Any]] = {name: [] for name in counters.METRICS}
    for sample in counters.samples():
        found[sample.metric].append((sample.labels, sample.value))
    return [Family(name, "counter", counters.METRICS[name][0], rows) for name, rows in found.items()]


async def expose(request: Request) -> Response:
    """Tell the state of the house in the Prometheus text format."""
    engine: Engine = request.app.state.engine
    threads: Threads = request.app.state.threads
    return Response(await threads.read(lambda: render(families(look(engine)))), headers={"content-type": MEDIA})


OPERATIONS = (
    Operation(method="GET", path="/metrics", endpoint=expose, summary=first_sentence(expose), media="text/plain"),
)
