"""One pass over every type and trap: counted apart, never mixed up."""

import collections
import datetime as dt
import decimal
import sys

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

from driftline.profile import Building, Profile, build, build_many, decode, encode, fingerprint, merge, sheet


def column(values, **options):
    return build({"c": values}, **options).columns["c"]


def test_missing_and_infinite_values_are_counted_apart_before_anything_else():
    found = column(pa.array([1.0, None, float("nan"), float("inf"), float("-inf"), -0.0, 3.0]))
    assert (found.rows, found.nulls, found.nans, found.infinities, found.finite) == (7, 2, 1, 2, 3)
    assert (found.minimum, found.maximum, found.zeros, found.negatives) == (0.0, 3.0, 1, 0)


def test_nan_in_numpy_and_pandas_is_a_null_like_any_other():
    values = [1.0, None, 3.0]
    arrow, numpy = column(pa.array(values)), column(np.array([1.0, np.nan, 3.0]))
    frame = build(pd.DataFrame({"c": values})).columns["c"]
    assert arrow == numpy == frame
    assert (arrow.nulls, arrow.nans) == (1, 0)


def test_a_file_has_one_profile_through_pandas_and_through_arrow(tmp_path):
    rng = np.random.default_rng(0)
    frame = pd.DataFrame({
        "f": np.where(rng.random(500) < 0.1, np.nan, rng.normal(size=500)),
        "i": rng.integers(0, 9, 500),
        "n": pd.array([None if k % 7 == 0 else k for k in range(500)], dtype="Int64"),
        "s": [None if k % 5 == 0 else f"k{k % 40}" for k in range(500)],
        "c": pd.Categorical(rng.choice(["x", "y"], 500), categories=["x", "y", "never"]),
        "b": rng.random(500) < 0.5,
        "t": pd.Timestamp("2013-01-01") + pd.to_timedelta(rng.integers(0, 10**6, 500), "s"),
        "d": [dt.date(2013, 1, 1 + k % 28) for k in range(500)],
        "e": [decimal.Decimal(k) / 4 for k in range(500)],
    })  # fmt: skip
    frame.to_parquet(tmp_path / "t.parquet")
    table = pa.parquet.read_table(tmp_path / "t.parquet")
    assert build(pd.read_parquet(tmp_path / "t.parquet")) == build(table) == build(frame)


def test_an_empty_and_an_all_null_column_say_so():
    for values in ([], [None, None]):
        for kind in (pa.float64(), pa.string(), pa.bool_(), pa.timestamp("us"), pa.null(), pa.list_(pa.int8())):
            found = column(pa.array(values, kind))
            assert (found.rows, found.nulls, found.finite) == (len(values), len(values), 0)
            assert found.null_share == (1.0 if values else 0.0)
            assert found.distinct_count() == 0
    assert build({}).rows == 0


def test_a_constant_is_one_value():
    found = column(np.full(1_000, 4.2))
    assert (found.std, found.distinct_count(), found.quantile(0.3), found.minimum, found.maximum) == (
        0,
        1,
        4.2,
        4.2,
        4.2,
    )
    assert found.frequent.pairs() == {4.2: 1_000}


def test_layouts_of_the_same_texts_give_the_same_column():
    words = ["7", "8", "7", None, "10", "7"]
    plain = pa.array(words)
    repeated = pa.DictionaryArray.from_arrays(
        pa.array([0, 1, 2, None, 3, 0]), pa.array(["7", "8", "7", "10", "unused"])
    )
    holey = pa.DictionaryArray.from_arrays(pa.array([0, 1, 0, 2, 3, 0]), pa.array(["7", "8", None, "10"]))
    layouts = [
        plain, plain.cast(pa.large_string()), plain.dictionary_encode(), plain.cast(pa.string_view()), repeated, holey,
        pa.chunked_array([plain[:2], plain[2:]]),
        pa.chunked_array([plain[:2].dictionary_encode(), plain[2:].dictionary_encode()]),
        pa.concat_arrays([pa.array(["x"]), plain]).slice(1), pd.Series(words), pd.Series(words, dtype="category"),
        pd.Series(words, dtype=object), np.array(words, dtype=object),
    ]  # fmt: skip
    expected = column(words)
    assert expected.levels() == {"7": 3, "10": 1, "8": 1}
    for layout in layouts:
        assert column(layout) == expected


