"""Open files, and whether their first line is still to come.

Enters: a call that reads from an open file, or moves to a place in it. Leaves: the file, and what it remembers.
"""

from msgspec.structs import replace

from driftline.capture.script.call import Call
from driftline.capture.script.memory import Memory
from driftline.capture.script.values import FURTHER, TOP, File, Items, Part, Ref, Thing, Value


def file_of(call: Call, value: Value | None) -> tuple[Ref, File] | None:
    """Return an open file, or that which a writer of rows is on, with its place; None of anything else."""
    content = call.see(value)
    if isinstance(value, Part) and value.kind == "writer":
        return file_of(call, value.of)
    return (value, content) if isinstance(value, Ref) and isinstance(content, File) else None


def begins(call: Call, value: Value | None) -> bool:
    """Tell whether what is read from something next is the first line of a file, and note that it was read."""
    found = file_of(call, value)
    if found is None:
        content = call.see(value)
        if isinstance(content, Items):  # lines that the script has put together
            return bool(content.known) and getattr(content.known[0], "name", "") == TOP
        return getattr(value, "name", "") != FURTHER
    place, file = found
    if file.inside:
        return True
    if call.receiver is not None or not call.name.startswith("csv."):
        beheaded(call.machine.memory, file.reader)
    call.machine.memory.put(place.place, replace(file, begun=True))
    return not file.begun


def noted(call: Call, value: Value | None, reader: Ref) -> Ref:
    """Let an open file remember the reader of its rows: a line that is read past that is not one of its own."""
    found = file_of(call, value)
    if found is not None:
        call.machine.memory.put(found[0].place, replace(found[1], reader=reader))
    return reader


def beheaded(memory: Memory, reader: Value | None) -> None:
    """The first line of what a reader gives is gone."""
    content = memory.see(reader)
    if isinstance(reader, Ref) and isinstance(content, Items) and content.kind == "reader" and content.known:
        memory.put(reader.place, replace(content, known=()))


def sought(call: Call) -> Value | None:
    """``seek``: to the beginning, or to elsewhere."""
    found = file_of(call, call.receiver)
    if found is not None:
        call.machine.memory.put(found[0].place, replace(found[1], begun=call.plain(0) != 0))
    return None if found is None else Thing()
