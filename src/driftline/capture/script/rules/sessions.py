"""What SQLAlchemy writes: objects that are mapped to rows of tables, and statements that it puts together.

Enters: a call of an object that nothing else is known of. Leaves: of objects None, as nobody asks for what it returns;
the call that writes has been given a table of all that was put in before. A column that several classes have is a
hedge. A statement remembers what its columns are set to, and what it looks for. Source: the reference of SQLAlchemy.
"""

from collections.abc import Mapping
from typing import Any

from msgspec.structs import replace

from driftline.capture.script import composing, relations, unrolling, waiting
from driftline.capture.script.call import Call, Rule, Rules
from driftline.capture.script.values import NONE, Class, Foreign, Instance, Pairs, Text, Thing, Value

_LOOKED_FOR = f"{composing.COMPOSED}{composing.WHERE}"


def put(call: Call) -> Value | None:
    """``add``, ``add_all``; and ``merge``."""
    value = call.argument(0) or Thing()
    several = isinstance(call.see(value), Instance)
    over = unrolling.Unrolled((value,)) if several else unrolling.unrolled(call.machine, value)
    found = False
    for one in (*over.items, over.loose):
        found |= waiting.instance(call.machine, one or Thing(), over.rows)
    return NONE if found else None


def looking(call: Call) -> Value | None:
    """``merge``, ``get`` and others, which write what waits before they look for rows."""
    found = put(call) if call.name == "merge" else None
    flushed(call)
    return None if found is None else call.args[0]


def written(call: Call) -> Value | None:
    """``commit`` and ``flush``."""
    return NONE if waiting.written(call.machine, call.path) else None


def given_up(call: Call) -> Value | None:
    """``rollback``: nothing waits any longer, where it is sure to happen."""
    if not call.machine.memory.trying():
        waiting.gone(call.machine)
    return None


def saved(call: Call) -> Value | None:
    """``bulk_save_objects``."""
    return None if put(call) is None else written(call)


def writes(call: Call, rule: Rule | None) -> bool:
    """Whether what was read there are the keys of rows that a session has written: nothing that the call gives.

    What a ``with`` enters writes at its end, which Python may place there, or where its last statement ends.
    """
    return rule in (put, written, saved) or call.name in waiting.BEGINS


def flushed(call: Call) -> bool:
    """A call writes what waits, before it reads by itself; whether anything waits."""
    return waiting.recorded(call.machine, call.path)


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


def _statement(call: Call) -> Foreign | None:
    content = call.see(call.receiver)
    return content if composing.of_library(content) else None


def _with(call: Call, content: Foreign, more: Mapping[Any, Value]) -> Value:
    known = call.see(content.tables[0]) if content.tables else None
    before = known.known if isinstance(known, Pairs) else {}
    return call.new(replace(content, tables=(call.new(Pairs({**before, **more})),)))


def values(call: Call) -> Value | None:
    """``values`` of a statement that the library puts together: what is handed over, by names of columns."""
    content, given = _statement(call), call.see(call.argument(0))
    if content is None or not (call.kwargs or call.args):
        return call.receiver if content is not None else None
    if call.kwargs or (isinstance(given, Pairs) and given.loose is None):
        return _with(call, content, call.kwargs or given.known)
    return call.new(replace(content, tables=(call.args[0],)))  # several rows


def where(call: Call) -> Value | None:
    """``where`` of a statement that the library puts together: what is looked for."""
    content = _statement(call)
    if content is None:
        return None
    known = call.see(content.tables[0]) if content.tables else None
    before = known.known.get(_LOOKED_FOR) if isinstance(known, Pairs) else None
    cames = call.cames(before, *call.args, *call.kwargs.values())
    return _with(call, content, {_LOOKED_FOR: Thing(cames)}) if cames else call.receiver


def conflict(call: Call) -> Value | None:
    """``on_conflict_do_update``: what columns are set to where there is such a row."""
    content, sets = _statement(call), call.see(call.argument(-1, "set_"))
    if content is None or not isinstance(sets, Pairs):
        return None if content is None else call.receiver
    more = {f"{composing.COMPOSED}{str(name).lower()}": value for name, value in sets.known.items()}
    return _with(call, content, more)


def same(call: Call) -> Value | None:
    """What else is said of a statement says nothing of its columns."""
    return None if _statement(call) is None else call.receiver


def bound(call: Call) -> Value | None:
    """``bindparams`` of a text: what it is handed, by names."""
    content = call.see(call.receiver)
    if not isinstance(content, Foreign) or content.name.rpartition(".")[2] != "text" or not call.kwargs:
        return None
    return _with(call, content, call.kwargs)


METHODS: Rules = {
    **dict.fromkeys(("add", "add_all"), put),
    "bulk_save_objects": saved,
    **dict.fromkeys(("commit", "flush"), written),
    "rollback": given_up,
    "values": values,
    **dict.fromkeys(("where", "filter", "filter_by"), where),
    "on_conflict_do_update": conflict,
    **dict.fromkeys(("on_conflict_do_nothing", "returning", "execution_options", "prefix_with"), same),
    "bindparams": bound,
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
