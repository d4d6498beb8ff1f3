"""Where two words on the column edges of a dataset do not agree, told below its lineage.

Enters: a dataset or a column of one. Leaves: lines for what ``driftline_differences`` says of the run that wrote
its newest version: SQL against the plan of the database that ran it, or what was declared against what probing saw.
"""

import msgspec

from driftline.cli import show
from driftline.engine.engine import Engine
from driftline.errors import NotFound
from driftline.event import names
from driftline.event.facets import Difference, DifferencesFacet

_FACET = "driftline_differences"
_SHOWN = 10


def found(engine: Engine, node: str) -> tuple[Difference, ...]:
    """Return the differences about the dataset, or the column, ``node`` in the newest version that a run wrote."""
    kind, _, rest = node.partition(":")
    owner, _, column = rest.rpartition(":") if kind == "datasetField" else (rest, "", "")
    if kind not in ("dataset", "datasetField"):
        return ()
    try:
        run = next((version.run for version in engine.dataset(f"dataset:{owner}").versions if version.run), "")
        raw = engine.facets(names.run_id(run), _FACET).facets.get(_FACET) if run else None
    except NotFound:
        return ()
    told = msgspec.json.decode(raw, type=DifferencesFacet).differences if raw is not None else ()
    return tuple(one for one in told if one.output == f"dataset:{owner}" and column in ("", one.column))


def tell(differences: tuple[Difference, ...]) -> None:
    """Print them."""
    if not differences:
        return
    show.heading("Told differently")
    for one in differences[:_SHOWN]:
        show.say(f"  {sentence(one)}")
    if len(differences) > _SHOWN:
        show.say(f"  and {len(differences) - _SHOWN:,} more; driftline facets run:ID {_FACET} lists all", "dim")


def sentence(one: Difference) -> str:
    """Return one difference in words."""
    edge = f"{names.label(one.source)}.{one.field} → {one.column or 'the rows'}"
    observer = "the database's plan" if one.by == "plan" else "probing"
    if not one.observed:
        return f"{edge}: declared ({', '.join(one.declared)}), not so in {observer}"
    if not one.declared:
        return f"{edge}: only in {observer} ({', '.join(one.observed)})"
    return f"{edge}: declared {', '.join(one.declared)}, in {observer} {', '.join(one.observed)}"
