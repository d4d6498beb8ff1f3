"""The words of a text, as the search knows them.

Enters: names and sentences. Leaves: words in lower case without marks above or below, cut at every sign and where
camelCase turns; and the name as a whole. Never knows where a word stands.
"""

import re
import unicodedata
from collections.abc import Iterator
from functools import lru_cache

LONGEST = 64  # letters of a word that are kept
MOST = 400  # words of one text that are kept
_TURN = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")
_WORD = re.compile(r"[^\W_]+")
_PARTS = re.compile(r"[/.:\s]+")
_PLACES = re.compile(r"[/.:]+")


def fold(text: str) -> str:
    """Return ``text`` in lower case and without diacritics."""
    return text.lower() if text.isascii() else _plain(text).casefold()


def split(text: str) -> Iterator[str]:
    """Yield the words of ``text``, in order."""
    for place, hit in enumerate(_WORD.finditer(_plain(text))):
        if place >= MOST:
            return
        for part in _TURN.split(hit.group()):
            yield part.casefold()[:LONGEST]


@lru_cache(50_000)
def of_name(name: str) -> tuple[str, ...]:
    """Return the words of a name; parts that are several words stand there joined as well."""
    found: dict[str, None] = {}
    for part in _PARTS.split(name):
        pieces = list(split(part))
        found.update(dict.fromkeys(pieces))
        if len(pieces) > 1:
            found["".join(pieces)[:LONGEST]] = None
    return tuple(found)


@lru_cache(50_000)
def whole(name: str) -> tuple[str, ...]:
    """Return a name as it is looked for exactly, however its words are joined: whole, and its last part."""
    parts = ["".join(split(part)) for part in _PLACES.split(name)]
    joined = "/".join(part for part in parts if part)[: 2 * LONGEST]
    last = joined.rpartition("/")[2]
    return (joined, last) if last != joined else (joined,)


def _plain(text: str) -> str:
    """Return ``text`` without marks above, below or beside its letters."""
    if text.isascii():
        return text
    parts = unicodedata.normalize("NFKD", text)
    return unicodedata.normalize(
        "NFC", "".join(sign for sign in parts if not unicodedata.category(sign).startswith("M"))
    )
