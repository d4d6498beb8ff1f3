"""For tests of code that uses Driftline: a sink in memory, and a block in which everything goes there.

Enters: what capture would deliver. Leaves: decoded events and answers to look at. Nothing is written to a
store; the former settings come back when the block ends.
"""

import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from driftline import config
from driftline.capture.sending import client
from driftline.event import openlineage, sink
from driftline.event.answer import Answer


class MemorySink:
    """Keeps what it is given: ``raw`` events as JSON, and answers."""

    def __init__(self) -> None:
        self.raw: list[bytes] = []
        self.recorded: list[Answer] = []
        self.closed = False

    def events(self, batch: Sequence[bytes]) -> None:
        """Keep ``batch``."""
        self.raw.extend(batch)

    def answers(self, batch: Sequence[Answer]) -> None:
        """Keep ``batch``."""
        self.recorded.extend(batch)

    def close(self) -> None:
        """Say that no more comes."""
        self.closed = True

    def decoded(self) -> list[openlineage.Event]:
        """Return the events kept so far.

        Raises:
            BadEvent: one of them is no OpenLineage event.
        """
        return [openlineage.decode(raw) for raw in self.raw]


@contextmanager
def use_sink(sink_used: sink.Sink, **settings: Any) -> Iterator[sink.Sink]:
    """Deliver to ``sink_used`` while the block lasts; ``home`` is a temporary folder unless ``settings`` give one.

    Raises:
        BadSetting: a setting is unknown or has the wrong type.
    """
    with tempfile.TemporaryDirectory(prefix="driftline-") as home:
        former = client.current()
        client.install(config.load({"home": f"{home}/.driftline", **settings}), lambda _: sink_used)
        try:
            yield sink_used
        finally:
            if former is None:
                client.forget()
            else:
                client.install(former.settings, former.open_sink)
