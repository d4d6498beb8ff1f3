"""Rows of databases: what a statement gave, fetched by a cursor or a result, whole or one by one.

Enters: a call on a connection, a cursor, a session or a result. Leaves: rows, whose fields are told by place and by
name. A cursor that executes a SELECT holds its rows from then on, until it executes something else. Nothing here knows
SQL: what a SELECT gives is what the run has noted at the call. Sources: PEP 249; the references of SQLAlchemy, DuckDB.
"""

from msgspec.structs import replace

from driftline.capture.script import access
from driftline.capture.script.call import Call
from driftline.capture.script.cames import deciding
from driftline.capture.script.queries import FETCHED, fetched
from driftline.capture.script.reading import FILTER, NOTHING, Cames, Table
from driftline.capture.script.results import CURSOR, ENTITY, is_result, names
from driftline.capture.script.rules import files
from driftline.capture.script.values import (
    NONE,
    Class,
    Const,
    Foreign,
    Frame,
    Instance,
    Items,
    Method,
    Ref,
    Scope,
    Text,
    Thing,
    Value,
)

_EXECUTES = frozenset({"execute", "executemany", "exec_driver_sql", "executescript"})
_OF_SESSIONS = frozenset({"scalars", "stream_scalars"})  # a statement is executed, and one value of each row given
_CURSORS = frozenset({"cursor", "closing", "aclosing"})
_LISTS = frozenset({"fetchall", "fetchmany", "all", "partitions", "stream", "rows"})
_WORDS_QUERY = """
    query filter filter_by where order_by limit offset join outerjoin group_by having distinct options with_entities
    select_from
"""
_QUERIES = frozenset(_WORDS_QUERY.split())  # a loop over a query of SQLAlchemy executes it
_RESULTS = _QUERIES | frozenset({"mappings", "tuples", "unique", "yield_per", "columns", "freeze", "copy"})
_SINGLES = frozenset({"fetchone", "first", "one", "one_or_none", "get", "get_one", "read_row"})
_SCALARS = frozenset({"scalar", "scalar_one", "scalar_one_or_none", "fetchval"})
_READING = _EXECUTES | _OF_SESSIONS | _LISTS | _RESULTS | _SINGLES | _SCALARS
_HANDED = _EXECUTES | _OF_SESSIONS | {"scalar", "get", "get_one"}  # what they look for
_ROW = Class("Row", Scope(""))  # of SQLAlchemy, with objects in it
_OF_ROWS = frozenset({"keys", "items", "values", "get", "_asdict", "copy"})


def answer(call: Call) -> Value | None:
    """Return what a call on something that gives rows gives; None where it is none of these."""
    content = call.see(call.receiver)
    if isinstance(content, Frame) and content.row and content.array and call.name in _OF_ROWS:
        return _named(call, content)
    if call.name == "cursor" and isinstance(content, Thing) and not content.cames:
        return call.new(Foreign("cursor"))  # of a connection that came from elsewhere
    if call.name not in _READING or (call.name in _QUERIES and call.machine.columns(call.path) is None):
        return _of_cursor(call, content)
    read = call.see(call.machine.read(call.path))
    if isinstance(content, Frame) and not content.row and not content.array and call.name in _LISTS | _SINGLES:
        if call.name.startswith("fetch"):  # of a query over frames
            return _of_result(call, _result(call, fetched(content.table, read.table if read is not None else None)))
        return None
    if isinstance(read, Frame):
        result = _result(call, read.table)
        looked = deciding(call.cames(*call.args, *call.kwargs.values()), FILTER)
        if looked and call.name in _HANDED and not _puts(call):
            result = replace(result, rows=result.rows | looked)
        if call.name in _EXECUTES:
            return _held(call, content, result)
        return _of_result(call, _objects(call, result) if call.name not in _OF_SESSIONS | _SCALARS else result)
    if call.name == "copy" and str(call.plain(0, "statement", "")).lstrip()[:4].lower() == "copy":
        return files.opened(call)  # COPY … FROM STDIN: rows are written to it
    if call.name in _EXECUTES and is_result(content) and isinstance(call.receiver, Ref):
        return _held(call, content, Items(kind=CURSOR))  # of the statement before nothing is left
    return _of_cursor(call, content)


