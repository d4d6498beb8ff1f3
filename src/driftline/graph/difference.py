"""How one graph differs from another.

Enters: the graph at one moment and at another, schemas and code at both. Leaves: what came, what went, what is known
in another way. A node is the same by its id, a link by its ends, its kind and what it goes through; how far a node lies
from where it was looked from is no difference. Pure.
"""

from collections.abc import Iterable, Mapping

from driftline.event.lineage import Field, Link, Node
from driftline.event.report import CodeChange, Difference, FieldChange, LinkChange

Links = tuple[tuple[Link, ...], tuple[Link, ...], tuple[LinkChange, ...]]


def key(link: Link) -> tuple[str, str, str, str]:
    """Return what makes a link the same link."""
    return link.source, link.target, link.kind, link.via


def nodes(before: Iterable[Node], after: Iterable[Node]) -> tuple[tuple[Node, ...], tuple[Node, ...]]:
    """Return the nodes that came and those that went."""
    old, new = ({node.id: node for node in side} for side in (before, after))
    return (
        tuple(new[id_] for id_ in sorted(new.keys() - old.keys())),
        tuple(old[id_] for id_ in sorted(old.keys() - new.keys())),
    )


def links(before: Iterable[Link], after: Iterable[Link]) -> Links:
    """Return the links that came, those that went, and those that are known in another way."""
    old, new = ({key(link): link for link in side} for side in (before, after))
    return (
        tuple(new[one] for one in sorted(new.keys() - old.keys())),
        tuple(old[one] for one in sorted(old.keys() - new.keys())),
        tuple(LinkChange(before=old[one], after=new[one]) for one in sorted(old.keys() & new) if old[one] != new[one]),
    )


def fields(before: Mapping[str, tuple[Field, ...]], after: Mapping[str, tuple[Field, ...]]) -> tuple[FieldChange, ...]:
    """Return how the schemas of datasets differ; one whose schema is not known at both moments has no difference."""
    found = []
    for node in sorted(before.keys() & after):
        old, new = ({field.name: field.type for field in side[node]} for side in (before, after))
        found += [
            FieldChange(node=node, field=name, before=old.get(name), after=new.get(name))
            for name in sorted(old.keys() | new)
            if old.get(name) != new.get(name)
        ]
    return tuple(found)


def code(before: Mapping[str, str], after: Mapping[str, str]) -> tuple[CodeChange, ...]:
    """Return which jobs ran other code; one whose code is not known at both moments has no difference."""
    return tuple(
        CodeChange(node=node, before=before[node], after=after[node])
        for node in sorted(before.keys() & after)
        if before[node] and after[node] and before[node] != after[node]
    )


def sentence(found: Difference) -> str:
    """Return what differs in one sentence."""
    parts = [
        _part(len(found.came), len(found.went), "node"),
        _part(len(found.links_came), len(found.links_went), "link"),
        _part(len(found.columns_came), len(found.columns_went), "column link"),
        _many(len(found.links_changed) + len(found.columns_changed), "link is known", "links are known") + " otherwise"
        if found.links_changed or found.columns_changed
        else "",
        _many(len(found.fields), "schema field") + " changed" if found.fields else "",
        _many(len(found.data), "dataset has", "datasets have") + " another version" if found.data else "",
        _many(len(found.code), "job ran", "jobs ran") + " other code" if found.code else "",
    ]
    said = "; ".join(part for part in parts if part)
    return f"{said}." if said else "Nothing differs."


def _part(came: int, went: int, noun: str) -> str:
    said = [f"{_many(came, noun)} came"] * bool(came) + [f"{_many(went, noun)} went"] * bool(went)
    return ", ".join(said)


def _many(number: int, one: str, several: str = "") -> str:
    return f"{number:,} {one if number == 1 else several or one + 's'}"
