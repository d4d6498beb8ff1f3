"""Statements in words that the parser knows.

Enters: the words of a text. Leaves: words that mean the same and can be parsed: Teradata without titles and formats,
T-SQL without compound assignment, Oracle's DELETE within MERGE as a clause of its own, REPLACE of SQLite and MySQL as
INSERT OR REPLACE; Flink's windows over ``TABLE t`` as windows over a query; an ESCAPE that is an expression as part of
the pattern. What is another statement by itself is in ``sql/translate``.
"""

import itertools
from typing import Any

from driftline.capture.sql import filling, flink, given_out, unsaid
from driftline.capture.sql.assigned import SELECTING, SETTING, assigning
from driftline.capture.sql.looping import uncoloned, unwrapped
from driftline.capture.sql.tokens import Token, TokenType, closing, dotted, named, said, spelled
from driftline.capture.sql.windowing import FUNCTIONS

_TOP = frozenset(["", "tsql", "fabric", "snowflake", "redshift", "teradata"])  # dialects with SELECT TOP
_COMPOUND = ("+", "-", "*", "/", "%", "&", "|", "^")
_MYSQL = frozenset(["mysql", "doris", "singlestore", "starrocks"])  # dialects that replace without INTO
_LIKE = frozenset([TokenType.LIKE, TokenType.ILIKE, TokenType.SIMILAR_TO])
_VALUES = frozenset(
    [TokenType.L_PAREN, TokenType.VAR, TokenType.IDENTIFIER, TokenType.PARAMETER, TokenType.PLACEHOLDER]
)
_CHANGES = frozenset(["UPDATE", "DELETE", "INSERT", "MERGE"])
_SPARK = frozenset(["spark", "databricks"])
_PROGRAMS = frozenset(["hive", "spark", "spark2", "databricks"])  # dialects with TRANSFORM … USING
_HURRY = frozenset(["LOW_PRIORITY", "DELAYED"])


def rewritten(tokens: list[Any], dialect: str) -> list[Any]:
    """Return ``tokens`` without what the parser does not know: Teradata's titles, ``+=`` of T-SQL, tables named top."""
    found: list[Any] = []
    start = 0
    for place, token in enumerate(tokens):  # one by one, as a long script has thousands
        if token.token_type == TokenType.SEMICOLON:
            found += _statement(tokens[start:place], dialect)
            found.append(token)
            start = place + 1
    return found + _statement(tokens[start:], dialect)


def _statement(tokens: list[Any], dialect: str) -> list[Any]:
    for place, (token, after) in enumerate(itertools.pairwise(tokens)) if dialect in _TOP else ():
        if token.token_type == TokenType.TOP and after.token_type == TokenType.DOT:
            tokens[place] = named(token)
    tokens = filling.asked(tokens, dialect)
    tokens = unsaid.without(unwrapped(_escaped(_windowed(_replacing(tokens, dialect)))), dialect)
    if dialect in flink.DIALECTS:
        tokens = flink.plain(tokens)
    if dialect in _SPARK:
        tokens = _identified(tokens)
    if dialect in _PROGRAMS:
        tokens = _transformed(_mapped(tokens))
    if dialect == "teradata":
        tokens = _plain_teradata(tokens)
    if dialect == "oracle":
        tokens = uncoloned(_deleted_within_merge(_called_view(_bound(tokens))))
    if dialect in ("starrocks", "doris"):
        tokens = _unlabelled(tokens)
    if dialect in SELECTING:
        tokens = _uncompounded(_bulk(_once_from(_untopped(tokens))))
    return assigning(tokens) if dialect in SELECTING | SETTING else tokens


def _uncompounded(tokens: list[Any]) -> list[Any]:
    """T-SQL's ``a += 1`` as ``a = a + 1``."""
    for place in range(len(tokens) - 1, 1, -1):
        joined = tokens[place].start == tokens[place - 1].end + 1
        if tokens[place].text == "=" and tokens[place - 1].text in _COMPOUND and joined:
            start = place - 2
            while start > 1 and tokens[start - 1].token_type == TokenType.DOT:
                start -= 2
            start -= start > 0 and tokens[start - 1].token_type == TokenType.PARAMETER
            column, operator = tokens[start : place - 1], tokens[place - 1]
            tokens = [*tokens[:start], *column, tokens[place], *column, operator, *tokens[place + 1 :]]
    return tokens


