"""Many columns at once against numpy, and against one column at a time."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from driftline.profile import Ranks, build, merge

SHARES = np.array([0.005, 0.05, 0.25, 0.5, 0.75, 0.95, 0.995])
FLOATS = st.floats(-1e9, 1e9) | st.sampled_from([0.0, 1.5, -2.0])


@settings(max_examples=120, deadline=None, derandomize=True)
@given(st.lists(st.lists(FLOATS, min_size=1, max_size=40), min_size=1, max_size=4), st.lists(FLOATS, max_size=5))
def test_quantiles_and_shares_are_those_that_numpy_finds(lists, asked):
    columns = {f"c{place}": build({"c": np.array(values)}).columns["c"] for place, values in enumerate(lists)}
    ranks = Ranks(columns)
    places = list(range(len(lists)))[::-1]
    points = np.array([asked] * len(lists)).reshape(len(lists), -1)
    for name, values, line in zip(columns, lists, ranks.quantile(SHARES), strict=True):
        ordered = np.sort(values)
        at = np.ceil(SHARES * len(values) - 1e-9 * len(values) ** 0.5).astype(int) - 1
        assert line.tolist() == (ordered[at] + 0.0).tolist()
        assert line.tolist() == columns[name].quantile(SHARES).tolist()
    for place, line in zip(places, ranks.cdf(places, points), strict=True):
        assert line.tolist() == [np.mean(np.array(lists[place]) <= point) for point in asked]


def test_merged_columns_of_several_runs_are_as_they_are_one_by_one():
    rng = np.random.default_rng(4)
    parts = [build({"a": rng.normal(size=rows), "b": rng.integers(0, 9, rows), "c": rng.lognormal(sigma=9, size=rows)})
             for rows in (3_000, 700, 700, 90, 3_000)]  # fmt: skip
    columns = merge(parts).columns
    assert max(len(column.quantiles.runs) for column in columns.values()) > 1
    ranks, points = Ranks(columns), rng.normal(size=(3, 50)) * 9
    for name, line, shares, asked in zip(
        columns, ranks.quantile(SHARES), ranks.cdf(range(3), points), points, strict=True
    ):
        assert ranks.place[name] == list(columns).index(name)
        assert line.tolist() == columns[name].quantile(SHARES).tolist()
        assert shares.tolist() == columns[name].cdf(asked).tolist()
