"""What a piece of a stream says: a text, or a chunk or an event of a client or a framework.

Enters: an item that a generator or a stream has yielded. Leaves: its text, ``""`` where it says none, or None where it
is no piece of a text at all. Fields are read by the names that OpenAI, Anthropic, LangChain, LlamaIndex and Ollama give
them. Reads attributes that are there, and computes nothing.
"""

from collections.abc import Mapping
from typing import Any

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
