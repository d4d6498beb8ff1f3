"""Views of Arrow's buffers against Arrow's own ``to_pylist``, and against what Arrow says of its types."""

import datetime as dt
import decimal
import subprocess
import sys

import numpy as np
import pyarrow as pa
import pytest

from driftline.profile import buffers

NUMBERS = [
    pa.int8(),
    pa.uint8(),
    pa.int16(),
    pa.uint32(),
    pa.int64(),
    pa.uint64(),
    pa.float16(),
    pa.float32(),
    pa.float64(),
]


def told(values):
    """Return values with None for what is missing, as ``to_pylist`` has them."""
    there = buffers.present(values)
    found = buffers.numbers(values).tolist()
    return found if there is None else [one if is_there else None for one, is_there in zip(found, there, strict=True)]


@pytest.mark.parametrize("kind", [*NUMBERS, pa.bool_()], ids=str)
@pytest.mark.parametrize(
    "given", [[1, 0, 1, 1, 0, 0, 1, 1, 1, 0, 1], [1, None, 0, None, 1, 1, 0, 0, 1, None, 1], [], [None]]
)
def test_numbers_and_booleans_are_those_that_arrow_tells_in_any_slice(kind, given):
    whole = pa.array([None if one is None else bool(one) if kind == pa.bool_() else one for one in given], kind)
    for start in range(len(given) + 1):
        assert told(whole.slice(start)) == whole.slice(start).to_pylist()
        assert told(whole.slice(start, 3)) == whole.slice(start, 3).to_pylist()


def test_times_are_whole_numbers_of_their_own_unit():
    moment = dt.datetime(2013, 1, 2, tzinfo=dt.UTC)
    assert buffers.numbers(pa.array([moment], pa.timestamp("s", "UTC"))).tolist() == [1_357_084_800]
    assert buffers.numbers(pa.array([moment], pa.timestamp("ns", "UTC"))).tolist() == [1_357_084_800 * 10**9]
    assert buffers.numbers(pa.array([moment.date()], pa.date32())).tolist() == [15_707]  # days since 1970
    assert buffers.numbers(pa.array([dt.time(0, 1)], pa.time32("s"))).tolist() == [60]
    assert buffers.numbers(pa.array([dt.timedelta(1)], pa.duration("us"))).tolist() == [86_400_000_000]


def test_every_type_is_of_one_family():
    text, raw = pa.string(), pa.binary()
    families = {
        "null": [pa.null()], "boolean": [pa.bool_()], "number": NUMBERS, "text": [text, pa.large_string()],
        "decimal": [pa.decimal128(9, 2), pa.decimal256(50, 3)], "binary": [raw, pa.large_binary()],
        "time": [pa.date32(), pa.date64(), pa.time32("s"), pa.time64("us"), pa.timestamp("ns"), pa.duration("ms")],
        "dictionary": [pa.dictionary(pa.int8(), text)],
        "nested": [pa.list_(text), pa.struct([("a", text)]), pa.map_(text, text), pa.month_day_nano_interval()],
    }  # fmt: skip
    for family, kinds in families.items():
        assert {buffers.family(kind) for kind in kinds} == {family}


@pytest.mark.parametrize("kind", [pa.string(), pa.large_string(), pa.binary(), pa.large_binary()], ids=str)
def test_offsets_are_where_texts_begin_and_end(kind):
    values = pa.array(["ab", "", "cde", "f"], pa.string()).cast(kind)
    assert buffers.offsets(values.slice(1)).tolist() == [2, 2, 5, 6]
    assert buffers.offsets(values.slice(4)).tolist() == [0]


def test_whole_numbers_become_an_arrow_array():
    assert buffers.arrow(np.array([3, 1], np.intp)).equals(pa.array([3, 1], pa.int64()))


def test_decimals_lie_in_words_of_64_bits():
    values = pa.array([decimal.Decimal("1.25"), decimal.Decimal("-1.00")], pa.decimal128(9, 2))
    assert buffers.whole(values, np.dtype("<i8"), 2).tolist() == [125, 0, -100, -1]


def test_measuring_a_table_does_not_import_pandas():
    code = (
        "import sys; from pyarrow import csv; import io; from driftline import profile;"
        "table = csv.read_csv(io.BytesIO(b'a,b,c,d\\n1,x,2.5,2013-01-01T00:00:00Z\\n,y,,\\n'));"
        "profile.fingerprint(table, rows=True); profile.encode(profile.build(table));"
        "sys.exit('pandas' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
