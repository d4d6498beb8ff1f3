"""What people say of namespaces, sources and tags as such, as clients of the reference server do.

Enters: names with a few words on them. Leaves: the same. They are words of people, not of events: nothing that is
folded follows from them. Each sort is one small named value. Never holds more than people type.
"""

import msgspec

from driftline.errors import BadInput
from driftline.store.state import State

MOST = 1_000  # tags, namespaces or sources that people may name

_encode = msgspec.json.encode
_words = msgspec.json.Decoder(dict[str, dict[str, str]]).decode


class Marks:
    """Words by sort and name."""

    def __init__(self, state: State) -> None:
        self._state = state

    def words(self, sort: str) -> dict[str, dict[str, str]]:
        """Return what people said of the things of a sort (tags, namespaces, sources), by name."""
        body = self._state.get(f"said of {sort}")
        return _words(body) if body else {}

    def say(self, sort: str, name: str, words: dict[str, str]) -> None:
        """Keep what people say of one thing, in place of what they said before.

        Raises:
            BadInput: they named too many already.
        """
        held = self.words(sort)
        if name not in held and len(held) >= MOST:
            raise BadInput(f"{MOST} {sort} are named already")
        self._state.put(f"said of {sort}", _encode({**held, name: words}))
