"""Columns that are cast from cells as they are written; expected values by hand, or Arrow's own parser."""

import io

import pyarrow as pa
import pyarrow.compute as pc
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyarrow import csv

from driftline.capture.tables import casting
from driftline.capture.tables.casting import Casts, wide, without_empty


def cast(
    kind: pa.DataType, *pieces: list[str], nulls: tuple[str, ...] | None = None, quoted: bool = False
) -> pa.ChunkedArray | None:
    casts = Casts(pa.schema([("a", kind)]), nulls, '"')
    for cells in pieces:
        batch = pa.RecordBatch.from_arrays([pa.array([cell.encode() for cell in cells], pa.binary())], ["a"])
        casts.take(batch, quoted=quoted)
    return casts.made().get(0)


def test_whole_numbers_are_as_wide_as_the_widest_piece_needs() -> None:
    for pieces, kind in (
        ((["1", "-32768"], ["32767"]), pa.int16()),
        ((["1"], ["32768"]), pa.int32()),
        ((["-2147483649"], ["1"]), pa.int64()),
    ):
        found = cast(pa.int64(), *pieces)
        assert found is not None
        assert found.type == kind
        assert found.to_pylist() == [int(cell) for piece in pieces for cell in piece]


# Expected: Arrow's parser, which reads 64 bits; in 16 bits 0xFFFF were -1.
@pytest.mark.parametrize("cells", [["0xFFFF", "1"], ["0XFFFFFFFF", "1"], ["7", "0x1f"], ["007", "-0"]])
def test_whole_numbers_with_letters_or_zeros_in_front_are_what_the_parser_reads(cells: list[str]) -> None:
    found = cast(pa.int64(), ["1"], cells, ["2"])
    assert found is not None
    read = csv.read_csv(io.BytesIO("\n".join(["a", "1", *cells, "2", ""]).encode()))
    assert found.cast(pa.int64()).equals(read.column(0))


# Expected: Arrow's own search in the cells, all of them.
@given(
    st.lists(st.sampled_from(["", "NA", "A", "xNA", "5", "-5", "null", "-1.#IND", "D", "ü", "é", "\0"]), max_size=30),
    st.sets(st.sampled_from(["", "NA", "null", "-1.#IND", "5", "é"])),
)
def test_what_is_missing_is_told_by_looking_at_those_cells_that_end_so(cells: list[str], nulls: set[str]) -> None:
    written = pa.array([cell.encode() for cell in cells], pa.binary())
    missing = pc.is_in(written, value_set=pa.array([null.encode() for null in nulls], pa.binary()))
    assert casting._others(written, tuple(nulls)).tolist() == pc.invert(missing).to_pylist()


def test_what_stands_for_a_missing_value_is_missing_but_in_texts_unless_that_was_said() -> None:
    numbers = cast(pa.int64(), ["1", "2"], ["NA", "3"], ["", "4"])
    assert numbers is not None
    assert numbers.to_pylist() == [1, 2, None, 3, None, 4]
    texts = cast(pa.string(), ["x", "NA"])
    assert texts is not None
    assert texts.to_pylist() == ["x", "NA"]
    said = cast(pa.string(), ["x", "NA", ""], nulls=("NA",))
    assert said is not None
    assert said.to_pylist() == ["x", None, ""]


def test_a_value_that_stands_for_a_missing_one_is_missing() -> None:
    numbers = cast(pa.int64(), ["1", "-999"], nulls=("-999",))
    assert numbers is not None
    assert numbers.to_pylist() == [1, None]
    decimals = cast(pa.float64(), ["1.5", "nan"])  # among what usually stands for one
    assert decimals is not None
    assert decimals.to_pylist() == [1.5, None]


@pytest.mark.parametrize(
    ("kind", "cells"),
    [
        (pa.int64(), ["1", "1.5"]),
        (pa.int64(), ["1", " 2"]),
        (pa.int64(), ["1", "9223372036854775808"]),
        (pa.timestamp("s"), ["2013-01-01 10:00:00", "2013-01-01 10:00:00.5"]),
        (pa.timestamp("s"), ["2013-01-01 10:00:00", "2013-01-01 10:00:00Z"]),
        (pa.bool_(), ["true", "false"]),
        (pa.null(), ["", ""]),
    ],
)
def test_what_cannot_be_cast_is_left_to_the_parser(kind: pa.DataType, cells: list[str]) -> None:
    assert cast(kind, cells) is None
    assert cast(kind, cells[:1], cells[1:], cells[:1]) is None


def test_bytes_that_are_no_text_and_quotes_around_values_are_left_to_the_parser() -> None:
    casts = Casts(pa.schema([("a", pa.string()), ("b", pa.int64())]), None, '"')
    cells = [pa.array([b"\xff", b"x"], pa.binary()), pa.array([b'"1"', b"2"], pa.binary())]
    casts.take(pa.RecordBatch.from_arrays(cells, ["a", "b"]), quoted=True)
    assert casts.made() == {}


# Expected: Arrow's parser.
def test_cells_are_cast_to_what_the_parser_reads() -> None:
    rows = [
        ("7", "1e-3", "x", "2013-01-01T10:00:00+02:00", "2013-02-03"),
        ("-0", "-0.0", "é", "1969-12-31T23:59:59Z", "1900-01-01"),
        ("NA", "inf", "", "", "null"),
        ("0x1f", "3.0000000000000004", "NA", "2013-01-01T10:00Z", "2024-02-29"),
    ]
    body = "\n".join(["a,b,c,d,e", *map(",".join, rows)])
    read = csv.read_csv(io.BytesIO(body.encode()))
    casts = Casts(read.schema, None, '"')
    columns = [pa.array([cell.encode() for cell in cells], pa.binary()) for cells in zip(*rows, strict=True)]
    batch = pa.RecordBatch.from_arrays(columns, list("abcde"))
    casts.take(batch.slice(1), quoted=False)
    casts.take(batch, quoted=False)
    found = casts.made()
    table = pa.concat_tables([read.slice(1), read])
    for place, column in enumerate(table.columns):
        assert found[place].cast(column.type).equals(column)


def test_whole_numbers_are_told_as_wide_as_the_parser_makes_them() -> None:
    kinds = [("a", pa.int16()), ("b", pa.int32()), ("c", pa.int64()), ("d", pa.string())]
    assert wide(pa.schema(kinds)).types == [pa.int64(), pa.int64(), pa.int64(), pa.string()]


@pytest.mark.parametrize("start", [0, 1])
def test_empty_texts_are_missing_and_others_are_what_they_were(start: int) -> None:
    chunks = pa.chunked_array([["a", "", "c", ""], ["x"], [""]], pa.string())
    table = pa.table({"n": [1, 2, 3, 4, 5, 6], "t": chunks}).slice(start)
    found = without_empty(table)
    found.validate(full=True)
    assert found.column("t").to_pylist() == ["a", None, "c", None, "x", None][start:]
    assert found.column("n") == table.column("n")
    full = pa.table({"t": ["a", "b"]})
    assert without_empty(full) is full
