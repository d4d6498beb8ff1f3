"""What is broken on purpose, and what the truth is. Nothing outside this package may read it.

A fault changes one thing from its day on: rows of the feed, the code of a job, or the folder that the index is built
from. ``truth`` names the nodes that count as the right first cause. To try another fault, make a ``Fault`` and give
it to ``World``: the pipeline, the desk and Driftline stay as they are.
"""

import random
from datetime import date, timedelta
from typing import TYPE_CHECKING

import msgspec

from driftline.demo.feed import Rewrite
from driftline.errors import BadInput

if TYPE_CHECKING:
    import pyarrow as pa

KINDS = ("units", "inner-join", "staging-index", "none")
DEFAULT_SEED = 7
DEFAULT_DAY = date(2013, 8, 14)
SPREAD_DAYS = 45  # other seeds choose a day this near to the default one
CARRIERS = ("B6", "UA", "EV", "DL", "AA", "MQ")  # the six largest of the year
SECONDS = 60


class Fault(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that breaks on ``day``. Everything that is None stays sound."""

    name: str
    day: date | None = None
    truth: tuple[str, ...] = ()  # node ids, each of them a right answer
    rewrite: Rewrite | None = None  # changes the feed's rows
    join: str | None = None  # replaces LEFT in the feature job
    corpus: str | None = None  # folder that the index is built from
    sentence: str = ""  # what happens, for the story


def choose(name: str, seed: int, day: date | None = None) -> Fault:
    """Return the fault ``name``; the seed chooses the day and the carrier unless ``day`` is given.

    Raises:
        BadInput: there is no such fault.
    """
    chance = random.Random(f"fault:{seed}")
    shift = 0 if seed == DEFAULT_SEED else chance.randint(-SPREAD_DAYS, SPREAD_DAYS)
    carrier = CARRIERS[0] if seed == DEFAULT_SEED else chance.choice(CARRIERS)
    moment = day or DEFAULT_DAY + timedelta(days=shift)
    if name == "units":
        return Fault(
            name=name,
            day=moment,
            truth=("dataset:file:feed/flights",),
            rewrite=seconds(carrier),
            sentence=f"The feed begins to report arr_delay of {carrier} in seconds instead of minutes.",
        )
    if name == "inner-join":
        return Fault(
            name=name,
            day=moment,
            truth=("job:refund-desk:join_flights",),
            join="INNER",
            sentence="A new version of join_flights turns its LEFT JOINs into INNER JOINs.",
        )
    if name == "staging-index":
        return Fault(
            name=name,
            day=moment,
            truth=("dataset:file:corpus/staging", "job:refund-desk:build_index", "dataset:file:policy-index"),
            corpus="corpus/staging",
            sentence="The policy index is rebuilt from the staging corpus, whose threshold is 30 minutes.",
        )
    if name == "none":
        return Fault(name=name, sentence="Nothing is broken.")
    raise BadInput(f"fault {name!r}; known are {', '.join(KINDS)}")


def seconds(carrier: str) -> Rewrite:
    """Return a rewrite that reports the arrival delay of ``carrier`` in seconds."""

    def rewrite(name: str, rows: "pa.Table", day: date) -> "pa.Table":  # noqa: ARG001 - one signature
        import pyarrow.compute as pc

        if name != "flights":
            return rows
        delay = rows["arr_delay"]
        wrong = pc.if_else(pc.equal(rows["carrier"], carrier), pc.multiply(delay, SECONDS), delay)
        return rows.set_column(rows.schema.get_field_index("arr_delay"), "arr_delay", wrong)

    return rewrite
