"""What is said of a node as of a moment: its labels, those that it inherits, and what events say of it.

Enters: the house, and a node id or what people type. Leaves: the node that is meant, its tags and labels. What people
say is read from the store; what events say of a run is read from its log. Never changes anything.
"""

from driftline.engine import questions
from driftline.engine.house import House
from driftline.errors import NotFound
from driftline.event import names, openlineage, said
from driftline.event.label import Carried, Labels
from driftline.event.said import Facet, Said
from driftline.graph import datasets, executions, inherit
from driftline.graph.inherit import Moment
from driftline.store.catalogue import Found
from driftline.store.connection import OPEN


def tags(house: House, text: str, as_of_us: int | None) -> list[Carried]:
    """Return the tags that count for a node as of a moment (None: now): its own first, then those that it inherits.

    Raises:
        NotFound, Ambiguous: ``text`` means nothing or several things.
    """
    of = found(house, node(house, text))
    tagged = inherit.tags(house.store, of, Moment(house.now(), as_of_us))
    said_ = _told_of_run(house, text, OPEN if as_of_us is None else as_of_us).tags if of.type == "RUN" else ()
    return [*(Carried(tag=tag, source=of.node) for tag in (*tagged.own, *said_)), *tagged.inherited]


def labels(house: House, text: str, as_of_us: int | None) -> Labels:
    """Return everything that is said of a node, and the tags that it inherits, as of a moment (None: now).

    Raises:
        NotFound, Ambiguous: ``text`` means nothing or several things.
    """
    of = found(house, node(house, text))
    moment = Moment(house.now(), as_of_us)
    tagged = inherit.tags(house.store, of, moment, columns=True)
    held = house.store.labels.of([of.node], moment.stands_us).get(of.node)
    told = _told(house, of, OPEN if as_of_us is None else as_of_us)
    inner = of.column if of.type == "FIELD" else ""
    description = told.column_descriptions.get(inner) if inner else told.description
    run_tags = told.tags if of.type == "RUN" else ()
    return Labels(
        node=of.node,
        tags=(*tagged.own, *run_tags),
        inherited=tagged.inherited,
        owners=(*(told.owners if not inner else ()), *(held.owners if held else ())),
        descriptions=(*((description,) if description else ()), *(held.descriptions if held else ())),
        terms=held.terms if held else (),
        columns=dict(tagged.columns),
        truncated=tagged.truncated,
    )


def node(house: House, text: str) -> str:
    """Return the node id that ``text`` means; also of a column that only a schema names.

    Raises:
        NotFound, Ambiguous: it means nothing or several things.
    """
    store = house.store
    if store.lineage.lookup(text) is not None or store.index.known(text):
        return text
    try:
        return questions.resolve(house, text)
    except NotFound:
        for at in range(len(text) - 1, 0, -1):
            near = store.lineage.find(text[:at]) if text[at] == "." else []
            place = store.lineage.lookup(near[0]) if len(near) == 1 else None
            if place is not None and place.type == "DATASET" and place.dataset is not None:
                column = names.column_id(place.dataset.namespace, place.dataset.name, text[at + 1 :])
                if store.index.known(column):
                    return column
        raise


def found(house: House, node_: str) -> Found:
    """Return a node by its id, or a column of a dataset that is known.

    Raises:
        NotFound: it is neither.
    """
    lineage = house.store.lineage
    known = lineage.lookup(node_)
    if known is not None:
        return known
    rest = node_.removeprefix("datasetField:")
    for at in range(len(rest) - 1, 0, -1):
        owner = lineage.lookup(f"dataset:{rest[:at]}") if rest[at] == ":" else None
        if owner is not None and owner.dataset is not None and owner.type == "DATASET":
            return Found(node_, "FIELD", rest, dataset=owner.dataset, column=rest[at + 1 :], owner=owner.id)
    raise NotFound(node_)


def _told(house: House, of: Found, at_us: int) -> Said:
    """Return what events say: of a version and a column, what they say of their dataset."""
    store = house.store
    if of.type == "RUN":
        return _told_of_run(house, of.node, at_us)
    if of.dataset is not None:
        return store.tellings.of("DATASET", of.dataset.namespace, of.dataset.name, at_us)
    row = store.walks.nodes([of.id])[of.id]
    return store.tellings.of("JOB", row[2], row[3], at_us)


def _told_of_run(house: House, node_: str, at_us: int) -> Said:
    """Return what the newest facets of a run say; they are few, and read from the log."""
    run, _, _ = node_.removeprefix("run:").partition("#")
    if house.store.lineage.run(run) is None:
        return Said()
    events = [openlineage.decode(raw) for raw in house.store.log.of_run(run)]
    held: dict[str, Facet] = {}
    for event in executions.in_order(events):
        for key, facet in event.run.facets.items() if event.run and event.time_us <= at_us else ():
            if key in said.KEYS:
                held[key] = Facet(b"" if datasets.deletes(facet) else bytes(facet), event.time_us)
    return said.read({key: facet for key, facet in held.items() if facet.data})
