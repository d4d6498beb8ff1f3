"""A small town: a feed of flights, a job that makes features of it, a desk that pays by the features.

``feed/flights`` arrives from outside; ``join`` writes ``features``; ``refund-desk`` writes ``refund-desk`` (kind
``predictions``, outcome ``decision, money``), whose money comes from ``features.delay`` alone. A second job keeps an
``archive`` that nobody serves. Days are numbered from 2013-01-01; a town of thirty healthy days is made once.
"""

import json
import shutil
import uuid
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import pytest

from driftline import clock, profile
from driftline.config import Settings
from driftline.engine.engine import Engine
from driftline.event import facets, names
from driftline.event.answer import Answer, Source, Verdict
from driftline.event.facets import ColumnInputs, ColumnLineageFacet, InputField, Transformation
from driftline.event.lineage import Dataset, Version

FLIGHTS, FEATURES = Dataset("file", "feed/flights"), Dataset("file", "features")
DESK, ARCHIVE = Dataset("file", "refund-desk"), Dataset("file", "archive")
ROWS = 150
HEALTHY = 30
Table = dict[str, Any]
Spoil = Callable[[Table], None]


def flights(number: int) -> Table:
    """The flights of one day: delays wander a little from day to day."""
    random = np.random.default_rng([7, number])
    delay = np.round(random.normal(20 + random.normal(0, 1.5), 15, ROWS))
    delay[random.random(ROWS) < 0.02] = np.nan
    return {
        "delay": delay,
        "distance": np.round(random.uniform(100, 2500, ROWS)),
        "carrier": random.choice(["AA", "B6", "UA"], ROWS, p=[0.5, 0.3, 0.2]).tolist(),
    }


def paid(table: Table) -> Table:
    """What the desk gives out for a day's flights: 10 dollars above a delay of 30."""
    late = np.nan_to_num(table["delay"]) > 30
    return {"decision": ["refund" if one else "deny" for one in late], "money": np.where(late, 10.0, 0.0)}


def moment(number: int, hour: int) -> str:
    """The event time of an hour of a day."""
    return f"{date(2013, 1, 1) + timedelta(days=number)}T{hour:02d}:00:00Z"


def part(dataset: Dataset, version: str, number: int, table: Table | None, **more: Any) -> dict[str, Any]:
    """A dataset of an event, with our facets about it."""
    state = {"version": version, "partition": moment(number, 0)[:10], "kind": more.pop("kind", "table")}
    state["attributes"] = more.pop("attributes", {})
    held: dict[str, Any] = {}
    if table is not None:
        state["rows"] = len(next(iter(table.values())))
        encoded = profile.encode(profile.build(table))
        held["driftline_profile"] = facets.pack("driftline_profile", facets.ProfileFacet("dlp1", encoded))
        held["schema"] = facets.pack(
            "schema", facets.SchemaFacet(tuple(facets.SchemaField(name, "double") for name in table))
        )
    held["driftline_state"] = facets.pack("driftline_state", facets.StateFacet(**state))
    for key, value in more.items():
        held[key] = facets.pack(key, value)
    return {"namespace": dataset.namespace, "name": dataset.name, "facets": held}


def columns(source: Dataset, **pairs: str) -> ColumnLineageFacet:
    """Column lineage: target column = source column, each a plain copy."""
    step = (Transformation("DIRECT", "IDENTITY"),)
    return ColumnLineageFacet(
        {
            target: ColumnInputs((InputField(source.namespace, source.name, column, step),))
            for target, column in pairs.items()
        }
    )


def run_event(
    job: str, number: int, hour: int, state: str, inputs: list[Any], outputs: list[Any], code: str = "1"
) -> bytes:
    """One run event of a job on a day."""
    run = str(uuid.uuid5(uuid.NAMESPACE_URL, f"{job}:{number}"))
    return msgspec.json.encode(
        {
            "eventType": state,
            "eventTime": moment(number, hour),
            "producer": "https://example.org/town",
            "run": {
                "runId": run,
                "facets": {"driftline_code": facets.pack("driftline_code", facets.CodeFacet(version=code))},
            },
            "job": {"namespace": "desk", "name": job},
            "inputs": inputs,
            "outputs": outputs,
        }
    )


