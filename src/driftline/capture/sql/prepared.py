"""Statements that are prepared under a name, and run by it.

Enters: the words of a text. Leaves: the words with the statement in the place of each EXECUTE that names it, which
PREPARE alone does not run. What is prepared elsewhere, or put together when it runs, stays as it is; so does what is
prepared and not run here.
Source: PostgreSQL documentation, "PREPARE"; MySQL Reference Manual, "PREPARE Statement".
"""

from typing import Any

import sqlglot

from driftline.capture.sql.tokens import Token, TokenType, said

_MOST = 50_000  # words that are put in the places of EXECUTE: more of them stay as they are
_ENDS = frozenset(["(", "USING", "WITH", ";"])  # behind the name in an EXECUTE


def executed(tokens: list[Any], dialect: str) -> list[Any]:
    """Return ``tokens`` with what is run in the place of each EXECUTE."""
    parts = _parts(tokens)
    names = {name for part in parts for name in (_run(part, said(part))[0],) if name}
    bodies: dict[str, list[Any]] = {}
    found: list[Any] = []
    left = _MOST
    for given in parts:
        part = given
        end = part[-1:] if part[-1].token_type == TokenType.SEMICOLON else []
        words = said(part)
        name, body = _prepared(part[: len(part) - len(end)], words, dialect)
        if words[0] == "PREPARE" and not body and part[1:]:  # what it prepares is not known: no words of a statement
            text = Token(TokenType.STRING, "", part[1].line, part[1].col, part[1].start, part[1].end)
            part = [part[0], text, *end]
        if name in names and body:
            bodies[name] = body
            continue
        run, place = _run(part, words)
        if run in bodies and len(bodies[run]) <= left:
            left -= len(bodies[run])
            near = part[place]
            part = [*part[:place], *(_at(near, one) for one in bodies[run]), *end]
        elif words[:1] == ["DEALLOCATE"] and bodies:
            continue
        found += part
    return found


def _parts(tokens: list[Any]) -> list[list[Any]]:
    """Statements, each with its semicolon."""
    found: list[list[Any]] = [[]]
    for token in tokens:
        found[-1].append(token)
        if token.token_type == TokenType.SEMICOLON:
            found.append([])
    return [part for part in found if part]


def _prepared(tokens: list[Any], words: Any, dialect: str) -> tuple[str, list[Any]]:
    """The name and the words of what is prepared: ``AS`` statement, ``FROM`` a text or, in Trino, a statement."""
    if words[:1] != ["PREPARE"] or len(tokens) < 4 or words[1] == "TRANSACTION":
        return "", []
    place = words.closing(2) + 1 if words[2] == "(" else 2
    if words[place : place + 1] not in (["AS"], ["FROM"]):
        return "", []
    body = tokens[place + 1 :]
    if len(body) == 1 and body[0].token_type == TokenType.STRING:
        try:
            body = list(sqlglot.Dialect.get_or_raise(dialect or None).tokenize(body[0].text))
        except sqlglot.errors.SqlglotError:
            return "", []
    known = len(body) > 1 and body[0].token_type != TokenType.PARAMETER
    return _name(tokens[1]), body if known else []


def _run(tokens: list[Any], words: Any) -> tuple[str, int]:
    """The name of what a statement executes, and where; ``CREATE TABLE t AS EXECUTE p (1)`` does, too."""
    place = 0 if words[:1] == ["EXECUTE"] else next((one for one in range(len(words)) if words[one] == "EXECUTE"), -1)
    if place > 0 and (words[0] != "CREATE" or words[place - 1] != "AS"):
        return "", 0
    if place < 0 or place + 1 >= len(tokens) or not {*words[place + 2 : place + 3]} <= _ENDS:
        return "", 0
    return _name(tokens[place + 1]), place


def _name(token: Any) -> str:
    return str(token.text if token.token_type == TokenType.IDENTIFIER else token.text.lower())


def _at(near: Any, one: Any) -> Any:
    """A word as if it stood where ``near`` stands."""
    return Token(one.token_type, one.text, near.line, near.col, near.start, near.end)
