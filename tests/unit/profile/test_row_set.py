"""Order of rows and columns makes no difference, any other row does; counts are checked by ``collections.Counter``."""

import collections
import random

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from driftline.profile import fingerprint, row_set, sheet
from driftline.profile.row_set import SAMPLE

ROWS = st.lists(st.tuples(st.integers(0, 2), st.sampled_from(["a", "b", None])), max_size=30)


def of(rows):
    return row_set({"i": pa.array([i for i, _ in rows], pa.int64()), "s": pa.array([s for _, s in rows], pa.string())})


@settings(max_examples=200)
@given(ROWS, st.randoms(use_true_random=False))
def test_rows_in_another_order_are_the_same_rows(rows, chance):
    shuffled = list(rows)
    chance.shuffle(shuffled)
    assert of(shuffled).total == of(rows).total
    assert [*np.frombuffer(of(shuffled).sample, "<u8")[::3]] == [*np.frombuffer(of(rows).sample, "<u8")[::3]]


@settings(max_examples=300)
@given(ROWS, ROWS)
def test_small_tables_say_exactly_how_many_rows_came_and_went(before, after):
    kept = of(before).against(of(after))
    was, now = collections.Counter(before), collections.Counter(after)
    assert (kept.lost, kept.came) == ((was - now).total(), (now - was).total())
    assert (kept.seen, kept.whole) == (len(before), True)
    assert (of(before).total == of(after).total) == (was == now)


def test_the_order_of_columns_makes_no_difference_but_their_names_do():
    assert row_set({"a": [1, 2], "b": [3, 4]}).total == row_set({"b": [3, 4], "a": [1, 2]}).total
    assert row_set({"a": [1], "b": [3]}).total != row_set({"a": [3], "b": [1]}).total
    assert row_set({"a": [1]}).total != row_set({"c": [1]}).total
    assert row_set({"a": [1, 2], "b": [3, 4]}).total != row_set({"a": [1, 2], "b": [4, 3]}).total


def test_a_sample_finds_the_share_of_rows_that_went():
    rng = np.random.default_rng(3)
    values = rng.normal(size=200_000)
    before, after = row_set({"a": values}), row_set({"a": values[:150_000]})
    kept = before.against(after)
    assert not kept.whole
    assert kept.came == 0
    assert kept.lost / kept.seen == pytest.approx(0.25, abs=0.1)  # four standard errors of 256 draws: 0.11
    assert row_set({"a": values}).against(before).lost == 0
    assert before.against(before).unseen == pytest.approx(1 - 0.05 ** (1 / SAMPLE))  # the rule of three: about 3 / 256


def test_rows_that_moved_are_counted():
    before, after = row_set({"a": [1, 2, 3]}), row_set({"a": [2, 1, 3, 4]})
    kept = before.against(after)
    assert (kept.lost, kept.came, kept.moved) == (0, 1, 2)


def test_a_table_taken_in_groups_has_the_row_set_of_the_whole():
    values = list(range(70_000))
    random.Random(1).shuffle(values)
    whole = fingerprint({"a": np.array(values), "b": pa.array(values).cast(pa.string())}, rows=True).row_set
    assert whole == row_set({"a": pa.array(values), "b": pa.array(values).cast(pa.string())})
    assert whole.rows == 70_000
    assert len(whole.sample) == 24 * SAMPLE


def test_the_form_is_pinned():
    assert row_set({"a": [1.0, None], "b": ["x", "é"]}).total == "t4-1:fb651f4f7e5d5e823cff1473443be3b7"
    assert row_set({}).total == "t4-1:" + "0" * 32


def test_columns_are_hashed_side_by_side_as_they_are_one_by_one(monkeypatch):
    rng = random.Random(2)
    rows = 300
    table = pa.table({
        "i": pa.array([rng.choice([None, rng.randrange(-9, 9)]) for _ in range(rows)], pa.int64()),
        "u": pa.array([rng.randrange(200) for _ in range(rows)], pa.uint8()),
        "f": pa.array([rng.choice([None, -0.0, 0.0, float("nan"), float("inf"), 0.5]) for _ in range(rows)]),
        "s": pa.array([rng.choice([None, "", "a", "é", "z" * 5_000]) for _ in range(rows)]),
        "t": pa.array([rng.choice(["", "b", "bb"]) for _ in range(rows)], pa.large_string()),
        "b": pa.array([rng.choice([None, True, False]) for _ in range(rows)]),
        "d": pa.array([rng.randrange(9) for _ in range(rows)], pa.date32()),
        "n": pa.nulls(rows),
    })  # fmt: skip
    huge = table.append_column("h", pa.array([2**53 + 1 + k for k in range(rows)]))
    beside = [row_set(one) for one in (table, huge, table.slice(7, 100))]
    monkeypatch.setattr(sheet, "SHORT", 0)
    assert [row_set(one) for one in (table, huge, table.slice(7, 100))] == beside
    shorter = huge.set_column(8, "h", pa.array([2**53 + 2 + k // 2 * 2 for k in range(rows)]))
    assert row_set(shorter).total != row_set(huge).total