def _replacing(tokens: list[Any], dialect: str) -> list[Any]:
    """``REPLACE [INTO] t`` as ``INSERT OR REPLACE INTO t``, where it is a statement, and ``UPSERT INTO`` as INSERT."""
    for place in range(len(tokens) - 2, -1, -1):
        if tokens[place].text.upper() == "UPSERT" and tokens[place + 1].text.upper() == "INTO":
            tokens[place] = spelled(tokens[place], "INSERT")[0]
        if tokens[place].token_type != TokenType.REPLACE:
            continue
        name = place + 1 + (tokens[place + 1].text.upper() in _HURRY)
        into = [token.text.upper() for token in tokens[name : name + 2]]
        begins = place == 0 or tokens[place - 1].token_type in (TokenType.SEMICOLON, TokenType.BEGIN)
        if into[:1] == ["INTO"]:
            stands = "TABLE" not in into and (place == 0 or tokens[place - 1].token_type != TokenType.OR)
        else:
            stands = dialect in _MYSQL and begins and tokens[name : name + 1] and into[0] != "("
        if stands:
            name += into[:1] == ["INTO"]
            tokens = [*tokens[:place], *spelled(tokens[place], "INSERT", "OR", "REPLACE", "INTO"), *tokens[name:]]
    return tokens


def _windowed(tokens: list[Any]) -> list[Any]:
    """Flink's ``TUMBLE(TABLE t, …)`` as ``TUMBLE((SELECT * FROM t), …)``, and patterns without their time limit."""
    words = [token.text.upper() for token in tokens]
    for place in range(len(tokens) - 2, 1, -1):
        if words[place] == "TABLE" and tokens[place].token_type == TokenType.TABLE:
            before = place - 2 if words[place - 2 : place] == ["DATA", "=>"] else place
            if words[before - 1] == "(" and words[before - 2].lower() in FUNCTIONS:
                name = dotted(tokens[place + 1 :])
                query = [*spelled(tokens[place], "(", "SELECT", "*", "FROM"), *name, *spelled(name[-1], ")")]
                tokens = [*tokens[:place], *query, *tokens[place + 1 + len(name) :]]
        elif words[place].lower() in FUNCTIONS and words[place + 1] == "(":  # SESSION is a word of its own
            tokens[place] = named(tokens[place])
        elif words[place] == "MATCH_RECOGNIZE" and words[place + 1] == "(":
            tokens = [*tokens[:place], *spelled(tokens[place], words[place]), *_untimed(tokens[place + 1 :])]
    return tokens


def queried(tokens: list[Any]) -> list[Any]:
    """Return ``f(MODEL m, TABLE t)``, a function that the parser does not know, as a function of queries."""
    words = said(tokens)
    for place in range(len(words) - 2, 1, -1):
        if words[place] in ("MODEL", "TABLE") and words[place - 1] in ("(", ",") and words[place + 1] not in ("(", "="):
            name = dotted(tokens[place + 1 :])
            query = [*spelled(tokens[place], "(", "SELECT", "*", "FROM"), *name, *spelled(name[-1], ")")]
            tokens = [*tokens[:place], *query, *tokens[place + 1 + len(name) :]]
    return tokens


def _untimed(tokens: list[Any]) -> list[Any]:
    """The words behind MATCH_RECOGNIZE without ``WITHIN INTERVAL …`` and ``SUBSET …``, which no column comes from."""
    words = [token.text.upper() for token in tokens]
    define = words.index("DEFINE") if "DEFINE" in words else 0
    cut = next((one for one in range(define) if words[one] in ("WITHIN", "SUBSET") and words[one - 1] == ")"), define)
    return tokens[:cut] + tokens[define:]


def _unlabelled(tokens: list[Any]) -> list[Any]:
    """Without ``WITH LABEL l``, by which StarRocks and Doris tell one load from another."""
    words = [token.text.upper() for token in tokens]
    for place in range(len(words) - 3, -1, -1):
        if words[place : place + 2] == ["WITH", "LABEL"]:
            tokens = tokens[:place] + tokens[place + 2 + len(dotted(tokens[place + 2 :])) :]
    return tokens


