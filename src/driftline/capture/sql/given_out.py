"""OUTPUT of T-SQL: what a change gives out of the rows that it changes, and the table that this goes into.

Enters: the words of one statement. Leaves: the statement without its OUTPUT, and the words of the INSERT that its
``OUTPUT DELETED.a, … INTO t (x, …)`` comes to; none where the rows only go to whoever asked.
"""

from collections.abc import Iterator
from typing import Any

from driftline.capture.sql.tokens import Edit, Token, TokenType, edited

DIALECTS = frozenset(["tsql", "fabric"])
ROWS = ("deleted", "inserted")  # what OUTPUT calls the rows before and after
_CHANGES = frozenset(["INSERT", "UPDATE", "DELETE", "MERGE"])
_BEHIND = frozenset(
    ["INTO", "WHERE", "FROM", "VALUES", "SELECT", "WITH", "EXEC", "EXECUTE", "DEFAULT", "OPTION", "USING", "OUTPUT"]
)
_KINDS = {"INSERT": TokenType.INSERT, "INTO": TokenType.INTO, "SELECT": TokenType.SELECT}


def cut(tokens: list[Any]) -> tuple[list[Any], list[Any]]:
    """Return ``tokens`` without OUTPUT, and the words of the INSERT that it comes to."""
    insert: list[Any] = []
    edits: list[Edit] = []
    for place in _clauses(tokens):
        end = _end(tokens, place + 1)
        given, target = tokens[place + 1 : end], []
        if [token.text.upper() for token in tokens[end : end + 1]] == ["INTO"]:
            behind = _target(tokens, end + 1)
            target, end = tokens[end + 1 : behind], behind
        if target:
            near = tokens[place]
            shown = [_text(one) if one.text.upper() == "$ACTION" else one for one in given]
            insert = [*_as(near, "INSERT", "INTO"), *target, *_as(near, "SELECT"), *shown]
        edits.append((place, end, []))
    return edited(tokens, edits), insert


def _clauses(tokens: list[Any]) -> Iterator[int]:
    """Where OUTPUT stands in a change."""
    depth, changes = 0, False
    for place, token in enumerate(tokens):
        word = token.text.upper()
        depth += (token.token_type == TokenType.L_PAREN) - (token.token_type == TokenType.R_PAREN)
        changes = changes or (depth == 0 and word in _CHANGES and token.token_type != TokenType.IDENTIFIER)
        if word == "OUTPUT" and token.token_type == TokenType.RETURNING and changes and depth == 0:
            said = {one.text.lower() for one in tokens[place + 1 : _end(tokens, place + 1)]}
            if said & {*ROWS, "$action"}:
                yield place


def _end(tokens: list[Any], place: int) -> int:
    """Where the list that begins at ``place`` ends."""
    depth = 0
    while place < len(tokens):
        kind = tokens[place].token_type
        depth += (kind == TokenType.L_PAREN) - (kind == TokenType.R_PAREN)
        if depth < 0 or (depth == 0 and kind != TokenType.IDENTIFIER and tokens[place].text.upper() in _BEHIND):
            return place
        place += 1
    return place


def _target(tokens: list[Any], place: int) -> int:
    """Where the table that begins at ``place`` ends, with the columns that are listed behind it."""
    while tokens[place : place + 1] and tokens[place].text in ("@", "#"):
        place += 1
    place += 1
    while place + 1 < len(tokens) and tokens[place].token_type == TokenType.DOT:
        place += 2
    following = [token.text.upper() for token in tokens[place : place + 2]]
    if following[:1] == ["("] and following[1:] != ["SELECT"]:
        while place < len(tokens) and tokens[place].text != ")":
            place += 1
        place += 1
    return place


def _text(token: Any) -> Any:
    """``$action``, the word for what was done, as a text."""
    return Token(TokenType.STRING, token.text, token.line, token.col, token.start, token.end)


def _as(near: Any, *words: str) -> list[Any]:
    return [Token(_KINDS[word], word, near.line, near.col, near.start, near.end) for word in words]
