"""Triggers: the table whose rows OLD and NEW are, and statements that fill a column of NEW.

Enters: the words of a script. Leaves: ``SELECT * FROM t`` for the table of a trigger, also for a function of PostgreSQL
that triggers run; the conditions under which they run, ``WHEN (NEW.a > 1)``; SQLite's BEFORE where it is left out; what
else Oracle calls these rows as NEW and OLD; ``NEW.a := …`` and ``SELECT … INTO NEW.a`` as the ``SET NEW.a = …`` that
they are.
"""

import itertools
from collections.abc import Iterator
from typing import Any

from driftline.capture.sql.tokens import Edit, Token, TokenType, Words, dotted, edited, held, said, spelled

_ROWS = frozenset(["NEW", "OLD", "PARENT"])
_NAMED = 10  # words of REFERENCING NEW AS n OLD AS o PARENT AS p
_HEAD = 11  # words of CREATE TEMP TRIGGER IF NOT EXISTS m.x UPDATE
_EVENTS = ("INSERT", "UPDATE", "DELETE")
_TIMES = ("BEFORE", "AFTER", "OF")
_BODY = ("BEGIN", "EXECUTE", "DECLARE", "CALL", "COMPOUND")  # what stands behind the condition of a trigger
_LONG = 200  # words of a trigger that runs a function


def of_trigger(tokens: list[Any]) -> list[Any]:
    """Return the words of ``SELECT * FROM t`` for ``CREATE TRIGGER … ON t …``; none where it is no trigger."""
    words = [token.text.upper() for token in tokens]
    if "TRIGGER" not in words[1:6] or "ON" not in words[:-1]:
        return []
    start = words.index("ON") + 1
    return [*spelled(tokens[0], "SELECT", "*", "FROM"), *dotted(tokens, start)]


def of_functions(tokens: list[Any]) -> dict[str, list[Any]]:
    """Return ``SELECT * FROM t`` for each function that triggers of one table alone run, by its small name."""
    found: dict[str, list[Any]] = {}
    for name, trigger in _running(tokens):
        query = of_trigger(trigger)
        same = [one.text for one in found.get(name, query)] == [one.text for one in query]
        found[name] = query if same else []
    return found


def _running(tokens: list[Any]) -> Iterator[tuple[str, list[Any]]]:
    """The triggers that run a function, each with the small name of that."""
    words = said(tokens) if "TRIGGER" in held(tokens) else Words(())
    for place in (one for one, word in enumerate(words) if word == "CREATE"):
        end = min(words.after(place, ";") or len(words), place + _LONG)
        runs = words.after(place, "EXECUTE") or end
        if runs < end and words[runs + 1] in ("FUNCTION", "PROCEDURE") and of_trigger(tokens[place:end]):
            yield dotted(tokens, runs + 2)[-1].text.lower(), tokens[place:end]


def when(tokens: list[Any]) -> list[Any]:
    """Return the words of the condition under which a trigger runs, ``WHEN (NEW.a > 1)``; none where it has none."""
    words = said(tokens)
    if "TRIGGER" not in words[1:6]:
        return []
    start = words.after(0, "WHEN", *_BODY)
    if start is None or words[start] != "WHEN":
        return []
    end = words.after(start, *_BODY)
    if end is None and words[start + 1 : start + 2] == ["("]:
        end = words.closing(start + 1) + 1
    return tokens[start + 1 : end]


class Conditions:
    """The conditions of the triggers of a script, also for what stands in functions that they run."""

    def __init__(self, tokens: list[Any]) -> None:
        self._by_function: dict[str, list[list[Any]]] = {}
        for name, trigger in _running(tokens):
            self._by_function.setdefault(name, []).append(when(trigger))

    def of(self, tokens: list[Any]) -> list[list[Any]]:
        """Return the conditions under which what words create runs, each in its words."""
        own = when(tokens)
        return [own] if own else [one for one in self._by_function.get(function_name(tokens), ()) if one]


def function_name(tokens: list[Any]) -> str:
    """Return the name of the function that words create, in small letters; nothing where they create none."""
    words = [token.text.upper() for token in tokens[:8]]
    place = next((one for one, word in enumerate(words) if word == "FUNCTION"), 0)
    return str(dotted(tokens, place + 1)[-1].text.lower()) if place and place + 1 < len(tokens) else ""


def renamed(tokens: list[Any]) -> list[Any]:
    """Oracle's ``:n.a``, behind ``REFERENCING NEW AS n``, as ``:NEW.a``."""
    words = [token.text.upper() for token in tokens]
    called: dict[str, str] = {}
    head = asking = False  # in front of the body; within WHEN (n.a > 1), where the names have no colon
    edits: list[Edit] = []
    for place, word in enumerate(words):
        if word == "TRIGGER":
            called, head, asking = {}, True, False
        elif word == "REFERENCING":
            named = [one for one in words[place + 1 : place + _NAMED] if one != "AS"]
            pairs = zip(named[::2], named[1::2], strict=False)
            called = {name: row for row, name in itertools.takewhile(lambda pair: pair[0] in _ROWS, pairs)}
        elif word == "WHEN" or word in _BODY:
            head, asking = head and word == "WHEN", head and word == "WHEN"
        elif word in called and (asking or words[place - 1] == ":") and words[place + 1 : place + 2] == ["."]:
            edits.append((place, place + 1, spelled(tokens[place], called[word])))
    return edited(tokens, edits)