def _untopped(tokens: list[Any]) -> list[Any]:
    """T-SQL's ``UPDATE TOP (n) t`` as ``UPDATE t``: which rows are changed first says no column."""
    for place in range(len(tokens) - 3, -1, -1):
        words = [token.text.upper() for token in tokens[place : place + 3]]
        if words[0] in _CHANGES and words[1:] == ["TOP", "("]:
            end = next((one for one in range(place + 3, len(tokens)) if tokens[one].text == ")"), place)
            end += tokens[end + 1 : end + 2] != [] and tokens[end + 1].text.upper() == "PERCENT"
            tokens = tokens[: place + 1] + tokens[end + 1 :]
    return tokens


def _once_from(tokens: list[Any]) -> list[Any]:
    """T-SQL's ``DELETE FROM a FROM t AS a JOIN …`` as ``DELETE a FROM t AS a JOIN …``."""
    end = len(tokens)  # of the statement
    for place in range(len(tokens) - 1, -1, -1):
        if [token.text.upper() for token in tokens[place : place + 2]] == ["DELETE", "FROM"]:
            own, end = tokens[place:end], place
            behind = 2 + len(dotted(own[2:]))
            rest = given_out.cut(own)[0][behind:] if behind < len(own) else []
            if rest and rest[0].token_type == TokenType.FROM:
                tokens = [*tokens[: place + 1], *tokens[place + 2 :]]
    return tokens


def _bulk(tokens: list[Any]) -> list[Any]:
    """T-SQL's ``OPENROWSET(BULK 'file', …) [WITH (…)]`` as a function that reads files."""
    words = said(tokens)
    for place in range(len(words) - 4, -1, -1):
        if words[place : place + 3] == ["OPENROWSET", "(", "BULK"]:
            end = closing(words, place + 1)
            behind = closing(words, end + 2) if words[end + 1 : end + 3] == ["WITH", "("] else end
            file, near = tokens[place + 3], tokens[place]
            read = [*spelled(near, "read_files", "("), file, *spelled(near, ")")]
            tokens = [*tokens[:place], *read, *tokens[behind + 1 :]]
    return tokens


def _identified(tokens: list[Any]) -> list[Any]:
    """Databricks' ``IDENTIFIER('a.b')`` as ``a.b``."""
    for place in range(len(tokens) - 4, -1, -1):
        given = [token.text.upper() for token in tokens[place : place + 4]]
        text = tokens[place + 2 : place + 3][0] if given[:2] == ["IDENTIFIER", "("] and given[3:] == [")"] else None
        if text is not None and text.token_type == TokenType.STRING and text.text.strip():
            parts = [Token(TokenType.IDENTIFIER, part.strip("` "), text.line, text.col, text.start, text.end)
                     for part in text.text.split(".")]  # fmt: skip
            name = [one for part in parts for one in (*spelled(text, "."), part)][1:]
            tokens = [*tokens[:place], *name, *tokens[place + 4 :]]
    return tokens


def _mapped(tokens: list[Any]) -> list[Any]:
    """``MAP a, b USING 'program'`` and ``REDUCE …`` as ``SELECT TRANSFORM (a, b) USING 'program'``."""
    words = [token.text.upper() for token in tokens]
    for place in range(len(words) - 3, -1, -1):
        before = words[place - 1] if place else ";"
        if words[place] not in ("MAP", "REDUCE") or words[place + 1] == "(" or before in (".", ",", "AS", "SELECT"):
            continue
        end = next((one for one in range(place, len(words) - 1) if words[one] in ("USING", ";", "FROM")), 0)
        if end and words[end] == "USING" and tokens[end + 1].token_type == TokenType.STRING:
            near = tokens[place]
            name = Token(TokenType.VAR, "TRANSFORM", near.line, near.col, near.start, near.end)
            query = [*spelled(near, "SELECT"), name, *spelled(near, "("), *tokens[place + 1 : end], *spelled(near, ")")]
            tokens = [*tokens[:place], *query, *tokens[end:]]
    return tokens


