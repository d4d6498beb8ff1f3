"""Edges between datasets as runs come, change and go: what is held is what a plain count over all runs would say."""

from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from driftline.event.lineage import Dataset, Edge, History, Job, Place, RunShape, State, Tie, Touched, Version
from driftline.store import Store, edges, open_store
from driftline.store.connection import OPEN
from driftline.store.edges import words
from driftline.store.facts import NOTHING, Facts, Step, Touch
from driftline.store.pairing import JUDGED, MANY_SIDED, ONE_SIDED, Said, rank
from driftline.store.versions import READ, WRITE

JOB = Job("n", "j")
A, B, OUT, TWO = (Dataset("n", name) for name in ("a", "b", "out", "two"))
Row = tuple[str, str, str, float, int, int]


@pytest.fixture
def store() -> Iterator[Store]:
    opened = open_store(":memory:")
    yield opened
    opened.close()


def shape(run: str, reads: tuple[Dataset, ...], writes: tuple[Dataset, ...], **more: Any) -> RunShape:
    inputs = tuple(Touched(dataset=one) for one in reads)
    outputs = tuple(Touched(dataset=one, version=f"v{run}") for one in writes)
    return RunShape(run=run, job=JOB, state="COMPLETE", inputs=inputs, outputs=outputs, **more)


def known(run: str, source: Dataset, target: Dataset) -> dict[str, Any]:
    version = Version(target, f"v{run}")
    return {"informed": (version,), "edges": (Edge(Version(source, ""), version, run, "column"),)}


def history(*states: tuple[int, RunShape]) -> History:
    return History("run", tuple(State(*state) for state in states))


def held(store: Store) -> set[Row]:
    rows = store.canonical.facts("edge")
    return {(row[2], row[5], row[8], row[9], row[10], row[11]) for row in rows}


def flows(store: Store) -> set[tuple[str, str, int, int]]:
    return {
        (s.rpartition(":")[2], t.rpartition(":")[2], start, end)
        for s, t, start, end, _ in store.canonical.facts("flow")
    }


def test_every_input_feeds_every_output_until_better_is_known(store: Store) -> None:
    store.lineage.put([history((5, shape("1", (A,), (OUT, TWO))))])
    assert held(store) == {("a", "out", "cartesian", 0.5, 5, OPEN), ("a", "two", "cartesian", 0.5, 5, OPEN)}
    store.lineage.put([history((9, shape("2", (A, B), (OUT,), **known("2", B, OUT))))])
    assert held(store) == {
        ("a", "out", "cartesian", 0.5, 5, 9),
        ("b", "out", "column", 1.0, 9, OPEN),
        ("a", "two", "cartesian", 0.5, 5, OPEN),
    }


def test_what_a_run_says_no_longer_is_taken_back(store: Store) -> None:
    store.lineage.put([history((5, shape("1", (A,), (OUT,))))])
    store.lineage.put([history((7, shape("2", (A, B), (OUT,))))])
    store.lineage.put([history((5, shape("1", (), ())))])
    assert held(store) == {("a", "out", "cartesian", 0.8, 7, OPEN), ("b", "out", "cartesian", 0.8, 7, OPEN)}
    assert flows(store) == {("a", "j", 7, OPEN), ("b", "j", 7, OPEN), ("j", "out", 7, OPEN)}


def test_an_edge_through_a_job_ends_where_no_run_says_it_any_more_and_may_begin_again(store: Store) -> None:
    store.lineage.put(
        [history((5, shape("1", (A,), (OUT,))), (8, shape("1", (B,), (OUT,))), (9, shape("1", (A,), (OUT,))))]
    )
    assert held(store) == {
        ("a", "out", "cartesian", 0.8, 5, 8),
        ("b", "out", "cartesian", 0.8, 8, 9),
        ("a", "out", "cartesian", 0.8, 9, OPEN),
    }
    assert {row for row in flows(store) if row[0] == "a"} == {("a", "j", 5, 8), ("a", "j", 9, OPEN)}


def test_other_names_hold_from_one_word_to_the_next_and_both_ways(store: Store) -> None:
    def named(run: str, *names: Dataset) -> RunShape:
        return RunShape(run=run, job=JOB, inputs=(Touched(dataset=A, aliases=names),))

    store.lineage.put([history((5, named("1", B))), history((9, named("2", B, TWO))), history((12, named("3")))])
    both = {("a", "b"), ("b", "a")}
    assert held(store) == {(*pair, "symlink", 1.0, 5, 12) for pair in both} | {
        (*pair, "symlink", 1.0, 9, 12) for pair in (("a", "two"), ("two", "a"))
    }
    store.lineage.put([history((9, named("2", TWO)))])
    assert {row for row in held(store) if row[:2] in both} == {(*pair, "symlink", 1.0, 5, 9) for pair in both}


