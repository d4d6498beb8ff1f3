"""Findings on generated batches whose answer is known; corrections and tests against scipy."""

import subprocess
import sys

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy import stats

from driftline import drift, profile
from driftline.drift import Batch, Judgement, Pool, Reference
from driftline.drift.detectors.categories import chi_square
from driftline.drift.judge import adjusted
from driftline.event.lineage import Dataset, Field
from driftline.profile import Profile

DAY = 86_400_000_000
FIELDS = (Field("amount", "double"), Field("code", "string"))


class Feed:
    """A dataset that is well for ``days`` batches; amounts wander from day to day as real ones do."""

    def __init__(self, seed: int = 1, days: int = 60) -> None:
        self.random = np.random.default_rng(seed)
        self.reference = Reference()
        self.profiles: list[Profile] = []
        for day in range(days):
            assert self.take(self.batch(day)).healthy

    def table(self, rows: int = 600) -> dict[str, object]:
        level = self.random.normal(0.0, 4.0)
        amount = self.random.normal(50.0 + level, 10.0, rows)
        amount[self.random.random(rows) < 0.02] = np.nan
        code = self.random.choice(["aa", "bb", "cc"], rows, p=[0.5, 0.3, 0.2]).tolist()
        return {"amount": amount, "code": code}

    def batch(self, day: int, table: dict[str, object] | None = None, **parts: object) -> Batch:
        table = self.table() if table is None else table
        values = {
            "dataset": Dataset("file", "feed"),
            "version": f"v{day}",
            "time_us": day * DAY,
            "profile": profile.build(table),
            "fields": FIELDS,
            "feeds": {"dataset:file:raw": len(table["code"])},
            **parts,
        }
        return Batch(**values)

    def look(self, batch: Batch) -> Judgement:
        pool = Pool(profile.merge(self.profiles[-56:])) if self.profiles else None
        return drift.judge(batch, self.reference, pool)

    def take(self, batch: Batch) -> Judgement:
        judgement = self.look(batch)
        self.reference = drift.admit(self.reference, batch, judgement.measures)
        self.profiles.append(batch.profile)
        return judgement


@pytest.fixture(scope="module")
def feed() -> Feed:
    return Feed()


def found(judgement: Judgement) -> set[tuple[str, str]]:
    return {(f.detector, f.column) for f in judgement.findings if f.severity == "alarm"}


def amounts(table: dict[str, object]) -> NDArray[np.float64]:
    values = table["amount"]
    assert isinstance(values, np.ndarray)
    return values


def test_nothing_is_found_in_two_hundred_more_healthy_batches(feed: Feed) -> None:
    alarms = [found(feed.look(feed.batch(1_000 + day))) for day in range(200)]
    assert sum(map(bool, alarms)) == 0


def test_a_changed_unit_in_a_tenth_of_the_rows_is_an_alarm_about_the_range(feed: Feed) -> None:
    table = feed.table()
    amounts(table)[:60] *= 60
    judgement = feed.look(feed.batch(99, table))
    assert ("range", "amount") in found(judgement)
    first = next(f for f in judgement.findings if f.detector == "range")
    assert first.current == pytest.approx(0.1, abs=0.02)
    assert "outside the range ever seen" in first.sentence
    assert first.evidence.reference is not None
    assert sum(first.evidence.reference.shares) == pytest.approx(1.0, abs=1e-3)
    assert not judgement.healthy


def test_a_shift_of_everything_is_an_alarm_about_quantiles(feed: Feed) -> None:
    table = feed.table()
    amounts(table)[:] += 60.0
    assert {("quantiles", "amount"), ("range", "amount")} & found(feed.look(feed.batch(99, table)))


def test_values_shrunk_within_the_range_are_an_alarm_about_spread(feed: Feed) -> None:
    table = feed.table()
    values = amounts(table)
    values[:] = 50.0 + (values - 50.0) / 100.0
    assert ("spread", "amount") in found(feed.look(feed.batch(99, table)))


def test_missing_values_are_an_alarm_about_nulls(feed: Feed) -> None:
    table = feed.table()
    amounts(table)[:300] = np.nan
    assert ("nulls", "amount") in found(feed.look(feed.batch(99, table)))


def test_a_code_in_another_case_is_an_alarm_about_levels(feed: Feed) -> None:
    table = feed.table()
    table["code"] = [str(code).upper() for code in table["code"]]
    judgement = feed.look(feed.batch(99, table))
    assert ("levels", "code") in found(judgement)
    assert "'AA'" in next(f.sentence for f in judgement.findings if f.detector == "levels")


def test_another_mix_of_known_codes_is_found_by_categories(feed: Feed) -> None:
    table = feed.table()
    table["code"] = ["cc"] * 600
    assert ("categories", "code") in found(feed.look(feed.batch(99, table)))


def test_half_of_the_rows_is_an_alarm_about_volume(feed: Feed) -> None:
    assert ("volume", "") in found(feed.look(feed.batch(99, feed.table(300))))


def test_rows_lost_between_input_and_output_break_the_link(feed: Feed) -> None:
    judgement = feed.look(feed.batch(99, feed.table(540), feeds={"dataset:file:raw": 600}))
    assert found(judgement) == {("link", "")}  # ten per cent fewer is no volume to speak of
    assert judgement.findings[0].current == pytest.approx(0.9)


