"""At-least-once delivery: messages wait in the store until each channel has told them.

Enters: messages, in the same transaction as the incident that they tell of. Leaves: each revision of an incident told
once per channel in the ordinary course, and again only if a process dies between telling and noting it. What fails is
tried again with growing pauses; a message that a newer one has overtaken is dropped. A failing channel rests, so that
it holds nobody up for more than one timeout per pause. Never raises for a channel's failure.
"""

from collections.abc import Mapping

import msgspec

from driftline.alert.channels import open_channels
from driftline.alert.channels.channel import Channel, NotDelivered
from driftline.alert.message import Message
from driftline.config import Settings
from driftline.event import ids
from driftline.store.outbox import Outgoing
from driftline.store.store import Store

FIRST_PAUSE_US = 2_000_000
LONGEST_PAUSE_US = 600_000_000
_AT_ONCE = 50


class Outbox:
    """The outbox of one store, with the channels that are set.

    Raises:
        BadSetting: a channel cannot be used as it is set.
    """

    def __init__(self, store: Store, settings: Settings, channels: Mapping[str, Channel] | None = None) -> None:
        self._store = store
        self._channels = dict(open_channels(settings) if channels is None else channels)
        self._resting: dict[str, int] = {}  # channel -> when it may be tried again

    def put(self, message: Message, now_us: int) -> None:  # noqa: ARG002 - due at once, whatever the time
        """Have ``message`` told on every channel; a revision that was put in before is not told again."""
        body = msgspec.json.encode(message)
        for name in self._channels:
            self._store.outbox.enqueue(name, f"{message.key}:{message.revision}", body)

    def deliver(self, now_us: int) -> int:
        """Tell what is due; return how many messages were told."""
        told = 0
        while batch := self._store.outbox.due(_AT_ONCE, now_us):
            for item in batch:
                told += self._deliver(item, now_us)
        return told

    def _deliver(self, item: Outgoing, now_us: int) -> bool:
        channel = self._channels.get(item.channel)
        if channel is None:
            self._store.outbox.failed(item.id, "this channel is not set", now_us + LONGEST_PAUSE_US)
            return False
        try:
            message = msgspec.json.decode(item.body, type=Message)
        except msgspec.MsgspecError as error:
            self._store.outbox.failed(item.id, f"unreadable: {error}", now_us + LONGEST_PAUSE_US)
            return False
        place = f"told:{item.channel}:{message.key}"
        if int(self._store.state.get(place) or 0) > item.id:
            self._store.outbox.done(item.id)
            return False
        rest_until = self._resting.get(item.channel, 0)
        if rest_until > now_us:
            self._store.outbox.failed(item.id, "the channel rests after a failure", rest_until)
            return False
        try:
            channel.send(message, item.key)
        except Exception as error:  # whatever a channel raises, the message waits and nobody else is hurt
            self._fail(item, error, now_us)
            return False
        with self._store.transaction():
            self._store.state.put(place, str(item.id).encode())
            self._store.outbox.done(item.id)
        return True

    def _fail(self, item: Outgoing, error: Exception, now_us: int) -> None:
        asked = error.wait_seconds if isinstance(error, NotDelivered) else 0.0
        until = now_us + max(pause_us(item.attempts, item.key), int(asked * 1_000_000))
        self._resting[item.channel] = until
        reason = str(error) if isinstance(error, NotDelivered) else f"{type(error).__name__}: {error}"
        self._store.outbox.failed(item.id, reason, until)


def pause_us(attempts: int, key: str) -> int:
    """Return the pause after ``attempts`` failures: doubling from 2 s to 10 min, spread by ±20 % by ``key``."""
    pause = min(LONGEST_PAUSE_US, FIRST_PAUSE_US << min(max(attempts, 1) - 1, 30))
    spread = int(ids.digest(key, str(attempts))[:4], 16) / 0xFFFF
    return int(pause * (0.8 + 0.4 * spread))
