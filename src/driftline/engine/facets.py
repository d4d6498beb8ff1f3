"""Facets by name: what was said of a dataset, a job or a run, byte for byte.

Enters: a node id. Leaves: its facets. Of a dataset or a job the newest of each key stands; of a run all its events
add up, with what they say of its inputs and outputs. Of a file that one event tells of more than once, as it was read
with two separators or in two states, one reading stands, whole: that of which most is said, the last of such. Where a
dataset has a facet as such and another of the same key as input or output, the other one is called ``inputFacets.key``
or ``outputFacets.key``.
"""

import msgspec

from driftline.engine.house import House
from driftline.errors import NotFound
from driftline.event import names, openlineage, registry
from driftline.event.kept import Facets
from driftline.event.openlineage import DatasetPart, Event
from driftline.graph import datasets, executions

Held = dict[str, msgspec.Raw]
_PLACES = {"inputs": "inputFacets", "outputs": "outputFacets"}


def of(house: House, node: str, name: str = "") -> Facets:
    """Return the facets of ``node``; only the one called ``name`` where that is not empty.

    Raises:
        NotFound: there is no such node, or it has no such facet.
    """
    found = house.store.lineage.lookup(node)
    if found is None:
        raise NotFound(repr(node))
    if found.type == "RUN":
        held = _of_run(house, found.label)
    elif found.type == "JOB":
        held = Facets(node=node, facets=_standing(house, "JOB", *_named(house, found.id)))
    else:
        assert found.dataset is not None
        dataset = found.dataset
        held = Facets(node=dataset.node, facets=_standing(house, "DATASET", dataset.namespace, dataset.name))
    return _only(held, name) if name else held


def _only(held: Facets, name: str) -> Facets:
    def pick(facets: Held) -> Held:
        return {key: facet for key, facet in facets.items() if key == name or key in asides}

    def side(parts: dict[str, Held]) -> dict[str, Held]:
        return {node: picked for node, facets in parts.items() if (picked := pick(facets))}

    asides = {f"{place}.{name}" for place in _PLACES.values()}
    kept = Facets(node=held.node, facets=pick(held.facets), inputs=side(held.inputs), outputs=side(held.outputs))
    if not (kept.facets or kept.inputs or kept.outputs):
        known = {*held.facets}.union(*held.inputs.values(), *held.outputs.values())
        hint = f"It has {', '.join(sorted(known)) or 'none'}."
        if set(registry.PLACES.get(name, ())) & {"input", "output"}:
            hint += " This one is said by the run that reads or writes: ask with run: and its id."
        raise NotFound(f"facet {name!r} of {held.node}", hint=hint)
    return kept


def _named(house: House, job: int) -> tuple[str, str]:
    row = house.store.walks.nodes([job])[job]
    return row[2], row[3]


def _standing(house: House, type_: str, namespace: str, name: str) -> Held:
    found = house.store.lineage.facets(type_, namespace, name)
    return {key: msgspec.Raw(facet) for key, facet in found.items()}


def _of_run(house: House, run: str) -> Facets:
    events = executions.in_order(openlineage.decode(raw) for raw in house.store.log.of_run(run))
    return Facets(
        node=names.run_id(run),
        facets=datasets.merged(event.run.facets for event in events if event.run),
        inputs=_sides(events, "inputs"),
        outputs=_sides(events, "outputs"),
    )


def _sides(events: list[Event], side: str) -> dict[str, Held]:
    parts: dict[str, list[DatasetPart]] = {}
    for event in events:
        here: dict[str, list[DatasetPart]] = {}
        for part in getattr(event, side):
            here.setdefault(names.dataset_id(part.namespace, part.name), []).append(part)
        for node, said in here.items():  # two readings are not one: facets of both would be of neither
            parts[node] = [*parts.get(node, ()), *said] if len(said) == 1 else [max(reversed(said), key=_said)]
    return {node: _beside(said, _PLACES[side]) for node, said in parts.items()}


def _said(part: DatasetPart) -> int:
    return len(part.facets) + len(part.input_facets) + len(part.output_facets)


def _beside(said: list[DatasetPart], place: str) -> Held:
    """Return the facets of a dataset with those it has as input or output, aside where keys are equal."""
    held = datasets.merged(one.facets for one in said)
    aside = datasets.merged({**one.input_facets, **one.output_facets} for one in said)
    return held | {f"{place}.{key}" if key in held else key: facet for key, facet in aside.items()}
