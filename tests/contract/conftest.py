"""Every store is put through the same suite: add one here and it has to keep the same promises."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from driftline.store import Store, open_store

LOCATIONS: dict[str, Callable[[Path], str]] = {
    "memory": lambda folder: ":memory:",
    "file": lambda folder: f"sqlite://{folder}/home",
}


@pytest.fixture(params=LOCATIONS)
def open_new(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Callable[[], Store]]:
    """Return a function that opens one more store, empty and apart from the others."""
    opened: list[Store] = []

    def open_one() -> Store:
        opened.append(open_store(LOCATIONS[request.param](tmp_path / str(len(opened)))))
        return opened[-1]

    yield open_one
    for store in opened:
        store.close()


@pytest.fixture
def store(open_new: Callable[[], Store]) -> Store:
    """Return an empty store."""
    return open_new()
