"""What is inside: schema, rows, fingerprint and profile of data in memory. Loaded when first needed.

Enters: a table (Arrow, pandas, columns by name, rows as mappings), at once or in record batches. Leaves: frozen
``Contents``. Never changes or keeps what it reads. Of record batches one block is held at a time, so memory stays
bounded. Files are read in ``formats``.
"""

from collections import deque
from collections.abc import Hashable, Iterable, Mapping, Sequence
from typing import Any

import msgspec
import pyarrow as pa

from driftline import profile
from driftline.capture.ground import bounded
from driftline.capture.tables import measure, regular
from driftline.event import names
from driftline.event.facets import FingerprintFacet
from driftline.event.lineage import Field
from driftline.profile import buffers, facet, sheet
from driftline.profile.sheet import Sheet

ROWS_LIMIT = 1 << 17  # cells of a table whose rows are also hashed whatever their order: about 2 ms
_PLAIN = frozenset({"boolean", "number", "time", "text", "binary"})  # families whose types are measured alike
_BLOCK = 1 << 26  # bytes of memory that a block of a larger file takes
_CACHE = 512
_TELLING = 50


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
    arrays: bool = False  # no table: the fields are arrays, each of its own shape


_schemas: deque[tuple[pa.Schema, tuple[Field, ...]]] = deque(maxlen=8)  # of the last tables, and what is told of them
_columns: dict[Hashable, profile.Column] = {}  # by content hash, kind of values, and how many are null


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
        return _contents(_fields(schema or table.schema), found, None, frozenset(), written)
    measure.go_on()
    same = profiled is None or profiled is table
    (built,) = _built(whole if same else sheet.of(profiled), [found])
    return _contents(_fields(schema or table.schema), found, built, regular.columns(table, built.columns), written)


def of_tables(tables: Sequence[pa.Table]) -> list[Contents]:
    """Return the contents of each of several tables, as ``of_arrow`` does; short ones are measured together."""
    out: list[Contents] = []
    sheets = [sheet.of(table) for table in tables]
    for places in sheet.groups(sheets):
        measure.go_on()
        whole = sheet.together([sheets[place] for place in places])
        if whole.short:
            out += _of_short(whole, [tables[place].schema for place in places])
        else:
            out.append(of_arrow(tables[places[0]]))
    return out


def _of_short(whole: Sheet, schemas: Sequence[pa.Schema]) -> list[Contents]:
    found = profile.fingerprint_many(whole, rows=True)
    if not measure.level.profiles:
        return [_contents(_fields(schema), one, None, frozenset()) for schema, one in zip(schemas, found, strict=True)]
    measure.go_on()
    built = _built(whole, found)
    steady = regular.of_each(whole, built)
    parts = zip(schemas, found, built, steady, strict=True)
    return [_contents(_fields(schema), prints, one, even) for schema, prints, one, even in parts]


def of_columns(schema: pa.Schema, rows: int, tables: Iterable[pa.Table]) -> Contents:
    """Return the contents of a table of ``rows`` rows whose columns come one after another; holds one at a time."""
    found: list[profile.Fingerprint] = []
    building = profile.Building()
    steady: frozenset[str] = frozenset()
    keys: list[Hashable] = []
    for table in tables:
        measure.go_on()
        whole = sheet.of(table)
        found.append(profile.fingerprint(whole))
        if measure.level.profiles:
            keys += (own := _keys(whole, found[-1:]))
            steady |= regular.columns(table, building.take(whole, own, _known(own)))
    measured = None
    if measure.level.profiles:
        built = building.made()
        _keep(keys, built)
        measured = profile.Profile(rows, {name: column for one in built for name, column in one.columns.items()})
    return _contents(_fields(schema), profile.beside(rows, found), measured, steady)


def _built(whole: Sheet, found: Sequence[profile.Fingerprint]) -> list[profile.Profile]:
    """Return the profiles of tables; columns that hold what one before them held are not measured again."""
    keys = _keys(whole, found)
    built = profile.build_many(whole, keys=keys, known=_known(keys))
    _keep(keys, built)
    return built


def _keys(whole: Sheet, found: Sequence[profile.Fingerprint]) -> list[Hashable]:
    """Return, per column of a sheet, what its profile follows from."""
    return [
        (hashes[name], _family(values.type), values.null_count)
        for hashes, (_, start, end) in zip((one.columns for one in found), whole.tables, strict=True)
        for name, values, _ in whole.columns[start:end]
    ]


def _known(keys: Sequence[Hashable]) -> dict[Hashable, profile.Column]:
    return {key: column for key in keys if (column := _columns.get(key)) is not None}  # others may put it out


def _keep(keys: Sequence[Hashable], built: Sequence[profile.Profile]) -> None:
    for key, column in zip(keys, (column for one in built for column in one.columns.values()), strict=True):
        if key not in _columns:
            bounded.room(_columns, _CACHE)
        _columns[key] = column


def _family(kind: pa.DataType) -> str:
    """Return what decides, beside the values, how a column is measured."""
    family = buffers.family(kind)
    if family == "dictionary":
        return _family(kind.value_type)
    return family if family in _PLAIN else str(kind)


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
    steady: frozenset[str] | None = None  # columns that are so in every batch
    window = schema.empty_table()  # a batch with the last rows of the one before, so that steps go on between them
    for batch in (one for one in batches if len(one)):
        measure.go_on()
        prints.add(batch)
        window = pa.concat_tables(
            [window.slice(max(0, len(window) - regular.LONG + 1)), pa.Table.from_batches([batch])]
        )
        if len(window) >= regular.LONG:
            found = regular.columns(window)
            steady = found if steady is None else steady & found
        block += [batch] if profiled else []
        if sum(one.nbytes for one in block) > _BLOCK:
            built.append(profile.build(pa.Table.from_batches(block, schema)))
            block.clear()
    if profiled and (block or not built):
        built.append(profile.build(pa.Table.from_batches(block, schema)))
    return _contents(_fields(fields), prints.finish(), profile.merge(built) if built else None, steady or frozenset())


def _contents(
    fields: tuple[Field, ...],
    found: profile.Fingerprint,
    built: profile.Profile | None,
    steady: frozenset[str],
    prints: profile.Fingerprint | None = None,
) -> Contents:
    """``prints``: what is told instead of ``found``, by which columns are known within a run."""
    prints = prints or found
    distinct = {name: column.distinct_count() for name, column in built.columns.items()} if built else {}
    return Contents(
        rows=found.rows,
        fields=fields,
        fingerprint=prints.value,
        hashes=found.columns,
        prints=facet.made(prints),
        profile=profile.encoded(built) if built else b"",
        varied=frozenset([name for name, values in distinct.items() if values > 1.5]),
        telling=frozenset([name for name, values in distinct.items() if values > _TELLING and name not in steady]),
        regular=frozenset([name for name, values in distinct.items() if values > 1.5 and name in steady]),
    )


def _fields(schema: pa.Schema) -> tuple[Field, ...]:
    for known, fields in _schemas:
        if schema.equals(known):
            return fields
    called = names.distinct(schema.names)
    fields = tuple(Field(name, str(field.type)) for name, field in zip(called, schema, strict=True))
    _schemas.append((schema.remove_metadata(), fields))
    return fields


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
