"""Columns measured together: as Python's own counting finds them, and bit for bit as they are one by one."""

import collections
import datetime as dt
import decimal
import fractions
import math
import statistics

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from driftline.profile import build, build_many, encode, fingerprint, fingerprint_many, sheet

UTC = dt.UTC
HUGE = st.sampled_from([2**53, 2**53 + 1, -(2**53) - 1, 2**62, 7])
MOMENTS = st.datetimes(dt.datetime(1900, 1, 1), dt.datetime(2200, 1, 1))  # noqa: DTZ001 - what Arrow takes
KINDS: dict[pa.DataType, st.SearchStrategy] = {
    pa.float64(): st.floats(width=64) | st.sampled_from([0.0, -0.0, 1.5, math.nan, math.inf, -math.inf]),
    pa.float32(): st.floats(width=32) | st.sampled_from([0.0, -0.0, math.nan]),
    pa.float16(): st.sampled_from([np.float16(0.5), np.float16(-2), np.float16("nan")]),
    pa.int64(): st.integers(-(2**53) + 1, 2**53 - 1) | st.integers(-2, 2) | HUGE,
    pa.int8(): st.integers(-128, 127),
    pa.uint64(): st.integers(0, 2**64 - 1) | st.integers(0, 3),
    pa.bool_(): st.booleans(),
    pa.decimal128(20, 2): st.integers(-(10**9), 10**9).map(lambda number: decimal.Decimal(number) / 100),
    pa.date32(): MOMENTS.map(dt.datetime.date),
    pa.timestamp("ms", "Europe/Berlin"): MOMENTS.map(lambda at: at.replace(microsecond=0, tzinfo=UTC)),
    pa.timestamp("ns"): MOMENTS,
    pa.time64("us"): st.times(),
    pa.duration("s"): st.integers(-(10**6), 10**6).map(lambda seconds: dt.timedelta(seconds=seconds)),
    pa.string(): st.text(max_size=4) | st.sampled_from(["", "a", "B7", "é", "x" * 99]),
    pa.large_string(): st.sampled_from(["a", "bb", "Ab-9"]),
    pa.dictionary(pa.int8(), pa.string()): st.sampled_from(["a", "bb"]),
    pa.binary(): st.binary(max_size=3),
    pa.list_(pa.int64()): st.lists(st.integers(0, 3), max_size=3),
    pa.struct([("a", pa.int64()), ("b", pa.string())]): st.fixed_dictionaries({"a": st.integers(0, 2)}),
}


@st.composite
def tables(draw: st.DrawFn) -> pa.Table:
    """Tables of any of the kinds, whole, sliced, or in chunks."""
    rows = draw(st.integers(0, 12))
    kinds = draw(st.lists(st.sampled_from(list(KINDS)), min_size=1, max_size=9))
    columns = [
        pa.array(draw(st.lists(st.none() | KINDS[kind], min_size=rows, max_size=rows)), kind)
        if draw(st.integers(0, 7))
        else pa.nulls(rows, kind)
        for kind in kinds
    ]
    table = pa.Table.from_arrays(columns, [f"c{place}" for place in range(len(columns))])
    start, cut = draw(st.integers(0, rows)), draw(st.integers(0, rows))
    if draw(st.booleans()):
        return table.slice(start, cut)
    return pa.concat_tables([table.slice(0, cut), table.slice(cut, 0), table.slice(cut)])


def numbers(column: pa.ChunkedArray) -> list[fractions.Fraction | float]:
    """What is there, exact: times in whole microseconds, cut off towards zero; decimals as Arrow's doubles."""
    kind, present = column.type, column.drop_null()
    if pa.types.is_temporal(kind):
        per = {"s": 10**6, "ms": 1_000, "us": 1, "ns": fractions.Fraction(1, 1_000)}
        step = 86_400 * 10**6 if pa.types.is_date32(kind) else per[kind.unit]
        wide = pa.int32() if pa.types.is_date32(kind) else pa.int64()
        return [fractions.Fraction(int(step * one.cast(wide).as_py())) for one in present]
    values = (present.cast(pa.float64()) if pa.types.is_decimal(kind) else present).to_pylist()
    return [value if isinstance(value, float) and not math.isfinite(value) else fractions.Fraction(value)
            for value in (float(one) if isinstance(one, np.floating) else one for one in values)]  # fmt: skip