def _transformed(tokens: list[Any]) -> list[Any]:
    """``TRANSFORM (…) USING 'program' AS a, b`` with parentheses around the columns that it gives."""
    words = [token.text.upper() for token in tokens]
    for place in range(len(words) - 4, 2, -1):
        bare = words[place] == "USING" and words[place + 2] == "AS" and words[place + 3] != "("
        if bare and tokens[place + 1].token_type == TokenType.STRING and "TRANSFORM" in words[:place]:
            end = place + 4
            while words[end : end + 1] == [","]:
                end += 2
            listed = [*spelled(tokens[place], "("), *tokens[place + 3 : end], *spelled(tokens[place], ")")]
            tokens = [*tokens[: place + 3], *listed, *tokens[end:]]
    return tokens


def _escaped(tokens: list[Any]) -> list[Any]:
    """``LIKE p ESCAPE (e)`` as ``LIKE p || (e)``: to the parser, what escapes is a text."""
    liked = False
    for place, (token, after) in enumerate(itertools.pairwise(tokens)):
        if token.token_type in _LIKE:
            liked = True
        elif token.token_type == TokenType.SEMICOLON:
            liked = False
        elif liked and token.token_type == TokenType.ESCAPE and after.token_type in _VALUES:
            tokens[place] = Token(TokenType.DPIPE, "||", token.line, token.col, token.start, token.end)
    return tokens


def _plain_teradata(tokens: list[Any]) -> list[Any]:
    """Without ``(TITLE 'x')`` and ``(FORMAT 'x')``; ``(NAMED x)`` is an alias."""
    for place in range(len(tokens) - 4, 0, -1):
        word = tokens[place + 1].text.upper() if place + 3 < len(tokens) else ""
        if (
            not word
            or tokens[place].text != "("
            or tokens[place + 3].text != ")"
            or word not in ("TITLE", "FORMAT", "NAMED")
        ):
            continue
        kept = [*spelled(tokens[place], "AS"), tokens[place + 2]] if word == "NAMED" else []
        tokens = tokens[:place] + kept + tokens[place + 4 :]
    return tokens


def _bound(tokens: list[Any]) -> list[Any]:
    """Oracle's ``:1`` as ``:name``: to the parser, what is bound has a name."""
    for place, (token, after) in enumerate(itertools.pairwise(tokens)):
        if (
            token.token_type == TokenType.COLON
            and after.token_type == TokenType.NUMBER
            and after.start == token.end + 1
        ):
            tokens[place + 1] = named(after)
    return tokens


def _called_view(tokens: list[Any]) -> list[Any]:
    """Oracle's ``UPDATE (SELECT …) SET`` as ``UPDATE (SELECT …) changed SET``: SET is no alias."""
    for place in range(len(tokens) - 1, 0, -1):
        if tokens[place].text == "(" and tokens[place - 1].text.upper() == "UPDATE":
            depth, end = 1, place + 1
            while end < len(tokens) and depth:
                depth += (tokens[end].text == "(") - (tokens[end].text == ")")
                end += 1
            if [token.text.upper() for token in tokens[end : end + 1]] == ["SET"]:
                tokens = [*tokens[:end], *spelled(tokens[place], "CHANGED"), *tokens[end:]]
    return tokens


def _deleted_within_merge(tokens: list[Any]) -> list[Any]:
    """Oracle's ``UPDATE SET … DELETE WHERE c`` inside MERGE as a clause: ``WHEN MATCHED AND (c) THEN DELETE``."""
    words = [token.text.upper() for token in tokens]
    for place in range(len(words) - 1, 1, -1):
        if words[place - 1 : place + 1] != ["DELETE", "WHERE"]:
            continue
        start = max((one for one in range(place) if words[one] in ("MERGE", ";")), default=-1)
        if start < 0 or words[start] != "MERGE":
            continue
        end = next((one for one in range(place, len(words)) if words[one] in ("WHEN", ";")), len(words))
        near = tokens[place]
        clause = [
            *spelled(near, "WHEN", "MATCHED", "AND", "("),
            *tokens[place + 1 : end],
            *spelled(near, ")", "THEN", "DELETE"),
        ]
        tokens = [*tokens[: place - 1], *clause, *tokens[end:]]
        words = [token.text.upper() for token in tokens]
    return tokens
