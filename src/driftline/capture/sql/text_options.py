"""What statements of DuckDB say of the text tables that they read and write: separators, headers, names, types.

Enters: a text of SQL. Leaves: the options of each ``read_csv(…)`` and each ``COPY``, by the path that it names. Values
are texts, numbers, truths, lists and structs; anything else, such as an expression, is passed over. Knows nothing of
what the options mean, and parses nothing else of the text.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from driftline import later

_READERS = frozenset(("read_csv", "read_csv_auto", "sniff_csv"))
_INITIALS = frozenset("rRsScC")  # of these, and of ``copy``
_WORD = later.pattern(r"csv|\bcopy\b", re.IGNORECASE)
_TOKEN = later.pattern(
    r"""--[^\n]* | /\*.*?\*/ | '(?:[^']|'')*' | "(?:[^"]|"")*" | := | => | [A-Za-z_]\w* | -?\d+(?:\.\d+)? | \S""",
    re.VERBOSE | re.DOTALL,
)
_OPEN, _CLOSE = "([{", ")]}"
_NESTED = ("[", "{")
_TRUTHS: dict[str, Any] = {"true": True, "false": False, "on": True, "off": False, "null": None}
_OTHER = object()  # a value that is none of those that are known here


class Said(NamedTuple):
    """What a statement says of one text table."""

    path: str
    writes: bool
    options: Mapping[str, Any]


def said(text: str) -> list[Said]:
    """Return what the statements of ``text`` say of the text tables that they name, in order."""
    if _WORD.search(text) is None:
        return []
    tokens = [token for token in _TOKEN.findall(text) if not token.startswith(("--", "/*"))]
    return list(_found(tokens))


def _found(tokens: list[str]) -> Iterator[Said]:
    for at, token in enumerate(tokens):
        if token[0] not in _INITIALS:  # most are none of the words below
            continue
        word = token.lower()
        if word in _READERS and at + 1 < len(tokens) and tokens[at + 1] == "(":
            paths, options = _arguments(tokens, at + 2)
            yield from (Said(path, writes=False, options=options) for path in paths)
        elif word == "copy":
            yield from _copy(tokens, at + 1)


def _copy(tokens: list[str], at: int) -> Iterator[Said]:
    """``COPY table | (query) TO | FROM 'path' [WITH] (option value, …)``."""
    depth = 0
    while at < len(tokens) and tokens[at] != ";":
        depth += (tokens[at] in _OPEN) - (tokens[at] in _CLOSE)
        if (
            not depth
            and tokens[at].lower() in ("to", "from")
            and at + 1 < len(tokens)
            and tokens[at + 1].startswith("'")
        ):
            break
        at += 1
    else:
        return
    path, writes = _plain(tokens[at + 1]), tokens[at].lower() == "to"
    at += 2
    if at < len(tokens) and tokens[at].lower() == "with":
        at += 1
    options = _options(tokens, at + 1) if at < len(tokens) and tokens[at] == "(" else {}
    yield Said(path, writes, options)


def _options(tokens: list[str], at: int) -> dict[str, Any]:
    """Options of COPY: a name, and a value unless it is true."""
    found: dict[str, Any] = {}
    while at < len(tokens) and tokens[at] != ")":
        name = tokens[at].lower()
        at += 1
        if at < len(tokens) and tokens[at] not in (",", ")"):
            value, at = _value(tokens, at)
        else:
            value = True
        if value is not _OTHER:
            found[name] = value
        at = _behind(tokens, at)
    return found


def _arguments(tokens: list[str], at: int) -> tuple[list[str], dict[str, Any]]:
    """Arguments of a function: paths, then options by name."""
    paths: list[str] = []
    found: dict[str, Any] = {}
    while at < len(tokens) and tokens[at] != ")":
        if at + 1 < len(tokens) and tokens[at + 1] in ("=", ":=", "=>"):
            name = tokens[at].lower()
            value, at = _value(tokens, at + 2)
            if value is not _OTHER:
                found[name] = value
        else:
            value, at = _value(tokens, at)
            paths += [one for one in (value if isinstance(value, list) else [value]) if isinstance(one, str)]
        at = _behind(tokens, at)
    return paths, found


def _behind(tokens: list[str], at: int) -> int:
    """The place behind the next comma, or at the bracket that closes."""
    depth = 0
    while at < len(tokens):
        if not depth and tokens[at] in _CLOSE:
            return at
        if not depth and tokens[at] == ",":
            return at + 1
        depth += (tokens[at] in _OPEN) - (tokens[at] in _CLOSE)
        at += 1
    return at


def _value(tokens: list[str], at: int) -> tuple[Any, int]:
    """The value that begins at ``at``, and the place behind it."""
    word = tokens[at] if at < len(tokens) else ""
    if word in _NESTED:
        return (_list if word == "[" else _struct)(tokens, at + 1)
    if word.startswith("'"):
        return _plain(word), at + 1
    if word.lower() in _TRUTHS:
        return _TRUTHS[word.lower()], at + 1
    if re.fullmatch(r"-?\d+", word):
        return int(word), at + 1
    return (word, at + 1) if word.isidentifier() and tokens[at + 1 : at + 2] != ["("] else (_OTHER, at)


def _list(tokens: list[str], at: int) -> tuple[Any, int]:
    found: list[Any] = []
    while at < len(tokens) and tokens[at] != "]":
        value, at = _value(tokens, at)
        found.append(value)
        at = _behind(tokens, at)
    return (_OTHER if _OTHER in found else found), at + 1


def _struct(tokens: list[str], at: int) -> tuple[Any, int]:
    found: dict[str, Any] = {}
    while at + 2 < len(tokens) and tokens[at] != "}":
        name = _plain(tokens[at])
        found[name], at = _value(tokens, at + 2)
        at = _behind(tokens, at)
    return (_OTHER if _OTHER in found.values() else found), at + 1


def _plain(token: str) -> str:
    quote = token[:1]
    return token[1:-1].replace(quote * 2, quote) if quote in ("'", '"') else token
