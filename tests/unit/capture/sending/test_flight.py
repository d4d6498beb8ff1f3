"""What is encoded stays together until it is delivered or spooled, and every item of it is counted once."""

from pathlib import Path
from typing import Any

import pytest

from driftline.capture.ground import fault
from driftline.capture.runs import together
from driftline.capture.runs.trace import Seen
from driftline.capture.sending.delivery import Delivery
from driftline.capture.sending.flight import Flight, prepare
from driftline.capture.sending.sender import Sender
from driftline.capture.tables import measure
from driftline.config import Settings
from driftline.event.answer import Answer
from driftline.event.lineage import Dataset, Touched
from driftline.testing import MemorySink

SETTLED, FLYING = slice(2, 4), slice(4, 6)  # answers and events


def answer(name: str) -> Answer:
    return Answer(id=name, time_us=1, endpoint="desk")


def refuses(*_: Any, **__: Any) -> Any:
    raise RuntimeError("on purpose")


def test_answers_events_and_what_answers_are_made_of_are_handed_over_together(tmp_path: Path) -> None:
    sink = MemorySink()
    delivery = Delivery(str(tmp_path), lambda: sink)
    flight = Flight(delivery)
    for item in (b"{}", answer("a"), (answer, 1, "b"), (lambda: [answer("c"), answer("d")], 3), (list, 0)):
        flight.add(item, cheap=False)
    assert (len(flight), list(delivery.tally.page[SETTLED])) == (5, [0, 0])
    flight.hand(hurry=False)
    assert (sink.raw, [one.id for one in sink.recorded]) == ([b"{}"], ["a", "b", "c", "d"])
    assert list(delivery.tally.page[SETTLED]) == [5, 1]  # three were to be made of one, of which two were
    assert list(delivery.tally.page[FLYING]) == [0, 0]
    assert len(flight) == 0


def test_what_is_with_the_sink_is_known_as_that(tmp_path: Path) -> None:
    seen: list[list[int]] = []

    class Looking(MemorySink):
        def answers(self, batch: Any) -> None:
            seen.append(list(delivery.tally.page[FLYING]))
            super().answers(batch)

    delivery = Delivery(str(tmp_path), Looking)
    flight = Flight(delivery)
    flight.add(answer("a"), cheap=False)
    flight.hand(hurry=False)
    assert seen == [[1, 0]]


@pytest.mark.parametrize("item", [(refuses, 2), type("Event", (), {"encode": refuses})()])
def test_what_cannot_be_encoded_is_lost_and_no_longer_waits(item: Any, tmp_path: Path) -> None:
    fault.reset()
    delivery = Delivery(str(tmp_path), MemorySink)
    flight = Flight(delivery)
    flight.add(item, cheap=False)
    number = item[1] if isinstance(item, tuple) else 1
    assert list(delivery.tally.page[SETTLED]) == ([2, 0] if isinstance(item, tuple) else [0, 1])
    assert delivery.tally.take() == {"lost": number}
    fault.reset()


def test_a_copy_is_spooled_while_the_other_one_stands_in_the_sink(tmp_path: Path) -> None:
    delivery = Delivery(str(tmp_path), MemorySink)
    flight = Flight(delivery)
    flight.add(answer("a"), cheap=False)
    other = flight.copy()
    other.keep()
    assert (len(flight), len(other), delivery.counts["spooled"]) == (1, 0, 1)
    delivery.shut()


class Waits:
    """An event that says what it waits for."""

    def __init__(self, *versions: str) -> None:
        self.versions = tuple(Seen(touched=Touched(dataset=Dataset("a", "b"), version=one)) for one in versions)

    def encode(self, *, cheap: bool) -> list[bytes]:
        return [b"%d" % cheap]

    def waiting(self) -> tuple[Seen, ...]:
        return self.versions


def test_what_events_wait_for_is_prepared_together_where_it_is_more_than_one_and_measured_at_all(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    asked: list[Any] = []
    monkeypatch.setattr(
        together, "measure_all", lambda seen, stop: asked.append([*(one.touched.version for one in seen), stop()])
    )
    others = (b"{}", answer("a"), (answer, 1, "b"))
    prepare([*others, Waits("one"), Waits("two", "three")], bool)
    prepare([*others, Waits("one")], bool)
    monkeypatch.setattr(measure.level, "contents", False)
    prepare([Waits("one", "two")], bool)
    assert asked == [["one", "two", "three", False]]


def test_where_measuring_together_fails_three_times_every_file_waits_for_its_turn(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[int] = []

    def failing(*_: Any) -> None:
        asked.append(1)
        raise RuntimeError("on purpose")

    monkeypatch.setattr(together, "measure_all", failing)
    fault.reset()
    sink = MemorySink()
    sender = Sender(Settings(home=str(tmp_path / "home")), lambda: sink)
    for _ in range(5):
        sender.put(Waits("one", "two"))
        assert sender.flush(30)
    sender.close(30)
    assert (sink.raw, len(asked), fault.counts()) == ([b"0"] * 5, fault.OFF_AFTER, {"together": fault.OFF_AFTER})
    fault.reset()
