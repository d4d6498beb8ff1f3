"""What a channel is: it tells people one message, or says that it could not.

Enters: a message and the id of this delivery, which stays the same however often it is tried. Leaves: nothing when it
was told. A channel keeps no memory and never retries; the outbox does both.
"""

from typing import Protocol

from driftline.alert.message import Message


class NotDelivered(Exception):
    """The message was not delivered; ``wait_seconds`` is what the other side asked to wait, 0 = nothing."""

    def __init__(self, reason: str, *, wait_seconds: float = 0.0) -> None:
        super().__init__(reason)
        self.wait_seconds = wait_seconds


class Channel(Protocol):
    """A way to people."""

    def send(self, message: Message, delivery: str) -> None:
        """Tell ``message``.

        Args:
            message: what to tell.
            delivery: id of this delivery, equal in every retry, so that the receiver can tell it from news.

        Raises:
            NotDelivered: it was not told.
        """