def counted(column: pa.ChunkedArray, found) -> None:
    """Compare a column of numbers, times or booleans with what Python's exact arithmetic says."""
    every = numbers(column)
    nans = sum(isinstance(value, float) and value != value for value in every)
    finite = sorted(value for value in every if isinstance(value, fractions.Fraction))
    levels = collections.Counter(finite)
    assert (found.rows, found.nulls, found.nans) == (len(column), column.null_count + nans, nans)
    assert found.infinities == len(every) - nans - len(finite)
    assert (found.zeros, found.negatives) == (levels[0], sum(value < 0 for value in finite))
    assert (found.finite, found.distinct.exact) == (len(finite), len(levels))
    if not finite:
        return
    assert (found.minimum, found.maximum) == (float(finite[0]), float(finite[-1]))
    scale = float(max(map(abs, finite))) or 1.0
    assert found.mean == pytest.approx(float(statistics.fmean(float(value) / scale for value in finite)) * scale,
                                       abs=1e-13 * scale)  # fmt: skip
    if scale < 1e150:
        middle = sum(finite) / len(finite)
        exact = float(sum((value - middle) ** 2 for value in finite))
        assert found.m2 == pytest.approx(exact, rel=1e-9, abs=1e-25 * scale**2)
    points, ranks = found.quantiles.points()
    as_floats = collections.Counter(float(value) for value in finite)
    assert dict(zip(points.tolist(), np.diff(ranks, prepend=0).tolist(), strict=True)) == as_floats
    listed = [({0.0: "false", 1.0: "true"}[float(value)] if pa.types.is_boolean(column.type) else float(value), count)
              for value, count in sorted(levels.items(), key=lambda pair: (-pair[1], pair[0]))]  # fmt: skip
    assert list(zip(found.frequent.values, found.frequent.counts, strict=True)) == listed
    assert (found.frequent.other, found.frequent.error) == (0, 0)


def spelt(column: pa.ChunkedArray, found) -> None:
    """Compare a column of texts with what Python and pyarrow say."""
    texts = collections.Counter(column.drop_null().to_pylist())
    assert (found.rows, found.nulls, found.distinct.count()) == (len(column), column.null_count, len(texts))
    if not texts:
        return
    short = {text: count for text, count in texts.items() if len(text) <= 80}
    assert {text: count for text, count in found.frequent.pairs().items() if "…" not in text} == short
    assert list(found.frequent.counts) == sorted(texts.values(), reverse=True)
    lengths = pc.utf8_length(column.cast(pa.string()).drop_null())
    assert found.text.length.mean == pytest.approx(pc.mean(lengths).as_py())
    assert (found.text.length.minimum, found.text.length.maximum) == tuple(pc.min_max(lengths).as_py().values())
    every = list(texts.elements())
    assert found.text.empty == every.count("")
    assert found.text.digits == sum(text.isascii() and text.isdigit() for text in every)
    cases = [(any("A" <= one <= "Z" for one in text), any("a" <= one <= "z" for one in text)) for text in every]
    assert (found.text.upper, found.text.lower, found.text.mixed) == (
        cases.count((True, False)), cases.count((False, True)), cases.count((True, True)),
    )  # fmt: skip


@settings(max_examples=250, deadline=None, derandomize=True)
@given(tables())
def test_every_column_of_a_table_is_as_it_is_counted_one_value_at_a_time(table):
    found = build(table)
    for name in table.column_names:
        kind, column = table.column(name).type, found.columns[name]
        if column.type in {"number", "time", "boolean"}:
            counted(table.column(name), column)
        elif column.type == "text":
            spelt(table.column(name), column)
        else:
            assert (column.rows, column.nulls) == (table.num_rows, table.column(name).null_count), kind


