"""The facts of one execution: what its states say, each with the span of time in which it is said.

Enters: a history, and the ids of what it names. Leaves: touches of versions, steps between versions and the run, ties,
words on columns and on names. The same history gives the same facts; what a run said before and says no more is found
by comparing them. Never reads a row.
"""

from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from typing import NamedTuple, TypeVar

from driftline.event import ids
from driftline.event.lineage import Dataset, History, Job, Place, RunShape, State, Touched, Version
from driftline.store import columns, versions
from driftline.store.blobs import Blobs
from driftline.store.connection import NOW, OPEN
from driftline.store.names import Names
from driftline.store.versions import READ, TOLD, WRITE, Schemas, Versions

WIDE = 10_000  # inputs times outputs of a run above which they meet in one place instead of pair by pair
_KNOWN = 50_000
_Key = TypeVar("_Key", bound=Hashable)
_Value = TypeVar("_Value")


class Touch(NamedTuple):
    """A run read, wrote or told of a version."""

    job: int
    dataset: int
    version: str
    from_us: int
    to_us: int
    informed_us: int  # an output: from when on its sources are known better than by the product; an input: OPEN, unless
    #                   only column lineage names it
    schema: int
    body: bytes


class Step(NamedTuple):
    """A step in the graph of versions."""

    hops: int
    provenance: str
    confidence: float
    from_us: int
    to_us: int


class Held(NamedTuple):
    """A tie between two datasets or jobs."""

    hops: int
    provenance: str
    confidence: float
    to_us: int


class Facts(NamedTuple):
    """Everything that one execution says."""

    touches: dict[tuple[int, int, int], Touch]  # version, role, from when
    steps: dict[tuple[int, int, int], Step]  # target, source, from when
    ties: dict[tuple[int, int, int], Held]  # target, source, from when
    columns: dict[tuple[int, int, int], int]  # job, dataset, from when -> number of a set of edges
    aliases: dict[tuple[int, int], int]  # dataset, when -> number of a set of names


NOTHING = Facts({}, {}, {}, {}, {})


def spread(
    states: Sequence[State], say: Callable[[RunShape], Mapping[_Key, _Value]]
) -> dict[tuple[_Key, int], tuple[_Value, int]]:
    """Return what ``say`` finds in the states, by the moment from which on it is so; each with the end of that."""
    found: dict[tuple[_Key, int], tuple[_Value, int]] = {}
    since: dict[_Key, int] = {}  # of what stands
    for state in states:
        said = say(state.shape)
        for key, begun in list(since.items()):
            value, _ = found[key, begun]
            if key not in said or said[key] != value:
                found[key, begun] = (value, state.since_us)
                del since[key]
        for key, value in said.items():
            if key not in since:
                since[key] = state.since_us
                found[key, state.since_us] = (value, OPEN)
    return found