def test_a_tie_is_an_edge_without_a_job(store: Store) -> None:
    tie = Tie(Place("DATASET", "n", "a"), Place("DATASET", "n", "out"))
    view = RunShape(run=OUT.node, attempt=0, job=Job("", ""), ties=(tie,))
    store.lineage.put(
        [History("dataset", (State(5, view), State(9, RunShape(run=OUT.node, attempt=0, job=Job("", "")))))]
    )
    assert held(store) == {("a", "out", "explicit", 1.0, 5, 9)}


def test_the_first_moment_of_a_job_that_ran_on_behalf_of_another_is_kept(store: Store) -> None:
    for moment in (9, 5, 7):
        store.lineage.on_behalf(JOB, Job("n", "p"), Job("n", "r"), moment)
        store.lineage.put([])
    assert list(store.canonical.facts("job_parent")) == [("job:n:j", "job:n:p", "job:n:r", 5)]


def told(informed_us: int, steps: dict[tuple[int, int, int], Step] | None = None, outputs: int = 1) -> Facts:
    """Run 1 of job 3 read dataset 4 (version 40) from 5 on, and wrote 6 (version 60) from 7 on, and others."""
    touches = {(40, READ, 5): Touch(3, 4, "", 5, OPEN, OPEN, 0, b"")}
    touches |= {(60 + n, WRITE, 7): Touch(3, 6 + n, "v", 7, OPEN, informed_us, 0, b"") for n in range(outputs)}
    return NOTHING._replace(touches=touches, steps=steps or {})


def test_the_words_of_a_run_are_guesses_pairs_and_what_was_judged() -> None:
    assert words(NOTHING) == {}
    assert words(told(OPEN)) == {(3, 6): {Said(4, ONE_SIDED, 7)}}
    assert words(told(OPEN, outputs=2))[3, 7] == {Said(4, MANY_SIDED, 7)}
    assert words(told(9)) == {(3, 6): {Said(4, ONE_SIDED, 7), Said(4, JUDGED, 9)}}
    pair = {(60, 40, 7): Step(2, "column", 1.0, 7, OPEN)}
    assert words(told(7, pair)) == {(3, 6): {Said(4, rank("column"), 7), Said(4, JUDGED, 7)}}


def test_a_guess_that_is_told_pair_by_pair_is_not_judged_as_long_as_it_stands() -> None:
    guess = {(60, 40, 7): Step(2, "cartesian", 0.5, 7, OPEN)}
    assert words(told(7, guess)) == {(3, 6): {Said(4, MANY_SIDED, 7)}}
    ended = {(60, 40, 8): Step(2, "cartesian", 0.5, 8, 9)}
    assert words(told(7, ended)) == {
        (3, 6): {Said(4, MANY_SIDED, 8, 9), Said(4, JUDGED, 7, 8), Said(4, JUDGED, 9)},
    }


_runs = st.tuples(
    st.integers(0, 3),  # which run
    st.lists(st.tuples(st.integers(1, 6), st.sets(st.sampled_from([A, B])), st.booleans()), min_size=1, max_size=3),
)


def _history(run: int, said: list[tuple[int, set[Dataset], bool]]) -> History:
    states = []
    for moment, reads, sure in sorted({one[0]: one for one in said}.values(), key=lambda one: one[0]):
        more = known(str(run), A, OUT) if sure and A in reads else {}
        states.append((moment, shape(str(run), tuple(sorted(reads)), (OUT,), **more)))
    return history(*states)


@given(st.lists(_runs, min_size=1, max_size=7), st.data())
def test_the_way_to_what_the_runs_say_plays_no_part(said: list[Any], data: st.DataObject) -> None:
    """Runs are put in any order, and replaced by their last words; a store that heard the last words alone agrees."""
    last = dict(said)
    order = data.draw(st.permutations(sorted(last)))  # which may end the try, before anything is opened
    crooked, straight = open_store(":memory:"), open_store(":memory:")
    for run, states in said:
        crooked.lineage.put([_history(run, states)])
    for run in order:
        straight.lineage.put([_history(run, last[run])])
    assert held(crooked) == held(straight)
    assert flows(crooked) == flows(straight)
    digests = [store.canonical.digests() for store in (crooked, straight)]
    assert [one.pop("node") is not None for one in digests] == [True, True]  # what was once named exists
    assert digests[0] == digests[1]
    crooked.close()
    straight.close()


def test_more_runs_than_are_looked_at_together_are_all_counted(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(edges, "_MANY", 2)
    for number in range(5):
        store.lineage.put([history((number + 1, shape(str(number), (A,), (OUT,))))])
    store.lineage.put([history((1, shape("0", (), (OUT,))))])
    assert held(store) == {("a", "out", "cartesian", 0.8, 2, OPEN)}


def test_a_wide_run_says_the_pairs_that_it_knows_and_judges_no_other(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("driftline.store.facts.WIDE", 1)
    store.lineage.put([history((5, shape("1", (A,), (OUT,))))])
    store.lineage.put([history((9, shape("2", (A, B), (OUT,), **known("2", B, OUT))))])
    assert {(source, how) for source, _, how, *_ in held(store)} == {("a", "cartesian"), ("b", "column")}
