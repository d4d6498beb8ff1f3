"""The fifth step: one message per incident, in the outbox with it, and another when it is over."""

from typing import Any

import pytest

from driftline.alert.channels.channel import NotDelivered
from driftline.engine import announce


class Told:
    """A channel that remembers what it was given, or fails while it is told to."""

    def __init__(self) -> None:
        self.messages: list[Any] = []
        self.broken = False

    def send(self, message: Any, delivery: str) -> None:
        """Remember ``message``."""
        if self.broken:
            raise NotDelivered("nobody there")
        self.messages.append(message)


@pytest.fixture
def told(healthy: Any) -> Told:
    """Return what the healthy town tells from now on."""
    channel = Told()
    healthy.engine.house.outbox._channels["told"] = channel
    return channel


def test_a_new_incident_is_told_with_its_cause_and_its_evidence(healthy: Any, told: Told) -> None:
    healthy.live(30, 30, healthy.seconds)
    (message,) = told.messages
    (incident,), _ = healthy.engine.incidents()
    assert (message.key, message.severity) == (incident.id, "page")
    assert message.sentence == "Bad data since 2013-01-31 reaches refund-desk."
    assert any(line.startswith("Cause (") and "feed/flights" in line for line in message.lines)
    assert any(line.startswith("Seen: ") for line in message.lines)


def test_nothing_is_put_where_nothing_happened(healthy: Any, told: Told) -> None:
    announce.enqueue(healthy.engine.house, None)
    announce.deliver(healthy.engine.house, None)
    assert healthy.engine.house.store.outbox.waiting() == 0


def test_a_message_that_could_not_be_told_waits_and_is_told_later(healthy: Any, told: Told) -> None:
    told.broken = True
    healthy.live(30, 30, healthy.seconds)
    assert healthy.engine.house.store.outbox.waiting() == 1
    told.broken = False
    later = healthy.engine.house.now() + 3_600_000_000
    assert healthy.engine.house.outbox.deliver(later) == 1
    assert len(told.messages) == 1


def test_the_end_of_an_incident_by_hand_is_told_too(healthy: Any, told: Told) -> None:
    healthy.live(30, 30, healthy.seconds)
    (incident,), _ = healthy.engine.incidents()
    healthy.engine.resolve_incident(incident.id)
    assert [message.state for message in told.messages] == ["open", "resolved"]
    healthy.engine.resolve_incident(incident.id)
    assert len(told.messages) == 2


def test_a_message_is_told_on_every_channel_and_the_console_is_one(open_healthy: Any, capsys: Any) -> None:
    town = open_healthy(console=True)
    town.live(30, 31, town.seconds)
    said = capsys.readouterr().err
    (incident,), _ = town.engine.incidents()
    assert said.count("[page]") == 1
    assert f"driftline incidents {incident.id}" in said
