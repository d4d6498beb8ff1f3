"""What processes that are gone have left on disk for this store: taken in before a question is answered.

Enters: the settings, and the spool below their home. Leaves: the same events and answers in the store. What a process
that lives has spooled is its own to deliver, and what was meant for a server waits for the next process that
sends to one. Never stands in the way of a question.
"""

import logging
from collections.abc import Sequence
from pathlib import Path

from driftline.capture.sending.spool import SERVER, Spool
from driftline.config import Settings
from driftline.engine.house import House
from driftline.engine.local import LocalSink
from driftline.event.answer import Answer


def left(settings: Settings) -> bool:
    """Whether something is there that belongs into the store of ``settings``."""
    return not settings.url and not Spool(settings.home).empty()


def for_a_server(settings: Settings) -> int:
    """Return how many files wait for a server there."""
    files = (Path(settings.home) / "spool").glob("*.jsonl")
    return sum(1 for file in files if settings.url or SERVER in file.name)


def take(house: House) -> None:
    """Take in what is there, as it would have been delivered."""
    if house.store.read_only or not left(house.settings):
        return
    sink = LocalSink(house, house.settings)

    def deliver(events: Sequence[bytes], answers: Sequence[Answer]) -> None:
        if events:
            sink.events(events)
        if answers:
            sink.answers(answers)

    logger = logging.getLogger("driftline")
    try:
        torn = Spool(house.settings.home).replay(deliver)[1]
    except (
        Exception
    ) as error:  # whatever the disk or the store says, it stays where it is, and the question is answered
        logger.warning("driftline: what is spooled in %s cannot be taken in yet (%s)", house.settings.home, error)
        return
    if torn:
        logger.warning("driftline: events or answers are lost: %d lines of the spool were torn", torn)