def test_layouts_of_the_same_numbers_give_the_same_column():
    numbers = [3, 1, 2, 3, None]
    expected = column(numbers)
    floats = np.array([3, 1, 2, 3, np.nan])
    layouts = [
        pa.array(numbers, pa.int8()), pa.array(numbers, pa.uint64()), pa.array(numbers, pa.float32()), floats,
        pa.array(numbers).dictionary_encode(), pd.Series(numbers, dtype="Int16"), pd.Series(numbers, dtype="float64"),
        pd.Series(numbers, dtype="category"), np.ma.masked_invalid(floats), floats.astype("f2"), floats.astype(">f8"),
        pa.array([None if n is None else decimal.Decimal(n) for n in numbers]),
        pd.Series(numbers, dtype="float64[pyarrow]"),
        pa.chunked_array([[3, 1], [2, 3, None]]), floats[::-1],
    ]  # fmt: skip
    for layout in layouts:
        assert column(layout) == expected


def test_booleans_are_numbers_and_levels():
    found = column([True, None, False, True])
    assert (found.type, found.mean, found.zeros, found.levels()) == ("boolean", 2 / 3, 1, {"true": 2, "false": 1})
    assert found.quantile(np.array([0.2, 0.5])).tolist() == [0.0, 1.0]
    assert column(pd.Series([True, None, False, True], dtype=object)) == found
    assert column(pd.Series([True, None, False, True], dtype="boolean")) == found
    assert column(np.array([True, False])).type == "boolean"


def test_times_are_microseconds():
    moment = dt.datetime(2013, 1, 1, tzinfo=dt.UTC)
    micros = 1_356_998_400_000_000
    for kind in ("s", "ms", "us", "ns"):
        assert column(pa.array([moment], pa.timestamp(kind, "UTC"))).minimum == micros
    assert column([dt.date(2013, 1, 1)]).minimum == micros
    assert column(np.array(["2013-01-01", "NaT"], dtype="M8[D]")).nulls == 1
    assert column(np.array(["2013"], dtype="M8[Y]")).minimum == micros
    assert column(pd.Series(pd.to_datetime(["2013-01-01", None]))).maximum == micros
    assert column([dt.timedelta(seconds=2)]).mean == 2e6
    assert column([dt.time(0, 0, 3)]).mean == 3e6
    assert {column([value]).type for value in (moment, dt.date(2013, 1, 1), dt.timedelta(1), dt.time(1))} == {"time"}


def test_huge_integers_stay_apart():
    found = column(np.array([2**62, 2**62 + 1, 2**62 + 1, -(2**63)]))
    assert found.distinct.exact == 3
    assert found.minimum == -(2.0**63)
    assert column(np.array([2**64 - 1], dtype=np.uint64)).maximum == 2.0**64
    assert column([2**70, None, 10**400]).infinities == 1


def test_mixed_objects_are_written_as_text():
    found = column(pd.Series([1, "a", None, (2, 3), 1.5], dtype=object))
    assert (found.type, found.nulls, found.distinct_count()) == ("other", 1, 4)
    assert found.levels() == {"(2, 3)": 1, "1": 1, "1.5": 1, "a": 1}


def test_texts_that_are_no_utf8_are_still_counted():
    assert column(pd.Series(["ok", "bad \ud800"], dtype=object)).distinct_count() == 2


def test_bytes_have_lengths_and_levels_in_hexadecimal():
    found = column([b"\x00\xff", b"", None, b""])
    assert (found.type, found.levels(), found.text.empty) == ("other", {"": 2, "00ff": 1}, 2)
    assert column(pa.array([b"ab", b"cd"], pa.binary(2))).distinct_count() == 2


