"""Texts held as views are the same texts; expected values are those of the same lists as Arrow's plain arrays."""

import polars as pl
import pyarrow as pa
import pytest

from driftline import profile
from driftline.profile import views

WORDS = ["a", None, "long enough to lie outside of the view itself", "", "a", "ü"]
VIEW = pa.array(WORDS).cast(pa.string_view())
PLAIN = pa.array(WORDS)
BYTES = pa.array([None if word is None else word.encode() for word in WORDS])
LEVELS = pa.array(["a", "b"])
PLACES = pa.array([0, 1, None, 0, 1, 1], pa.uint32())
GONE = pa.array([False, True, False, False, False, True])


def dictionary(levels: pa.Array) -> pa.Array:
    return pa.DictionaryArray.from_arrays(PLACES, levels)


def struct(words: pa.Array, levels: pa.Array) -> pa.Array:
    return pa.StructArray.from_arrays([words, dictionary(levels)], ["word", "level"], mask=GONE)


def lists(words: pa.Array, kind: type[pa.Array]) -> pa.Array:
    wide = pa.int64() if kind is pa.LargeListArray else pa.int32()
    return kind.from_arrays(pa.array([0, 1, 1, 4, 6], wide), words, mask=pa.array([False, True, False, False]))


PAIRS = {
    "texts": (VIEW, PLAIN),
    "bytes": (BYTES.cast(pa.binary_view()), BYTES),
    "dictionary": (dictionary(LEVELS.cast(pa.string_view())), dictionary(LEVELS)),
    "struct": (struct(VIEW, LEVELS.cast(pa.string_view())), struct(PLAIN, LEVELS)),
    "list": (lists(VIEW, pa.ListArray), lists(PLAIN, pa.ListArray)),
    "large list": (lists(VIEW, pa.LargeListArray), lists(PLAIN, pa.LargeListArray)),
    "list of structs": (
        lists(struct(VIEW, LEVELS.cast(pa.string_view())), pa.ListArray),
        lists(struct(PLAIN, LEVELS), pa.ListArray),
    ),
    "fixed list": (
        pa.FixedSizeListArray.from_arrays(VIEW, 2, mask=pa.array([False, True, False])),
        pa.FixedSizeListArray.from_arrays(PLAIN, 2, mask=pa.array([False, True, False])),
    ),
}


@pytest.mark.parametrize("kind", PAIRS)
@pytest.mark.parametrize("start", [0, 1, 2])
def test_values_stay_what_they_are_wherever_an_array_is_cut(kind: str, start: int) -> None:
    viewed, plain = (array.slice(start) for array in PAIRS[kind])
    found = views.plain(viewed)
    assert not views.held(found.type)
    assert found.to_pylist() == plain.to_pylist() == viewed.to_pylist()


@pytest.mark.parametrize("kind", PAIRS)
def test_fingerprint_row_set_and_profile_are_those_of_plain_texts(kind: str) -> None:
    viewed, plain = PAIRS[kind]
    for one in (viewed, pa.chunked_array([viewed.slice(0, 1), viewed.slice(1)])):
        assert profile.fingerprint({"x": one}, rows=True) == profile.fingerprint({"x": plain}, rows=True)
        assert profile.build({"x": one}) == profile.build({"x": plain})


def test_what_has_no_views_is_handed_back_as_it_is() -> None:
    for _, plain in PAIRS.values():
        assert views.plain(plain) is plain


def test_a_polars_frame_with_categories_and_records_has_a_fingerprint() -> None:
    rows = [{"kind": "a", "place": {"city": "Rome", "zip": None}, "tags": ["x", None]},
            {"kind": None, "place": None, "tags": None},
            {"kind": "b", "place": {"city": None, "zip": "1"}, "tags": []}]  # fmt: skip
    schema = {"kind": pl.Categorical, "place": pl.Struct({"city": pl.String, "zip": pl.Categorical}),
              "tags": pl.List(pl.Categorical)}  # fmt: skip
    kinds = pa.schema([
        ("kind", pa.string()), ("place", pa.struct([("city", pa.string()), ("zip", pa.string())])),
        ("tags", pa.list_(pa.string())),
    ])  # fmt: skip
    plain = pa.Table.from_pylist(rows, kinds)
    assert profile.fingerprint(pl.DataFrame(rows, schema)) == profile.fingerprint(plain)
    assert profile.row_set(pl.DataFrame(rows, schema)).total == profile.row_set(plain).total
