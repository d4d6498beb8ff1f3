"""What SQLAlchemy makes of the columns of a result: attributes of objects, and elements of rows.

Enters: a cursor that has executed a statement, and the context of it. Leaves: names of columns by their places. Where
the statement asks for mapped objects a column is called after the object and its attribute, with ``ENTITY`` between;
where it asks for columns, as the rows call them. Asks no database. What is not known keeps the database's own name.
"""

import sys
import weakref
from collections.abc import Iterator, Sequence
from typing import Any

from driftline.capture.script.results import ENTITY
from driftline.event.names import distinct

_LOADING = "_result_disable_adapt_to_context"  # among the options of what a session executes
Described = Sequence[Sequence[str]]

_known: "weakref.WeakKeyDictionary[Any, Described]" = weakref.WeakKeyDictionary()  # by statement, as it was compiled


def described(cursor: Any, context: Any) -> Described:
    """Return the columns that were given, as PEP 249 has them: of each its name first."""
    compiled = getattr(context, "compiled", None)
    statement = getattr(getattr(compiled, "compile_state", None), "select_statement", None)
    entries = getattr(compiled, "_result_columns", None)
    own = cursor.description or ()
    if _LOADING not in getattr(context, "execution_options", ()):  # a connection gives rows of columns
        statement = None
    if statement is None or not entries or len(entries) != len(own):
        return [(str(one[0]),) for one in own]
    found = _known.get(compiled)
    if found is None:
        names = [str(one[0]) for one in own]
        found = _known[compiled] = _columns(statement.column_descriptions, entries, names, _along(compiled))
    return found


def related(context: Any) -> tuple[str, frozenset[tuple[str, str]]]:
    """Return the relation that a statement of the library's own is for, and what only brings related objects along.

    The latter are columns, by table and name: the keys of ``joinedload``, where it leaves all rows as they are.
    """
    compiled = getattr(context, "compiled", None)
    state: Any = getattr(compiled, "compile_state", None)
    path: Sequence[Any] = getattr(getattr(state, "current_path", None), "path", ())
    if len(path) > 1:
        one = path[-1] if hasattr(path[-1], "key") else path[-2]
        return f"{one.parent.class_.__name__}.{one.key}", frozenset()
    joins = list((getattr(state, "eager_joins", None) or {}).values())
    if not joins or state.select_statement._setup_joins or not all(map(_outer, joins)):
        return "", frozenset()
    pairs = [pair for steps, _ in _along(compiled) for one in steps[1::2] for pair in one.local_remote_pairs]
    return "", frozenset((str(one.table.name).lower(), str(one.name).lower()) for pair in pairs for one in pair)


def _outer(join: Any) -> bool:
    """Whether no row goes where nothing is found."""
    return not hasattr(join, "isouter") or (join.isouter and _outer(join.left) and _outer(join.right))


def _along(compiled: Any) -> list[tuple[Sequence[Any], Any]]:
    """Return the ways to objects that a statement brings along, by mapper and relation in turn, with their columns."""
    held = getattr(getattr(compiled, "compile_state", None), "attributes", {})
    found = [(key[1], value) for key, value in held.items() if len(key) == 2 and key[0] == "memoized_setups"]
    return [(steps, columns) for steps, columns in found if len(steps) > 2]


def _columns(
    asked: Sequence[Any], entries: Sequence[Any], own: Sequence[str], along: Sequence[tuple[Sequence[Any], Any]]
) -> Described:
    """Return names by place: of attributes, then of what is no object in the order in which it was asked for."""
    objects = [one for one in asked if one["entity"] is not None and one["expr"] is one["entity"]]
    others = [one["name"] for one in asked if not any(one is each for each in objects)]
    called = distinct(one["name"] or "object" for one in objects)
    attributes = {
        column: f"{name}{ENTITY}{attribute}"
        for name, one in zip(called, objects, strict=True)
        for column, attribute in _attributes(one["entity"])
    }
    looked = sys.modules["sqlalchemy"].inspect
    roots = {id(looked(one["entity"])): name for name, one in zip(called, objects, strict=True)}
    for (root, *steps), columns in along:
        way = [one.class_.__name__ if place % 2 else one.key for place, one in enumerate(steps)]
        for attribute, column in columns.items() if id(root) in roots else ():
            place = id(getattr(column, "table", None)), getattr(column, "key", None)
            attributes.setdefault(place, ENTITY.join((roots[id(root)], *way, attribute.key)))
    found = [attributes.get(_place(entry), "") for entry in entries]
    rest = iter(others if len(others) == found.count("") else [])
    return [(name or next(rest, None) or given,) for name, given in zip(found, own, strict=True)]


def _attributes(entity: Any) -> Iterator[tuple[Any, str]]:
    """Yield the columns of a mapped class, or of an alias of it, with the attributes that they become."""
    looked = sys.modules["sqlalchemy"].inspect(entity)
    for attribute in looked.mapper.column_attrs:
        for column in attribute.columns:
            here = looked.selectable.corresponding_column(column)
            if here is not None:
                yield (id(here.table), here.key), attribute.key


def _place(entry: Any) -> Any:
    """The column of a table that an entry of a result is, below its label."""
    one = next((one for one in entry[2] if not isinstance(one, str)), None)
    column = getattr(one, "element", one)
    return id(getattr(column, "table", None)), getattr(column, "key", None)
