"""What a piece of a stream says: a text, or a chunk or an event of a client or a framework.

Enters: an item that a generator or a stream has yielded. Leaves: its text, ``""`` where it says none, or None where it
is no piece of a text at all. Fields are read by the names that OpenAI, Anthropic, LangChain, LlamaIndex and Ollama give
them. Reads attributes that are there, and computes nothing. Of all pieces of a text together: the text, and where that
is long its beginning and the hash of all of it.
"""

from collections.abc import Mapping
from typing import Any

import xxhash

from driftline.capture.answering.values import clean

MOST_TEXT = 1_000_000  # characters of a stream that are kept

_WAYS = (  # how to come to the text, the first that is there counts
    ("choices", 0, "delta", "content"),  # of a chat of OpenAI
    ("choices", 0, "text"),
    ("delta", "text"),  # of Anthropic
    ("delta",),  # of LlamaIndex, whose message grows; of a response of OpenAI
    ("message", "content"),  # of Ollama
    ("content",),  # of LangChain
    ("response",),
)
_TEXT_EVENTS = frozenset(("content_block_delta", "content.delta", "response.output_text.delta", "AIMessageChunk"))


def text_of(item: Any) -> str | None:
    """Return what a piece says; None where it is none."""
    if isinstance(item, str):
        return item
    kind = _field(item, "type")
    if isinstance(kind, str) and kind not in _TEXT_EVENTS:
        return "" if _event(item) else None
    for way in _WAYS:
        found = item
        for name in way:
            found = _field(found, name)
        if isinstance(found, str):
            return found
        if isinstance(found, list) and found and all(isinstance(one, Mapping) for one in found):  # blocks of a message
            return "".join(one["text"] for one in found if isinstance(one.get("text"), str))
    return "" if _field(item, "choices") is not None or kind is not None else None


def _event(item: Any) -> bool:
    """Whether something with a type is an event of a client, and no record of the user's own."""
    return type(item).__module__.partition(".")[0] in ("openai", "anthropic", "groq", "together")


def _field(held: Any, name: str | int) -> Any:
    if isinstance(name, int):
        return held[name] if isinstance(held, list | tuple) and len(held) > name else None
    if isinstance(held, Mapping):
        return held.get(name)
    return getattr(held, "__dict__", {}).get(name)


class Beginning(str):
    """What is kept of a text that is longer, with a mark at its end."""

    __slots__ = ("whole",)
    whole: str  # content hash of all of it


class Text:
    """The pieces of a text."""

    __slots__ = ("_hash", "_length", "_pieces")

    def __init__(self) -> None:
        self._pieces: list[str] = []
        self._length = 0
        self._hash: xxhash.xxh3_64 | None = None  # of all, once some are not kept

    def add(self, said: str) -> None:
        """Take a piece."""
        if self._length < MOST_TEXT:
            self._pieces.append(said)
            self._length += len(said)
        elif said:
            if self._hash is None:
                self._hash = xxhash.xxh3_64(clean("".join(self._pieces)).encode())
            self._hash.update(clean(said).encode())

    def all(self) -> str:
        """Return what they say together."""
        text = "".join(self._pieces)
        if self._hash is None:
            return text
        found = Beginning(f"{text}…")
        found.whole = f"xxh3:{self._hash.hexdigest()}"
        return found
