"""``driftline facets``: what was said of a dataset, a job or a run, by name; byte for byte with --json."""

from typing import Any

import click
import msgspec

from driftline.cli import opened, show
from driftline.cli.runs import took
from driftline.engine import runs
from driftline.engine.engine import Engine
from driftline.errors import NotFound
from driftline.event.kept import Facets
from driftline.event.report import RunSummary

_FORM = ("_producer", "_schemaURL")  # what every facet has
_GAPS = "driftline_gaps"  # of a run: what was not captured; one that has none does without it
_WHOLE = "no gaps: it told of nothing that was not captured"
_UNENDED = "it has not told its end: what was not captured is not known"
_COLUMN = "datasetField:"  # begins the id of a column, which is that of its dataset and its name
_TEXT = 200  # characters of a text that are shown
_ITEMS = 8  # members of a list or an object that are shown


@click.command()
@click.argument("node")
@click.argument("name", required=False, default="")
@click.option("--full", is_flag=True, help="Print everything; else long texts and lists are cut, unless NAME is given.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object, the facets in it as they came.")
@click.pass_context
def facets(ctx: click.Context, node: str, name: str, full: bool, as_json: bool) -> None:
    """Print the facets of NODE that stand, or only the one called NAME.

    NODE is a name such as features, a node id such as dataset:file:features, job:etl:load or run:UUID, or a run as
    'driftline runs' lists it. Of a job, the facets of its newest run follow. Of a column, what the facets of its
    dataset say of it.
    """
    with opened.engine(ctx) as engine:
        asked = opened.node(engine, node)
        found = _found(engine, asked, name)
        newest: list[RunSummary] = []
        if found.node.startswith("job:") and not name:
            newest = runs.newest(engine.house, job=found.node, limit=1)
        ended = not found.node.startswith("run:") or runs.ended(engine.house, found.node[4:].partition("#")[0])
        of_run = [engine.facets(one.node) for one in newest]
    if asked.startswith(_COLUMN):
        column = asked[len(_COLUMN) + len(found.node.partition(":")[2]) + 1 :]
        found = msgspec.structs.replace(found, node=asked, facets=_of_column(found.facets, column))
    if as_json:
        show.as_json(found)
        return
    whole = full or bool(name)
    if name == _GAPS and not found.facets:
        show.say(found.node, "bold")
        show.say(f"  {_WHOLE if ended else _UNENDED}", "dim")
        return
    _tell(found, whole=whole)
    for one, said in zip(newest, of_run, strict=True):
        seconds = took(one)
        show.heading(f"Its newest run: {one.state}, {show.when(one.ended_us or one.started_us)} UTC"
                     + (f", {seconds}" if seconds else ""))  # fmt: skip
        _tell(said, whole=whole)


def _found(engine: Engine, node: str, name: str) -> Facets:
    """Return the facets that are asked for; of a run without gaps, which has no facet for that, none.

    Raises:
        NotFound: there is no such node, or it has no other facet called ``name``.
    """
    try:
        return engine.facets(node, name)
    except NotFound:
        if name != _GAPS:
            raise
        if not node.startswith("run:"):
            hint = "Gaps belong to a run: 'driftline runs' lists them, for 'driftline facets RUN driftline_gaps'."
            raise NotFound(f"facet {name!r} of {engine.facets(node).node}", hint=hint) from None
        return Facets(node=engine.facets(node).node)


def _of_column(facets: dict[str, msgspec.Raw], column: str) -> dict[str, msgspec.Raw]:
    """Return what facets of a dataset say of one column: its entry in their ``fields`` or ``columns``."""
    found: dict[str, msgspec.Raw] = {}
    for key, facet in facets.items():
        said = _decoded(facet)
        for part in ("fields", "columns"):
            held = said.get(part) if isinstance(said, dict) else None
            if isinstance(held, list):
                held = {str(one.get("name")): one for one in held if isinstance(one, dict)}
            if isinstance(held, dict) and column in held:
                found[key] = msgspec.Raw(msgspec.json.encode(held[column]))
    return found


def _tell(found: Facets, *, whole: bool) -> None:
    show.say(found.node, "bold")
    cut = _list(found.facets, "  ", whole=whole)
    for side, held in (("reads", found.inputs), ("writes", found.outputs)):
        for dataset, said in held.items():
            show.say(f"  {side} {dataset}")
            cut = _list(said, "    ", whole=whole) or cut
    if not (found.facets or found.inputs or found.outputs):
        show.say("  no facets", "dim")
    if cut:
        show.say("… was cut; --full or the name of a facet shows it whole.", "dim")


def _list(held: dict[str, msgspec.Raw], indent: str, *, whole: bool) -> bool:
    """Print facets; returns whether something of them was cut."""
    cut = False
    for key, facet in sorted(held.items()):
        if whole:
            text = msgspec.json.format(bytes(facet), indent=2).decode(errors="replace")
        else:
            said = shortened(_decoded(facet))
            text = msgspec.json.format(msgspec.json.encode(said), indent=2).decode()
            cut = cut or "…" in text
        show.say(f"{indent}{key}: " + text.replace("\n", f"\n{indent}"))
    return cut


def _decoded(facet: msgspec.Raw) -> Any:
    try:
        return msgspec.json.decode(bytes(facet))
    except (msgspec.MsgspecError, UnicodeDecodeError):
        return bytes(facet).decode(errors="replace")


def shortened(value: Any, depth: int = 0) -> Any:
    """Return a facet for people: without what every facet has, with the rest of long texts and lists counted."""
    if isinstance(value, str) and len(value) > _TEXT:
        return f"{value[:20]}… ({len(value):,} characters)"
    if isinstance(value, list):
        shown = [shortened(one, depth + 1) for one in value[:_ITEMS]]
        return [*shown, f"… and {len(value) - _ITEMS:,} more"] if len(value) > _ITEMS else shown
    if isinstance(value, dict):
        held = {key: one for key, one in value.items() if depth or key not in _FORM}
        kept = {key: shortened(held[key], depth + 1) for key in list(held)[:_ITEMS]}
        return {**kept, "…": f"and {len(held) - _ITEMS:,} more"} if len(held) > _ITEMS else kept
    return value
