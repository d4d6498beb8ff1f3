"""Lines of text that are written: what stands in each of their cells.

Enters: a call that writes a text, or prints it. Leaves: rows of an open file, where the script spells out what is
between their cells; else what all of the text is made of, never sure.
"""

from collections.abc import Sequence

from driftline.capture.script import headers, tables, templates
from driftline.capture.script.call import Call, Rules, rows_of, table_of
from driftline.capture.script.cames import changed, hedged, union
from driftline.capture.script.joining import made_of
from driftline.capture.script.reading import BETWEEN, DIRECT, FILTER, NOTHING, Cames
from driftline.capture.script.rules import files, heads
from driftline.capture.script.values import (
    FURTHER,
    LINE,
    LINES,
    NONE,
    TEXT,
    TOP,
    Const,
    Frame,
    Items,
    Json,
    Ref,
    Thing,
    Value,
)

_OF_FILES = frozenset({TEXT, LINES, FURTHER, TOP, LINE})
_MARKS = ",\t;|"  # between the cells of a line
_SAME = frozenset({"strip", "rstrip", "lstrip", "removesuffix", "encode", "decode"})  # what they leave is still one


def text_written(call: Call) -> Value | None:
    """``write`` of an open file: a line of cells, where the script spells out what is between them; else hedged."""
    file = heads.file_of(call, call.receiver)
    if file is None:
        return None
    content = call.see(call.argument(0))
    if isinstance(content, Items):  # ``writelines``
        for one in (*content.known, content.loose):
            _text(call, file[0], one, content.rows)
    else:
        _text(call, file[0], call.argument(0))
    return Thing()


def member_written(call: Call) -> Value | None:
    """``writestr`` of an archive: a text, as a file of its own in it."""
    found = files.member(call)
    if isinstance(found, Ref):
        _text(call, found, call.argument(1, "data"))
    return None if found is None else NONE


def _text(call: Call, place: Ref, value: Value | None, decides: Cames = NOTHING) -> None:
    """Write a text."""
    rows_ = cells(call, value)
    for row in rows_ or ():
        files.put(call, place, call.new(Items(tuple(map(_bare, row)), kind="tuple")), decides)
    table = table_of(call.machine, value) if rows_ is None else None
    if table is not None:
        told = table if isinstance(value, Json) else tables.hedge(table._replace(spread=hedged(table.spread)))
        files.write(call, place, call.see(place), tables.shaped(told, decides, FILTER))


def _bare(cell: Value) -> Value:
    """A cell that the text spells out, without the quotes and the mark of UTF-8 that may stand around it."""
    if not isinstance(cell, Const) or not isinstance(cell.value, str):
        return cell
    text = cell.value.removeprefix("\ufeff")
    return Const(text[1:-1].replace('""', '"') if len(text) > 1 and text[0] == text[-1] == '"' else text)


def cells(call: Call, value: Value | None) -> list[tuple[Value, ...]] | None:
    """Return what stands in each cell of lines of text; None if it is none, or a line has a single cell."""
    found = templates.lines(value) if value is not None else None
    rows_ = [_cells(call, one) for one in found or ()]
    return [row for row in rows_ if row is not None] if rows_ and None not in rows_ else None


def _cells(call: Call, parts: Sequence[Value]) -> tuple[Value, ...] | None:
    if any(isinstance(one, Json) for one in parts):
        return None  # it has marks of its own
    texts = [one.value if isinstance(one, Const) and isinstance(one.value, str) else None for one in parts]
    mark = next((mark for mark in _MARKS if any(text is not None and mark in text for text in texts)), "")
    found: list[list[Value]] = [[]]
    for part, text in zip(parts, texts, strict=True):
        if text is None:
            found += [[]] if not mark and any(not isinstance(one, Const) for one in found[-1]) else []
            found[-1].append(part)
        else:
            first, *others = text.split(mark) if mark else [text]
            found += [[Const(one)] for one in others]
            found[-1 - len(others)].append(Const(first))
    return tuple(_cell(call, one) for one in found) if len(found) > 1 else None


def _cell(call: Call, parts: Sequence[Value]) -> Value:
    """A cell: a value as it is, where nothing but space and quotes stand around it; else made of all that is in it."""
    values = [one for one in parts if not isinstance(one, Const) or not isinstance(one.value, str)]
    text = "".join(one.value for one in parts if isinstance(one, Const) and isinstance(one.value, str))
    if not values:
        return Const(text)
    if len(values) == 1 and not text.strip(" \"'"):
        return values[0]
    memory = call.machine.memory
    rows_ = union(rows_of(call.machine, one) for one in values)
    return Thing(changed(union(made_of(memory, one) for one in values)), rows_)


def part(call: Call, content: Thing) -> Value | None:
    """What a method makes of the text of a file, or of a line of it, that is still known: its lines, or its cells."""
    if content.name in {TOP, LINE} and call.name == "split":
        row = _split(call)
        first = headers.of(call.see(row).table) if row is not None and content.name == TOP else ()
        return call.new(Items(first)) if first else row
    lines = call.name == "splitlines" or (call.name == "split" and call.plain(0, "sep") == "\n")
    name = LINES if content.name == TEXT and lines else content.name if call.name in _SAME else ""
    return Thing(changed(content.cames), content.rows, name) if name in _OF_FILES else None


def _split(call: Call) -> Value | None:
    """A row of the cells of a line that is split at what is between them; None where it is not, or not everywhere."""
    mark, cames = call.plain(0, "sep"), call.cames(call.receiver)
    reads = {one.read for one in cames}
    if mark not in tuple(_MARKS) or len(call.args) + len(call.kwargs) > 1 or len(reads) != 1:
        return None
    if any(one.column or one.type != DIRECT for one in cames):
        return None
    [path] = reads
    columns = call.machine.columns(path) or {}
    table = tables.read(path, columns)
    between = columns.get(BETWEEN, mark) == mark and not any(mark in name for name in table.columns)
    return call.new(Frame(table, True, True, cells=True)) if between and len(table.columns) > 1 else None


def printed(call: Call) -> Value:
    """``print``: into an open file a line of what is given."""
    file = heads.file_of(call, call.kwargs.get("file"))
    if file is None:
        return NONE
    between, end = (
        Const(default) if (one := call.kwargs.get(name, NONE)) == NONE else one
        for name, default in (("sep", " "), ("end", "\n"))
    )
    parts = [part for one in call.args for part in (between, one)]
    text = templates.text_of(call.machine, [*parts[1:], *call.more, end])
    if call.more or end != Const("\n") or isinstance(text, Json) or cells(call, text) is not None:
        _text(call, file[0], text)
    elif call.args:
        files.put(call, file[0], call.new(Items(tuple(call.args), kind="tuple")))
    return NONE


def packed(call: Call) -> Value | None:
    """Data in the form of JSON that is packed whole, as by ``gzip.compress``: it is what a file then holds."""
    data = call.argument(0, "data")
    return data if isinstance(data, Json) else None


_PACKERS = "gzip bz2 lzma zlib"
METHODS: Rules = {"write": text_written, "writelines": text_written, "writestr": member_written}
FUNCTIONS: Rules = {
    "builtins.print": printed,
    "os.write": files.of_number(text_written),
    **{f"{name}.compress": packed for name in _PACKERS.split()},
}
