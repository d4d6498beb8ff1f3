"""What is inside: schema, rows, fingerprint and profile of data in memory. Loaded when first needed.

Enters: a table (Arrow, pandas, columns by name, rows as mappings), at once or in record batches. Leaves: frozen
``Contents``. Never changes or keeps what it reads. Of record batches one block is held at a time, so memory stays
bounded. Files are read in ``formats``.
"""

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise
from typing import Any, cast

import msgspec
import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from driftline import profile
from driftline.capture import measure
from driftline.event import names
from driftline.event.facets import FingerprintFacet
from driftline.event.lineage import Field
from driftline.profile import buffers, facet, sheet
from driftline.profile.gathered import Room
from driftline.profile.sheet import Sheet

ROWS_LIMIT = 1 << 17  # cells of a table whose rows are also hashed whatever their order: about 2 ms
_BLOCK = 1 << 26  # bytes of memory that a block of a larger file takes
_CACHE = 512
_TELLING = 50
_LONG = 3  # rows that are looked at first
_LONGER = 32  # then so many texts
_ENDING = re.compile(r"[0-9]+$")


class Contents(msgspec.Struct, frozen=True, kw_only=True):
    """What was found inside one version."""

    rows: int
    fields: tuple[Field, ...]
    fingerprint: str = ""
    hashes: dict[str, str] = {}  # column -> content hash
    prints: FingerprintFacet | None = None  # hashes by column and group of rows
    profile: bytes = b""  # encoded; b"" = not profiled
    varied: frozenset[str] = frozenset()  # columns with at least two values
    telling: frozenset[str] = frozenset()  # columns with so many values that equal content means the same column
    regular: frozenset[str] = frozenset()  # columns that only number the rows, or go up in equal steps


_columns: dict[tuple[str, str, int], profile.Column] = {}  # by content hash, kind of values, and how many are null


def of_arrow(
    table: pa.Table,
    *,
    rows: bool = False,
    written: profile.Fingerprint | None = None,
    schema: pa.Schema | None = None,
    profiled: pa.Table | None = None,
) -> Contents:
    """Return the contents of an Arrow table; with ``rows``, these are hashed whatever their order at any size.

    ``written``: the fingerprint of the text that the table was read from, which stands for it then.
    ``schema``: what is told of the types, where the table has others for the same values.
    ``profiled``: the same rows as their profile counts them, where more of them is missing there.
    """
    rows = rows or measure.level.rows or table.num_rows * table.num_columns <= ROWS_LIMIT
    whole = sheet.of(table)  # what both measures need is worked out once
    found = profile.fingerprint(whole, rows=rows and written is None)
    if not measure.level.profiles:
        return _contents(schema or table.schema, found, None, frozenset(), written)
    measure.go_on()
    same = profiled is None or profiled is table
    built = _built(table, whole, found) if same else _built(profiled, sheet.of(profiled), found)
    return _contents(schema or table.schema, found, built, _regular_ones(table, built), written)


def of_columns(schema: pa.Schema, rows: int, tables: Iterable[pa.Table]) -> Contents:
    """Return the contents of a table of ``rows`` rows whose columns come one after another; holds one at a time."""
    found: list[profile.Fingerprint] = []
    built: dict[str, profile.Column] = {}
    regular: frozenset[str] = frozenset()
    room = Room()
    for table in tables:
        measure.go_on()
        whole = sheet.of(table)
        found.append(profile.fingerprint(whole))
        if measure.level.profiles:
            one = _built(table, whole, found[-1], room)
            built |= one.columns
            regular |= _regular_ones(table, one)
    measured = profile.Profile(rows, built) if measure.level.profiles else None
    return _contents(schema, profile.beside(rows, found), measured, regular)


def _built(table: pa.Table, whole: Sheet, found: profile.Fingerprint, room: Room | None = None) -> profile.Profile:
    """Return the profile of a table; columns that hold what one before them held are not measured again."""
    times = Counter(table.column_names)
    keys = {
        name: (found.columns[name], _family(column.type), column.null_count)
        for name, column in zip(table.column_names, table.columns, strict=True)
        if name in found.columns and times[name] == 1
    }
    known = {name: _columns[key] for name, key in keys.items() if key in _columns}
    built = profile.build(whole, known=known, room=room)
    for name, key in keys.items():
        if key not in _columns and len(_columns) >= _CACHE:
            del _columns[next(iter(_columns))]
        _columns[key] = built.columns[name]
    return built


def _family(kind: pa.DataType) -> str:
    """Return what decides, beside the values, how a column is measured."""
    family = buffers.family(kind.value_type if pa.types.is_dictionary(kind) else kind)
    return family if family in {"boolean", "number", "time", "text", "binary"} else str(kind)


def of_batches(
    schema: pa.Schema, batches: Iterable[pa.RecordBatch], *, profiled: bool, written: pa.Schema | None = None
) -> Contents:
    """Return the contents of a table that comes in record batches; holds one block of them at a time.

    ``written``: of the batches, if they hold the cells of a text whose columns are those of ``schema``.
    """
    form = profile.FORM if written is None else profile.WRITTEN
    fields, schema = schema, written or schema
    profiled = profiled and measure.level.profiles
    prints = profile.Prints(schema, rows=measure.level.rows, form=form)
    built: list[profile.Profile] = []
    block: list[pa.RecordBatch] = []
    regular: frozenset[str] | None = None  # columns that are so in every batch
    window = schema.empty_table()  # a batch with the last rows of the one before, so that steps go on between them
    for batch in (one for one in batches if len(one)):
        measure.go_on()
        prints.add(batch)
        window = pa.concat_tables([window.slice(max(0, len(window) - _LONG + 1)), pa.Table.from_batches([batch])])
        if len(window) >= _LONG:
            found = _regular_ones(window)
            regular = found if regular is None else regular & found
        block += [batch] if profiled else []
        if sum(one.nbytes for one in block) > _BLOCK:
            built.append(profile.build(pa.Table.from_batches(block, schema)))
            block.clear()
    if profiled and (block or not built):
        built.append(profile.build(pa.Table.from_batches(block, schema)))
    return _contents(fields, prints.finish(), profile.merge(built) if built else None, regular or frozenset())


