"""Which output of a run has which sources, by the best word there is.

Enters: the inputs and outputs of a run with their facets. Leaves: versions with the edges between them, columns, and
ties to jobs. In this order: explicit lineage, which is the whole truth of the events that carry it; column lineage, or
what our own capture saw; else every input feeds the output, which is not written down pair by pair. Datasets that only
lineage facets name are inputs and outputs too. Never decides what holds over several runs.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from typing import NamedTuple

from driftline.event.lineage import ColumnEdge, Dataset, Edge, Job, Place, Provenance, Tie, Touched, Version
from driftline.event.openlineage import DatasetPart, Event
from driftline.graph import columns, datasets, explicit
from driftline.graph.datasets import Gathered
from driftline.graph.explicit import Said
from driftline.store import facts

ALONE, AMONG_OTHERS = 0.8, 0.5  # confidence of a guess: the only output of its run, one of several


class Found(NamedTuple):
    """What a run read and wrote, and what fed what."""

    inputs: tuple[Touched, ...]
    outputs: tuple[Touched, ...]
    informed: tuple[Version, ...]
    edges: tuple[Edge, ...]
    ties: tuple[Tie, ...]
    columns: tuple[ColumnEdge, ...]


def of_run(
    run: str, job: Job, told: Sequence[Event], inputs: list[Gathered], outputs: list[Gathered], minted: str
) -> Found:
    """Return what fed what, by the events of a run or by a job event (run ``""``)."""
    speaking, others = explicit.parted(told)
    said = explicit.on_job([event.job.facets for event in speaking if event.job], job)
    for output in outputs:
        more = explicit.on_dataset(output.facets, output.touched.dataset)
        if more is not None:
            said = _together(said, more)
    if said is None:
        return _implicit(run, inputs, outputs)
    inputs = datasets.united(inputs, said.sources)
    outputs = datasets.united(outputs, set(said.targets), minted)
    settled = _named(event.outputs for event in speaking) | set(said.targets)
    described = [output for output in outputs if output.touched.dataset in settled]
    rest = [output for output in outputs if output.touched.dataset not in settled]
    found = _implicit(run, inputs, rest)
    guessed = [output for output in rest if _version(output) not in found.informed]
    read = _named(event.inputs for event in others)
    confidence = ALONE if len(outputs) == 1 else AMONG_OTHERS
    edges = {
        *found.edges,
        *_described(run, said, inputs, described, confidence),
        *_product(run, read, inputs, guessed, outputs),
    }
    return Found(
        inputs=found.inputs,
        outputs=tuple(item.touched for item in outputs),
        informed=tuple(_version(item) for item in outputs),
        edges=tuple(sorted(edges)),
        ties=said.every_tie(),
        columns=tuple(sorted({*found.columns, *said.columns})),
    )


def _implicit(run: str, inputs: list[Gathered], outputs: list[Gathered]) -> Found:
    """Without explicit lineage: column lineage where it is there, else inputs times outputs."""
    found = [(output, columns.read(output.facets, output.touched.dataset)) for output in outputs]
    named = {source for _, edges in found for source in columns.sources(edges)}
    inputs = datasets.united(inputs, named, by_columns=True)
    edges, informed = _edges(run, inputs, found)
    return Found(
        inputs=tuple(item.touched for item in inputs),
        outputs=tuple(item.touched for item in outputs),
        informed=informed,
        edges=edges,
        ties=(),
        columns=found[0][1] if len(found) == 1 else tuple(sorted({edge for _, edges in found for edge in edges})),
    )


def of_dataset(told: list[Gathered], dataset: Dataset) -> Found:
    """Return what a dataset event says: of a view, what it is made of."""
    touched = tuple(item.touched for item in told)
    held = told[0].facets if told else {}
    said = explicit.on_dataset(held, dataset)
    if said is None:
        edges = columns.read(held, dataset)
        said = explicit.nothing()._replace(
            targets={dataset: columns.sources(edges)} if edges else {}, columns=set(edges)
        )
        provenance: Provenance = "column"
    else:
        provenance = "explicit"
    own = Place("DATASET", dataset.namespace, dataset.name)
    found = {
        Tie(Place("DATASET", source.namespace, source.name), own, provenance)
        for source in said.targets.get(dataset, set()) - {dataset}
    }
    return Found(touched, (), (), (), said.every_tie(found), tuple(sorted(said.columns)))


def _together(one: Said | None, other: Said) -> Said:
    if one is None:
        return other
    targets = {
        key: one.targets.get(key, set()) | other.targets.get(key, set()) for key in {**one.targets, **other.targets}
    }
    return Said(
        targets,
        one.ties | other.ties,
        one.columns | other.columns,
        one.read | other.read,
        one.rootless | other.rootless,
        one.shaping | other.shaping,
        one.guessed | other.guessed,
        one.sure | other.sure,
    )


def _named(sides: Iterable[Sequence[DatasetPart]]) -> set[Dataset]:
    return {Dataset(part.namespace, part.name) for side in sides for part in side}


def _described(
    run: str, said: Said, inputs: list[Gathered], outputs: list[Gathered], confidence: float
) -> Iterable[Edge]:
    """Yield what explicit lineage says: no product. What no entry reads or describes stays with the job.

    A source that the facet itself calls a guess is one; values that were kept make it as likely as the only output's.
    """
    likely = {(edge.source, edge.target) for edge in said.columns if edge.confidence >= columns.SURE}
    crossed, guesses = _crossed(inputs, outputs), said.guesses
    written = {output.touched.dataset for output in outputs}
    read: dict[Dataset, list[tuple[Gathered, Version]]] = {}
    for item in inputs:
        read.setdefault(item.touched.dataset, []).append((item, _version(item)))
    for output in outputs:
        target = _version(output)
        for source in said.targets.get(target.dataset, ()):
            pair = (source, target.dataset)
            for item, version in _before(read.get(source, ()), output, again=source in written):
                if version == target:
                    continue
                how: tuple[Provenance, float] = ("explicit", 1.0)
                if crossed(item, output):
                    how = ("cartesian", confidence)
                elif pair in guesses:
                    how = ("cartesian", ALONE if pair in likely else confidence)
                yield Edge(version, target, run, *how)


def _before(
    read: Sequence[tuple[Gathered, Version]], output: Gathered, *, again: bool
) -> Iterable[tuple[Gathered, Version]]:
    """Return the states of a source that may have fed an output by when they were read, as far as that is known.

    ``again``: the run wrote the source as well; of each slice the state that was read last stands for those before it.
    """
    end = output.after_ns
    if end is None:
        return read
    found = [(item, version) for item, version in read if item.after_ns is None or item.after_ns <= end]
    if not again:
        return found
    last: dict[str, int] = {}
    for item, _ in found:
        last[item.touched.partition] = max(last.get(item.touched.partition, 0), item.after_ns or 0)
    return [one for one in found if one[0].after_ns is None or one[0].after_ns == last[one[0].touched.partition]]


def _product(
    run: str, read: set[Dataset], inputs: list[Gathered], outputs: list[Gathered], every: Sequence[Gathered]
) -> Iterable[Edge]:
    """Yield the product of what events without explicit lineage read and wrote, in a run that has some."""
    confidence = ALONE if len(every) == 1 else AMONG_OTHERS
    for output in outputs:
        for item in inputs:
            if item.touched.dataset in read and _version(item) != _version(output):
                yield Edge(_version(item), _version(output), run, "cartesian", confidence)


def _crossed(inputs: Iterable[Gathered], outputs: Iterable[Gathered]) -> Callable[[Gathered, Gathered], bool]:
    """Return what tells whether it is open which version of a source fed a version of a target.

    That is so where a run read several versions of the one dataset and wrote several of the other: what is said of the
    datasets is then no word on each pair, but for versions of the same slice.
    """
    read = Counter(item.touched.dataset for item in inputs)
    written = Counter(item.touched.dataset for item in outputs)

    def open_(item: Gathered, output: Gathered) -> bool:
        one, other = item.touched, output.touched
        same = bool(one.partition) and one.partition == other.partition
        return read[one.dataset] > 1 and written[other.dataset] > 1 and not same

    return open_


def _version(item: Gathered) -> Version:
    return Version(item.touched.dataset, item.touched.version)


def _edges(
    run: str, inputs: Sequence[Gathered], outputs: Sequence[tuple[Gathered, tuple[ColumnEdge, ...]]]
) -> tuple[tuple[Edge, ...], tuple[Version, ...]]:
    """Return which version fed which where that is known, and the outputs of which it is known.

    Column lineage decides where an output has it and is surer than a guess. An input that our own capture saw and that
    no column lineage of the run names may feed every output that our capture saw: it was read for something. So may one
    that column lineage names elsewhere, where an output has columns of which nothing is known; but in a very wide run
    nothing is said of either. Where a column says so of the datasets, and not which of several versions it was, each
    may be the one.
    """
    named_anywhere = {source for _, edges in outputs for source in columns.sources(columns.sure(edges))}
    confidence = ALONE if len(outputs) == 1 else AMONG_OTHERS
    crossed = _crossed(inputs, [output for output, _ in outputs])
    narrow = len(inputs) * len(outputs) <= facts.WIDE
    found: set[Edge] = set()
    informed: list[Version] = []
    for output, edges in outputs:
        target = _version(output)
        named, hinted = columns.sources(columns.sure(edges)), columns.sources(edges)
        if not named:
            continue
        informed.append(target)
        open_ = _unexplained(output, edges)
        for item in inputs:
            source = _version(item)
            dangling = output.explicit and item.explicit and (open_ or source.dataset not in named_anywhere) and narrow
            if source != target and source.dataset in named and not crossed(item, output):
                found.add(Edge(source, target, run, "column"))
            elif source != target and (dangling or source.dataset in hinted):
                found.add(Edge(source, target, run, "cartesian", confidence))
    return tuple(sorted(found)), tuple(informed)


def _unexplained(output: Gathered, edges: Iterable[ColumnEdge]) -> bool:
    """Whether an output has columns into which no value is known to lead."""
    known = {edge.target_column for edge in edges if edge.type == "DIRECT"}
    return any(field.name not in known for field in output.touched.fields or ())
