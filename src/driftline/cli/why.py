"""``driftline why``: why an answer came out as it did, or what caused an incident."""

import sys
import textwrap
from collections.abc import Sequence

import click
from rich.text import Text

from driftline.cli import answers, incident_page, opened, show
from driftline.engine.engine import Engine
from driftline.errors import NotFound
from driftline.event import names
from driftline.event.lineage import Subgraph
from driftline.event.report import DataChange, Explanation, IncidentReport, Trail

LISTED = 20
COLUMNS = 4
WIDE = 12  # rows of a table; the rest is counted
WIDTH = 100  # characters of a line of what was said


@click.command()
@click.argument("answer_or_incident", required=False)
@click.option("--all", "every", is_flag=True, help="List all that it stood on, however much that is.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
@click.pass_context
def why(ctx: click.Context, answer_or_incident: str | None, every: bool, as_json: bool) -> None:
    """Tell why an answer came out so, or what caused an incident.

    ANSWER_OR_INCIDENT is (the beginning of) the id of an answer or of an incident; without it the newest
    answers are listed. What changed in a dataset is told by 'driftline diff'.
    """
    with opened.engine(ctx) as engine:
        if answer_or_incident is None:
            answers.told(engine.answers(limit=LISTED + 1), LISTED, as_json=as_json)
            return
        found = _find(engine, answer_or_incident)
    if as_json:
        show.as_json(found)
    elif isinstance(found, Explanation):
        _explain(found, sys.maxsize if every else WIDE)
    else:
        _blame(found)


def _find(engine: Engine, id_: str) -> Explanation | IncidentReport:
    try:
        return engine.incident(id_)
    except NotFound:
        pass
    try:
        return engine.why(id_)
    except NotFound as error:
        hint = "'driftline incidents' lists incidents, 'driftline why' the newest answers."
        if engine.house.store.lineage.find(id_, only="DATASET"):
            hint = f"It is a dataset: 'driftline diff {id_}@previous {id_}@latest' tells what changed in it last."
        raise NotFound(f"neither an answer nor an incident is called {id_}", hint=hint) from error


def _explain(found: Explanation, most: int) -> None:
    answer = found.answer
    show.say(incident_page.sentence(found.sentence or "Nothing is known about what it stood on"), "bold")
    line = Text.assemble(show.verdict(answer.verdict), f"  {answer.endpoint}  {show.when(answer.time_us)} UTC")
    if decided := show.decided(answer):
        line.append(f"  {decided}")
    if answer.money:
        line.append(f"  {show.paid(answer.money, answer.currency)}")
    show.say(line)
    for reason in answer.verdict.reasons:
        show.say(f"Guard rule {reason.rule}: {reason.observed}" + (f" (limit {reason.limit})" if reason.limit else ""))
    _said(answer.text, most)
    _table("It was given", ("value", "is"), [(name, _value(one)) for name, one in answer.features.items()], most)
    sources = [(one.role, names.label(one.version.node)) for one in answer.sources]
    _table("It stood on", ("role", "version"), sources, most)
    _table("Where that came from", ("version", "was made of", "by", ""), _made(found.graph), most)
    read = found.documents if answer.documents else ()
    _table("It read", ("document", "score", "from"), [_trail(trail) for trail in read], most)
    moved = [(show.sign(f.severity), f"{f.dataset.name}.{f.column}".strip("."), f.sentence) for f in found.findings]
    _table("What had moved there", ("", "where", "what"), moved, most)
    changes = [(show.when(c.time_us), names.label(c.node), c.sentence) for c in found.changes]
    _table("What had changed there", ("when", "what", "how"), changes, most)
    headings = ("dataset", "when", "was", "is", "what")
    _table("What differs from the version before", headings, [_difference(one) for one in found.data], most)
    incidents = [(show.sign(i.state), i.id, i.title) for i in found.incidents]
    _table("Incidents", ("state", "id", "what"), incidents, most)


def _said(text: str, most: int) -> None:
    """Print what was said, where that was kept: as much as ``most`` rows of a table would be."""
    if not text:
        return
    show.heading("It said")
    lines = textwrap.wrap(text, WIDTH)
    for line in lines[:most]:
        show.say(line)
    if len(lines) > most:
        show.say(f"+{len(lines) - most:,} more lines; --all shows them.", "dim")


def _value(value: float | str | bool | None) -> str:
    return f"{value:.6g}" if isinstance(value, float) else str(value)


def _made(graph: Subgraph) -> list[tuple[str, str, str, str]]:
    """Return which version was made of which, by a run of which job and how sure that is, nearest first."""
    nodes = {node.id: node for node in graph.nodes}
    depth = {id_: node.depth for id_, node in nodes.items()}
    derived = [link for link in graph.edges if link.kind == "DERIVED"]
    derived.sort(key=lambda link: (-depth.get(link.target, 0), names.label(link.target), names.label(link.source)))
    return [
        (
            names.label(link.target),
            names.label(link.source),
            nodes[link.via].label if link.via in nodes else "–",
            show.sure(link),
        )
        for link in derived
    ]


def _table(title: str, headings: Sequence[str], rows: Sequence[Sequence[str | Text]], most: int) -> None:
    """Print a table with its heading, where there is anything to tell, and how many rows it has beyond ``most``."""
    if rows:
        show.heading(title)
        show.table(headings, rows[:most])
    if len(rows) > most:
        show.say(f"+{len(rows) - most:,} more; --all lists them.", "dim")


def _difference(one: DataChange) -> tuple[str, str, str, str, str]:
    columns = [
        f"{column.name} (rows {show.spans(column.rows)})" if column.rows else column.name for column in one.columns
    ]
    more = f" and {len(columns) - COLUMNS} more" if len(columns) > COLUMNS else ""
    where = f" In {', '.join(columns[:COLUMNS])}{more}." if columns else ""
    name = names.label(one.node) + (f", {one.partition}" if one.partition else "")
    was, is_ = (names.short(version) if version else "–" for version in (one.before, one.after))
    return name, show.when(one.at_us), was, is_, one.sentence + where


def _trail(trail: Trail) -> tuple[str, str, str]:
    way = []
    for step in trail.steps:
        way.append(names.label(step.node) + (f".{step.column}" if step.column else ""))
        way += [f"by {step.job or 'run'} {names.short(step.run)}"] if step.run else []
    called = trail.document or next((step.document for step in trail.steps if step.document), trail.content)
    name = called + ("" if trail.sure else " (perhaps)")
    return name, f"{trail.score:.3f}" if trail.score else "–", " ← ".join(way)


def _blame(report: IncidentReport) -> None:
    incident = report.incident
    first = incident.causes[0] if incident.causes else None
    if first is None or first.score <= incident.unknown:
        show.say(f"No cause of {incident.id} stands out in this graph.", "bold")
    else:
        show.say(
            f"The likeliest cause of {incident.id} is {names.label(first.node)} ({show.percent(first.score)}).", "bold"
        )
    show.say(incident_page.sentence(incident.title))
    incident_page.causes(incident)
    if first is not None and len(first.path) > 1:
        show.heading("The way from there to the symptom")
        show.say(" → ".join(map(names.label, first.path)))
