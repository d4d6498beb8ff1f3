"""Files that are opened: rows read from them, rows and objects written to them piece by piece.

Enters: a call. Leaves: an open file, rows, records. What is written counts as given to the call that opened the file.
"""

from typing import Any

from msgspec.structs import replace

from driftline.capture.script import contained, headers, tables, templates, unrolling
from driftline.capture.script.call import Call, Rule, Rules, entering, names, plain, rows_of, table_of
from driftline.capture.script.cames import changed, deciding, hedged, text_of, union
from driftline.capture.script.reading import FILTER, NOTHING, Cames, Table
from driftline.capture.script.rules.heads import begins, file_of, noted, sought
from driftline.capture.script.values import (
    FURTHER,
    LINE,
    LINES,
    NONE,
    TEXT,
    TOP,
    Const,
    File,
    Frame,
    Items,
    Json,
    Pairs,
    Part,
    Ref,
    Thing,
    Unread,
    Value,
    unordered,
)

_BUFFERS = ("io.StringIO", "io.BytesIO")
_NOTHING = (None, Const(""), Const(b""))


def opened(call: Call) -> Value:
    """``open``: a file, which is a read if it is read from; of a number the file that the number is of."""
    known = file_of(call, call.argument(0)) or file_of(call, call.kwargs.get("fileobj"))
    if known is not None:
        return known[0]
    call.machine.executed(call.path)
    return call.new(File(call.path, turn=call.machine.turn(call.path)))


def wrapped(call: Call) -> Value | None:
    """``io.TextIOWrapper`` of an open file, ``os.fdopen`` of a number: the file that was opened before."""
    found = file_of(call, call.argument(0, "fd")) or file_of(call, call.kwargs.get("buffer"))
    return None if found is None else found[0]


def member(call: Call) -> Value | None:
    """``open`` of an archive: a file in it, which is read and written as a part of the archive."""
    found = file_of(call, call.receiver)
    return None if found is None else call.new(replace(found[1], via=found[0].place, written=None, header=None))


def temporary(call: Call) -> Value:
    """``tempfile.mkstemp``: the number of a file that it opens, which has nothing in it yet, and a path."""
    call.machine.record(call.path, tables.EMPTY)
    return call.new(Items((opened(call), Thing()), kind="tuple"))


def entered(call: Call) -> Value | None:
    """``enter_context`` of an ``ExitStack``: the open file that it is given, which it closes later."""
    found = file_of(call, call.argument(0))
    return None if found is None else found[0]


def archived(call: Call) -> bool:
    """Tell whether a reader is given a file in an archive, which counts as read where that was opened."""
    found = file_of(call, call.argument(0))
    return found is not None and found[1].via is not None


def _read(call: Call, value: Value | None, row: bool) -> Value | None:
    """The table that lies in an open file."""
    found = file_of(call, value)
    if found is None:
        return None
    file = found[1]
    if file.inside:
        return call.new(Frame(file.written or tables.EMPTY, row))
    columns = call.machine.columns(file.opened if file.via is None else call.path)  # of an archive nobody knows any
    return call.new(Frame(tables.read(file.opened, columns), row))


def _told(call: Call, value: Value | None) -> Value | None:
    """The row of a table whose whole text is at hand."""
    content = call.see(value)
    if isinstance(content, Frame) and not content.row:
        return call.new(Frame(content.table, True))
    cames = call.cames(value)
    reads = {one.read for one in cames}
    if len(reads) != 1 or any(one.column for one in cames):
        return None
    [path] = reads
    return call.new(Frame(tables.read(path, call.machine.columns(path)), True))


def read_text(call: Call) -> Value:
    """``read_text`` of a path: a text of all columns."""
    call.machine.executed(call.path)
    return Thing(text_of(call.path), name=TEXT)


def read_frame(call: Call) -> Value | None:
    """A reader that was given an open file, or a text in a buffer; None where the call itself is the read.

    Of a text that has no header, which of its columns is called so by ``names`` is not known.
    """
    value = call.argument(0)
    found = _read(call, value, False)
    headless = call.argument(-1, "names") is not None or call.plain(-1, "header", 0) is None
    if found is not None or getattr(value, "name", "") not in _BUFFERS:
        return found
    if headless:
        called = names(call.machine, call.argument(-1, "names"))
        each = hedged(changed(call.cames(value)))
        table = Table(dict.fromkeys(called or (), each), rows=rows_of(call.machine, value), closed=True)
        return call.new(Frame(table)) if called else None
    row = call.see(_told(call, value))
    return call.new(Frame(row.table)) if isinstance(row, Frame) else None


def buffer(call: Call) -> Value | None:
    """``io.StringIO``: of a text that is data, as a file that may be read from; of nothing, one to be written to."""
    value = call.argument(0)
    table = table_of(call.machine, value) if isinstance(value, Json) and value.of is None else None
    if value in _NOTHING or table is not None:
        return call.new(File(call.path, table, inside=True))
    cames = NOTHING if value is None or isinstance(value, Ref) else call.cames(value)
    return Thing(cames, rows_of(call.machine, value), call.name) if value is not None and cames else None