def test_a_vanished_or_retyped_column_is_an_alarm_and_a_new_one_is_not(feed: Feed) -> None:
    gone = feed.look(feed.batch(99, fields=FIELDS[:1]))
    assert ("schema", "code") in found(gone)
    retyped = feed.look(feed.batch(99, fields=(Field("amount", "string"), FIELDS[1])))
    assert ("schema", "amount") in found(retyped)
    added = feed.look(feed.batch(99, fields=(*FIELDS, Field("extra", "int"))))
    assert added.healthy
    assert [f.detector for f in added.findings] == ["schema"]


def test_replaced_texts_of_an_index_are_an_alarm_and_an_edited_one_is_not() -> None:
    texts = [f"passage {number}" for number in range(50)]
    reference, pool = Reference(), None
    for day, current in enumerate((texts, ["edited", *texts[1:]])):
        batch = _index(day, current)
        judgement = drift.judge(batch, reference, Pool(pool) if pool else None)
        assert judgement.healthy
        reference = drift.admit(reference, batch, judgement.measures)
        pool = profile.merge([pool, batch.profile]) if pool else batch.profile
    assert pool is not None
    known = Pool(pool)
    judgement = drift.judge(_index(9, [f"draft {number}" for number in range(20)] + texts[20:]), reference, known)
    assert [(f.detector, f.severity, f.current) for f in judgement.findings if f.detector == "documents"] == [
        ("documents", "alarm", pytest.approx(0.4))
    ]


def _index(day: int, texts: list[str]) -> Batch:
    table = {"text": texts}
    return Batch(
        dataset=Dataset("file", "index"),
        version=f"i{day}",
        time_us=day * DAY,
        kind="index",
        profile=profile.build(table),
    )


def test_an_empty_batch_and_an_empty_column_are_found_and_break_nothing(feed: Feed) -> None:
    empty = feed.look(feed.batch(99, {"amount": np.empty(0), "code": []}, feeds={}))
    assert ("volume", "") in found(empty)
    blank = feed.look(feed.batch(99, {"amount": np.full(600, np.nan), "code": feed.table()["code"]}))
    assert ("nulls", "amount") in found(blank)


def test_before_the_warm_up_no_distribution_is_judged() -> None:
    young = Feed(days=10)
    table = young.table()
    amounts(table)[:] *= 1_000
    assert found(young.look(young.batch(99, table))) == set()


def test_a_reference_survives_being_stored() -> None:
    import msgspec

    reference = Feed(days=15).reference
    assert msgspec.msgpack.decode(msgspec.msgpack.encode(reference), type=Reference) == reference


@given(st.lists(st.floats(0, 1), min_size=1, max_size=50))
def test_the_correction_is_that_of_scipy(p_values: list[float]) -> None:
    assert adjusted(p_values) == pytest.approx(stats.false_discovery_control(p_values, method="bh"))


def test_the_chi_square_is_that_of_scipy() -> None:
    now, before = np.array([40.0, 30.0, 30.0]), np.array([500.0, 300.0, 200.0])
    expected = stats.chi2_contingency(np.stack([now, before]), correction=False).pvalue
    assert chi_square(now, before) == pytest.approx(expected)


def test_rare_levels_are_joined_before_the_chi_square() -> None:
    now, before = np.array([95.0, 3.0, 2.0]), np.array([950.0, 20.0, 30.0])
    joined = stats.chi2_contingency(np.array([[95.0, 5.0], [950.0, 50.0]]), correction=False).pvalue
    assert chi_square(now, before) == pytest.approx(joined)


def test_a_column_that_never_had_a_number_says_nothing_of_the_width_of_others():
    feed = Feed()
    empty = {"amount": np.full(600, np.nan), "code": ["aa"] * 600}
    pool = Pool(profile.build(empty))
    measures = drift.judge(feed.batch(61), feed.reference, pool).measures
    assert all(np.isfinite(measure.value) for measure in measures)
    assert not [measure for measure in measures if measure.detector == "spread"]


def test_batches_without_a_past_are_judged_without_scipy() -> None:
    """A program that measures each table for the first time does not wait for what takes longer to load than all that.

    The second batch shows that the same program loads it where there is something to compare with.
    """
    script = """
import sys
from driftline import drift, profile
from driftline.drift import Batch, Pool, Reference
from driftline.event.lineage import Dataset
known = Reference()
for day, pool in ((0, None), (1, True)):
    found = profile.build({"amount": [1.0, 2.0, 3.0, 4.0, 5.0 + day], "code": ["a", "b", "c", "a", "b"]})
    batch = Batch(dataset=Dataset("file", "feed"), version=f"v{day}", time_us=day + 1, profile=found)
    judged = drift.judge(batch, known, pool and Pool(before))
    print(len(judged.measures), "scipy" in sys.modules)
    known, before = drift.admit(known, batch, judged.measures), found
"""
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    first, second = (line.split() for line in done.stdout.splitlines())
    assert first[1] == "False"
    assert int(second[0]) > int(first[0])
    assert second[1] == "True"
