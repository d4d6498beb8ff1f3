"""A switch in a folder of its own, and an answer that stands on three versions."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from driftline.event.answer import Source
from driftline.event.current import Draft, current_answer
from driftline.event.lineage import Dataset, Version
from driftline.guard import counters
from driftline.guard.switch import Entry, Switch, SwitchState, publish

FEATURES = Version(Dataset("file", "features"), "xxh3:02")


@pytest.fixture(autouse=True)
def _from_zero() -> None:
    counters.reset()


@pytest.fixture
def home(tmp_path: Path) -> str:
    return str(tmp_path / "home")


@pytest.fixture
def draft() -> Iterator[Draft]:
    """The answer in the making: 300 dollars, decided on features, a model and an index."""
    found = Draft(
        endpoint="refund-desk",
        sources=[
            Source(role="features", version=FEATURES),
            Source(role="model", version=Version(Dataset("models", "eligibility"), "7")),
            Source(role="index", version=Version(Dataset("file", "policies.index"), "xxh3:aa")),
        ],
        features={"arr_delay": 190.0, "carrier": "UA"},
    )
    token = current_answer.set(found)
    yield found
    current_answer.reset(token)


@pytest.fixture
def quarantined(home: str) -> Callable[[], None]:
    """Return a function that quarantines the feed that the features derive from."""

    def act() -> None:
        feed = Entry(id="q1", node="dataset:file:feed#xxh3:01", incident="inc1", reason="seconds, not minutes")
        publish(home, SwitchState(entries=(feed,), affected={FEATURES.node: ("q1",)}))

    return act


@pytest.fixture
def switch(home: str) -> Switch:
    return Switch(home)
