"""The answer that is being made in this context: what capture writes down and what a guard reads and judges.

Enters: an answering block of the SDK puts its draft here and takes it away at its end. A guard inside the block reads
what the answer stands on and leaves its verdict. Nothing is recorded or looked up here; the draft becomes a frozen
``Answer`` exactly once, when the block ends.
"""

from contextvars import ContextVar

import msgspec

from driftline.event.answer import Answer, Retrieved, Source, Verdict


class Draft(msgspec.Struct, kw_only=True):
    """An answer under construction; the fields mean what they mean in ``Answer``."""

    id: str
    time_us: int
    endpoint: str
    partition: str = ""
    sources: list[Source] = []
    documents: list[Retrieved] = []
    features: dict[str, float | int | str | bool | None] = {}
    question: str = ""
    text: str = ""
    decision: str = ""
    score: float | None = None
    money: float = 0.0
    currency: str = "USD"
    verdict: Verdict = Verdict()
    trace: str = ""

    def freeze(self) -> Answer:
        """Return the answer as it stands now."""
        return Answer(
            id=self.id,
            time_us=self.time_us,
            endpoint=self.endpoint,
            partition=self.partition,
            sources=tuple(self.sources),
            documents=tuple(self.documents),
            features=dict(self.features),
            question=self.question,
            text=self.text,
            decision=self.decision,
            score=self.score,
            money=self.money,
            currency=self.currency,
            verdict=self.verdict,
            trace=self.trace,
        )


current_answer: ContextVar[Draft | None] = ContextVar("driftline_current_answer", default=None)
