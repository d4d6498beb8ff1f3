"""The in-process sink: capture delivers straight into the engine, on the same store and the same code as a server.

Named by the schemes ``sqlite`` and ``postgresql`` in ``driftline.event.sink``. One engine per store and process.
"""

from collections.abc import Sequence

from driftline.capture import fault
from driftline.config import Settings
from driftline.engine.engine import Engine
from driftline.errors import BadInput
from driftline.event.answer import Answer


class LocalSink:
    """Hands events and answers to an engine of this process."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine

    def events(self, batch: Sequence[bytes]) -> None:
        """Take OpenLineage events; durable when it returns."""
        self.engine.ingest_many(batch, noted=())

    def answers(self, batch: Sequence[Answer]) -> None:
        """Take answers; durable when it returns. One that cannot be kept is a counted loss; the others are kept."""
        try:
            self.engine.record(batch)
        except BadInput as error:
            if len(batch) > 1:  # find it
                self.answers(batch[: len(batch) // 2])
                self.answers(batch[len(batch) // 2 :])
            else:
                fault.count("refused")
                fault.tell("refused", f"an answer cannot be kept ({error.message})")

    def close(self) -> None:
        """Let go of the store."""
        self.engine.close()


def open_sink(settings: Settings) -> LocalSink:
    """Return a sink into the store of ``settings``."""
    engine = Engine.open(settings)
    engine.take_charge()
    return LocalSink(engine)
