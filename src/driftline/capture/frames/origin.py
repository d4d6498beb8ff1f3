"""The seam between hooks and frames: what was read becomes known, what is known becomes edges of what is written.

Enters: frames that a reader has returned, lazy frames that scan files, frames that are about to be written. Leaves:
nodes beside the frames, and column edges. A pandas frame may be changed in place without anybody noticing: it is known
as the argument of a step, with less confidence, and never as the direct source of what is written, but for what a
SELECT gave, of which nothing else tells: that with less confidence, too.
"""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

import msgspec

from driftline.capture.frames import features, members, model, node, selected
from driftline.capture.frames.node import FrameEdges, Node, Scan
from driftline.capture.ground import fault
from driftline.capture.program import sites
from driftline.capture.runs import headers, observe
from driftline.capture.runs.columns import Bindable
from driftline.capture.runs.trace import Seen
from driftline.capture.sql.bound import Lineage
from driftline.capture.sql.relation import Output, Source
from driftline.event.lineage import Dataset, Field
from driftline.event.names import distinct

Given = tuple[tuple[Dataset, ...], tuple[Field, ...] | None, Node]  # what ``sites.read`` is told of a result
FRAMES = frozenset(("DataFrame", "LazyFrame", "Series", "Table", "RecordBatch"))
_LIBRARIES = frozenset(("pandas", "polars", "pyarrow"))


def is_frame(data: Any) -> bool:
    """Whether ``data`` is a table of one of the libraries that are known here."""
    kind = type(data)
    return kind.__name__ in FRAMES and kind.__module__.partition(".")[0] in _LIBRARIES


def mutable(data: Any) -> bool:
    """Whether ``data`` may be changed in place without anybody noticing."""
    return type(data).__module__.partition(".")[0] == "pandas"


def read(
    frame: Any,
    datasets: Iterable[Dataset],
    names: tuple[str, ...] | None = None,
    own: Mapping[str, str] | None = None,
) -> None:
    """Remember that ``frame`` was read from ``datasets``.

    Args:
        frame: the table.
        datasets: what it was read from.
        names: of its columns, where they are known.
        own: what the datasets call columns that it names otherwise.
    """
    found = tuple(dict.fromkeys(datasets))
    if found and is_frame(frame):
        source = Source("table", tuple(part for one in found for part in (one.namespace, one.name)))
        known = _names(frame) if names is None else names
        node.put(frame, Scan(source, known, own=tuple((own or {}).items())))


def queried(
    frame: Any,
    lineage: Lineage,
    datasets: Mapping[Source, tuple[Dataset, ...]],
    spelled: Callable[[str], str],
    fields: tuple[Field, ...] | None = None,
    given: Iterable[str] = (),
    relation: str = "",
    apart: frozenset[tuple[str, str]] = frozenset(),
) -> Given:
    """Remember that ``frame``, or whatever the user's code makes of it here, is what a SELECT gave; returns what it is.

    Args:
        frame: what it gave; None = rows.
        lineage: of the statement.
        datasets: its sources.
        spelled: tells how a name was written.
        fields: columns of the frame, with their types.
        given: names of the columns of rows, as the database tells them.
        relation: of objects, for which a library has asked by itself.
        apart: columns, by table and name, by which it has brought related objects along, and no rows come or go.
    """
    index: tuple[str, ...] = ()
    if is_frame(frame):
        names = _names(frame) or ()
        index = tuple(str(name) for name in frame.index.names if name is not None) if mutable(frame) else ()
    else:
        names = tuple(distinct(given)) or _told(lineage, spelled)
    made = selected.of(lineage, datasets, spelled, names, index)._replace(loaded=bool(relation), apart=apart)
    if is_frame(frame):
        node.put(frame, made)
    known = fields or tuple(Field(name) for name in names) or None
    sources = tuple(one for found in datasets.values() for one in found)
    sites.read(sources, known, made, relation=relation)
    return sources, known, made


def _told(lineage: Lineage, spelled: Callable[[str], str]) -> tuple[str, ...]:
    """The columns of rows by their places, as the statement names them; nothing where it does not tell how many."""
    outputs = [one for one in lineage.items if isinstance(one, Output)]
    if len(outputs) < len(lineage.items):
        return ()
    return tuple(distinct(spelled(one.name or one.said) or "column" for one in outputs))


def scanned(
    frame: Any,
    places: Iterable[str],
    version: str = "",
    names: tuple[str, ...] = (),
    own: Mapping[str, str] | None = None,
) -> None:
    """Remember that a lazy frame will be read from ``places``, as they were at ``version`` where one is given.

    ``names``: of its columns, where the files do not say them; ``own``: what the files call columns that it names
    otherwise.
    """
    found = tuple(places)
    if found:
        node.put(frame, Scan(Source("file", found), names or None, version=version, own=tuple((own or {}).items())))


def noted(way: str, data: Any, found: Iterable[Seen], folder: str) -> None:
    """Take note of data that the user's code says it has read or writes."""
    if way == "write":
        attach(found, data, folder)
    else:
        read(data, (seen.touched.dataset for seen in found))


def attach(found: Iterable[Seen], data: Any, folder: str) -> None:
    """Give versions that ``data`` is about to be written to its column edges; a model has its features as fields."""
    if data is None:
        return
    models = members.models(data)
    if any(features.inputs(one) for one in models):
        made, names = model.together(models, lambda one: of_node(one, folder))
        for seen in found if made else ():
            seen.edges = [*seen.edges, *made]
            fields = tuple(Field(name) for name in names)
            seen.touched = msgspec.structs.replace(seen.touched, fields=fields, kind=seen.touched.kind or "model")
        return
    bindable = edges(data, folder)
    for seen in found if bindable is not None else ():
        assert bindable is not None
        seen.edges = [*seen.edges, bindable]


def edges(data: Any, folder: str) -> Bindable | None:
    """Return the column edges of a frame that is about to be written; None where nothing is known of it."""
    known = node.of(data)
    if known is None or (isinstance(known, Scan) and mutable(data)):
        return None
    if isinstance(known, selected.Selected) and mutable(data):
        known = selected.changeable(known)
    return of_node(known, folder)


def of_node(known: Node, folder: str) -> FrameEdges:
    """Return the column edges of a frame that comes from ``known``."""

    def datasets(source: Source) -> tuple[Dataset, ...]:
        if source.kind == "table":
            return tuple(Dataset(*pair) for pair in zip(source.names[::2], source.names[1::2], strict=True))
        return tuple(dict.fromkeys(one for place in source.names for one in observe.datasets(place, folder)))

    return FrameEdges(known, datasets, _headers)


def _headers(source: Source) -> tuple[str, ...] | None:
    """The columns of files, as the header of the first one says."""
    for place in source.names if source.kind == "file" else ():
        for path in observe.files(place)[:1]:
            try:
                found = headers.of_file(path)
            except Exception as error:  # the fault rule: a header that cannot be read leaves the columns open
                fault.failed("headers", error)
                return None
            return None if found is None else tuple(found)
    return None


def _names(frame: Any) -> tuple[str, ...] | None:
    kind = type(frame).__name__
    if kind == "Series":
        return (str(frame.name),) if frame.name is not None else ()
    if kind == "LazyFrame":
        return None
    names = frame.schema.names if kind in ("Table", "RecordBatch") else frame.columns
    return tuple(distinct(str(name) for name in names))
