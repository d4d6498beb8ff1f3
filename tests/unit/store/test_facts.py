from typing import Any

import pytest

from driftline.event.lineage import (
    ColumnEdge,
    Dataset,
    Edge,
    Field,
    History,
    Job,
    Place,
    RunShape,
    State,
    Tie,
    Touched,
    Version,
)
from driftline.store import facts as module
from driftline.store.amounts import Amounts
from driftline.store.blobs import Blobs
from driftline.store.connection import OPEN
from driftline.store.facts import Held, Step, Teller, pack_names, spread, unpack_names
from driftline.store.names import Names
from driftline.store.sqlite import SqliteConnection
from driftline.store.versions import READ, TOLD, WRITE, Schemas, Versions

RUN, JOB = 77, Job("n", "j")
A, B, OUT = (Dataset("n", name) for name in ("a", "b", "out"))


class Told:
    """Facts by name."""

    def __init__(self, *states: tuple[int, dict[str, Any]], kind: Any = "run") -> None:
        connection = SqliteConnection(None)
        names, blobs = Names(connection), Blobs(connection)
        teller = Teller(names, Versions(connection, Amounts(connection)), Schemas(blobs), blobs)
        history = History(kind, tuple(State(since, RunShape(run="r", job=JOB, **said)) for since, said in states))
        self.facts = teller.facts(history, RUN)
        self.place = {names.dataset(one): one.name for one in (A, B, OUT)} | {names.job(JOB): "j"}
        self.version = {key[0]: self.place[touch.dataset] + touch.version for key, touch in self.facts.touches.items()}
        self.version[-RUN] = "run"
        connection.close()

    def touches(self) -> dict[tuple[str, int, int], tuple[int, int]]:
        """Return to when and informed when, by version, role and from when."""
        found = self.facts.touches.items()
        return {(self.version[key[0]], key[1], key[2]): (touch.to_us, touch.informed_us) for key, touch in found}

    def steps(self) -> dict[tuple[str, str, int], Step]:
        return {(self.version[s], self.version[t], since): step for (t, s, since), step in self.facts.steps.items()}


def touched(*datasets: Dataset, **more: Any) -> tuple[Touched, ...]:
    return tuple(Touched(dataset=dataset, **more) for dataset in datasets)


def test_what_is_said_is_spread_over_the_moments_in_which_it_is_so() -> None:
    """By hand: 5 says x and y, 6 says another x, 7 nothing of y, 8 y again."""
    said = {5: {"x": 1, "y": 1}, 6: {"x": 2, "y": 1}, 7: {"x": 2}, 8: {"x": 2, "y": 1}}
    states = [State(since, RunShape(run=str(since), job=JOB)) for since in said]
    assert spread(states, lambda shape: said[int(shape.run)]) == {
        ("x", 5): (1, 6),
        ("x", 6): (2, OPEN),
        ("y", 5): (1, 7),
        ("y", 8): (1, OPEN),
    }


def test_a_dataset_is_touched_from_the_state_that_first_names_it() -> None:
    told = Told((5, {"inputs": touched(A)}), (7, {"inputs": touched(A, B), "outputs": touched(OUT, version="v")}))
    assert told.touches() == {
        ("a", READ, 5): (OPEN, OPEN),
        ("b", READ, 7): (OPEN, OPEN),
        ("outv", WRITE, 7): (OPEN, OPEN),
    }


def test_a_dataset_that_is_left_out_for_a_while_is_touched_twice() -> None:
    told = Told((5, {"inputs": touched(A)}), (6, {"inputs": ()}), (9, {"inputs": touched(A)}))
    assert told.touches() == {("a", READ, 5): (6, OPEN), ("a", READ, 9): (OPEN, OPEN)}


def test_an_output_is_informed_from_the_state_that_knows_its_sources_until_one_that_does_not() -> None:
    out, known = touched(OUT, version="v"), (Version(OUT, "v"),)
    told = Told((5, {"outputs": out}), (6, {"outputs": out, "informed": known}), (9, {"outputs": out}))
    assert told.touches() == {("outv", WRITE, 5): (9, 6), ("outv", WRITE, 9): (OPEN, OPEN)}


def test_what_a_dataset_event_names_is_told_of() -> None:
    assert set(Told((5, {"inputs": touched(A)}), kind="dataset").touches()) == {("a", TOLD, 5)}


