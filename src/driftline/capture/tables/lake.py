"""Tables of Delta and Iceberg as their own libraries hold them: where they lie and at which version.

Enters: a ``DeltaTable`` of deltalake, a ``Table`` of pyiceberg. Leaves: its address or path, and the commit or snapshot
that it is at. Asks what the object knows, no catalog and no store.
"""

from typing import Any, NamedTuple


class State(NamedTuple):
    """A table at a moment."""

    place: str  # address or path, as the library spells it; "" = it cannot be told
    version: str  # such as ``delta:3``; "" = nothing was ever written to it


def state(given: Any) -> State | None:
    """Return the state that a table is in; None where ``given`` is no table of Delta or Iceberg."""
    library = type(given).__module__.partition(".")[0]
    if library == "deltalake" and hasattr(type(given), "table_uri"):
        return State(str(given.table_uri).rstrip("/"), f"delta:{given.version()}")
    if library == "pyiceberg" and hasattr(type(given), "current_snapshot"):
        return snapshot(given.location(), given.current_snapshot())
    return None


def snapshot(location: str, found: Any) -> State:
    """Return the state that a snapshot of an Iceberg table is; of None, that of an empty one."""
    return State(location.rstrip("/"), "" if found is None else f"iceberg:{found.snapshot_id}")
