"""Where a frame in memory comes from: a tree of what was read and of the steps since, remembered beside the frame.

Enters: frames as they are read, made from one another and written. Leaves: column edges of what is written, worked out
when its event is made, on the sender's thread. A node holds names, expressions and other nodes, never a frame or a
value of one. A chain that is longer than ``DEEPEST`` is forgotten, and said to be unknown.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, NamedTuple, Protocol

from driftline.capture.frames.parts import Counted, Spelled
from driftline.capture.frames.shape import NOTHING, Shape, of_source
from driftline.capture.ground import fault
from driftline.capture.ground.beside import Beside
from driftline.capture.runs.columns import Bound, Reach
from driftline.capture.sql.relation import Edge, Source
from driftline.event.lineage import Dataset

DEEPEST = 400  # steps of one chain

Headers = Callable[[Source], tuple[str, ...] | None]


class Node(Protocol):
    """Where a frame comes from."""

    @property
    def depth(self) -> int:
        """Steps since the farthest source."""

    @property
    def inputs(self) -> "tuple[Node, ...]":
        """What it was made from."""

    def shape(self, made: "Mapping[int, Shape]", headers: Headers) -> Shape:
        """Return the columns, given the shapes of ``inputs`` by identity and a way to ask for headers of sources."""


class Scan(NamedTuple):
    """A file, a folder or a table, as it is read."""

    source: Source
    columns: tuple[str, ...] | None = None
    depth: int = 0
    inputs: tuple[Node, ...] = ()
    version: str = ""  # that was asked for by name; "" = the newest
    own: tuple[tuple[str, str], ...] = ()  # columns that were read under other names, with those of the source

    def shape(self, made: Mapping[int, Shape], headers: Headers) -> Shape:  # noqa: ARG002 - nothing is below it
        """Return the columns of the source."""
        columns = headers(self.source) if self.columns is None else self.columns
        return of_source(self.source, columns, dict(self.own))


class Opaque(NamedTuple):
    """A frame of which nothing is known but perhaps its sources."""

    depth: int = 0
    inputs: tuple[Node, ...] = ()

    def shape(self, made: Mapping[int, Shape], headers: Headers) -> Shape:  # noqa: ARG002 - nothing is below it
        """Return that nothing is known."""
        return NOTHING


class Both(NamedTuple):
    """A frame of which two ways of knowing tell: what was declared, and what was observed."""

    inputs: tuple[Node, ...]
    depth: int

    def shape(self, made: Mapping[int, Shape], headers: Headers) -> Shape:  # noqa: ARG002 - both are made
        """Return the edges of both."""
        one, other = (made[id(node)] for node in self.inputs)
        if one.unknown and not one.columns:
            return other
        if other.unknown and not other.columns:
            return one
        names = dict.fromkeys((*one.columns, *other.columns))
        none: frozenset[Edge] = frozenset()
        columns = {name: one.columns.get(name, none) | other.columns.get(name, none) for name in names}
        return one._replace(columns=columns, rows=one.rows | other.rows)


_SHOWN = 50  # frames whose memory is looked at

_nodes: Beside[Node] = Beside()


class _Seen:
    any = False


def of(frame: Any) -> Node | None:
    """Return where ``frame`` comes from; None = not known."""
    return _nodes.get(frame)


def put(frame: Any, node: Node) -> None:
    """Remember where ``frame`` comes from."""
    _Seen.any = True
    if node.depth >= DEEPEST:
        node = Opaque(1, tuple({one.source: one for one in below(node) if isinstance(one, Scan)}.values()))
    _nodes.put(frame, node)


def same(frame: Any, other: Any) -> None:
    """Remember that ``other`` comes from where ``frame`` does."""
    known = of(frame)
    if known is not None:
        put(other, known)


def forget(frame: Any) -> None:
    """Forget it: the frame was changed in place."""
    _nodes.drop(frame)


def latest(number: int) -> list[Node]:
    """Return where the frames that live come from, the newest first, each origin once.

    Steps are the same where they are one object: what they were called with may have no hash.
    """
    found: dict[Any, Node] = {}
    for one in reversed(_nodes.values()):
        found.setdefault(one if isinstance(one, Scan) else id(one), one)
    return list(found.values())[:number]


def shown_by(frame: Any) -> Node | None:
    """Return where the pandas frame comes from some of whose columns ``frame`` shows, in the same memory."""
    spot = _spot(frame)
    if spot is None:
        return None
    other: Any
    known: Node
    for other, known in reversed(_nodes.items()[-_SHOWN:]):
        if other is not frame and spot[0] in getattr(other, "columns", ()) and _spot(other, spot[0]) == spot:
            return known
    return None


def _spot(frame: Any, name: Any = None) -> tuple[Any, int, int] | None:
    """The first column of numbers, or the one of this name, with its place in memory and its length."""
    if type(frame).__name__ != "DataFrame" or not type(frame).__module__.startswith("pandas"):
        return None
    if not frame.columns.is_unique or not len(frame):
        return None
    for column in frame.columns if name is None else (name,):
        if (
            getattr(frame.dtypes[column], "kind", "O") in "biuf"
            and type(frame.dtypes[column]).__module__ == "numpy.dtypes"
        ):
            return column, frame[column].to_numpy().__array_interface__["data"][0], len(frame)
    return None


def any_known() -> bool:
    """Whether something was ever known of any frame in this process."""
    return _Seen.any


def deeper(nodes: Iterable[Node]) -> int:
    """Return the depth of what is made from ``nodes``."""
    return 1 + max((node.depth for node in nodes), default=0)


def shape_of(top: Node, headers: Headers) -> Shape:
    """Return the shape of a node; those below it are made first, each once, without recursion.

    One that cannot be made, as where the user's polars refuses a question, is a counted failure.
    """
    made: dict[int, Shape] = {}
    waiting = [top]
    while waiting:
        node = waiting[-1]
        if id(node) in made:
            waiting.pop()
            continue
        missing = [one for one in node.inputs if id(one) not in made]
        if missing:
            waiting += missing
            continue
        waiting.pop()
        try:
            made[id(node)] = node.shape(made, headers)
        except Exception as error:  # the fault rule: of what cannot be followed nothing is known, and the rest is told
            fault.failed("columns", error)
            made[id(node)] = NOTHING
    return made[id(top)]


def below(top: Node) -> Iterator[Node]:
    """Yield a node and all that it was made from, each once."""
    seen: set[int] = set()
    waiting = [top]
    while waiting:
        node = waiting.pop()
        if id(node) not in seen:
            seen.add(id(node))
            waiting += reversed(node.inputs)
            yield node


def sources(top: Node) -> list[Source]:
    """Return the sources of a node, in order."""
    return list(dict.fromkeys(one.source for one in scans(top)))


def scans(top: Node) -> list[Scan]:
    """Return what a node was read from, in order."""
    return [node for node in below(top) if isinstance(node, Scan)]


def _opaque(top: Node) -> bool:
    return any(isinstance(node, Opaque) for node in below(top))


class FrameEdges:
    """The column edges of a frame that is written."""

    def __init__(self, node: Node, datasets: Callable[[Source], tuple[Dataset, ...]], headers: Headers) -> None:
        self._node = node
        self._datasets = datasets
        self._headers = headers
        self.unknown = False  # something was found of which nothing can be said
        self.planned = any(
            hasattr(one, "taken") for one in below(node)
        )  # values may stand in it, of nobody knows where
        self.changeable = bool(getattr(node, "changeable", False))  # the frame may have been changed since

    @property
    def datasets(self) -> dict[Source | None, tuple[Dataset, ...]]:
        """What the frame was made from; one without datasets for what is not known."""
        known: dict[Source | None, tuple[Dataset, ...]] = {one: self._datasets(one) for one in sources(self._node)}
        return {**known, None: ()} if _opaque(self._node) else known

    def waits_for(self) -> tuple[str, ...]:
        """Return the keys of the probes that have not been answered."""
        return tuple(dict.fromkeys(key for node in below(self._node) for key in getattr(node, "waits", tuple)()))

    def bind(self, columns: tuple[str, ...] | None) -> Bound:
        """Return the edges per output column and those of the row set."""
        shape = shape_of(self._node, self._headers)
        names = tuple(shape.columns) if columns is None else columns
        self.unknown = shape.unknown
        found = {name: self._reaches(shape.find(name) or ()) for name in names}
        return {name: reaches for name, reaches in found.items() if reaches}, self._reaches(shape.rows)

    def rootless(self, columns: tuple[str, ...] | None) -> frozenset[str]:
        """Return the columns to which no value of any column comes."""
        shape = shape_of(self._node, self._headers)
        names = tuple(shape.columns) if columns is None else columns
        return frozenset(name for name in names if isinstance(shape.columns.get(name), Counted))

    def literals(self, columns: tuple[str, ...]) -> frozenset[str]:
        """Return those of them that are made of literals: what these come from, the code may know."""
        shape = shape_of(self._node, self._headers)
        return frozenset(name for name in columns if isinstance(shape.columns.get(name), Spelled))

    def _reaches(self, found: Iterable[Edge]) -> list[Reach]:
        return sorted(
            Reach(dataset.namespace, dataset.name, edge.column, *edge.kind, edge.provenance, edge.confidence)
            for edge in found
            for dataset in self._datasets(edge.source)
        )