def test_the_last_word_on_a_version_is_kept_with_its_first_moment() -> None:
    told = Told(
        (5, {"inputs": touched(A, rows=1)}),
        (6, {"inputs": touched(A, rows=2, fields=(Field("x"),))}),
    )
    ((_, touch),) = told.facts.touches.items()
    assert (touch.from_us, touch.schema > 0, b"\x02" in touch.body) == (5, True, True)


def test_inputs_and_guessed_outputs_meet_in_the_run() -> None:
    told = Told((5, {"inputs": touched(A, B), "outputs": touched(OUT, version="v")}))
    word = Step(1, "cartesian", 0.8, 5, OPEN)
    assert told.steps() == {("a", "run", 5): word, ("b", "run", 5): word, ("run", "outv", 5): word}


def test_a_guess_is_less_sure_from_the_second_output_on() -> None:
    one, two = touched(OUT, version="v"), touched(B, OUT, version="v")
    told = Told((5, {"inputs": touched(A), "outputs": one}), (6, {"inputs": touched(A), "outputs": two}))
    assert told.steps()["a", "run", 5] == Step(1, "cartesian", 0.8, 5, 6)
    assert told.steps()["a", "run", 6] == Step(1, "cartesian", 0.5, 6, OPEN)


def test_known_pairs_are_steps_past_the_run() -> None:
    edge = Edge(Version(A, ""), Version(OUT, "v"), "r", "column")
    said = {"inputs": touched(A), "outputs": touched(OUT, version="v"), "edges": (edge,)}
    told = Told((5, {**said, "informed": (edge.target,)}))
    assert told.steps() == {("a", "outv", 5): Step(2, "column", 1.0, 5, OPEN)}


def test_ties_and_renames_have_spans_of_their_own() -> None:
    tie = Tie(Place("DATASET", "n", "a"), Place("JOB", "n", "j"))
    told = Told((5, {"ties": (tie,)}), (8, {"outputs": touched(OUT, formerly=(B,))}))
    found = {(told.place[s], told.place[t], since): held for (t, s, since), held in told.facts.ties.items()}
    assert found == {
        ("a", "j", 5): Held(1, "explicit", 1.0, 8),
        ("b", "out", 8): Held(0, "rename", 1.0, OPEN),
        ("out", "b", 8): Held(0, "rename", 1.0, OPEN),
    }


def test_a_very_wide_run_meets_in_one_place(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "WIDE", 1)
    told = Told((5, {"inputs": touched(A, B), "outputs": touched(OUT, version="v")}))
    ends = {(told.place.get(s, "hub"), told.place.get(t, "hub")) for t, s, _ in told.facts.ties}
    assert ends == {("a", "hub"), ("b", "hub"), ("hub", "out")}
    assert set(told.facts.ties.values()) == {Held(1, "cartesian", 0.5, OPEN)}


def test_columns_are_said_when_they_change_and_when_they_end() -> None:
    x, y = ColumnEdge(A, "x", OUT, "x"), ColumnEdge(A, "y", OUT, "y")
    told = Told((5, {"columns": (x,)}), (6, {"columns": (x,)}), (7, {"columns": (x, y)}), (8, {"columns": ()}))
    sets = {since: number for (_, _, since), number in sorted(told.facts.columns.items())}
    assert list(sets) == [5, 7, 8]
    assert (len({*sets.values()}), sets[8]) == (3, 0)


def test_other_names_are_said_when_they_change() -> None:
    told = Told(
        (5, {"inputs": touched(A, aliases=(B,))}),
        (6, {"inputs": touched(A)}),
        (7, {"inputs": touched(A, aliases=(B,))}),
        (8, {"inputs": touched(A, aliases=())}),
    )
    assert sorted(since for _, since in told.facts.aliases) == [5, 8]


def test_names_come_back_from_their_bytes() -> None:
    assert unpack_names(pack_names([A, Dataset("s3://b", "k v:x")])) == [A, Dataset("s3://b", "k v:x")]
    assert unpack_names(pack_names([])) == []
    assert unpack_names(pack_names([Dataset("n", "a\u2028b\x85c"), A])) == [Dataset("n", "a\u2028b\x85c"), A]
