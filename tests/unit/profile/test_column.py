"""What a column answers: numpy as the oracle, and the stable keys of its statistics."""

import math

import numpy as np
import pyarrow as pa
import pytest

from driftline.profile import build, merge

NUMBER = {
    "null_share", "nan_share", "mean", "std", "minimum", "maximum", "q01", "q05", "q25", "q50", "q75", "q95", "q99",
    "distinct", "distinct_share", "zero_share", "negative_share", "infinite_share",
}  # fmt: skip
TEXT = {
    "null_share", "distinct", "length_mean", "empty_share", "upper_share", "lower_share", "mixed_share", "digit_share",
    "top_share",
}  # fmt: skip


def column(values, **options):
    return build({"c": values}, **options).columns["c"]


def test_statistics_of_numbers_by_hand():
    found = column(pa.array([0.0, -1.0, 2.0, 2.0, math.nan, math.inf, None, None])).statistics()
    assert found.keys() == NUMBER
    assert found["null_share"] == 3 / 8  # two nulls and a NaN
    assert found["nan_share"] == found["infinite_share"] == found["zero_share"] == found["negative_share"] == 1 / 8
    assert (found["mean"], found["minimum"], found["maximum"], found["q50"]) == (0.75, -1.0, 2.0, 0.0)
    assert (found["distinct"], found["distinct_share"]) == (3.0, 0.75)


def test_statistics_of_texts_by_hand():
    found = column(["AA", "AA", "b", "", "12", None]).statistics()
    assert found.keys() == TEXT
    assert found == {
        "null_share": pytest.approx(1 / 6), "distinct": 4.0, "length_mean": 1.4, "empty_share": 0.2, "upper_share": 0.4,
        "lower_share": 0.2, "mixed_share": 0.0, "digit_share": 0.2, "top_share": 0.4,
    }  # fmt: skip


def test_statistics_of_booleans_by_hand():
    assert column([True, False, True, None]).statistics() == {"null_share": 0.25, "distinct": 2.0, "true_share": 2 / 3}


@pytest.mark.parametrize(
    ("values", "keys"),
    [
        (pa.array([], pa.float64()), NUMBER),
        (pa.array([None, None], pa.int32()), NUMBER),
        (pa.array([], pa.string()), TEXT),
        (pa.array([None], pa.string()), TEXT),
        (pa.array([1], pa.timestamp("s")), NUMBER - {"zero_share", "negative_share", "infinite_share"}),
        (pa.array([b"x"]), {"null_share", "distinct", "length_mean", "top_share"}),
        (pa.array([None, None]), {"null_share", "distinct", "length_mean", "top_share"}),
        (pa.array([], pa.bool_()), {"null_share", "distinct", "true_share"}),
    ],
)
def test_the_keys_depend_on_the_type_only(values, keys):
    assert column(values).statistics().keys() == keys


def test_quantile_and_cdf_are_exact_for_few_values():
    values = np.random.default_rng(0).integers(0, 60, 900).astype(float)
    found = column(values)
    shares = np.linspace(0, 1, 101)
    np.testing.assert_array_equal(found.quantile(shares), np.quantile(values, shares, method="inverted_cdf"))
    asked = np.array([-1, 0, 0.5, 13, 59, 60])
    np.testing.assert_allclose(found.cdf(asked), [(values <= point).mean() for point in asked])
    assert found.rank_error == 0.0
    assert found.quantile(0.5) == np.quantile(values, 0.5, method="inverted_cdf")
    assert isinstance(found.quantile(0.5), float)
    assert isinstance(found.cdf(3), float)


def test_the_range_is_exact_however_many_values():
    values = np.random.default_rng(1).normal(size=5_000)
    found = merge([build({"c": part}) for part in np.split(values, 5)]).columns["c"]
    assert found.quantile(np.array([0.0, 1.0])).tolist() == [values.min(), values.max()]
    assert found.cdf(values.max()) == 1.0
    assert found.cdf(np.nextafter(values.min(), -9.0)) == 0.0
    assert found.rank_error < 0.02


def test_a_histogram_has_two_open_ends_and_sums_to_one():
    found = column([1.0, 2.0, 2.0, 3.0, 10.0]).histogram(np.array([0.0, 2.0, 5.0]))
    np.testing.assert_allclose(found, [0.0, 0.6, 0.2, 0.2])


def test_no_value_answers_nan():
    found = column(pa.array([None, math.nan, math.inf], pa.float64()))
    assert (found.finite, found.nulls, found.nans, found.infinities) == (0, 2, 1, 1)
    assert math.isnan(found.quantile(0.5))
    assert np.isnan(found.cdf(np.array([0.0]))).all()
    assert math.isnan(found.mean)
    assert found.minimum is None


def test_levels_are_told_only_when_all_are_known():
    assert column(["a", "b", "a"]).levels() == {"a": 2, "b": 1}
    assert column([True, True]).levels() == {"true": 2}
    assert column([str(number) for number in range(600)]).levels() is None
    assert column([1, 2]).levels() is None


def test_containment_uses_levels_and_then_the_sketch():
    few, more = column(["a", "b", "c", "d"]), column(["a", "b", "c", "x", "y"])
    assert few.contained_in(more) == 0.75
    many = column([f"document {number}" for number in range(2_000)])
    later = column([f"document {number}" for number in range(500, 2_500)])
    assert later.contained_in(many) == pytest.approx(0.75, abs=0.12)


@pytest.mark.parametrize(
    "values",
    [[1.5, 2.5, 1.5], [0.0, -0.0, 7.0], [2**53, 2**53 + 1, 1], [-(2**53), -(2**53) - 1], [2**53 - 1, 2**53 - 2]],
)
def test_different_numbers_are_counted_as_numpy_counts_doubles(values):
    assert build({"c": np.array(values)}).columns["c"].distinct_count() == len(np.unique(np.array(values, float)))
