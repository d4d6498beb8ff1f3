"""Every store is put through the same suite: add one here and it has to keep the same promises."""

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

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
