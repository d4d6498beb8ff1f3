"""Text tables: as the columns that a program finds in them, and as they are written.

Enters: the path of a file, its size and the ``form.Form`` that a program read or wrote it in. Leaves: ``Contents``,
whose types, values and profile are those of the columns, and whose fingerprint is that of the text of every cell, with
its quotes: ``01`` and ``1``, ``1.0`` and ``1.00``, ``NA`` and nothing differ. An empty text counts as missing in the
profile, unless the program said what does. What a form leaves out (comments, lines)
is left out first. All but short files are parsed once, a piece at a time, into cells, and columns are cast from these
(``casting``), so that a file takes no more memory than its columns. One above the limit that the caller names is not
profiled. Never changes what it reads.
"""

import contextlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
from pyarrow import csv

from driftline import later, profile
from driftline.capture.tables import casting, endings, measure, text_source
from driftline.capture.tables.contents import ROWS_LIMIT, Contents, of_arrow, of_batches
from driftline.capture.tables.form import EVERY, Form, made_up

_BLOCK = 1 << 26  # bytes that are read at a time
_PIECE = 1 << 22  # bytes that are parsed at a time, in memory that is used again: calls cost more of shorter ones
_SHORT = 1 << 18  # bytes of a file that is parsed at once
_AT_ONCE = 1 << 23  # bytes of its block, on this thread: several threads take more CPU than there is to win
_HEADER = 1 << 16  # bytes in which a header ends
_NUMBER = later.pattern(r'\s*"?[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?"?\s*')
_YEAR = later.pattern(r'\s*"?(?:19|20)\d\d"?\s*')


def guessed(path: str) -> Form:
    """The form of a file of which only the name is known: a comma, or what its header has in place of one."""
    return Form(first(path, Form(guess=True))[1])


def first(path: str, said: Form) -> tuple[list[str], str]:
    """Return the fields of the first line of a text table, and what separates them."""
    with text_source.opened(path) as file:
        lines = file.read(_HEADER).split(b"\n")
    line = lines[said.skip].decode(errors="replace").rstrip("\r") if said.skip < len(lines) else ""
    delimiter = endings.separator(path, line) if said.guess else said.delimiter
    return line.split(delimiter), delimiter


def settled(path: str, said: Form) -> Form:
    """Return a form with what was not said found out."""
    some = bool(said.names and said.bare)  # columns have names, and perhaps not all of them
    if not said.guess and not said.doubt and not some:
        return said
    cells, delimiter = first(path, said)
    if some:
        names = (*said.names, *made_up(said.bare, len(cells))[len(said.names) :])
        said = said._replace(names=names, bare="")
    bare = said.doubt and any(_NUMBER.fullmatch(cell) and not _YEAR.fullmatch(cell) for cell in cells)
    return said._replace(delimiter=delimiter, bare="pandas" if bare else said.bare, guess=False, doubt=False)


def columns(path: str, said: Form) -> tuple[str, ...]:
    """Return the names of the columns of a text table, as its reader sees them."""
    said, read, parse = _options(path, said)
    return tuple(_called(said, _begun(path, said, read, parse).names))


def of_text(path: str, size: int, said: Form, limit: int) -> Contents:
    """Return the contents of a text table; one of more than ``limit`` bytes is read a block at a time.

    Raises:
        OSError, pa.ArrowException, ValueError: it cannot be read in this form; ``measure.Unreadable`` says why.
    """
    try:
        return _of_text(path, size, said, limit, broken=False)
    except pa.ArrowInvalid:  # perhaps only since a value has a line break where a block ends
        with contextlib.suppress(pa.ArrowInvalid):
            return _of_text(path, size, said, limit, broken=True)
    return _of_text(path, size, said._replace(fill=True), limit, broken=True)


