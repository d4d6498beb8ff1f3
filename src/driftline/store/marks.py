"""Tags that people put on datasets, jobs and columns, and what people said of namespaces and sources.

Enters: node ids with the name of a tag; names with a few words on them. Leaves: the same. They are words of people, not
of events: nothing that is folded follows from them. Each is a small named value. Never holds more than people type.
"""

from collections.abc import Iterable

import msgspec

from driftline.errors import BadInput
from driftline.store.reading import Reading
from driftline.store.state import State

MOST = 1_000  # tags, namespaces or sources that people may name
_PREFIX = "tags:"

_encode = msgspec.json.encode
_tags = msgspec.json.Decoder(tuple[str, ...]).decode
_words = msgspec.json.Decoder(dict[str, dict[str, str]]).decode


class Marks:
    """Tags by node, and words by name."""

    def __init__(self, state: State, reading: Reading) -> None:
        self._state = state
        self._reading = reading

    def tag(self, node: str, tag: str) -> None:
        """Put a tag on a node."""
        if tag not in self.words("tags"):
            self.say("tags", tag, {})
        self._state.put(_PREFIX + node, _encode(sorted({*self.tags([node]).get(node, ()), tag})))

    def untag(self, node: str, tag: str) -> None:
        """Take a tag from a node."""
        left = [held for held in self.tags([node]).get(node, ()) if held != tag]
        if left:
            self._state.put(_PREFIX + node, _encode(left))
        else:
            self._state.remove(_PREFIX + node)

    def tags(self, nodes: Iterable[str]) -> dict[str, tuple[str, ...]]:
        """Return the tags of those nodes that have any, by name."""
        found = self._reading.settings(_PREFIX + node for node in nodes)
        return {name.removeprefix(_PREFIX): _tags(body) for name, body in found.items()}

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
