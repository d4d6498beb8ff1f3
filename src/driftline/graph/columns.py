"""Column lineage of one output, in the three forms that are out there.

Enters: the ``columnLineage`` facet. Leaves: the same edges for each form: ``dataset[]`` for columns that
shape all rows; such columns repeated in every field instead (Spark's default); the old
``transformationType`` per output column. A column that shapes the rows leads into ``""``. Never looks at
inputs.
Source: https://openlineage.io/spec/facets/1-2-0/ColumnLineageDatasetFacet.json.
"""

from collections.abc import Iterable
from functools import lru_cache
from typing import Literal, cast, get_args

import msgspec

from driftline.event import facets, names
from driftline.event.facets import InputField, Transformation
from driftline.event.lineage import ColumnEdge, Dataset, Provenance
from driftline.event.openlineage import Facets

Kind = tuple[Literal["DIRECT", "INDIRECT"], str]  # type and subtype
_ROWS = frozenset({"JOIN", "GROUP_BY", "FILTER", "SORT"})  # subtypes that shape the row set
SURE = 0.8  # confidence from which a column edge says that the one dataset fed the other
_CACHED = 1_000  # facets of a daily job are the same each day
_INDIRECT = _ROWS | {"WINDOW", "CONDITIONAL"}
_PROVENANCES = frozenset(get_args(Provenance))


def read(held: Facets, target: Dataset) -> tuple[ColumnEdge, ...]:
    """Return the column edges into ``target``, sorted, once each; none where the facet is absent or unreadable."""
    raw = held.get("columnLineage")
    return _read(bytes(raw), target) if raw is not None else ()


@lru_cache(_CACHED)
def _read(raw: bytes, target: Dataset) -> tuple[ColumnEdge, ...]:
    facet = facets.unpack({"columnLineage": msgspec.Raw(raw)}, "columnLineage", facets.ColumnLineageFacet)
    if facet is None:
        return ()
    found = set(_edges(facet.dataset, target, ""))
    repeated: dict[ColumnEdge, int] = {}
    for column, sources in facet.fields.items():
        for edge in set(_edges(sources.input_fields, target, column, sources.transformation_type)):
            whole = msgspec.structs.replace(edge, target_column="")
            if edge.type == "INDIRECT" and (edge.subtype in _ROWS or not edge.subtype):
                repeated[whole] = repeated.get(whole, 0) + 1
            found.add(edge)
    everywhere = {edge for edge, times in repeated.items() if times == len(facet.fields) and times > 1}
    shaping = {edge for edge in found if not edge.target_column} | everywhere
    narrow = {edge for edge in found if msgspec.structs.replace(edge, target_column="") not in shaping}
    return tuple(sorted(_surest(shaping | narrow)))


def _surest(found: Iterable[ColumnEdge]) -> Iterable[ColumnEdge]:
    """Return one edge of those that differ only in how they are known: the surest."""
    best: dict[ColumnEdge, ColumnEdge] = {}
    for edge in sorted(found):
        key = msgspec.structs.replace(edge, provenance="column", confidence=1.0)
        held = best.get(key)
        if held is None or edge.confidence > held.confidence:
            best[key] = edge
    return best.values()


def sure(edges: Iterable[ColumnEdge]) -> list[ColumnEdge]:
    """Return those of ``edges`` that are surer than that what was read alone fed what was written alone."""
    return [edge for edge in edges if pairs(edge.provenance, edge.confidence)]


def pairs(provenance: str, confidence: float) -> bool:
    """Whether a column edge says that the one dataset fed the other; kept values may have come another way."""
    return confidence >= SURE and provenance not in ("cartesian", "kept values")


def sources(edges: Iterable[ColumnEdge]) -> set[Dataset]:
    """Return the datasets that ``edges`` come from."""
    return {edge.source for edge in edges}


def _edges(found: Iterable[InputField], target: Dataset, column: str, old: str | None = None) -> Iterable[ColumnEdge]:
    for source in found:
        if not (source.namespace and source.name):
            continue
        dataset = Dataset(*names.fitted_pair(source.namespace, source.name))
        field, reached = names.fitted(source.field), names.fitted(column)
        steps = source.transformations or (None,)
        for (type_, subtype), step in zip(kinds(source.transformations, column, old), steps, strict=True):
            yield ColumnEdge(dataset, field, target, reached, type_, subtype, *how_known(step, "column"))


def how_known(step: Transformation | None, otherwise: Provenance) -> tuple[Provenance, float]:
    """Return how an edge is known and how sure it is, by the fields of ours; ``otherwise`` where they are silent."""
    if step is None:
        return otherwise, 1.0
    provenance = cast("Provenance", step.provenance) if step.provenance in _PROVENANCES else otherwise
    return provenance, step.confidence if 0.0 < step.confidence <= 1.0 else 1.0


def kinds(steps: Iterable[Transformation], column: str, old: str | None = None) -> list[Kind]:
    """Return the ways in which a source column reaches ``column`` (``""``: the row set), from what was said of it."""
    found: list[Kind] = []
    for step in steps:
        subtype = step.subtype.upper()
        indirect = step.type.upper() == "INDIRECT" or subtype in _INDIRECT
        found.append(("INDIRECT" if indirect else "DIRECT", subtype))
    if found:
        return found
    if old:
        return [("DIRECT", "IDENTITY" if old.upper() == "IDENTITY" else "TRANSFORMATION")]
    return [("DIRECT" if column else "INDIRECT", "")]
