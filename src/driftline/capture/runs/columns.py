"""Column edges of one output, from all that is known of it, as the ``columnLineage`` facet has them.

Enters: edges that were declared (by SQL, by a plan, by the user), edges that were observed by probing, and columns of
equal content. Leaves: per output column the source columns with type, provenance and confidence, and where declared and
observed edges do not agree. An edge that both have is surer than either; one that only one has stays with the word of
that one. Source: https://openlineage.io/spec/facets/1-2-0/ColumnLineageDatasetFacet.json.
"""

import time
from collections.abc import Callable, Collection, Iterable, Mapping
from typing import Any, Literal, NamedTuple, Protocol, TypeGuard

from driftline.event.facets import Difference
from driftline.event.lineage import Dataset
from driftline.event.names import dataset_id

PROBED = "probed"
IDENTICAL = "identical content"
KEPT = "kept values"
CODE = "code"
_FIELD = 3  # fields of a reach that say which column it comes from
_HOW = 5  # fields of a reach that say what reaches what and how; the others say how that is known
SURE = 0.8  # confidence from which a column is known to have been followed
_HEDGE = 0.5  # up to which it is a hedge
_ALIKE = 8  # sources of one column that hold the same
_FEW, _NUMBERED = 0.9, 0.5  # confidence where only the name and a few values agree, or the numbers of the rows
_SHORT = 50  # rows up to which a few values may agree by accident, as in two lists of the same names


class Reach(NamedTuple):
    """A source column and how it reaches an output column, or the rows of an output."""

    namespace: str
    name: str
    field: str
    type: Literal["DIRECT", "INDIRECT"]
    subtype: str
    provenance: str = ""  # "" = declared
    confidence: float = 1.0
    put: bool = False  # as a value that the program put into a plan, which does not know it

    @property
    def way(self) -> str:
        """How it reaches, such as DIRECT:IDENTITY."""
        return f"{self.type}:{self.subtype}" if self.subtype else self.type


Bound = tuple[dict[str, list[Reach]], list[Reach]]
Inputs = Mapping[Dataset, tuple[str, ...]]  # what a run has read -> its columns, as far as they are known


class Bindable(Protocol):
    """Column edges of one output."""

    def bind(self, columns: tuple[str, ...] | None) -> Bound:
        """Return the edges per output column and those of the row set, given the output's columns if known."""


class Among(Protocol):
    """Column edges that depend on what else the run has read."""

    def bind_among(self, columns: tuple[str, ...] | None, inputs: Inputs, own: Inputs) -> Bound:
        """Return the edges as ``bind`` does, given what the run has read, and what it wrote and read again."""


class Awaited(Protocol):
    """Column edges that wait for something that is being found out."""

    def waits_for(self) -> tuple[str, ...]:
        """Return the keys of what is not known yet; none = all is known."""


class Differing(Protocol):
    """Column edges on which two words are known."""

    def differing(self, output: str, columns: tuple[str, ...] | None) -> list[Difference]:
        """Return where the two do not agree, of the output with this node id and these columns."""


class When:
    """From when to when something ran, by the clock of visits; the same if it ran once."""

    __slots__ = ("first", "last")

    def __init__(self) -> None:
        self.first = self.last = time.perf_counter_ns()


class Changing(Protocol):
    """Column edges of a statement, whose sources may be what its own target was before."""

    lineage: Any
    datasets: Mapping[Any, tuple[Dataset, ...]]
    when: When | None
    begins: bool
    whole: bool
    renamed: tuple[tuple[str, str], ...]  # columns of the target, old name and new

    def led_on(self, reach: Reach, before: Iterable[Reach]) -> Iterable[Reach]:
        """Yield where a column of the target leads that came from there ``before``."""


class Rootless(Protocol):
    """Column edges that know columns to which no value of any column comes."""

    def rootless(self, columns: tuple[str, ...] | None) -> frozenset[str]:
        """Return those, given the output's columns if known."""