def spoiled(table: Table, spoil: Spoil | None) -> Table:
    """A copy of ``table``, spoiled."""
    table = {name: values.copy() for name, values in table.items()}
    if spoil is not None:
        spoil(table)
    return table


def day(number: int, spoil: Spoil | None = None, spoil_archive: Spoil | None = None, code: str = "1") -> list[bytes]:
    """The events of one day, in order; ``spoil`` changes the feed, ``spoil_archive`` the archive alone."""
    feed = spoiled(flights(number), spoil)
    read = part(FLIGHTS, f"f{number}", number, feed)
    lineage = columns(FLIGHTS, delay="delay", distance="distance", carrier="carrier")
    wrote = part(FEATURES, f"x{number}", number, feed, columnLineage=lineage)
    kept = part(ARCHIVE, f"k{number}", number, spoiled(flights(number), spoil_archive))
    used = part(FEATURES, f"x{number}", number, None)
    out = part(
        DESK, f"d{number}", number, paid(feed), kind="predictions", attributes={"outcome": "decision, money"},
        columnLineage=columns(FEATURES, decision="delay", money="delay"),
    )  # fmt: skip
    return [
        run_event("join", number, 2, "START", [], [], code),
        run_event("join", number, 3, "COMPLETE", [read], [wrote], code),
        run_event("keep", number, 4, "COMPLETE", [part(FLIGHTS, f"f{number}", number, None)], [kept]),
        run_event("refund-desk", number, 8, "START", [], []),
        run_event("refund-desk", number, 9, "COMPLETE", [used], [out]),
    ]


def seconds(table: Table) -> None:
    """The fault: delays in seconds instead of minutes."""
    table["delay"] *= 60


def stretch(table: Table) -> None:
    """Another fault, in a column that the desk does not pay by."""
    table["distance"] *= 60


class Town:
    """An engine on a home folder, with ways to live through days."""

    flights, features, desk, archive = FLIGHTS, FEATURES, DESK, ARCHIVE
    seconds, stretch = staticmethod(seconds), staticmethod(stretch)
    events = staticmethod(day)

    def __init__(self, home: Path, **settings: Any) -> None:
        self.home = home
        self.settings = Settings(home=str(home), **{"console": False, **settings})
        self.engine = Engine.open(self.settings)

    def live(self, first: int, last: int, spoil: Spoil | None = None, **more: Any) -> None:
        """Live through the days ``first`` to ``last``, both included."""
        for number in range(first, last + 1):
            for receipt in self.engine.ingest_many(day(number, spoil, **more)):
                assert receipt.status == "accepted"
                assert receipt.facets == {}

    def reopen(self) -> None:
        """Close the store and open it again."""
        self.engine.close()
        self.engine = Engine.open(self.settings)

    def answer(self, number: int, place: int, money: float, **more: Any) -> Answer:
        """One answer of a day that stood on that day's features."""
        features = Version(FEATURES, f"x{number}")
        answer = Answer(
            id=f"00000000-0000-7000-8000-{number:06d}{place:06d}",
            time_us=self.time(number, 9),
            endpoint="refund-desk",
            sources=(Source("features", features),),
            decision="refund",
            money=money,
            **more,
        )
        assert self.engine.record([answer]) == 1
        return answer

    def held(self, number: int, place: int, avoided: float) -> Answer:
        """One answer that a guard held back."""
        return self.answer(number, place, 0.0, verdict=Verdict(action="fallback", money_avoided=avoided))

    @staticmethod
    def time(number: int, hour: int) -> int:
        """Microseconds of an hour of a day."""
        return clock.parse(moment(number, hour))

    @property
    def switch(self) -> Any:
        """What ``guard.json`` says."""
        return json.loads((self.home / "guard.json").read_text())

    @staticmethod
    def column(dataset: Dataset, column: str) -> str:
        """The node id of a column."""
        return names.column_id(dataset.namespace, dataset.name, column)


