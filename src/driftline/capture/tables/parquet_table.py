"""Parquet files: at once, column by column, or a batch at a time.

Enters: the path of a file, and whether it is read as a whole and profiled. Leaves: ``Contents``. A long table is read
column by column, for fresh memory costs more than reading does. Texts that lie there by their different values stay
so: their places are faster read and counted than they are. Never maps a file, nor hands it to another thread.
"""

from typing import Any

import pyarrow as pa

from driftline import later
from driftline.capture.tables import measure
from driftline.capture.tables.contents import Contents, of_arrow, of_batches, of_columns
from driftline.profile import buffers

parquet = later.module("pyarrow.parquet")  # a program whose tables are texts does without

_CELLS = 1 << 19  # of a file that is read at once rather than column by column
_BATCH = 1 << 16  # rows read at a time
_PLACED = 3  # bytes that a text takes at most, on average, where only its place among the different ones is written
_LONG = 1 << 14  # bytes of a text of which a group of rows may hold more than 32-bit offsets reach


def of_parquet(path: str, *, whole: bool, profiled: bool) -> Contents:
    """Return the contents of a file: read as a ``whole``, or a batch at a time and perhaps not ``profiled``.

    Raises:
        OSError, pa.ArrowException: it cannot be read.
    """
    buffer = 0 if whole else 1 << 20  # of reads; ``pre_buffer`` would hand them to another thread
    with pa.OSFile(path) as opened, parquet.ParquetFile(opened, buffer_size=buffer, pre_buffer=False) as file:
        if whole:
            return _whole(opened, file)
        batches = file.iter_batches(_BATCH, use_threads=False)
        return of_batches(file.schema_arrow, batches, profiled=profiled)


def _whole(opened: pa.NativeFile, file: Any) -> Contents:
    schema, rows, found = file.schema_arrow, file.metadata.num_rows, file.metadata
    names = schema.names
    short = measure.level.rows or rows * len(names) <= _CELLS
    if short or len(set(names)) < len(names) or any("." in name for name in names):
        return of_arrow(file.read(use_threads=False))
    plain = found.num_columns == len(names)  # none is nested
    placed = [name for place, name in enumerate(names) if plain and _placed(found, schema.field(place).type, place)]
    if not placed:
        return of_columns(schema, rows, (file.read(columns=[name], use_threads=False) for name in names))
    more = parquet.ParquetFile(opened, metadata=found, read_dictionary=placed, buffer_size=0, pre_buffer=False)
    return of_columns(schema, rows, (_column(more if name in placed else file, file, name) for name in names))


def _column(file: Any, plain: Any, name: str) -> pa.Table:
    """Return one column as ``file`` reads it, or as ``plain`` does where its texts are long."""
    table = file.read(columns=[name], use_threads=False)
    return plain.read(columns=[name], use_threads=False) if any(map(_long, table.column(0).chunks)) else table


def _long(values: pa.Array) -> bool:
    if not pa.types.is_dictionary(values.type) or not len(values.dictionary):
        return False
    places = buffers.offsets(values.dictionary)
    return bool((places[1:] - places[:-1]).max() >= _LONG)


def _placed(found: Any, kind: pa.DataType, place: int) -> bool:
    """Whether texts are written in all groups of rows as places among the different ones, as their size tells."""
    if buffers.family(kind) != "text":
        return False
    chunks = [found.row_group(group).column(place) for group in range(found.num_row_groups)]
    return all(
        chunk.has_dictionary_page and chunk.total_uncompressed_size <= _PLACED * chunk.num_values for chunk in chunks
    )
