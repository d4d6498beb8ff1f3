"""Where capture delivers: the one inversion of the rooms.

Capture writes to this small protocol and knows no store. The engine implements it in-process
(``driftline.engine.local``), the sender implements it over HTTP (``driftline.capture.sending.send``). A sink is
named by the scheme of an address, and its factory is loaded by that name at run time, so that capture never imports the
engine.
"""

import importlib
from collections.abc import Sequence
from typing import Protocol, TypeGuard

from driftline.config import Settings
from driftline.errors import BadSetting
from driftline.event.answer import Answer

FACTORIES = {
    "sqlite": "driftline.engine.local:open_sink",
    "postgresql": "driftline.engine.local:open_sink",
    "postgres": "driftline.engine.local:open_sink",
    "http": "driftline.capture.sending.send:open_sink",
    "https": "driftline.capture.sending.send:open_sink",
}


class Deferring(Protocol):
    """What a sink offers as well if it puts off what need not be done at once."""

    def follow(self, *, asked: bool) -> None:
        """Do what was put off: all of it where somebody asked, else what has waited long enough."""

    def part(self) -> None:
        """The process is about to fork: let go of what a child cannot have as well, until there is more to do."""


class Holding(Protocol):
    """What a sink offers as well if it holds files or connections open."""

    def release(self) -> None:
        """Let go of them until there is more to do."""

    def abandon(self) -> None:
        """In a child that was forked: use none of them any more, and wait for none of the parent's threads."""


class Sink(Protocol):
    """Takes what capture made. May raise: the sender in front of it retries, spools and counts."""

    def events(self, batch: Sequence[bytes]) -> None:
        """Take OpenLineage events, each as JSON bytes; returns when they are durable."""

    def answers(self, batch: Sequence[Answer]) -> None:
        """Take answers; returns when they are durable."""

    def close(self) -> None:
        """Let go of files and connections."""


def deferring(sink: object) -> TypeGuard[Deferring]:
    """Whether ``sink`` puts off what need not be done at once."""
    return hasattr(sink, "follow")


def follow(sink: Sink, *, asked: bool) -> None:
    """Have ``sink`` do what it has put off, if it is one that puts off anything."""
    if deferring(sink):
        sink.follow(asked=asked)


def holding(sink: object) -> TypeGuard[Holding]:
    """Whether ``sink`` holds files or connections open."""
    return hasattr(sink, "release") and hasattr(sink, "abandon")


def open_sink(settings: Settings) -> Sink:
    """Return the sink for ``settings.target``."""
    scheme = settings.target.partition("://")[0] if "://" in settings.target else "sqlite"
    place = FACTORIES.get(scheme)
    if place is None:
        raise BadSetting(f"target {scheme}://…: known are {', '.join(sorted(FACTORIES))}")
    module, _, attribute = place.partition(":")
    sink: Sink = getattr(importlib.import_module(module), attribute)(settings)
    return sink