def rows(call: Call) -> Value | None:
    """``csv.reader`` and ``csv.DictReader``: rows, one after the other."""
    value = call.argument(0)
    row = _read(call, value, True) or _told(call, value)
    if row is None:
        row = call.new(Frame(tables.unknown(call.cames(value)), True))
    fields = names(call.machine, call.argument(1, "fieldnames"))
    content = call.see(row)
    if not call.name.endswith("DictReader"):
        first = headers.of(content.table) if begins(call, value) else ()
        row = call.new(replace(content, array=True, cells=True))
        reader = call.new(Items((call.new(Items(first)),) if first else (), row, kind="reader"))
        return noted(call, value, reader)
    if fields is not None:
        named = tables.numbered(content.table, fields)
        row = call.new(Frame(named or content.table, True))
    return call.new(Items((), row, kind="reader"))


def loaded(call: Call) -> Value | None:
    """``json.load`` and siblings: records."""
    row = _read(call, call.argument(0), True) or _told(call, call.argument(0))
    return None if row is None else call.new(Items((), row, kind="json"))


def unread(call: Call, value: Value) -> Value:
    """What a call that loads things made of a file: another is meant where that was not there yet."""
    given = call.argument(0)
    file = file_of(call, given)
    reads = {file[1].opened} if file is not None else {one.read for one in call.cames(given)} or {call.path}
    never = isinstance(given, Unread) or all(call.machine.outside.happened(path) is False for path in reads)
    return Unread(value.place) if never and isinstance(value, Ref) else value


def passed(call: Call) -> Value | None:
    """``json.loads``: the same data in another form."""
    value = call.argument(0)
    if isinstance(value, Json):
        table = table_of(call.machine, value) or tables.EMPTY
        return value.of or call.new(Items((), call.new(Frame(table, True)), kind="json"))
    row = _told(call, value)
    return value if row is None else call.new(Items((), row, kind="json"))


def text_made(call: Call) -> Value | None:
    """``json.dumps``: the same data as a text."""
    value = call.argument(0)
    return value if not isinstance(value, Ref) else templates.json_of(call.machine, value) or value


def content_read(call: Call) -> Value | None:
    """``read`` of an open file: a text of all its columns."""
    found = file_of(call, call.receiver)
    if found is None:
        return None
    file = found[1]
    if not file.inside:
        names_ = {"readline": (TOP, LINE), "readlines": (LINES, FURTHER)}.get(call.name, (TEXT, ""))
        return Thing(text_of(file.opened), name=names_[not begins(call, call.receiver)])
    return _as_text(call, file.written or tables.EMPTY)


def frame_written(call: Call) -> Value | None:
    """``to_csv`` into a buffer, or as a text."""
    value = call.argument(0, "path_or_buf")
    found = file_of(call, value)
    if found is not None and found[1].inside:
        write(call, *found, call.table())
    return _as_text(call, call.table()) if value in _NOTHING else None


def _as_text(call: Call, table: Table) -> Json:
    return Json(changed(tables.whole(table)), table.rows, table=call.new(Frame(table)))


def writer(call: Call) -> Value | None:
    """``csv.writer`` and ``csv.DictWriter``."""
    found = file_of(call, call.argument(0))
    if found is None:
        return None
    header = names(call.machine, call.argument(1, "fieldnames")) if call.name.endswith("DictWriter") else None
    place, file = found
    call.machine.memory.put(place.place, replace(file, header=tuple(header) if header else None))
    return Part(place, "writer")


def write(call: Call, place: Ref, file: File, table: Table) -> None:
    """Put rows into an open file."""
    shaped = tables.shaped(table, call.machine.guarding(), FILTER)
    written = shaped if file.written is None else tables.either(file.written, shaped)
    call.machine.memory.put(place.place, replace(file, written=written))
    call.machine.record(file.opened, call.machine.single(written, place.place), turn=file.turn)


def copied(call: Call) -> Value | None:
    """``shutil.copyfileobj``: all that lies in one open file, into another."""
    source, target = _read(call, call.argument(0, "fsrc"), False), file_of(call, call.argument(1, "fdst"))
    content = call.see(source)
    if not isinstance(content, Frame) or target is None:
        return None
    write(call, *target, content.table)
    return NONE


def row_written(call: Call) -> Value | None:
    """``writerow``."""
    found = file_of(call, call.receiver)
    value = call.argument(0)
    if found is None:
        return None
    put(call, found[0], value)
    return NONE


def put(call: Call, place: Ref, value: Value | None, rows_: Cames = NOTHING) -> None:
    """Write a row, or note a header; other origins decide whether the row is there."""
    file, fields = call.see(place), plain(call.machine, value)
    if isinstance(fields, list | tuple) and file.header is None and all(isinstance(one, str) for one in fields):
        call.machine.memory.put(place.place, replace(file, header=tuple(fields)))
    else:
        write(call, place, file, tables.shaped(_row(call, file, value), rows_, FILTER))


