"""Quarantines: what must not reach anybody, until it is released.

Enters and leaves: ``Quarantine`` records, whole. A released one is kept, as a fact about the past. Never
enforces anything: the guard does.
"""

import msgspec

from driftline.errors import NotFound
from driftline.event.report import Quarantine
from driftline.store.connection import Connection

_encode = msgspec.msgpack.Encoder().encode
_decode = msgspec.msgpack.Decoder(Quarantine).decode


class Quarantines:
    """Quarantines by id."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def add(self, quarantine: Quarantine) -> None:
        """Keep a quarantine."""
        self._connection.execute(
            "quarantine_put",
            id=quarantine.id,
            node=quarantine.node,
            created_us=quarantine.created_us,
            released_us=quarantine.released_us,
            body=_encode(quarantine),
        )

    def get(self, id_: str) -> Quarantine | None:
        """Return one quarantine."""
        row = self._connection.row("quarantine_get", id=id_)
        return _decode(row[0]) if row else None

    def release(self, id_: str, by: str, now_us: int) -> Quarantine:
        """Lift a quarantine and return it; one that is lifted already stays as it was.

        Raises:
            NotFound: there is no quarantine of that id.
        """
        with self._connection.transaction():
            held = self.get(id_)
            if held is None:
                raise NotFound(f"quarantine {id_}", hint="'driftline guard status' shows what is in quarantine.")
            if held.released_us == 0:
                held = msgspec.structs.replace(held, released_us=now_us, released_by=by)
                self.add(held)
            return held

    def list(self, *, active: bool = True, limit: int = 1_000) -> list[Quarantine]:
        """Return the quarantines in force, oldest first; or every one, newest first."""
        rows = self._connection.rows("quarantines_active" if active else "quarantines_all", limit=limit)
        return [_decode(body) for (body,) in rows]