class Teller:
    """Turns histories into facts."""

    def __init__(self, names: Names, versions_: Versions, schemas: Schemas, blobs: Blobs) -> None:
        self._names = names
        self._versions = versions_
        self._schemas = schemas
        self._blobs = blobs
        self._known: dict[tuple[int, int], int] = {}  # dataset and schema, or 0 and set of edges -> since when

    def _earlier(self, key: tuple[int, int], since_us: int) -> bool:
        """Whether the columns of a schema or a set were not said to be there by then; taken as said now."""
        if self._known.get(key, OPEN) <= since_us:
            return False
        if len(self._known) > _KNOWN:
            self._known.clear()
        self._known[key] = since_us
        return True

    def forget(self) -> None:
        """Let go of what is in memory."""
        self._known.clear()

    def prepare(self, histories: Iterable[History]) -> None:
        """Read what several histories name together."""
        named = {
            (one.dataset, one.version)
            for history in histories
            for state in history.states
            for one in (*state.shape.inputs, *state.shape.outputs)
        }
        self._versions.fetch((self._dataset(dataset), version) for dataset, version in sorted(named))

    def facts(self, history: History, run_id: int) -> Facts:
        """Return what a history says, under the id of its execution."""
        since = history.states[0].since_us
        job = self._names.job(history.shape.job, since)
        return Facts(
            self._touches(history, job),
            self._steps(history, run_id),
            self._ties(history) | self._hubs(history),
            self._columns(history, job),
            self._aliases(history),
        )

    def _dataset(self, dataset: Dataset, since_us: int = OPEN) -> int:
        return self._names.dataset(dataset, since_us)

    def _field(self, dataset: Dataset, column: str, since_us: int) -> None:
        self._names.field(self._dataset(dataset, since_us), column, since_us)

    def _version(self, version: Version) -> int:
        return self._versions.id(self._dataset(version.dataset), version.version)

    def _touches(self, history: History, job: int) -> dict[tuple[int, int, int], Touch]:
        found = {}
        for (version, role, since), (said, until, informed_us) in _reached(history).items():
            dataset = self._dataset(said.dataset, since)
            self._names.kind(said.dataset, said.kind)
            schema = self._schemas.number(said.fields)
            if said.fields and self._earlier((dataset, schema), NOW):  # from when on, the event that names them says
                for field in said.fields:
                    self._names.field(dataset, field.name)
            found[self._version(version), role, since] = Touch(
                job,
                dataset,
                said.version,
                since,
                until,
                informed_us,
                schema,
                versions.condense(said),
            )
        return found

    def _steps(self, history: History, run_id: int) -> dict[tuple[int, int, int], Step]:
        if history.kind != "run":
            return {
                (*key, since): Step(0, *word, since, until)
                for (key, since), (word, until) in spread(history.states, self._pairs).items()
            }
        through = -run_id

        def star(shape: RunShape) -> dict[tuple[int, int], tuple[str, float]]:
            known = set(shape.informed)
            outputs = [Version(one.dataset, one.version) for one in shape.outputs]
            guessed = [version for version in outputs if version not in known]
            if outputs and not guessed:
                return {}
            word = ("cartesian", 0.8 if len(outputs) <= 1 else 0.5)
            reads = {(through, self._version(Version(one.dataset, one.version))): word for one in shape.inputs}
            return reads | {(self._version(version), through): word for version in guessed}

        found = {
            (*key, since): Step(1, *word, since, until)
            for (key, since), (word, until) in spread(history.states, star).items()
        }
        for (key, since), (word, until) in spread(history.states, self._pairs).items():
            found[(*key, since)] = Step(2, *word, since, until)
        return found

    def _pairs(self, shape: RunShape) -> dict[tuple[int, int], tuple[str, float]]:
        return {
            (self._version(edge.target), self._version(edge.source)): (edge.provenance, edge.confidence)
            for edge in shape.edges
        }

    def _ties(self, history: History) -> dict[tuple[int, int, int], Held]:
        def say(shape: RunShape) -> dict[tuple[Place, Place], tuple[int, str, float]]:
            found: dict[tuple[Place, Place], tuple[int, str, float]] = {
                (tie.target, tie.source): (1, tie.provenance, tie.confidence) for tie in shape.ties
            }
            for one in (*shape.inputs, *shape.outputs):
                for former in one.formerly:
                    new, old = _place(one.dataset), _place(former)
                    found[new, old] = found[old, new] = (0, "rename", 1.0)
            return found

        return {
            (self._at(target, since), self._at(source, since), since): Held(*word, until)
            for ((target, source), since), (word, until) in spread(history.states, say).items()
        }

    def _at(self, place: Place, since_us: int) -> int:
        if place.type == "JOB":
            return self._names.job(Job(place.namespace, place.name), since_us)
        return self._dataset(Dataset(place.namespace, place.name), since_us)

    def _hubs(self, history: History) -> dict[tuple[int, int, int], Held]:
        """Return the ties of runs so wide that their inputs and outputs meet in one place."""

        def say(shape: RunShape) -> dict[tuple[int, int], None]:
            known = {version.dataset for version in shape.informed}
            inputs = sorted({one.dataset for one in shape.inputs})
            outputs = sorted({one.dataset for one in shape.outputs} - known)
            if len(inputs) * len(outputs) <= WIDE:
                return {}
            digest = ids.digest(*(dataset.node for dataset in (*inputs, *outputs)))
            hub = self._names.hub(shape.job, digest, history.states[0].since_us)
            read = {(hub, self._dataset(dataset)): None for dataset in inputs}
            return read | {(self._dataset(dataset), hub): None for dataset in outputs}

        return {
            (target, source, since): Held(1, "cartesian", 0.5, until)
            for ((target, source), since), (_, until) in spread(history.states, say).items()
        }

    def _columns(self, history: History, job: int) -> dict[tuple[int, int, int], int]:
        found: dict[tuple[int, int, int], int] = {}
        last: dict[int, bytes] = {}
        for state in history.states:
            said = columns.by_target(state.shape.columns)
            now = {self._dataset(target, state.since_us): body for target, body in said.items()}
            for dataset in last.keys() - now.keys():
                now[dataset] = b""
            for dataset, body in now.items():
                if last.get(dataset) != body:
                    number = found[job, dataset, state.since_us] = self._blobs.number(body) if body else 0
                    if number and self._earlier((0, number), state.since_us):
                        for edge in columns.unpack(body):
                            self._field(edge.source, edge.source_column, state.since_us)
                            self._field(edge.target, edge.target_column, state.since_us)
            last |= now
        return found

    def _aliases(self, history: History) -> dict[tuple[int, int], int]:
        found: dict[tuple[int, int], int] = {}
        last: dict[int, tuple[Dataset, ...]] = {}
        for state in history.states:
            for one in (*state.shape.inputs, *state.shape.outputs):
                dataset = self._dataset(one.dataset, state.since_us)
                if one.aliases is not None and last.get(dataset) != one.aliases:
                    last[dataset] = one.aliases
                    for other in one.aliases:
                        self._dataset(other, state.since_us)
                    found[dataset, state.since_us] = self._blobs.number(pack_names(one.aliases))
        return found


