"""Rows of a query, as a cursor gives them: one after the other, by place or by name.

Enters: a call of a connection or a cursor that read. Leaves: rows; the cursor remembers them. Source: PEP 249.
"""

from msgspec.structs import replace

from driftline.capture.script.call import Call, Rules
from driftline.capture.script.values import Foreign, Frame, Ref, Value

ASKS = "execute"


def asked(call: Call, read: Value) -> Value:
    """``execute`` that read: rows, which the cursor that it was called on gives from then on."""
    content = call.see(read)
    if call.name != ASKS or not isinstance(content, Frame):
        return read
    made = call.new(replace(content, array=True))
    cursor = call.see(call.receiver)
    if isinstance(call.receiver, Ref) and isinstance(cursor, Foreign) and cursor.name == "cursor":
        call.machine.memory.put(call.receiver.place, replace(cursor, tables=(made,)))
    return made


def _rows(call: Call) -> Frame | None:
    content = call.see(call.receiver)
    if isinstance(content, Foreign) and content.tables:
        content = call.see(content.tables[0])
    return content if isinstance(content, Frame) else None


def fetched(call: Call) -> Value | None:
    """``fetchall`` and ``fetchmany``: rows; ``fetchone``: a row."""
    rows = _rows(call)
    if rows is None:
        return None
    return call.new(replace(rows, array=True, row=call.name == "fetchone"))


METHODS: Rules = dict.fromkeys(("fetchall", "fetchmany", "fetchone"), fetched)
