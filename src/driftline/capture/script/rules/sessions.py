"""Objects that are mapped to rows of tables: put into a session, written when it is committed.

Enters: a call of an object that nothing else is known of. Leaves: None, as nobody asks for what it returns; the call
that writes has been given a table of all that was put in before. A column that several classes have is a hedge.
Source: the reference of ``sqlalchemy.orm.Session``.
"""

from driftline.capture.script import composing, relations, tables, unrolling
from driftline.capture.script.call import Call, Rules, entering
from driftline.capture.script.cames import deciding, hedged, union
from driftline.capture.script.reading import FILTER, JOIN, NOTHING, Cames, Table
from driftline.capture.script.values import NONE, Class, Foreign, Instance, Pairs, Part, Text, Thing, Value

_PENDING = "rows that wait for a session"  # in the memory: a table for each class


def put(call: Call) -> Value | None:
    """``add``, ``add_all``, ``merge``, ``bulk_save_objects``."""
    value = call.argument(0) or Thing()
    several = isinstance(call.see(value), Instance)
    over = unrolling.Unrolled((value,)) if several else unrolling.unrolled(call.machine, value)
    found = False
    for one in (*over.items, over.loose):
        content = call.see(one)
        if isinstance(content, Instance) and _is_mapped(call, content.of):
            found = True
            _wait(call, content, over.rows)
    return NONE if found else None


def _is_mapped(call: Call, of: Class) -> bool:
    return any(call.machine.memory.get((of.scope, name)) is not None for name in ("__tablename__", "__table__"))


def _is_relation(call: Call, of: Class, name: str) -> bool:
    held = call.machine.memory.get((of.scope, name))
    return isinstance(held, Part) and held.kind == relations.RELATION


def _wait(call: Call, content: Instance, rows: Cames) -> None:
    here = Table({}, rows=call.machine.guarding())
    plain = {name: one for name, one in content.fields.items() if not _is_relation(call, content.of, name)}
    columns = {name: entering(call.machine, one, here) for name, one in plain.items()}
    others = union(call.cames(one) for name, one in content.fields.items() if name not in plain)
    columns |= {
        name: columns.get(name, NOTHING) | deciding(others, JOIN)
        for name in relations.keys(call.machine, content.of)
        if others
    }
    table = tables.shaped(Table(columns, closed=True), call.machine.guarding() | rows, FILTER)
    waiting = dict(call.machine.memory.get(_PENDING) or ())
    known = waiting.get(content.of.name)
    waiting[content.of.name] = table if known is None else tables.either(known, table)
    call.machine.memory.put(_PENDING, tuple(waiting.items()))


def written(call: Call) -> Value | None:
    """``commit`` and ``flush``."""
    waiting = [table for _, table in call.machine.memory.get(_PENDING) or ()]
    if not waiting:
        return None
    out = waiting[0]
    for one in waiting[1:]:
        both = [name for name in one.columns if name in out.columns]
        out = tables.beside([out, one])
        columns = {name: hedged(cames) if name in both else cames for name, cames in out.columns.items()}
        out = out._replace(columns=columns, rows=hedged(out.rows))
    call.machine.record(call.path, out)
    if not call.machine.memory.trying():  # else it may wait on
        call.machine.memory.put(_PENDING, None)
    return NONE


def text(call: Call) -> Value | None:
    """``text``: a statement that the script has put together is what it was put together of."""
    value = call.see(call.argument(0, "text"))
    return value if isinstance(value, Text) else None


def mapped(call: Call) -> Value | None:
    """``map_imperatively``: a class becomes one of objects that are mapped to rows."""
    of = call.argument(0, "class_")
    if not isinstance(of, Class):
        return None
    call.machine.memory.put((of.scope, "__table__"), call.argument(1, "local_table") or Thing())
    return NONE


def values(call: Call) -> Value | None:
    """``values`` of an INSERT or UPDATE that the library puts together: what is handed over, by names of columns."""
    content = call.see(call.receiver)
    if not isinstance(content, Foreign) or content.name.rpartition(".")[2] not in {"insert", "update"}:
        return None
    return call.new(Pairs(dict(call.kwargs))) if call.kwargs else call.argument(0)


def where(call: Call) -> Value | None:
    """``where`` of a DELETE that the library puts together, which the text spells out: it stays one."""
    return call.receiver if composing.deletes(call.see(call.receiver)) and not call.cames(*call.given()) else None


METHODS: Rules = {
    **dict.fromkeys(("add", "add_all", "merge", "bulk_save_objects"), put),
    **dict.fromkeys(("commit", "flush"), written),
    "values": values,
    **dict.fromkeys(("where", "filter", "filter_by"), where),
    "map_imperatively": mapped,
}
FUNCTIONS: Rules = {
    "sqlalchemy.orm.relationship": relations.relationship,
    "sqlalchemy.text": text,
    "sqlalchemy.sql.text": text,
    "sqlalchemy.ForeignKey": relations.foreign_key,
    "sqlalchemy.schema.ForeignKey": relations.foreign_key,
    "sqlalchemy.Column": relations.column,
    "sqlalchemy.schema.Column": relations.column,
    "sqlalchemy.orm.mapped_column": relations.column,
}