class Trained(Protocol):
    """Column edges of a model, which the text of the code may tell of where it was fitted."""

    fitted_at: Any  # sites.Visit; None = not known
    told: "tuple[Bound, list[Reach]] | None"  # what the code says of its data, and of its label

    def wanted(self) -> tuple[str, ...]:
        """Return the columns of the data that it was fitted on."""


# Asked of all edges of every event: ``isinstance`` of a protocol takes a hundred times longer.
def among(edges: object) -> TypeGuard[Among]:
    """Whether ``edges`` depend on what else the run has read."""
    return hasattr(edges, "bind_among")


def awaited(edges: object) -> TypeGuard[Awaited]:
    """Whether ``edges`` may wait for something."""
    return hasattr(edges, "waits_for")


def differing(edges: object) -> TypeGuard[Differing]:
    """Whether two words may be known on ``edges``."""
    return hasattr(edges, "differing")


def changing(edges: object) -> TypeGuard[Changing]:
    """Whether ``edges`` are those of a statement, of which it is known when it ran."""
    return getattr(edges, "when", None) is not None


def rootless(edges: Collection[object], names: tuple[str, ...] | None, *, sure: bool = False) -> set[str]:
    """Return the columns of an output to which, it is said, no value comes; ``sure``: nor can any have come since."""
    found: set[str] = set()
    for one in edges:
        if _tells_rootless(one) and not (sure and getattr(one, "changeable", False)):
            own = one.rootless(called_then(names, one, edges))
            found |= own - one.literals(tuple(own)) if hasattr(one, "literals") else own  # the code may know of these
    return found


def _tells_rootless(edges: object) -> TypeGuard[Rootless]:
    return hasattr(edges, "rootless")


def trained(edges: object) -> TypeGuard[Trained]:
    """Whether ``edges`` are those of a model."""
    return hasattr(edges, "fitted_at")


def direct(reach: Reach) -> bool:
    """Whether values come from there, and not only which rows there are."""
    return reach.type == "DIRECT"


def followed(reach: Reach) -> bool:
    """Whether values are known to come from there, by more than a hedge."""
    return reach.type == "DIRECT" and reach.confidence > _HEDGE


class Declared(NamedTuple):
    """Column edges that the user stated."""

    fields: dict[str, list[Reach]]

    def bind(self, columns: tuple[str, ...] | None) -> Bound:  # noqa: ARG002 - stated names need no columns
        """Return the edges as they were stated."""
        return self.fields, []


def bind(
    edges: Bindable, columns: tuple[str, ...] | None, inputs: Callable[[], Inputs], own: Callable[[], Inputs]
) -> Bound:
    """Return what ``edges`` are for an output with these columns; ``own``: what the run wrote and read again."""
    return edges.bind_among(columns, inputs(), own()) if among(edges) else edges.bind(columns)


def called_then(names: tuple[str, ...] | None, edges: object, others: Iterable[object]) -> tuple[str, ...] | None:
    """Return what the columns of an output were called when the statement of ``edges`` ran, ``others`` of which rename.

    Args:
        names: what they are called in the end.
        edges: of one statement.
        others: those of all statements on the output, in the order in which they ran.
    """
    return called_at(names, edges.when.first + 1, others) if changing(edges) and edges.when is not None else names


def called_at(names: tuple[str, ...] | None, at: int, others: Iterable[object]) -> tuple[str, ...] | None:
    """Return what the columns of an output were called before ``at``, by the clock of visits."""
    if names is None:
        return None
    for other in reversed([one for one in others if getattr(one, "renamed", ())]):
        if changing(other) and other.when is not None and other.when.first >= at:
            back = {new.lower(): old for old, new in other.renamed}
            names = tuple(back.get(name.lower(), name) for name in names)
    return names


def together(found: Iterable[Bound]) -> Bound:
    """Return several words on one output as one, without those that say the same less surely."""
    fields: dict[str, list[Reach]] = {}
    rows: list[Reach] = []
    for columns, shaping in found:
        for name, reaches in columns.items():
            fields.setdefault(name, []).extend(reaches)
        rows += shaping
    return {name: _surest(reaches) for name, reaches in fields.items()}, _surest(rows)