def _of_text(path: str, size: int, said: Form, limit: int, *, broken: bool) -> Contents:
    said, read, parse = _options(path, said)
    parse.newlines_in_values = broken
    if size > limit:
        return _in_blocks(path, said, read, parse)
    convert = _conversion(path, said, read, parse)
    if size <= _SHORT:
        read.use_threads, read.block_size = False, _AT_ONCE

    def once(convert: csv.ConvertOptions) -> pa.Table:
        with text_source.source(path, said) as file:
            return csv.read_csv(file, read, parse, convert)

    def again(name: str) -> pa.Table:
        return once(csv.ConvertOptions(column_types={name: pa.uint64()}, include_columns=[name]))

    if size > _SHORT and not broken and not said.escape:
        schema = _begun(path, said, read, parse, convert)
        prints, found = _in_pieces(path, said, parse, schema)
        table = _put_together(schema.names, found, once, convert)
    else:
        table = once(convert)
        prints = _at_once(path, said, parse, _called(said, table.column_names))
    table = exact(table, again)
    table = _without_thousands(table, said.thousands) if said.thousands else table
    table = table.rename_columns(_called(said, table.column_names))
    counted = casting.without_empty(table) if said.nulls is None else table
    return of_arrow(table, schema=casting.wide(table.schema), written=prints, profiled=counted)


def _options(path: str, said: Form) -> tuple[Form, csv.ReadOptions, csv.ParseOptions]:
    """How Arrow reads a form, and the form with what was not said found out."""
    said = settled(path, said)
    read = csv.ReadOptions(
        skip_rows=said.skip,
        column_names=list(said.names),
        autogenerate_column_names=bool(said.bare),
    )
    parse = csv.ParseOptions(
        delimiter=said.delimiter,
        quote_char=said.quote or False,
        escape_char=said.escape or False,
    )
    return said, read, parse


def _put_together(
    names: list[str],
    found: Mapping[int, pa.ChunkedArray],
    once: Callable[[csv.ConvertOptions], pa.Table],
    convert: csv.ConvertOptions,
) -> pa.Table:
    """Return the columns of a text table: those ``found``, by place, and the others as ``once`` parses them."""
    if not found:
        return once(convert)
    if len(found) == len(names):
        return pa.table([found[place] for place in range(len(names))], names)
    convert.include_columns = [name for place, name in enumerate(names) if place not in found]
    left = once(convert)
    return pa.table([found[place] if place in found else left.column(name) for place, name in enumerate(names)], names)


def _at_once(path: str, said: Form, parse: csv.ParseOptions, names: Sequence[str]) -> profile.Fingerprint:
    """Return the fingerprint of a short text table."""
    cells = _cells(names)
    prints = _prints(cells)
    bare, parse, convert = _bare(said, parse, len(names))
    bare.use_threads, bare.block_size = False, _AT_ONCE
    with text_source.source(path, said, quoted=True) as file:
        whole = csv.read_csv(file, bare, parse, convert)
    for batch in (whole if said.names or said.bare else whole.slice(1)).to_batches():
        prints.add(pa.RecordBatch.from_arrays(batch.columns, schema=cells))
    return prints.finish()


def _prints(cells: pa.Schema) -> profile.Prints:
    up_to = None if measure.level.rows else ROWS_LIMIT
    return profile.Prints(cells, rows=True, up_to=up_to, form=profile.WRITTEN)


def _cells(names: Sequence[str]) -> pa.Schema:
    return pa.schema([(name, pa.binary()) for name in names])


def _in_pieces(
    path: str, said: Form, parse: csv.ParseOptions, schema: pa.Schema
) -> tuple[profile.Fingerprint, dict[int, pa.ChunkedArray]]:
    """Return the fingerprint of a text table, and those of its columns that its cells can be cast to, by place.

    Raises:
        pa.ArrowInvalid: perhaps a value has a line break where a piece ends.
    """
    cells = _cells(_called(said, schema.names))
    prints = _prints(cells)
    plain = said.decimal == "." and not said.thousands and len(set(schema.names)) == len(schema)
    casts = casting.Casts(schema if plain else pa.schema([]), said.nulls, said.quote)
    for batch, quotes in _below(path, said, parse, cells, _PIECE):
        measure.go_on()
        if quotes % 2:
            raise pa.ArrowInvalid("a piece ends within quotes")
        prints.add(batch)
        casts.take(batch, quoted=quotes > 0)
    return prints.finish(), casts.made()


def _in_blocks(path: str, said: Form, read: csv.ReadOptions, parse: csv.ParseOptions) -> Contents:
    read.use_threads, read.block_size = False, _BLOCK
    schema = _begun(path, said, read, parse, _conversion(path, said, read, parse))
    schema = pa.schema([field.with_name(name) for field, name in zip(schema, _called(said, schema.names), strict=True)])
    cells = _cells(schema.names)
    batches = (batch for batch, _ in _below(path, said, parse, cells, _BLOCK))
    return of_batches(schema, batches, profiled=False, written=cells)


