"""The glossary: terms, what they mean, and how they relate.

Enters and leaves: ``Term`` records, whole, by name. Which nodes stand for a term is kept with the nodes' labels.
"""

import msgspec

from driftline.event.label import Term
from driftline.store.connection import Connection

_encode = msgspec.msgpack.Encoder().encode
_decode = msgspec.msgpack.Decoder(Term).decode


class Glossary:
    """Terms by name."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def put(self, term: Term) -> None:
        """Keep a term, in place of one of the same name."""
        self._connection.execute("term_put", name=term.name, body=_encode(term))

    def get(self, name: str) -> Term | None:
        """Return one term."""
        row = self._connection.row("term_get", name=name)
        return _decode(row[0]) if row else None

    def remove(self, name: str) -> bool:
        """Let go of a term; return whether it was there."""
        return self._connection.execute("term_drop", name=name) > 0

    def all(self) -> dict[str, Term]:
        """Return every term by name, in order."""
        return {name: _decode(body) for name, body in self._connection.rows("terms_all")}
