"""Flink's statements in words that the parser knows: tables without what says how their rows come and when.

Enters: the words of a text. Leaves: ``CREATE TABLE`` with the names of its columns alone; watermarks, keys, connectors
and partitions go away, what is computed or only read (``VIRTUAL``) stays as a column that no INSERT fills; ``LIKE`` is
a query where columns are added to it; statements of a set as if there were none; a catalog as a database. Flink's
manual, "CREATE Statements" and "INSERT Statement".
"""

from collections.abc import Iterator
from typing import Any

from driftline.capture.sql.tokens import Token, TokenType

DIALECTS = frozenset(["", "hive"])  # that Flink's is read as
_KINDS = {"(": TokenType.L_PAREN, ")": TokenType.R_PAREN, ",": TokenType.COMMA, "STRING": TokenType.TEXT,
          "AS": TokenType.ALIAS, "1": TokenType.NUMBER, "SELECT": TokenType.SELECT, "*": TokenType.STAR,
          "NULL": TokenType.NULL, "DATABASE": TokenType.DATABASE, "FROM": TokenType.FROM}  # fmt: skip
_NO_COLUMN = frozenset(["PRIMARY KEY", "PRIMARY", "CONSTRAINT", "UNIQUE"])
_NESTED = frozenset(["ROW", "MAP", "ARRAY", "MULTISET"])
_SETS = (("EXECUTE", "STATEMENT", "SET", "BEGIN"), ("STATEMENT", "SET", "BEGIN"), ("BEGIN", "STATEMENT", "SET"))


def plain(tokens: list[Any]) -> list[Any]:
    """Return ``tokens`` with Flink's statements in words that the parser knows; all others are as they were."""
    found: list[Any] = []
    start = 0
    for place, token in enumerate([*tokens, None]):
        if token is None or token.token_type == TokenType.SEMICOLON:
            found += _statement(tokens[start:place])
            found += [token] if token is not None else []
            start = place + 1
    return found


def _statement(tokens: list[Any]) -> list[Any]:
    start = 0
    while begun := next((one for one in _SETS if tuple(_words(tokens[start : start + len(one)])) == one), ()):
        start += len(begun)
    tokens = tokens[start:]
    words = _words(tokens[:4])
    if words[:2] == ["EXECUTE", "INSERT"]:
        return tokens[1:]
    if words[:2] == ["CREATE", "CATALOG"] and len(tokens) > 2:
        return [tokens[0], *_as(tokens[1], "DATABASE"), tokens[2]]
    if words[:1] == ["CREATE"] and "TABLE" in words:
        return _table(tokens, words.index("TABLE") + 1) or tokens
    return tokens


def _table(tokens: list[Any], start: int) -> list[Any] | None:
    """``CREATE TABLE`` without what only Flink knows; None where nothing shows that it is Flink's."""
    words = _words(tokens)
    if words[start : start + 3] == ["IF", "NOT", "EXISTS"]:
        start += 3
    end = start + 1
    while end + 1 < len(tokens) and tokens[end].token_type == TokenType.DOT:
        end += 2
    behind = _closed(words, end) if words[end : end + 1] == ["("] else end
    items = _items(tokens[end + 1 : behind - 1])
    rest = list(_outside(words, behind))
    connected = any(
        words[one : one + 2] == ["WITH", "("] and any(map(_is_text, tokens[one + 2 : one + 3])) for one in rest
    )
    if not connected and not any(_is_flinks(item) for item in items):
        return None
    columns = [item for item in items if _is_column(item)]
    query = next((one for one in rest if words[one] == "AS"), None)
    like = next((one for one in rest if words[one] == "LIKE"), None)
    head = [token for place, token in enumerate(tokens[:end]) if place >= start or words[place] != "TEMPORARY"]
    if query is not None:  # the columns of a list beside a query are matched by their names
        return [*head, *tokens[query:]]
    if like is None:
        return [*head, *_listed(columns)] if columns else head
    base = tokens[like + 1 : like + 2]
    while tokens[like + 1 + len(base) : like + 2 + len(base)] and words[like + 1 + len(base)] == ".":
        base = tokens[like + 1 : like + 3 + len(base)]
    if not columns:
        return [*head, tokens[like], *base]
    near = tokens[like]
    added = [one for item in columns for one in (*_as(near, ",", "NULL", "AS"), item[0])]
    return [*head, *_as(near, "AS", "SELECT", "*"), *added, *_as(near, "FROM"), *base]


def _listed(columns: list[list[Any]]) -> list[Any]:
    """The list of columns, each with its name and whether it can be written."""
    near = columns[0][0]
    found: list[Any] = []
    for item in columns:
        found += _as(item[0], "," if found else "(")
        found += [item[0], *_kind(item)]
    return [*found, *_as(near, ")")]


def _kind(item: list[Any]) -> list[Any]:
    """What stands behind the name of a column: what it is computed from, or whether it can be written."""
    words = _words(item)
    if words[1:2] == ["AS"]:
        end = next((place for place in _outside(words, 2) if words[place] == "COMMENT"), len(item))
        return [*_as(item[0], "AS", "("), *item[2:end], *_as(item[0], ")")]
    return _as(item[0], "AS", "1") if _is_given(item) else _as(item[0], "STRING")


def _items(tokens: list[Any]) -> list[list[Any]]:
    """The parts of a list, at its commas."""
    found: list[list[Any]] = [[]]
    depth = angles = 0
    for place, token in enumerate(tokens):
        depth += (token.text == "(") - (token.text == ")")
        if token.text == "<" and place and tokens[place - 1].text.upper() in _NESTED:
            angles += 1
        elif token.text == ">" and angles:
            angles -= 1
        if token.text == "," and not depth and not angles:
            found.append([])
        else:
            found[-1].append(token)
    return [item for item in found if item]


def _is_column(item: list[Any]) -> bool:
    words = _words(item[:2])
    return words[0] not in _NO_COLUMN and words != ["WATERMARK", "FOR"]


def _is_flinks(item: list[Any]) -> bool:
    """Whether no other dialect of those that are read here says so."""
    return _words(item[:2]) == ["WATERMARK", "FOR"] or "METADATA" in _words(item[2:])


def _is_given(item: list[Any]) -> bool:
    """Whether a column is computed, or only read."""
    words = _words(item)
    return words[1:2] == ["AS"] or ("METADATA" in words[2:] and "VIRTUAL" in words[2:])


def _is_text(token: Any) -> bool:
    return bool(token.token_type == TokenType.STRING)


def _outside(words: list[str], start: int) -> Iterator[int]:
    """The places behind ``start`` that stand in no parentheses."""
    depth = 0
    for place in range(start, len(words)):
        if not depth:
            yield place
        depth += (words[place] == "(") - (words[place] == ")")


def _closed(words: list[str], start: int) -> int:
    """The place behind the parenthesis that closes the one at ``start``."""
    depth = 0
    for place in range(start, len(words)):
        depth += (words[place] == "(") - (words[place] == ")")
        if not depth:
            return place + 1
    return len(words)


def _words(tokens: list[Any]) -> list[str]:
    """The words in capitals; a text or a quoted name is none."""
    quoted = (TokenType.STRING, TokenType.IDENTIFIER)
    return ["" if token.token_type in quoted else token.text.upper() for token in tokens]


def _as(near: Any, *words: str) -> list[Any]:
    return [Token(_KINDS[word], word, near.line, near.col, near.start, near.end) for word in words]