def timed(tokens: list[Any], dialect: str) -> list[Any]:
    """SQLite's ``CREATE TRIGGER x UPDATE …`` with the BEFORE that it may leave out."""
    words = said(tokens[:_HEAD]) if dialect == "sqlite" else Words(())
    if words[:1] != ["CREATE"] or "TRIGGER" not in words[1:3]:
        return tokens
    event = words.after(0, *_EVENTS)
    if event is None or words[event - 1] in _TIMES:
        return tokens
    return edited(tokens, [(event, event, spelled(tokens[event], "BEFORE"))])


def is_filled(tokens: list[Any]) -> bool:
    """Whether words begin with ``NEW.a := …`` or ``NEW.a = …``."""
    words = [token.text.upper() for token in tokens[:4]]
    return words[:2] == ["NEW", "."] and words[3:] in ([":="], ["="])


def asks(tokens: list[Any]) -> bool:
    """Whether words begin with ``SELECT … INTO NEW.a``, beside which variables may be filled."""
    words = said(tokens) if tokens[0].token_type == TokenType.SELECT else Words(())
    into = words.after(0, "INTO") or 0
    return into > 0 and any(words[start : start + 2] == ["NEW", "."] for start, _ in _listed(words, into + 1))


def _listed(words: Words, start: int) -> list[tuple[int, int]]:
    """Where each of the names begins and ends that are listed from ``start`` on."""
    found: list[tuple[int, int]] = []
    while start < len(words):
        end = start + 1 + (words[start] in ("@", ":"))
        while words[end : end + 1] == ["."]:
            end += 2
        found.append((start, end))
        if words[end : end + 1] != [","]:
            break
        start = end + 1
    return found


def apart(tokens: list[Any]) -> list[list[Any]]:
    """Return ``SELECT a, b INTO v, NEW.c`` as one query for the variables, and one for the columns of NEW."""
    words = said(tokens) if tokens[0].token_type == TokenType.SELECT else Words(())
    into = words.after(0, "INTO") or 0
    names = _listed(words, into + 1) if into else []
    commas = [place for place in range(1, into) if words[place] == "," and not _within(words, place)]
    values = list(zip([1, *(place + 1 for place in commas)], [*commas, into], strict=True))
    filling = [words[start : start + 2] == ["NEW", "."] for start, _ in names]
    plain = len(values) == len(names) and words[1] != "DISTINCT" and words[into - 1] != "COLLECT"
    if not plain or any(filling) == all(filling):
        return [tokens]
    parts: list[list[Any]] = []
    for wanted in (False, True):
        chosen = [pair for pair, fills in zip(zip(values, names, strict=True), filling, strict=True) if fills is wanted]
        asked = [tokens[value[0] : value[1]] for value, _ in chosen]
        given = [tokens[name[0] : name[1]] for _, name in chosen]
        near = tokens[into]
        comma = tokens[commas[0]]
        listed = [[one for each in several for one in (comma, *each)][1:] for several in (asked, given)]
        parts.append([tokens[0], *listed[0], near, *listed[1], *tokens[names[-1][1] :]])
    return parts


def _within(words: Words, place: int) -> bool:
    """Whether a place of words is between parentheses."""
    return words[:place].count("(") != words[:place].count(")")


def filled(tokens: list[Any]) -> list[Any]:
    """Return ``NEW.a := v`` and ``SELECT v INTO NEW.a FROM …`` as ``SET NEW.a = …``; other words as they are."""
    if is_filled(tokens):
        near = tokens[3]
        return [*spelled(near, "SET"), *tokens[:3], Token(TokenType.EQ, "=", near.line, near.col, near.start, near.end),
                *tokens[4:]]  # fmt: skip
    words = said(tokens)
    into = words.after(0, "INTO") if words[:1] in (["SELECT"], ["WITH"]) else None
    if into is None or words[into + 1 : into + 3] != ["NEW", "."]:
        return tokens
    end = into + 4
    while words[end : end + 3] == [",", "NEW", "."]:
        end += 4
    if words[end : end + 1] == [","]:  # variables beside them: which value goes where is not told
        return tokens
    near = tokens[into]
    equal = Token(TokenType.EQ, "=", near.line, near.col, near.start, near.end)
    names = tokens[into + 1 : end]
    names = [*spelled(near, "("), *names, *spelled(near, ")")] if len(names) > 3 else names
    asked = [*tokens[:into], *tokens[end:]]
    return [*spelled(near, "SET"), *names, equal, *spelled(near, "("), *asked, *spelled(near, ")")]