def test_nested_values_are_counted_and_their_lengths_taken():
    found = column([[1, 2], [], None, [3]])
    assert (found.type, found.nulls, found.text.length.mean, found.text.empty) == ("other", 1, 1.0, 1)
    assert np.isnan(found.distinct_count())
    assert found.levels() is None
    assert column([{"a": 1}, None]).nulls == 1
    assert column(pa.array([[1, 2], None], pa.list_(pa.int64(), 2))).nulls == 1


@pytest.mark.parametrize(
    ("values", "kind", "nulls"),
    [
        (pa.array([[("a", 1)], None, []], pa.map_(pa.string(), pa.int8())), "other", 1),
        (pa.array([(1, 2, 3), None], pa.month_day_nano_interval()), "other", 1),
        (pa.UnionArray.from_sparse(pa.array([0, 1], pa.int8()), [pa.array([1, 2]), pa.array(["a", "b"])]), "other", 0),
        (pa.array([[1], None], pa.list_view(pa.int8())), "other", 1),
        (pa.array([1, None], pa.time32("s")), "time", 1),
        (pa.array([decimal.Decimal("1.5"), None], pa.decimal256(50, 3)), "number", 1),
        (np.array([1j, 2]), "other", 0),
        (np.array([b"a", b""]), "other", 0),
        (pd.Series(pd.interval_range(0, 3)), "other", 0),
        (pd.Series([pd.NA, 1, 2], dtype=object), "number", 1),
        (pd.Series([pd.NaT, pd.NaT]), "time", 2),
        (pd.Series([0, 1.0], dtype=pd.SparseDtype(float)), "number", 0),
        (pd.Series([{1}, "x"], dtype=object), "other", 0),
    ],
)
def test_rare_types_are_measured_merged_and_fingerprinted_without_a_fault(values, kind, nulls):
    profile = build({"c": values})
    assert (profile.columns["c"].type, profile.columns["c"].nulls) == (kind, nulls)
    assert merge([profile, profile]).columns["c"].statistics().keys() == profile.columns["c"].statistics().keys()
    assert decode(encode(profile)) == profile
    assert fingerprint({"c": values}) == fingerprint({"c": values})


def test_long_texts_are_kept_short_and_apart():
    levels = column(["x" * 500 + "a", "x" * 500 + "b"]).levels()
    assert len(levels) == 2
    assert max(map(len, levels)) < 80


def test_long_columns_are_measured_in_pieces(monkeypatch):
    rng = np.random.default_rng(0)
    table = {"n": rng.integers(0, 100, 1_000).astype(float), "s": pa.array([f"k{k % 30}" for k in range(1_000)])}
    whole = build(table)
    monkeypatch.setattr(sys.modules[build.__module__], "PIECE", 128)
    pieces = build(table)
    assert pieces.rows == 1_000
    for name in table:
        one, many = whole.columns[name], pieces.columns[name]
        assert many.quantiles == one.quantiles
        assert many.frequent == one.frequent or name == "n"
        assert many.distinct_count() == one.distinct_count()
        assert many.moments.mean == pytest.approx(one.moments.mean)


def test_the_order_of_rows_changes_nothing():
    rng = np.random.default_rng(5)
    values, order = rng.normal(size=999), rng.permutation(999)
    words = np.array([f"k{k % 700}" for k in range(999)])
    assert build({"n": values, "s": words}) == build({"n": values[order], "s": words[order]})


def test_the_input_is_left_as_it_was():
    values = np.array([3.0, 1.0, np.nan])
    values.flags.writeable = False
    build({"c": values})
    assert values[0] == 3.0


def test_the_seed_turns_sketches_and_nothing_else():
    one, two = column(["a", "b"], seed=1), column(["a", "b"], seed=2)
    assert one.distinct != two.distinct
    assert one.frequent == two.frequent


def test_a_column_that_is_known_is_not_measured_again():
    known = column([1, 2, 3])
    (found,) = build_many(sheet.of({"a": [9, 9], "b": ["x", "y"]}), keys=["one", "two"], known={"one": known})
    assert found.columns["a"] is known
    assert found.columns["b"] == column(["x", "y"])