def _below(
    path: str, said: Form, parse: csv.ParseOptions, cells: pa.Schema, size: int
) -> Iterator[tuple[pa.RecordBatch, int]]:
    """Yield the rows of a text, ``size`` bytes at a time, cell by cell, each time with the number of quotes there."""
    bare, parse, convert = _bare(said, parse, len(cells))
    bare.use_threads, bare.block_size = False, _BLOCK
    header, quote = 0 if said.names or said.bare else 1, said.quote.encode()
    for piece, end in text_source.pieces(path, said, across=parse.newlines_in_values, size=size):
        some = quote and piece.find(quote, 0, end) >= 0  # which is faster told than how many
        quotes = piece.count(quote, 0, end) if some else 0
        # marked is the whole of the memory, as cutting would copy it once more
        written = text_source.marked(piece, said) if quotes else piece
        whole = memoryview(written)[: end + quotes * (0 if said.escape else 2 * len(quote))]
        table = csv.read_csv(pa.BufferReader(whole), bare, parse, convert)
        for batch in table.slice(header).to_batches():
            yield pa.RecordBatch.from_arrays(batch.columns, schema=cells), quotes
        header = bare.skip_rows = 0


def _begun(
    path: str, said: Form, read: csv.ReadOptions, parse: csv.ParseOptions, convert: csv.ConvertOptions | None = None
) -> pa.Schema:
    """Return the columns of a text table, as its first block tells them."""
    pieces = text_source.pieces(path, said, across=parse.newlines_in_values, size=read.block_size)
    piece, end = next(pieces, (bytearray(), 0))
    with csv.open_csv(pa.BufferReader(memoryview(piece)[:end]), read, parse, convert) as reader:
        return reader.schema


def _conversion(path: str, said: Form, read: csv.ReadOptions, parse: csv.ParseOptions) -> csv.ConvertOptions:
    """How columns get their types: as the program was told, else found anew."""
    texts: list[str] = list(said.texts)
    if texts and (said.bare or EVERY in texts):
        own = _begun(path, said, read, parse).names
        called = _called(said, own)
        texts = [name for place, name in enumerate(own) if EVERY in texts or called[place] in texts]
    convert = csv.ConvertOptions(column_types={name: pa.string() for name in texts}, decimal_point=said.decimal)
    if said.nulls is not None:
        convert.null_values, convert.strings_can_be_null = list(said.nulls), True
    return convert


def _called(said: Form, names: list[str]) -> list[str]:
    """The names of columns as the program knows them."""
    return made_up(said.bare, len(names)) if said.bare else names


def _bare(said: Form, parse: csv.ParseOptions, width: int) -> tuple[csv.ReadOptions, csv.ParseOptions, Any]:
    """How the same file is read cell by cell: every value as it is written, the header as the first row."""
    read = csv.ReadOptions(skip_rows=said.skip, autogenerate_column_names=True)
    cells = csv.ConvertOptions(column_types={f"f{place}": pa.binary() for place in range(width)}, null_values=[])
    return read, parse, cells


def exact(table: pa.Table, again: Callable[[str], pa.Table]) -> pa.Table:
    """Return ``table`` with whole numbers beyond 63 bits as they are written: Arrow takes them for rounded doubles.

    ``again`` reads one column alone, as unsigned numbers of 64 bits, or raises ``ArrowInvalid``.
    """
    for place, field in enumerate(table.schema):
        if not pa.types.is_float64(field.type) or table.column_names.count(field.name) > 1:
            continue
        if (pc.max(table.column(place)).as_py() or 0.0) < 2.0**63:
            continue
        with contextlib.suppress(pa.ArrowInvalid):  # they are no whole numbers
            table = table.set_column(place, field.name, again(field.name).column(0))
    return table


def _without_thousands(table: pa.Table, sign: str) -> pa.Table:
    """Return ``table`` with numbers such as ``1,234`` as numbers."""
    for place, field in enumerate(table.schema):
        if not pa.types.is_string(field.type):
            continue
        plain = pc.replace_substring(table.column(place), sign, "")
        for kind in (pa.int64(), pa.float64()):
            with contextlib.suppress(pa.ArrowInvalid):
                table = table.set_column(place, field.name, plain.cast(kind))
                break
    return table