def _puts(call: Call) -> bool:
    """Whether what a statement is handed is put into a table, rather than looked for: its rows are given back."""
    text = call.see(call.argument(0))
    first = text.parts[0] if isinstance(text, Text) and text.parts else text
    return isinstance(first, Const) and str(first.value).lstrip()[:6].lower() in {"insert", "replac", "update"}


def _of_cursor(call: Call, content: object) -> Value | None:
    if not isinstance(content, Items) or not is_result(content):
        return None
    if call.name in _READING:
        return _of_result(call, content)
    if call.name in FETCHED or call.machine.columns(call.path) is not None:  # a frame
        return None
    known = names(call.machine.memory, content) if call.name == "keys" else None
    return Thing() if known is None else call.new(Items(tuple(map(Const, known))))


def _result(call: Call, table: Table) -> Items:
    """Rows of a table; where columns are attributes of objects, rows of these."""
    if any(isinstance(name, str) and ENTITY in name for name in table.columns):
        row: Value = call.new(Instance(_ROW, _elements(call, table)))
    else:
        row = call.new(Frame(table._replace(rows=NOTHING, labels={}), True, True))
    return Items((), row, table.rows, CURSOR)


def _objects(call: Call, result: Items) -> Items:
    """A query gives objects themselves where it asks for one kind of them alone."""
    row = call.see(result.loose)
    fields = tuple(row.fields.values()) if isinstance(row, Instance) else ()
    return replace(result, loose=fields[0]) if len(fields) == 1 else result


def _elements(call: Call, table: Table) -> dict[str, Value]:
    """The objects and plain values of a row, in order."""
    found: dict[str, dict[str, Cames]] = {}
    for name, cames in table.columns.items():
        element, _, attribute = str(name).partition(ENTITY)
        found.setdefault(element, {})[attribute] = cames
    return {
        element: call.new(Frame(Table(fields, closed=True), True, True, element))
        if "" not in fields
        else Thing(fields[""])
        for element, fields in found.items()
    }


def _held(call: Call, content: object, result: Items) -> Value:
    """A cursor holds its result; a connection makes a new one."""
    name = content.name if isinstance(content, Foreign) else ""
    known = (
        name == "duckdb.connect" or name.endswith("Cursor") or name.rpartition(".")[2] in _CURSORS
    )  # DuckDB's connections are cursors, too
    if isinstance(call.receiver, Ref) and (known or is_result(content)):
        call.machine.memory.put(call.receiver.place, result)
        return call.receiver
    return call.new(result)


def _of_result(call: Call, result: Items) -> Value:
    """Rows of a result: all, one, or one value."""
    row = call.see(result.loose)
    if isinstance(row, Frame):
        single = row.table.closed and len(row.table.columns) == 1  # of several it may be an object that is meant
        first: list[Value] = [Thing(cames) for cames in row.table.columns.values()] if single else []
        one: Value = call.new(replace(row, table=row.table._replace(rows=result.rows)))
    elif isinstance(row, Instance):
        first, one = list(row.fields.values()), result.loose or NONE
    elif result.loose is not None:  # values that were taken out of rows
        first, one = [result.loose], access.among(call.machine, result.loose, result.rows)
    else:
        return NONE if call.name in _SINGLES | _SCALARS else call.new(Items())
    if call.name in _SCALARS and first:
        return access.among(call.machine, first[0], result.rows)
    if call.name in _SINGLES | _SCALARS:
        return one
    if call.name in _OF_SESSIONS and first:
        return call.new(replace(result, loose=first[0]))
    return call.new(replace(result, kind=CURSOR if call.name in _RESULTS | _OF_SESSIONS else "list"))


def _named(call: Call, row: Frame) -> Value:
    """A row is a mapping of names, too."""
    plain = call.new(replace(row, array=False))
    if call.name in {"_asdict", "copy"}:
        return plain
    return call.machine.invoke(Method(plain, call.name), call.args, call.kwargs, call.path)