def _surest(reaches: Iterable[Reach]) -> list[Reach]:
    held: dict[tuple[str | float, ...], Reach] = {}
    for reach in reaches:
        key = reach[:_HOW]
        known = held.get(key)
        held[key] = reach if known is None else _agreed(known, reach)
    return list(held.values())


def _agreed(one: Reach, other: Reach) -> Reach:
    """Two words on one edge: from different sources they make each other surer, from the same the surer counts."""
    better, lesser = sorted((one, other), key=lambda reach: (-reach.confidence, reach.provenance))
    if one.provenance == other.provenance:
        return better
    declared = one if not one.provenance else other
    sure = 1.0 - (1.0 - better.confidence) * (1.0 - lesser.confidence)
    return better._replace(provenance=declared.provenance, confidence=round(sure, 6))


def differences(output: str, found: Iterable[Bound]) -> list[Difference]:
    """Return where declared and observed edges of one output disagree; none where only one kind is there.

    Args:
        output: the node id of the output.
        found: all words on it.
    """
    declared: dict[tuple[str, str, str], set[str]] = {}
    observed: dict[tuple[str, str, str], set[str]] = {}
    for fields, rows in found:
        for column, reaches in (*fields.items(), ("", rows)):
            for reach in reaches:
                side = observed if reach.provenance == PROBED else declared
                key = (dataset_id(reach.namespace, reach.name), reach.field, column)
                side.setdefault(key, set()).add(reach.way)
    if not declared or not observed:
        return []
    return [
        Difference(output, column, source, field, tuple(sorted(seen)), tuple(sorted(said)))
        for source, field, column in sorted({*declared, *observed})
        for seen, said in [(observed.get((source, field, column), set()), declared.get((source, field, column), set()))]
        if _differ(seen, said, (source, field, column), declared, observed)
    ]


def _differ(
    seen: set[str],
    said: set[str],
    key: tuple[str, str, str],
    declared: Mapping[tuple[str, str, str], set[str]],
    observed: Mapping[tuple[str, str, str], set[str]],
) -> bool:
    """Whether the two sides tell of different influences; what shapes the rows shapes every column of them."""
    source, field, column = key
    if seen and said:
        return {way.split(":")[0] for way in seen}.isdisjoint(way.split(":")[0] for way in said)
    whole = (source, field, "")
    if seen:
        return column == "" or whole not in declared or any(way.startswith("DIRECT") for way in seen)
    if column:
        return whole not in observed
    return not any((source, field) == other[:2] for other in observed)


def identical(hashes: Any, holding: Callable[[str], Iterable[tuple[Dataset, Any]]]) -> Bound:
    """Return the columns that were handed on unchanged: same content, and too many values for that to be an accident.

    Args:
        hashes: ``contents.Contents`` of the output.
        holding: finds the datasets that were read with a column of a given hash, and their ``Contents``, the last
            first; of many that hold the same, as a time axis that all files of a folder share, the first ``_ALIKE``
            count.
    """
    held: dict[str, list[Reach]] = {}
    for name, hashed in hashes.hashes.items():
        known, others = _holders(name, hashes, holding(hashed))
        found = known or others  # of two that hold the same, the one of the same name is the likelier
        share = len(found)
        if found and (known or share == 1):
            held[name] = [reach._replace(confidence=round(reach.confidence / share, 6)) for reach in reversed(found)]
    return held, []


def _holders(name: str, hashes: Any, sources: Iterable[tuple[Dataset, Any]]) -> tuple[list[Reach], list[Reach]]:
    """Return the columns of that name that hold the same, and those of other names."""
    known: list[Reach] = []
    others: list[Reach] = []
    if name not in hashes.varied and name not in hashes.telling:
        return known, others
    few = _NUMBERED if name in hashes.regular or hashes.rows <= _SHORT else _FEW
    for dataset, contents in sources:
        same = [field for field, other in contents.hashes.items() if other == hashes.hashes[name]]
        if name in same and name in contents.varied and name in hashes.varied:
            known.append(_same(dataset, name, 1.0 if name in hashes.telling else few))
            if len(known) == _ALIKE:
                break
        elif name in hashes.telling and len(others) < _ALIKE:
            others.extend(_same(dataset, field, 1.0) for field in same if field in contents.telling)
    return known, others