def _reached(history: History) -> dict[tuple[Version, int, int], tuple[Touched, int, int]]:
    """Return which version was touched in which role from when, what was said last of it, to when, and informed when.

    Of an output: the moment from which on its sources are known; one that is not known any more begins anew. Of an
    input that only column lineage names: the moment at which that begins; one that is listed then begins anew.
    """
    read = TOLD if history.kind == "dataset" else READ
    found: dict[tuple[Version, int, int], tuple[Touched, int, int]] = {}
    since: dict[tuple[Version, int], int] = {}  # of what stands
    for state in history.states:
        sides = ((read, state.shape.inputs), (WRITE, state.shape.outputs))
        said = {(Version(one.dataset, one.version), role): one for role, items in sides for one in items}
        known = set(state.shape.informed)
        for key, begun in list(since.items()):
            one, _, informed_us = found[(*key, begun)]
            if key not in said or _otherwise(key, said[key], informed_us, known):
                found[(*key, begun)] = (one, state.since_us, informed_us)
                del since[key]
        for key, one in said.items():
            begun = since.setdefault(key, state.since_us)
            _, _, informed_us = found.get((*key, begun), (one, OPEN, OPEN))
            if informed_us == OPEN and (one.unnamed or (key[1] == WRITE and key[0] in known)):
                informed_us = state.since_us
            found[(*key, begun)] = (one, OPEN, informed_us)
    return found


def _otherwise(key: tuple[Version, int], one: Touched, informed_us: int, known: set[Version]) -> bool:
    """Whether a touch does not go on as it began."""
    if key[1] == WRITE:
        return informed_us != OPEN and key[0] not in known
    return one.unnamed != (informed_us != OPEN)


def _place(dataset: Dataset) -> Place:
    return Place("DATASET", dataset.namespace, dataset.name)


def pack_names(names: Sequence[Dataset]) -> bytes:
    """Return names of a dataset as bytes."""
    return "\n".join(f"{name.namespace}\t{name.name}" for name in names).encode()


def unpack_names(data: bytes) -> list[Dataset]:
    """Return what ``pack_names`` was given."""
    return [Dataset(*line.split("\t", 1)) for line in data.decode().split("\n") if line]
