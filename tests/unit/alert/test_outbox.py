"""Delivery from a real store to a real server that fails: at least once, in order, with growing pauses."""

import itertools
import json
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

import msgspec
import pytest

from driftline.alert.channels.webhook import Webhook
from driftline.alert.message import Message, compose
from driftline.alert.outbox import LONGEST_PAUSE_US, Outbox, pause_us
from driftline.config import Settings
from driftline.event.finding import Incident
from driftline.store.store import Store, open_store

Receiver = Callable[..., AbstractContextManager[Any]]
SECOND = 1_000_000
DAY = 86_400 * SECOND
SETTINGS = Settings()


class Told:
    """A channel that remembers, and fails on the tries that it is told to."""

    def __init__(self, *failures: Exception | None) -> None:
        self.failures = list(failures)
        self.tries = 0
        self.told: list[tuple[str, str]] = []

    def send(self, message: Message, delivery: str) -> None:
        self.tries += 1
        error = self.failures.pop(0) if self.failures else None
        if error is not None:
            raise error
        self.told.append((message.state, delivery))


@pytest.fixture
def store() -> Iterator[Store]:
    opened = open_store(":memory:")
    yield opened
    opened.close()


def resolved(incident: Incident) -> Message:
    return compose(msgspec.structs.replace(incident, state="resolved"))


def test_one_incident_is_one_message_however_often_it_is_put_in(store: Store, incident: Incident) -> None:
    told = Told()
    outbox = Outbox(store, SETTINGS, {"a": told})
    for later in range(5):
        outbox.put(compose(msgspec.structs.replace(incident, updated_us=later)), 0)
        outbox.deliver(later)
    assert len(told.told) == 1
    outbox.put(resolved(incident), 9)
    outbox.put(resolved(incident), 9)
    assert (outbox.deliver(9), outbox.deliver(DAY)) == (1, 0)
    assert [state for state, _ in told.told] == ["open", "resolved"]


def test_every_channel_is_told_and_a_broken_one_hurts_no_other(store: Store, incident: Incident) -> None:
    broken, well = Told(RuntimeError("bug")), Told()
    outbox = Outbox(store, SETTINGS, {"broken": broken, "well": well})
    outbox.put(compose(incident), 0)
    assert outbox.deliver(0) == 1
    assert (broken.told, len(well.told)) == ([], 1)
    assert outbox.deliver(DAY) == 1
    assert (len(broken.told), well.tries) == (1, 1)


def test_a_server_that_fails_at_first_gets_the_same_event_again(
    store: Store, incident: Incident, receiver: Receiver
) -> None:
    with receiver(500, "hang", 429) as server:
        outbox = Outbox(store, SETTINGS, {"webhook": Webhook(server.url, "secret", timeout=0.2)})
        outbox.put(compose(incident), 0)
        told = [outbox.deliver(day * DAY) for day in range(6)]
    assert told == [0, 0, 0, 1, 0, 0]
    assert len({got.body for got in server.received}) == 1
    assert {got.headers["Idempotency-Key"] for got in server.received} == {json.loads(server.received[0].body)["id"]}
    assert store.outbox.waiting() == 0


def test_a_failing_channel_is_tried_once_per_pause_however_much_waits(store: Store, incident: Incident) -> None:
    told = Told(OSError("down"), OSError("down"))
    outbox = Outbox(store, SETTINGS, {"a": told})
    for number in range(20):
        outbox.put(compose(msgspec.structs.replace(incident, id=f"inc{number}")), 0)
    assert (outbox.deliver(0), told.tries) == (0, 1)
    assert (outbox.deliver(SECOND), told.tries) == (0, 1)
    assert (outbox.deliver(5 * SECOND), told.tries) == (0, 2)
    assert (outbox.deliver(DAY), told.tries) == (20, 22)


def test_the_receivers_wish_to_wait_is_kept(store: Store, incident: Incident, receiver: Receiver) -> None:
    with receiver(503) as server:  # asks for 7 seconds
        outbox = Outbox(store, SETTINGS, {"webhook": Webhook(server.url)})
        outbox.put(compose(incident), 0)
        assert [outbox.deliver(second * SECOND) for second in (0, 3, 6, 8)] == [0, 0, 0, 1]


def test_old_news_is_not_told_after_newer(store: Store, incident: Incident) -> None:
    told = Told(OSError("down"))
    outbox = Outbox(store, SETTINGS, {"a": told})
    outbox.put(compose(incident), 0)
    assert outbox.deliver(0) == 0
    outbox = Outbox(store, SETTINGS, {"a": told})  # another process, which knows nothing of the rest
    outbox.put(resolved(incident), 1)
    assert (outbox.deliver(1), outbox.deliver(DAY)) == (1, 0)
    assert [state for state, _ in told.told] == ["resolved"]
    assert store.outbox.waiting() == 0


def test_what_was_put_in_is_told_by_the_next_process(tmp_path: Path, incident: Incident) -> None:
    store = open_store(f"sqlite://{tmp_path}")
    Outbox(store, SETTINGS, {"a": Told()}).put(compose(incident), 0)
    store.close()
    store, told = open_store(f"sqlite://{tmp_path}"), Told()
    assert Outbox(store, SETTINGS, {"a": told}).deliver(1) == 1
    store.close()
    assert len(told.told) == 1


def test_an_incident_that_is_rolled_back_is_not_told(store: Store, incident: Incident) -> None:
    outbox = Outbox(store, SETTINGS, {"a": Told()})

    def fail() -> None:
        with store.transaction():
            outbox.put(compose(incident), 0)
            raise KeyError

    with pytest.raises(KeyError):
        fail()
    assert outbox.deliver(1) == 0


def test_a_channel_that_is_no_longer_set_keeps_its_messages(store: Store, incident: Incident) -> None:
    Outbox(store, SETTINGS, {"webhook": Told()}).put(compose(incident), 0)
    assert Outbox(store, SETTINGS, {}).deliver(1) == 0
    assert Outbox(store, SETTINGS, {"webhook": Told()}).deliver(DAY) == 1


def test_a_body_that_cannot_be_read_holds_nobody_up(store: Store, incident: Incident) -> None:
    told = Told()
    store.outbox.enqueue("a", "odd", b"{")
    outbox = Outbox(store, SETTINGS, {"a": told})
    outbox.put(compose(incident), 0)
    assert outbox.deliver(0) == 1
    assert store.outbox.waiting() == 1


def test_pauses_double_up_to_ten_minutes_and_are_spread() -> None:
    pauses = [pause_us(attempts, "k") for attempts in range(1, 60)]
    for attempts, pause in enumerate(pauses):
        middle = min(2 * SECOND * 2**attempts, 600 * SECOND)
        assert 0.8 * middle <= pause <= 1.2 * middle
    assert max(pauses) <= 1.2 * LONGEST_PAUSE_US
    first = [pause_us(1, f"incident {n}") for n in range(50)]
    assert len(set(first)) > 40
    assert all(a == b for a, b in itertools.pairwise([pause_us(3, "k")] * 3))