@settings(max_examples=250, deadline=None, derandomize=True)
@given(tables(), st.integers(0, 3))
def test_together_and_one_by_one_columns_come_out_the_same_to_the_bit(table, seed):
    together = encode(build(table, seed=seed)), fingerprint(table, rows=True)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sheet, "SHORT", -1)
        assert (encode(build(table, seed=seed)), fingerprint(table, rows=True)) == together
    alone = {name: build(table.select([name]), seed=seed).columns[name] for name in table.column_names}
    assert alone == build(table, seed=seed).columns


@settings(max_examples=200, deadline=None, derandomize=True)
@given(st.lists(tables(), max_size=6), st.integers(1, 40))
def test_tables_in_batches_of_any_size_come_out_as_each_alone_to_the_bit(several, room):
    alone = [(encode(build(table)), fingerprint(table, rows=True)) for table in several]
    sheets = [sheet.of(table) for table in several]
    for at_once in (room, sheet.SHORT):
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(sheet, "SHORT", at_once * sheet.FEWEST)  # of so many rows
            groups = list(sheet.groups(sheets))
        assert [place for group in groups for place in group] == list(range(len(several)))
        found = []
        for group in groups:
            whole = sheet.together([sheets[place] for place in group])
            found += zip(map(encode, build_many(whole)), fingerprint_many(whole, rows=True), strict=True)
        assert found == alone


@pytest.mark.parametrize("rows", [1, 159, 160, 161, 900, 3_000])
def test_long_columns_are_compressed_together_as_they_are_one_by_one(rows, monkeypatch):
    rng = np.random.default_rng(rows)
    table = pa.table({
        "normal": rng.normal(size=rows), "cents": np.round(rng.lognormal(size=rows), 2),
        "basis": np.round(rng.lognormal(size=rows), 4), "few": rng.integers(0, 9, rows), "row": np.arange(rows),
        "vast": rng.lognormal(sigma=60, size=rows), "holed": np.where(rng.random(rows) < 0.4, np.nan, rng.random(rows)),
        "gone": np.full(rows, np.nan), "big": rng.integers(2**60, 2**62, rows), "same": np.full(rows, 4.2),
        "word": [f"K{number}" for number in rng.integers(0, 9, rows)], "key": [f"é{number}" for number in range(rows)],
        "at": pa.array(rng.integers(0, 10**9, rows), pa.timestamp("s")), "on": rng.random(rows) < 0.5,
        "mask": ["".join(rng.choice(list("aA9-"), 5)) for _ in range(rows)],
    })  # fmt: skip
    together = build(table)
    assert together == build({name: table.column(name) for name in reversed(table.column_names)})
    monkeypatch.setattr(sheet, "SHORT", -1)
    assert encode(build(table)) == encode(together)


def test_of_a_longer_table_some_columns_at_a_time_are_measured_together():
    rng = np.random.default_rng(3)
    values = {f"c{place}": rng.integers(0, 500, 12_000) for place in range(13)}
    values["text"] = np.array([f"t{number}" for number in rng.integers(0, 50, 12_000)])
    assert len(values) * 12_000 > sheet.SHORT
    found = build(values)
    assert list(found.columns) == list(values)
    for name, column in values.items():
        assert found.columns[name] == build({name: column}).columns[name]


def test_columns_that_are_known_are_not_measured_again():
    table = pa.table({"a": [1, 2], "s": ["x", "y"], "t": ["x", "x"], "b": [True, None]})
    whole = build(table)
    known = build({"a": [5, 5], "s": ["z", None]}).columns
    (found,) = build_many(sheet.of(table), keys=table.column_names, known=known)
    assert found.columns == {**whole.columns, **known}
