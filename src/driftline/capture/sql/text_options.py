"""What statements of DuckDB say of the text tables that they read and write: separators, headers, names, types.

Enters: a text of SQL. Leaves: the options of each ``read_csv(…)`` and each ``COPY``, by the path that it names. Values
are texts, numbers, truths, lists and structs; anything else, such as an expression, is passed over. Knows nothing of
what the options mean, and parses nothing else of the text.
"""

import functools
import re
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from driftline import later

_READERS = frozenset(("read_csv", "read_csv_auto", "sniff_csv"))
_INITIALS = frozenset("rRsScC")  # of these, and of ``copy``
_WORD = later.pattern(r"csv|\bcopy\b", re.IGNORECASE)
_TOKEN = later.pattern(
    r"""--[^\n]* | /\*.*?(?:\*/|\Z)
      | '(?:[^']|'')*' | "(?:[^"]|"")*" | := | => | [A-Za-z_]\w* | -?\d+(?:\.\d+)? | \S""",
    re.VERBOSE | re.DOTALL,
)
_OPEN, _CLOSE = "([{", ")]}"
_NESTED = ("[", "{")
_TRUTHS: dict[str, Any] = {"true": True, "false": False, "on": True, "off": False, "null": None}
_DEEP = 50  # brackets in each other, which nobody writes
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
    return list(_found(_Tokens(token for token in _TOKEN.findall(text) if not token.startswith(("--", "/*")))))


class _Tokens(list[str]):
    """The words of a text, with what would else be looked for at each of them anew."""

    @functools.cached_property
    def closers(self) -> dict[int, int]:
        """Where each bracket is closed; behind the last word where it is not."""
        found: dict[int, int] = {}
        opened: list[int] = []
        for place, token in enumerate(self):
            if token in _OPEN:
                opened.append(place)
                self.deepest = max(self.deepest, len(opened))
            elif token in _CLOSE and opened:
                found[opened.pop()] = place
        return found | dict.fromkeys(opened, len(self))

    deepest = 0  # brackets in each other

    @functools.cached_property
    def targets(self) -> list[int]:
        """The next ``TO 'path'`` or ``FROM 'path'`` of the same statement outside of brackets, for each word."""
        none = len(self)
        found = [none] * (none + 2)
        for place in range(none - 1, -1, -1):
            word = self[place]
            if word.lower() in ("to", "from") and self[place + 1 : place + 2] and self[place + 1][0] == "'":
                found[place] = place
            elif word != ";" and word not in _CLOSE:
                found[place] = found[self.closers.get(place, place) + 1]
        return found


def _found(tokens: _Tokens) -> Iterator[Said]:
    for at, token in enumerate(tokens):
        if token[0] not in _INITIALS:  # most are none of the words below
            continue
        word = token.lower()
        if word in _READERS and at + 1 < len(tokens) and tokens[at + 1] == "(":
            paths, options = _arguments(tokens, at + 2)
            yield from (Said(path, writes=False, options=options) for path in paths)
        elif word == "copy":
            yield from _copy(tokens, at + 1)


def _copy(tokens: _Tokens, at: int) -> Iterator[Said]:
    """``COPY table | (query) TO | FROM 'path' [WITH] (option value, …)``."""
    at = tokens.targets[at]
    if at >= len(tokens):
        return
    path, writes = _plain(tokens[at + 1]), tokens[at].lower() == "to"
    at += 2
    if at < len(tokens) and tokens[at].lower() == "with":
        at += 1
    options = _options(tokens, at + 1) if at < len(tokens) and tokens[at] == "(" else {}
    yield Said(path, writes, options)


def _options(tokens: _Tokens, at: int) -> dict[str, Any]:
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


def _arguments(tokens: _Tokens, at: int) -> tuple[list[str], dict[str, Any]]:
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


def _behind(tokens: _Tokens, at: int) -> int:
    """The place behind the next comma, or at the bracket that closes."""
    while at < len(tokens):
        if tokens[at] in _CLOSE:
            return at
        if tokens[at] == ",":
            return at + 1
        at = tokens.closers.get(at, at) + 1
    return at


def _value(tokens: _Tokens, at: int) -> tuple[Any, int]:
    """The value that begins at ``at``, and the place behind it."""
    word = tokens[at] if at < len(tokens) else ""
    if word in _NESTED and tokens.closers and tokens.deepest > _DEEP:
        return _OTHER, at
    if word in _NESTED:
        return (_list if word == "[" else _struct)(tokens, at + 1)
    if word.startswith("'"):
        return _plain(word), at + 1
    if word.lower() in _TRUTHS:
        return _TRUTHS[word.lower()], at + 1
    if re.fullmatch(r"-?\d+", word):
        return int(word), at + 1
    return (word, at + 1) if word.isidentifier() and tokens[at + 1 : at + 2] != ["("] else (_OTHER, at)


def _list(tokens: _Tokens, at: int) -> tuple[Any, int]:
    found: list[Any] = []
    while at < len(tokens) and tokens[at] != "]":
        value, at = _value(tokens, at)
        found.append(value)
        at = _behind(tokens, at)
    return (_OTHER if _OTHER in found else found), at + 1


def _struct(tokens: _Tokens, at: int) -> tuple[Any, int]:
    found: dict[str, Any] = {}
    while at + 2 < len(tokens) and tokens[at] != "}":
        name = _plain(tokens[at])
        found[name], at = _value(tokens, at + 2)
        at = _behind(tokens, at)
    return (_OTHER if _OTHER in found.values() else found), at + 1


def _plain(token: str) -> str:
    quote = token[:1]
    return token[1:-1].replace(quote * 2, quote) if quote in ("'", '"') else token