def test_columns_of_one_key_are_measured_once_whatever_table_they_are_in():
    tables = [sheet.of({"a": [1, 2], "b": ["x", "y"]}), sheet.of({"c": ["x", "y"], "d": [3, 4]})]
    one, two = build_many(sheet.together(tables), keys=["n", "text", "text", "m"])
    assert (list(one.columns), list(two.columns)) == (["a", "b"], ["c", "d"])
    assert two.columns["c"] is one.columns["b"]
    assert two.columns["d"] == column([3, 4])


# Expected: the same column as the only one of its sheet, down to its bytes.
def test_columns_that_come_one_after_another_are_those_that_are_measured_alone():
    rng, rows = np.random.default_rng(5), 20_000
    there = rng.random(rows) > 0.1
    few = rng.integers(-3, 40, rows)
    columns = {
        "few": pa.array(few, mask=~there),
        "two": pa.array(few % 2),
        "one": pa.array(np.full(rows, 7, np.int16)),
        "zeros": pa.array(np.where(few > 3, 0.0, -0.0)),
        "parts": pa.array(np.where(there, few / 8, np.nan)),
        "endless": pa.array(np.where(few > 30, np.inf, few / 4)),
        "many": pa.array(rng.normal(size=rows)),
        "beyond": pa.array((few.astype(np.int64) << 55) + 1),
        "wide": pa.array(rng.integers(0, 1 << 62, rows)),
        "flags": pa.array(few > 0, mask=~there),
        "days": pa.array(few.astype(np.int32), pa.date32()),
        "moments": pa.array(few.astype(np.int64), pa.timestamp("ns")),
        "texts": pa.array([f"t{n}" for n in few]),
        "none": pa.array([None] * rows, pa.float64()),
    }  # fmt: skip
    building = Building()
    told = [building.take(sheet.of({name: values}), [name])[name] for name, values in columns.items()]
    found = building.made()
    for one, early, (name, values) in zip(found, told, columns.items(), strict=True):
        alone = Building()
        alone.take(sheet.of({name: values}), [name])
        assert encode(one) == encode(alone.made()[0])
        column = one.columns[name]
        assert (early.type, early.rows, early.distinct_count()) == (column.type, rows, column.distinct_count())
    assert encode(build(columns)) == encode(
        Profile(rows, {name: one.columns[name] for one, name in zip(found, columns, strict=True)})
    )


def test_a_key_that_comes_again_is_measured_once():
    building = Building()
    building.take(sheet.of({"a": [1, 2]}), ["n"])
    building.take(sheet.of({"b": [1, 2]}), ["n"])
    one, two = building.made()
    assert two.columns["b"] is one.columns["a"]


def test_counts_are_those_of_numpy_and_of_python_in_a_long_column():
    rng = np.random.default_rng(9)
    numbers = np.where(rng.random(200_000) < 0.05, np.nan, rng.integers(-40, 1_300, 200_000))
    words = [None if k < 3 else f"w{k}" for k in rng.integers(0, 400, 200_000)]
    chunks = [pa.array(numbers[start : start + 60_000], from_pandas=True) for start in range(0, 200_000, 60_000)]
    found = build({"n": pa.chunked_array(chunks), "w": pa.array(words)}).columns
    there = numbers[~np.isnan(numbers)]
    values, counts = np.unique(there, return_counts=True)
    assert found["n"].distinct_count() == len(values)
    assert (found["n"].nulls, found["n"].zeros) == (200_000 - len(there), int((there == 0).sum()))
    assert found["n"].negatives == int((there < 0).sum())
    assert found["n"].mean == pytest.approx(there.mean(), rel=1e-12)
    assert found["n"].std == pytest.approx(there.std(ddof=1), rel=1e-12)
    assert found["n"].frequent.counts[0] == counts.max()
    assert found["w"].frequent.pairs() == collections.Counter(word for word in words if word is not None)