@pytest.fixture
def open_town(tmp_path: Path) -> Iterator[Callable[..., Town]]:
    """Return a function that opens an empty town; further settings are passed on."""
    opened: list[Town] = []

    def start(home: Path | None = None, **settings: Any) -> Town:
        opened.append(Town(home or tmp_path / f"town{len(opened)}", **settings))
        return opened[-1]

    yield start
    for town in opened:
        town.engine.close()


@pytest.fixture
def town(open_town: Callable[..., Town]) -> Town:
    """Return an empty town."""
    return open_town()


@pytest.fixture(scope="session")
def healthy_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the home of a town that lived through days 0 to 29 without trouble."""
    town = Town(tmp_path_factory.mktemp("healthy") / "home")
    town.live(0, HEALTHY - 1)
    town.engine.close()
    return town.home


@pytest.fixture
def open_healthy(healthy_home: Path, tmp_path: Path, open_town: Callable[..., Town]) -> Callable[..., Town]:
    """Return a function that opens a copy of the healthy town; its next day is day 30."""

    def start(**settings: Any) -> Town:
        home = tmp_path / f"healthy{len(list(tmp_path.iterdir()))}"
        shutil.copytree(healthy_home, home)
        return open_town(home, **settings)

    return start


@pytest.fixture
def healthy(open_healthy: Callable[..., Town]) -> Town:
    """Return a town after thirty healthy days."""
    return open_healthy()


@pytest.fixture
def ill(healthy: Town) -> Town:
    """Return a town whose feed reports delays in seconds on day 30."""
    healthy.live(HEALTHY, HEALTHY, seconds)
    return healthy


def spoken(
    job: str,
    day: str,
    reads: str = "",
    writes: str = "",
    *,
    run: str = "",
    state: str = "COMPLETE",
    parent: tuple[str, str] | None = None,
    root: tuple[str, str] | None = None,
    code: str = "",
    on: dict[str, dict[str, Any]] | None = None,
    tags: str = "",
) -> bytes:
    """A run event in short: datasets apart by spaces; ``on``: facets by dataset; ``parent``: its job and run."""

    def id_(word: str) -> str:
        return str(uuid.uuid5(uuid.NAMESPACE_URL, word))

    def parts(said: str) -> list[dict[str, Any]]:
        made = []
        for word in said.split():
            name, _, version = word.partition("#")
            held = dict((on or {}).get(name, {}))
            if version:
                held["version"] = {"datasetVersion": version}
            made.append({"namespace": "lake", "name": name, "facets": held})
        return made

    about: dict[str, Any] = {}
    if parent:
        about["parent"] = {"run": {"runId": id_(parent[1])}, "job": {"namespace": "flow", "name": parent[0]}}
        if root:
            outer = {"run": {"runId": id_(root[1])}, "job": {"namespace": "flow", "name": root[0]}}
            about["parent"]["root"] = outer
    if code:
        about["driftline_code"] = facets.pack("driftline_code", facets.CodeFacet(version=code))
    tagged = {"tags": {"tags": [{"key": key, "value": "true"} for key in tags.split()]}} if tags else {}
    event = {
        "eventType": state,
        "eventTime": f"2013-01-{day}Z" if "T" in day else f"2013-01-{day}T00:00:00Z",
        "producer": "https://example.org/story",
        "run": {"runId": id_(run or f"{job} {day}"), "facets": about},
        "job": {"namespace": "flow", "name": job, "facets": tagged},
        "inputs": parts(reads),
        "outputs": parts(writes),
    }
    return msgspec.json.encode(event)


@pytest.fixture
def say(town: Town) -> Callable[..., str]:
    """Return a function that tells the town of a run in short, and returns the id of the run."""

    def tell(*said: Any, **more: Any) -> str:
        event = spoken(*said, **more)
        (receipt,) = town.engine.ingest_many([event])
        assert receipt.status == "accepted", receipt.reason
        found: str = json.loads(event)["run"]["runId"]
        return found

    return tell


@pytest.fixture(scope="session")
def told_of() -> Callable[..., bytes]:
    """Return the function that makes a run event in short."""
    return spoken
