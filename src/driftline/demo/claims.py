"""Who claims: seeded, the same in every replay of a seed, and drawn from what really happened.

Enters: the true flights of a day. Leaves: claims. Passengers of late flights claim often, those of slightly late ones
sometimes, a few hope; on stormy days there are more because more flights are late. Knows nothing of feeds and faults.
"""

import random
from datetime import date
from typing import TYPE_CHECKING

import msgspec

if TYPE_CHECKING:
    import pyarrow as pa

FIRST = date(2013, 4, 1)  # the desk opens after the first quarter
# chance that a flight brings a claim, by how late it truly arrived (minutes above, chance)
CHANCES = ((180, 0.45), (60, 0.062), (30, 0.047), (3, 0.027), (-10_000, 0.0004))
CANCELLED = 0.06


class Claim(msgspec.Struct, frozen=True):
    """One passenger's claim, with the truth that only the replay knows."""

    id: str
    flight_key: str
    flight: str
    distance: int
    minutes: int | None  # true arrival delay; None = never arrived as planned
    cancelled: bool


def of_day(day: date, flights: "pa.Table", seed: int) -> list[Claim]:
    """Return the claims about the flights of ``day``."""
    if day < FIRST:
        return []
    chance = random.Random(f"claims:{seed}:{day}")
    out: list[Claim] = []
    names = ("carrier", "flight", "origin", "sched_dep_time", "distance", "arr_delay", "dep_time")
    for carrier, flight, origin, leaves, distance, late, left in zip(
        *(flights[name].to_pylist() for name in names), strict=True
    ):
        if chance.random() < _share(late, left):
            out.append(
                Claim(
                    id=f"{day}-{len(out) + 1:03d}",
                    flight_key=f"{carrier}{flight}-{origin}-{leaves}",
                    flight=f"{carrier} {flight}",
                    distance=distance,
                    minutes=late,
                    cancelled=left is None,
                )
            )
    return out


def _share(late: int | None, left: int | None) -> float:
    if late is None:
        return CANCELLED if left is None else CHANCES[0][1]
    return next(share for above, share in CHANCES if late > above)
