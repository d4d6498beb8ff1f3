"""Any split, any order: the profile of the whole."""

import itertools
import math

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from driftline.errors import BadInput
from driftline.profile import build, merge

NUMBERS = st.one_of(
    st.none(), st.floats(-1e6, 1e6), st.integers(-3, 3).map(float), st.just(math.nan), st.just(math.inf)
)
TEXTS = st.one_of(st.none(), st.sampled_from(["", "a", "B", "Ab", "12", "é"]), st.text("abXY09", max_size=4))
ROWS = st.lists(st.tuples(NUMBERS, TEXTS, st.sampled_from([True, False, None])), max_size=40)


def of(rows):
    numbers, texts, flags = zip(*rows, strict=True) if rows else ((), (), ())
    return build({
        "n": pa.array(numbers, pa.float64()), "s": pa.array(texts, pa.string()), "b": pa.array(flags, pa.bool_())
    })  # fmt: skip


def exact(column):
    """Everything that has to come out identical."""
    text = column.text and (
        column.text.empty,
        column.text.upper,
        column.text.lower,
        column.text.mixed,
        column.text.digits,
    )
    counts = (column.rows, column.nulls, column.nans, column.infinities, column.zeros, column.negatives)
    sketch = (column.distinct.registers, column.distinct.sample, column.quantiles.total)
    return (column.type, counts, sketch, column.minimum, column.maximum, column.finite, column.frequent.total, text)


@settings(max_examples=80, deadline=None, derandomize=True)
@given(st.lists(ROWS, min_size=1, max_size=4), st.randoms(use_true_random=False))
def test_parts_merge_to_the_profile_of_the_whole_in_any_order_and_grouping(parts, random):
    whole = of(list(itertools.chain(*parts)))
    profiles = [of(part) for part in parts]
    merged = merge(profiles)
    shuffled = random.sample(profiles, len(profiles))
    assert merge(shuffled) == merged
    for found in (merged, merge([merge(profiles[:2]), *profiles[2:]])):
        assert found.rows == whole.rows
        for name, column in whole.columns.items():
            other = found.columns[name]
            assert exact(other) == exact(column)
            assert other.quantiles == column.quantiles  # fewer values than points
            assert other.moments.mean == pytest.approx(column.moments.mean, rel=1e-9, abs=1e-7)
            assert other.moments.m2 == pytest.approx(column.moments.m2, rel=1e-9, abs=1e-3)
            assert other.distinct_count() == column.distinct_count()


def test_large_parts_stay_within_the_rank_error_that_they_state():
    rng = np.random.default_rng(0)
    parts = [rng.lognormal(size=rng.integers(1, 3_000)) for _ in range(40)]
    found = merge(build({"n": part}) for part in parts).columns["n"]
    values = np.sort(np.concatenate(parts))
    true = np.searchsorted(values, values, side="right") / len(values)
    assert np.abs(found.cdf(values) - true).max() <= found.rank_error < 0.02
    assert found.mean == pytest.approx(values.mean())
    assert found.std == pytest.approx(values.std(ddof=1))


def test_parts_without_values_say_nothing_about_the_type():
    texts, nothing = build({"c": ["a"]}), build({"c": np.array([np.nan])})
    found = merge([nothing, texts]).columns["c"]
    assert (found.type, found.rows, found.nulls, found.levels()) == ("text", 2, 1, {"a": 1})
    assert merge([nothing, build({"c": pa.array([None], pa.string())})]).columns["c"].type == "other"


def test_values_of_different_types_keep_their_counts_only():
    found = merge([build({"c": ["a", None]}), build({"c": [1, 2]})]).columns["c"]
    assert (found.type, found.rows, found.nulls, found.levels()) == ("other", 4, 1, None)
    assert math.isnan(found.distinct_count())


def test_a_column_that_some_parts_lack_counts_the_rows_of_the_others():
    found = merge([build({"a": [1, 2]}), build({"a": [3], "b": ["x"]})])
    assert found.rows == 3
    assert (list(found.columns), found.columns["b"].rows) == (["a", "b"], 1)


def test_profiles_of_different_seeds_and_no_profile_at_all_are_refused():
    with pytest.raises(BadInput, match="seeds"):
        merge([build({"a": [1]}, seed=1), build({"a": [1]}, seed=2)])
    with pytest.raises(BadInput, match="no profile"):
        merge([])


def test_a_profile_alone_is_itself():
    profile = build({"a": [1, 2], "b": ["x", "y"]})
    assert merge([profile]) == profile
