"""Small named values that must outlive the process, such as the place in the log that was folded last.

Enters and leaves: bytes under a name. Never meant for more than a few kilobytes each.
"""

from driftline.store.connection import Connection


class State:
    """Values by name."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def get(self, name: str) -> bytes | None:
        """Return a value, or None."""
        row = self._connection.row("setting_get", name=name)
        return row[0] if row else None

    def put(self, name: str, value: bytes) -> None:
        """Keep a value."""
        self._connection.execute("setting_put", name=name, body=value)

    def remove(self, name: str) -> None:
        """Let go of a value."""
        self._connection.execute("setting_remove", name=name)
