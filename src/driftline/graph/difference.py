"""How one graph differs from another.

Enters: the graph at one moment and at another, schemas and code at both. Leaves: what came, what went, what is known
in another way. A node is the same by its id, a link by its ends, its kind and what it goes through; how far a node lies
from where it was looked from is no difference. Pure.
"""

from collections.abc import Iterable, Mapping
from types import MappingProxyType

from driftline.event import names
from driftline.event.lineage import Field, Link, Node
from driftline.event.report import CodeChange, Difference, FieldChange, LinkChange

NO_SQL: Mapping[str, str] = MappingProxyType({})
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
    """Return how the schemas of datasets differ; one whose schema is not known at both moments has no difference.

    Nor has a column that is there at both, of which one type is not known.
    """
    found = []
    for node in sorted(before.keys() & after):
        old, new = ({field.name: field.type for field in side[node]} for side in (before, after))
        found += [
            FieldChange(node=node, field=name, before=old.get(name), after=new.get(name))
            for name in sorted(old.keys() | new)
            if old.get(name) != new.get(name) and not (name in old and name in new and "" in (old[name], new[name]))
        ]
    return tuple(found)


def code(
    before: Mapping[str, str], after: Mapping[str, str], sql: Mapping[str, str] = NO_SQL
) -> tuple[CodeChange, ...]:
    """Return which jobs ran other code; one whose code is not known at both moments has no difference.

    ``sql``: how the SQL of a job differs, in words.
    """
    return tuple(
        CodeChange(node=node, before=before[node], after=after[node], sql=sql.get(node, ""))
        for node in sorted(before.keys() & after)
        if before[node] and after[node] and before[node] != after[node]
    )


def ran(change: CodeChange) -> str:
    """Return in one sentence what other code a job ran."""
    name = names.label(change.node)
    return f"{name} ran other SQL: {change.sql}." if change.sql else f"{name} ran other code."


def sentence(found: Difference) -> str:
    """Return what differs in one sentence."""
    other = [one for one in found.code if not one.sql]
    parts = [
        _part(len(found.came), len(found.went), "node"),
        _part(len(found.links_came), len(found.links_went), "link"),
        _part(len(found.columns_came), len(found.columns_went), "column link"),
        _many(len(found.links_changed) + len(found.columns_changed), "link is known", "links are known") + " otherwise"
        if found.links_changed or found.columns_changed
        else "",
        *_columns(found.fields),
        _many(len(found.data), "dataset has", "datasets have") + " another version" if found.data else "",
        _many(len(other), "job ran", "jobs ran") + " other code" if other else "",
        _many(len(found.code) - len(other), "job ran", "jobs ran") + " other SQL"
        if len(found.code) > len(other)
        else "",
    ]
    said = "; ".join(part for part in parts if part)
    return f"{said}." if said else "Nothing differs."


def _columns(fields: Iterable[FieldChange]) -> Iterable[str]:
    """Yield how many columns came, went and changed their type."""
    held = list(fields)
    came = sum(one.before is None for one in held)
    went = sum(one.after is None for one in held)
    yield _part(came, went, "column")
    if len(held) > came + went:
        yield _many(len(held) - came - went, "column is", "columns are") + " of another type"


def _part(came: int, went: int, noun: str) -> str:
    said = [f"{_many(came, noun)} came"] * bool(came) + [f"{_many(went, noun)} went"] * bool(went)
    return ", ".join(said)


def _many(number: int, one: str, several: str = "") -> str:
    return f"{number:,} {one if number == 1 else several or one + 's'}"
