"""Every store is put through the same suite: add one here and it has to keep the same promises."""

import json
import os
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest

from driftline.alert.outbox import Outbox
from driftline.config import Settings
from driftline.engine.engine import Engine
from driftline.engine.house import House
from driftline.store import Store, open_store

LOCATIONS = ["memory", "file", "postgres-wheel"]
if os.environ.get("DRIFTLINE_TEST_POSTGRES"):
    LOCATIONS.append("postgres-system")


@pytest.fixture(params=LOCATIONS)
def open_new(
    request: pytest.FixtureRequest, tmp_path: Path, postgres_servers: Callable[[str], Any]
) -> Iterator[Callable[[], Store]]:
    """Return a function that opens one more store, empty and apart from the others."""
    opened: list[Store] = []
    engine, _, server = request.param.partition("-")

    def open_one() -> Store:
        home = tmp_path / str(len(opened))
        places = {"memory": lambda: ":memory:", "file": lambda: f"sqlite://{home}"}
        place = places[engine]() if engine in places else postgres_servers(server).new_url()
        opened.append(open_store(place, home=str(home)))
        return opened[-1]

    yield open_one
    for store in opened:
        store.close()


@pytest.fixture
def store(open_new: Callable[[], Store]) -> Store:
    """Return an empty store."""
    return open_new()


Tell = Callable[[Store, Sequence[dict[str, Any]]], Engine]


@pytest.fixture
def tell(tmp_path: Path) -> Tell:
    """Return a function that lets a store take events, none of which may be refused, and returns its engine."""
    settings = Settings(home=str(tmp_path / "house"), console=False)

    def take(store: Store, bodies: Sequence[dict[str, Any]]) -> Engine:
        engine = Engine(House(settings, store, Outbox(store, settings)))
        receipts = engine.ingest_many([json.dumps(body).encode() for body in bodies])
        assert {receipt.status for receipt in receipts} <= {"accepted", "merged"}
        return engine

    return take


@pytest.fixture
def told(store: Store, tell: Tell) -> Callable[..., Engine]:
    """Return the same for the empty store of the test."""
    return lambda *bodies: tell(store, bodies)
