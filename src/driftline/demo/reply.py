"""What the desk decides: the record that the desk makes and that the wording puts into words."""

import msgspec


class Reply(msgspec.Struct, frozen=True):
    """What a passenger is told."""

    decision: str  # refund, deny or goodwill
    money: float
    text: str
    threshold: int | None = None
    minutes: float | None = None
    score: float | None = None
    person: bool = False
