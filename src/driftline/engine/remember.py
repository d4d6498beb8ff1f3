"""What the engine has in memory is rebuilt from the store: after a start, and after work that was undone."""

from collections.abc import Iterator
from contextlib import contextmanager

from driftline.engine import incidents, quarantine
from driftline.engine.house import House


def everything(house: House) -> None:
    """Learn what is quarantined and which datasets open incidents involve."""
    quarantine.remember(house)
    for incident in house.store.incidents.unresolved():
        incidents.involve(house, incident)


def anew(house: House) -> None:
    """Learn everything anew: another process may have changed it."""
    house.forget()
    everything(house)


@contextmanager
def unless_undone(house: House) -> Iterator[None]:
    """Go back to what the store says if the block fails."""
    try:
        yield
    except BaseException:
        anew(house)
        raise