def _row(call: Call, file: File, value: Value | None) -> Table:
    content = _filled(call, call.see(value), file.header)
    if isinstance(content, Items) and content.loose is None:
        labels: Any = range(len(content.known)) if file.header is None else file.header
        here = Table({}, rows=call.machine.guarding())
        after = file.header is None and file.written is not None and file.written.spread  # a header, maybe
        if (
            after or unordered(content) or len(labels) != len(content.known)
        ):  # which cell comes under which name is not known
            return tables.unknown(hedged(union(entering(call.machine, one, here) for one in content.known)))
        cells_ = {name: entering(call.machine, one, here) for name, one in zip(labels, content.known, strict=True)}
        return Table(cells_, closed=True)
    table = table_of(call.machine, value)
    if table is None:
        return Table({}, closed=True)
    if file.header is None or not isinstance(content, Frame | Pairs):
        return table
    by_name = not getattr(content, "array", False) and not (
        table.closed and table.columns.keys().isdisjoint(file.header)
    )
    return tables.only(table, file.header) if by_name else tables.numbered(table, file.header) or table


def _filled(call: Call, row: Any, header: tuple[Any, ...] | None) -> Any:
    """A row with as many cells as there are names, where any number of cells stand behind those that are known."""
    several = isinstance(row, Items) and row.known and row.loose is not None and not unordered(row)
    left = len(header or ()) - len(row.known) if several else 0
    if left < 1:
        return row
    cell = row.loose if left == 1 else Thing(hedged(call.cames(row.loose)), rows_of(call.machine, row.loose))
    return replace(row, known=(*row.known, *[cell] * left), loose=None)


def rows_written(call: Call) -> Value | None:
    """``writerows``."""
    found = file_of(call, call.receiver)
    if found is None:
        return None
    over = unrolling.unrolled(call.machine, call.argument(0) or Thing())
    for one in (*over.items, over.loose):
        if one is not None:
            put(call, found[0], one, deciding(over.rows, FILTER))
    return NONE


def dumped(call: Call) -> Value | None:
    """``json.dump``, ``pickle.dump``: an object into an open file."""
    value, file = call.argument(0), file_of(call, call.argument(1))
    table = (contained.flat if call.name == "pickle.dump" else table_of)(call.machine, value)
    if file is None:
        return None
    if table is not None:
        write(call, file[0], call.see(file[0]), table)
    return NONE


def of_number(method: Rule) -> Rule:
    """The same as a method, of the open file that a number is of: ``os.read``, ``os.write``."""
    return lambda call: method(
        Call(call.machine, call.argument(0), call.name, call.args[1:], call.kwargs, call.path, call.more)
    )


METHODS: Rules = {
    "read": content_read,
    "seek": sought,
    "readlines": content_read,
    "readline": content_read,
    "getvalue": content_read,
    **dict.fromkeys(("open", "extractfile"), member),
    "write_row": row_written,
}
ON_FRAMES: Rules = {"to_csv": frame_written}
WRITERS: Rules = {"writerow": row_written, "writerows": rows_written, "writeheader": lambda call: NONE}
OPENERS = frozenset(
    (
        *("builtins.open", "io.open", "os.open", "gzip.open", "bz2.open", "lzma.open", "codecs.open"),
        *("gzip.GzipFile", "bz2.BZ2File", "lzma.LZMAFile", "zipfile.ZipFile", "tarfile.open"),
        *("fsspec.open", "smart_open.open", "tempfile.NamedTemporaryFile"),
    )
)
LOADERS = frozenset(
    f"{module}.{name}"
    for names_, modules in (
        ("load loads", "json pickle yaml tomllib orjson ujson simplejson dill cloudpickle marshal"),
        ("load", "joblib torch"),
        ("safe_load", "yaml"),
        ("dict list set", "builtins"),  # of what was loaded
    )
    for name in names_.split()
    for module in modules.split()
)
FUNCTIONS: Rules = {
    **dict.fromkeys(OPENERS, opened),
    **dict.fromkeys(("os.fdopen", "io.TextIOWrapper", "io.BufferedReader", "io.BufferedWriter"), wrapped),
    "os.read": of_number(content_read),
    "tempfile.mkstemp": temporary,
    **dict.fromkeys(_BUFFERS, buffer),
    "csv.reader": rows,
    "csv.DictReader": rows,
    "csv.writer": writer,
    "csv.DictWriter": writer,
    **dict.fromkeys([f"{name}.load" for name in ("json", "ujson", "simplejson", "tomllib", "tomli", "yaml")], loaded),
    "yaml.safe_load": loaded,
    "json.loads": passed,
    **dict.fromkeys([f"{name}.dumps" for name in ("json", "orjson", "ujson", "simplejson")], text_made),
    **dict.fromkeys([f"{name}.loads" for name in ("orjson", "ujson", "simplejson", "tomllib", "tomli")], passed),
    "shutil.copyfileobj": copied,
    "json.dump": dumped,
    "pickle.dump": dumped,
    "yaml.dump": dumped,
}
