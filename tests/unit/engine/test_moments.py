"""What can be said for a moment. 2013-01-31 is day 15736 of the era: 15736 * 86400 s."""

from datetime import UTC, date, datetime
from typing import Any

import pytest

from driftline.engine import moments
from driftline.errors import Ambiguous, BadInput, NotFound

DAY = 1_359_590_400_000_000


@pytest.mark.parametrize(
    "said",
    ["2013-01-31", "20130131", " 2013-01-31T00:00:00Z ", "2013-01-31T01:00:00+01:00", "2013-01-31T01:00:00 01:00",
        str(DAY), DAY, date(2013, 1, 31),
        datetime(2013, 1, 31, tzinfo=UTC), datetime(2013, 1, 31)],  # noqa: DTZ001
)  # fmt: skip
def test_a_time_is_a_moment_however_it_is_said(town: Any, said: Any) -> None:
    assert moments.resolve(town.engine.house, said) == DAY


@pytest.mark.parametrize("said", [None, "", "  "])
def test_nothing_is_now(town: Any, said: Any) -> None:
    assert moments.resolve(town.engine.house, said) is None


def test_a_run_is_its_end_and_while_it_has_none_its_start(town: Any, say: Any) -> None:
    run = say("build", "05", state="START", run="r")
    assert town.engine.moment(f"run:{run}") == town.time(4, 0)
    say("build", "06", run="r")
    assert town.engine.moment(f"run:{run}") == town.engine.moment(run) == town.time(5, 0)
    assert town.engine.moment(f"run:{run[-8:]}") == town.engine.moment(f"run:{run[:13]}") == town.time(5, 0)


def test_an_attempt_of_a_run_has_its_own_moment(town: Any, say: Any) -> None:
    for day, state in (("05", "START"), ("06", "FAIL"), ("07", "START"), ("08", "COMPLETE")):
        run = say("build", day, state=state, run="r")
    assert town.engine.moment(f"run:{run}#1") == town.time(5, 0)
    assert town.engine.moment(f"run:{run}#2") == town.engine.moment(f"run:{run}") == town.time(7, 0)


def test_a_version_is_when_it_came_into_being(town: Any) -> None:
    town.live(0, 1)
    for said in ("dataset:file:features#x1", "features#x1"):
        assert town.engine.moment(said) == town.time(1, 3)


def test_a_version_from_outside_is_when_it_was_first_read(town: Any) -> None:
    town.live(0, 0)
    assert town.engine.moment("feed/flights#f0") == town.time(0, 3)


def test_a_version_of_a_model_is_a_version(town: Any, say: Any) -> None:
    say("train", "09", "", "model#7", on={"model": {"datasetType": {"datasetType": "MODEL"}}})
    assert town.engine.moment("model#7") == town.time(8, 0)


def test_an_answer_is_when_it_was_given(town: Any) -> None:
    town.live(0, 0)
    id_ = town.answer(0, 1, 10.0).id
    assert town.engine.moment(id_) == town.engine.moment(f"answer:{id_}") == town.time(0, 9)


def test_a_dataset_lasts_and_its_versions_are_offered(town: Any) -> None:
    town.live(0, 1)
    with pytest.raises(BadInput, match="lasts") as caught:
        town.engine.moment("features")
    assert "dataset:file:features#x1, dataset:file:features#x0" in caught.value.hint


def test_an_unknown_version_is_answered_with_the_known_ones(town: Any) -> None:
    town.live(0, 0)
    with pytest.raises(NotFound, match="features#y") as caught:
        town.engine.moment("features#y")
    assert "dataset:file:features#x0" in caught.value.hint


@pytest.mark.parametrize(
    ("said", "kind"),
    [
        ("soon", BadInput),
        ("run:00000000-0000-7000-8000-000000000000", NotFound),
        ("00000000-0000-7000-8000-000000000000", NotFound),
        ("answer:nobody", NotFound),
        ("run:x#first", BadInput),
    ],
)
def test_what_is_no_moment_is_told_with_what_to_write(town: Any, said: str, kind: type[Exception]) -> None:
    with pytest.raises(kind) as caught:
        town.engine.moment(said)
    assert caught.value.hint


def test_what_begins_like_several_versions_is_ambiguous(town: Any) -> None:
    town.live(0, 1)
    with pytest.raises(Ambiguous, match="x0"):
        town.engine.moment("features#x")