def _contents(
    schema: pa.Schema,
    found: profile.Fingerprint,
    built: profile.Profile | None,
    regular: frozenset[str],
    prints: profile.Fingerprint | None = None,
) -> Contents:
    """``prints``: what is told instead of ``found``, by which columns are known within a run."""
    prints = prints or found
    distinct = {name: column.distinct_count() for name, column in built.columns.items()} if built else {}
    return Contents(
        rows=found.rows,
        fields=_fields(schema),
        fingerprint=prints.value,
        hashes=found.columns,
        prints=facet.made(prints),
        profile=profile.encoded(built) if built else b"",
        varied=frozenset(name for name, values in distinct.items() if values > 1.5),
        telling=frozenset(name for name, values in distinct.items() if values > _TELLING and name not in regular),
        regular=frozenset(name for name, values in distinct.items() if values > 1.5 and name in regular),
    )


def _regular_ones(table: pa.Table, built: profile.Profile | None = None) -> frozenset[str]:
    """Return the columns that number the rows; numbers that repeat often need no look."""
    known = built.columns if built else {}
    few = {
        name
        for name, column in known.items()
        if column.type in {"number", "time"} and column.distinct_count() <= column.rows / 2
    }
    found = zip(names.distinct(table.column_names), table.columns, strict=True)
    return frozenset(name for name, column in found if name not in few and _regular(column))


def _regular(column: pa.ChunkedArray) -> bool:
    """Whether a column goes up or down in equal steps, as row numbers and calendars do; texts that end so as well."""
    if column.null_count or len(column) < _LONG:
        return False
    family = buffers.family(column.type)
    if family == "text" or (family == "dictionary" and buffers.family(column.type.value_type) == "text"):
        counts = (_LONG, _LONGER, len(column))  # few texts go on in equal steps by chance
        return all(_stepwise([_number(text) for text in column.slice(0, count).to_pylist()]) for count in counts)
    if family not in {"number", "time"} or pa.types.is_time(column.type):
        return False
    begin = np.concatenate([buffers.numbers(chunk) for chunk in column.slice(0, _LONG).chunks])
    if not _even(begin):
        return False
    return _even(np.concatenate([buffers.numbers(chunk) for chunk in column.chunks]))


def _even(values: NDArray[Any]) -> bool:
    if values.dtype.kind in "iu" and values.dtype.itemsize < 8:  # in which steps may not fit
        values = values.astype(np.int64)
    steps = values[1:] - values[:-1]
    return bool((steps == steps[0]).all())


def _number(text: str | None) -> int | None:
    found = _ENDING.search(text) if text else None
    return int(found[0][-18:]) if found else None


def _stepwise(numbers: Sequence[int | None]) -> bool:
    if None in numbers:
        return False
    steps = {after - before for before, after in pairwise(cast("Sequence[int]", numbers))}
    return len(steps) == 1


def _fields(schema: pa.Schema) -> tuple[Field, ...]:
    called = names.distinct(schema.names)
    return tuple(Field(name, str(field.type)) for name, field in zip(called, schema, strict=True))


def of_data(data: Any, *, rows: bool = False) -> Contents | None:
    """Return the contents of data in memory, as ``of_arrow`` does; None where it is no table."""
    table = as_arrow(data)
    return None if table is None else of_arrow(table, rows=rows)


def as_arrow(data: Any) -> pa.Table | None:
    """Return ``data`` as an Arrow table, without a copy where the layout allows; None where it is no table."""
    if isinstance(data, pa.Table):
        return data
    if isinstance(data, pa.RecordBatch):
        return pa.Table.from_batches([data])
    if type(data).__module__.split(".")[0] == "pandas":
        frame = data if hasattr(data, "columns") else data.to_frame()
        return _from_columns(_of_pandas(frame)) if frame.columns.is_unique else None
    if isinstance(data, Mapping):
        return _from_columns(data)
    if isinstance(data, Sequence) and data and all(isinstance(row, Mapping) for row in data):
        names = dict.fromkeys(str(name) for row in data for name in row)
        return _from_columns({name: [row.get(name) for row in data] for name in names})
    if hasattr(data, "__arrow_c_stream__"):
        return pa.RecordBatchReader.from_stream(data).read_all()
    return None


def _of_pandas(frame: Any) -> dict[str, Any]:
    """The columns of a frame, and the levels of its index that have a name, as Parquet keeps them."""
    columns = {str(name): frame[name] for name in frame.columns}
    named = [(level, str(name)) for level, name in enumerate(frame.index.names) if name is not None]
    return columns | {name: frame.index.get_level_values(level) for level, name in named if name not in columns}


def _from_columns(found: Mapping[str, Any]) -> pa.Table:
    return pa.table({str(name): _array(values) for name, values in found.items()})


def _array(values: Any) -> Any:
    if isinstance(values, pa.Array | pa.ChunkedArray):
        return values
    pandas_like = type(values).__module__.split(".")[0] == "pandas"
    try:
        return pa.array(values, from_pandas=True) if pandas_like else pa.array(values)
    except (pa.ArrowInvalid, pa.ArrowTypeError, pa.ArrowNotImplementedError):
        return pa.array([None if value is None else str(value) for value in values])