def _same(dataset: Dataset, field: str, confidence: float) -> Reach:
    return Reach(dataset.namespace, dataset.name, field, "DIRECT", "IDENTITY", IDENTICAL, confidence)


def planned(edges: object) -> bool:
    """Tell whether edges are those of a plan, in which values of the program stand without what they come from."""
    return bool(getattr(edges, "planned", False))


def beyond(code: Bound, stated: Iterable[Bound]) -> Bound:
    """Return what the code knows of datasets that a plan does not name, and of values that were put into the plan.

    What else is done with its own datasets the plan tells.

    A hedge: of two frames one of which the program takes, the plan is that of the one, and the code names both.
    """
    datasets = {reach[:2] for fields, rows in stated for one in (*fields.values(), rows) for reach in one}

    def further(reaches: Iterable[Reach]) -> list[Reach]:
        others = (one for one in reaches if one.put or one[:2] not in datasets)
        return [one._replace(confidence=min(one.confidence, _HEDGE), put=False) for one in others]

    return {name: further(one) for name, one in code[0].items()}, further(code[1])


def reconciled(code: Bound, other: Bound) -> Bound:
    """Return what the code says of an output together with what its contents, or a guess, say.

    A source column that both name is surer than either, and known by the code. Where the code has only a hedge, what is
    surer than any hedge counts alone; else a further source that the other names counts half.
    """
    fields = dict(code[0])
    for name, guessed in other[0].items():
        told = fields.get(name, [])
        values = {reach[:_FIELD]: reach for reach in told if direct(reach)}
        best = max((reach.confidence for reach in values.values()), default=0.0)
        surer = [reach for reach in guessed if reach.confidence > max(best, _HEDGE)]
        if not values or (best < SURE and surer):
            agreed = [_surer(one, values[one[:_FIELD]]) if one[:_FIELD] in values else one for one in surer or guessed]
            fields[name] = [*(reach for reach in told if not direct(reach)), *agreed]
            continue
        same = {reach[:_FIELD]: reach for reach in guessed if reach[:_FIELD] in values}
        fields[name] = [
            _surer(reach, same[reach[:_FIELD]]) if direct(reach) and reach[:_FIELD] in same else reach for reach in told
        ]
        if not same:
            fields[name] += [one._replace(confidence=round(one.confidence / 2, 6)) for one in guessed]
    return fields, [*code[1], *other[1]]


def _surer(one: Reach, other: Reach) -> Reach:
    sure = 1.0 - (1.0 - one.confidence) * (1.0 - other.confidence)
    return one._replace(confidence=round(sure, 6))


def facet(found: Bound) -> dict[str, Any] | None:
    """Return the body of the facet; None where nothing is known."""
    fields, rows = found
    if not any(fields.values()) and not rows:
        return None
    body: dict[str, Any] = {
        "fields": {name: {"inputFields": _united(reaches)} for name, reaches in fields.items() if reaches}
    }
    if rows:
        body["dataset"] = _united(rows)
    return body


def _united(found: Iterable[Reach]) -> list[dict[str, Any]]:
    """One entry per source column, with all the ways in which it reaches."""
    entries: dict[tuple[str, str, str], dict[str, Any]] = {}
    for reach in found:
        fresh = {"namespace": reach.namespace, "name": reach.name, "field": reach.field, "transformations": []}
        entry = entries.setdefault((reach.namespace, reach.name, reach.field), fresh)
        entry["transformations"].append({"type": reach.type, "subtype": reach.subtype, **_known(reach)})
    return list(entries.values())


def _known(reach: Reach) -> dict[str, Any]:
    how: dict[str, Any] = {"provenance": reach.provenance} if reach.provenance else {}
    return how if reach.confidence == 1.0 else {**how, "confidence": reach.confidence}
