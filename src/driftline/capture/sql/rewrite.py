"""Statements in words that the parser knows.

Enters: the words of a text. Leaves: words that mean the same and can be parsed: Teradata without titles and formats,
T-SQL without compound assignment, Oracle's DELETE within MERGE as a clause of its own, REPLACE of SQLite and MySQL as
INSERT OR REPLACE; Flink's windows over ``TABLE t`` as windows over a query; an ESCAPE that is an expression as part of
the pattern. What is another statement by itself is in ``sql/translate``.
"""

import functools
import itertools
from collections.abc import Callable, Iterable
from functools import partial
from typing import Any

from driftline.capture.sql import arrows, filling, flink, given_out, oracle, prepared, triggers, unsaid
from driftline.capture.sql.assigned import SELECTING, SETTING, assigning
from driftline.capture.sql.looping import uncoloned, unwrapped
from driftline.capture.sql.queried import queried as queried_of_duckdb
from driftline.capture.sql.tokens import (
    Edit,
    Fixed,
    Token,
    TokenType,
    Words,
    dotted,
    edited,
    fixed,
    held,
    named,
    said,
    spelled,
)
from driftline.capture.sql.windowing import FUNCTIONS

_TOP = frozenset(["", "tsql", "fabric", "snowflake", "redshift", "teradata"])  # dialects with SELECT TOP
_COMPOUND = ("+", "-", "*", "/", "%", "&", "|", "^")
_MYSQL = frozenset(["mysql", "doris", "singlestore", "starrocks"])  # dialects that replace without INTO
_LIKE = frozenset([TokenType.LIKE, TokenType.ILIKE, TokenType.SIMILAR_TO])
_VALUES = frozenset(
    [TokenType.L_PAREN, TokenType.VAR, TokenType.IDENTIFIER, TokenType.PARAMETER, TokenType.PLACEHOLDER]
)
_CHANGES = frozenset(["UPDATE", "DELETE", "INSERT", "MERGE"])
_DEFAULTING = frozenset(["duckdb", "postgres", "redshift"])
_SPARK = frozenset(["spark", "databricks"])
_PROGRAMS = frozenset(["hive", "spark", "spark2", "databricks"])  # dialects with TRANSFORM … USING
_HURRY = frozenset(["LOW_PRIORITY", "DELAYED"])

Step = tuple[Callable[[list[Any]], list[Any]], frozenset[Any]]  # and the words, or types, of which it needs one


def rewritten(tokens: list[Any], dialect: str) -> list[Any]:
    """Return ``tokens`` without what the parser does not know: Teradata's titles, ``+=`` of T-SQL, tables named top."""
    tokens = _through(of_texts(dialect), fixed(tokens))
    if TokenType.SEMICOLON not in held(tokens):
        return _through(of_statements(dialect), tokens)
    found: list[Any] = []
    start = 0
    for place, token in enumerate(tokens):  # one by one, as a long script has thousands
        if token.token_type == TokenType.SEMICOLON:
            found += _through(of_statements(dialect), Fixed(tokens[start:place]))
            found.append(token)
            start = place + 1
    return found + _through(of_statements(dialect), Fixed(tokens[start:]))


def _through(steps: Iterable[Step], tokens: Fixed) -> Fixed:
    """The words behind all of ``steps``; to most texts none of them has anything to do."""
    words = held(tokens)
    for rewrite, about in steps:
        if not about.isdisjoint(words):
            tokens = Fixed(rewrite(list(tokens)))
            words = held(tokens)
    return tokens


@functools.cache
def of_texts(dialect: str) -> tuple[Step, ...]:
    """Return what is done to all words of a text, in order."""
    if dialect == "oracle":
        return ((oracle.apart, frozenset(["FUNCTION", "PROCEDURE"])), (triggers.renamed, frozenset(["REFERENCING"])))
    return ((partial(prepared.executed, dialect=dialect), frozenset(["PREPARE"])),)


@functools.cache
def of_statements(dialect: str) -> tuple[Step, ...]:
    """Return what is done to the words of each statement, in order."""
    steps: list[Step] = []
    if dialect in _TOP:
        steps.append((_called_top, frozenset([TokenType.TOP])))
    if dialect != "databricks":  # where ``a?::int`` is a cast that may fail
        steps.append((_cast, frozenset([TokenType.QDCOLON])))
    steps += [
        (partial(arrows.parted, dialect=dialect), frozenset([TokenType.ARROW])),
        (partial(filling.asked, dialect=dialect), frozenset(["PERFORM"])),
        (partial(triggers.timed, dialect=dialect), frozenset(["TRIGGER"])),
        (partial(_replacing, dialect=dialect), frozenset([TokenType.REPLACE, "UPSERT"])),
        (_windowed, frozenset(["MATCH_RECOGNIZE", *map(str.upper, FUNCTIONS)])),
        (_escaped, frozenset([TokenType.ESCAPE])),
        (unwrapped, frozenset([TokenType.FOR])),
        (partial(unsaid.without, dialect=dialect), unsaid.ABOUT),
    ]
    return (*steps, *_of_dialect(dialect))


def _of_dialect(dialect: str) -> list[Step]:
    """What is done to what only some dialects have."""
    steps: list[Step] = []
    if dialect == "duckdb":
        steps.append((queried_of_duckdb, frozenset(["PIVOT", "UNPIVOT", "SUMMARIZE"])))
    if dialect in _DEFAULTING:
        steps.append((_defaulted, frozenset(["MACRO", "FUNCTION"])))
    if dialect in flink.DIALECTS:
        steps.append((flink.plain, frozenset(["CREATE", "STATEMENT", "EXECUTE"])))
    if dialect in _SPARK:
        steps.append((_identified, frozenset(["IDENTIFIER"])))
    if dialect in _PROGRAMS:
        steps += [(_mapped, frozenset(["MAP", "REDUCE"])), (_transformed, frozenset(["TRANSFORM"]))]
    if dialect == "teradata":
        steps.append((_plain_teradata, frozenset(["TITLE", "FORMAT", "NAMED"])))
    if dialect == "oracle":
        steps += [
            (oracle.bound, frozenset([TokenType.COLON])),
            (oracle.called_view, frozenset(["UPDATE"])),
            (oracle.deleted_within_merge, frozenset(["MERGE"])),
            (uncoloned, frozenset([":"])),
            (oracle.modelled, frozenset(["MODEL", "XML"])),
            (oracle.typed, frozenset(["XMLTABLE"])),
        ]
    if dialect in ("starrocks", "doris"):
        steps.append((_unlabelled, frozenset(["LABEL"])))
    if dialect in SELECTING:
        steps += [
            (_untopped, frozenset(["TOP"])),
            (_once_from, frozenset(["DELETE"])),
            (_bulk, frozenset(["OPENROWSET"])),
            (_uncompounded, frozenset(["="])),
        ]
    if dialect in SELECTING | SETTING:
        steps.append((assigning, frozenset(["SET"])))
    return steps


def _called_top(tokens: list[Any]) -> list[Any]:
    """``top.a`` of a table of that name."""
    for place, (token, after) in enumerate(itertools.pairwise(tokens)):
        if token.token_type == TokenType.TOP and after.token_type == TokenType.DOT:
            tokens[place] = named(token)
    return tokens


def _cast(tokens: list[Any]) -> list[Any]:
    """``?::int``, which is a placeholder and its type, and not one word."""
    edits: list[Edit] = []
    for place, token in enumerate(tokens):
        if token.token_type == TokenType.QDCOLON:
            mark = Token(TokenType.PLACEHOLDER, "?", token.line, token.col, token.start, token.start)
            edits.append(
                (
                    place,
                    place + 1,
                    [mark, Token(TokenType.DCOLON, "::", token.line, token.col, token.start + 1, token.end)],
                )
            )
    return edited(tokens, edits)


def _defaulted(tokens: list[Any]) -> list[Any]:
    """``CREATE MACRO f(a := 1)`` as ``f(a INT DEFAULT 1)``, ``CREATE FUNCTION f(a int = 1)`` as ``a int DEFAULT 1``."""
    words = said(tokens[:8])
    kind = next((place for place, word in enumerate(words) if word in ("MACRO", "FUNCTION")), 0)
    start = 1 + kind + len(dotted(tokens, kind + 1)) if words[:1] == ["CREATE"] and kind else len(tokens)
    if tokens[start : start + 1] == [] or tokens[start].text != "(":
        return tokens
    edits: list[Edit] = []
    depth = 0
    for place in range(start, len(tokens)):
        token = tokens[place]
        depth += (token.text == "(") - (token.text == ")")
        if depth == 0:
            break
        if depth == 1 and token.text in (":=", "=") and token.token_type != TokenType.STRING:
            said_so = Token(TokenType.DEFAULT, "DEFAULT", token.line, token.col, token.start, token.end)
            bare = tokens[place - 2].text in ("(", ",")
            typed = [Token(TokenType.INT, "INT", token.line, token.col, token.start, token.end)] if bare else []
            edits.append((place, place + 1, [*typed, said_so]))
    return edited(tokens, edits)


def _uncompounded(tokens: list[Any]) -> list[Any]:
    """T-SQL's ``a += 1`` as ``a = a + 1``."""
    edits: list[Edit] = []
    for place in range(2, len(tokens)):
        if tokens[place].text != "=" or tokens[place - 1].text not in _COMPOUND:
            continue
        if tokens[place].start == tokens[place - 1].end + 1:
            start = place - 2
            while start > 1 and tokens[start - 1].token_type == TokenType.DOT:
                start -= 2
            start -= start > 0 and tokens[start - 1].token_type == TokenType.PARAMETER
            edits.append((place - 1, place + 1, [tokens[place], *tokens[start : place - 1], tokens[place - 1]]))
    return edited(tokens, edits)


def _replacing(tokens: list[Any], dialect: str) -> list[Any]:
    """``REPLACE [INTO] t`` as ``INSERT OR REPLACE INTO t``, where it is a statement, and ``UPSERT INTO`` as INSERT."""
    edits: list[Edit] = []
    for place, token in enumerate(tokens[:-1]):
        if token.token_type != TokenType.REPLACE:
            if token.text.upper() == "UPSERT" and tokens[place + 1].text.upper() == "INTO":
                tokens[place] = spelled(token, "INSERT")[0]
            continue
        name = place + 1 + (tokens[place + 1].text.upper() in _HURRY)
        into = [one.text.upper() for one in tokens[name : name + 2]]
        begins = place == 0 or tokens[place - 1].token_type in (TokenType.SEMICOLON, TokenType.BEGIN)
        if into[:1] == ["INTO"]:
            stands = "TABLE" not in into and (place == 0 or tokens[place - 1].token_type != TokenType.OR)
        else:
            stands = dialect in _MYSQL and begins and bool(into) and into[0] != "("
        if stands:
            name += into[:1] == ["INTO"]
            edits.append((place, name, spelled(token, "INSERT", "OR", "REPLACE", "INTO")))
    return edited(tokens, edits)


def _windowed(tokens: list[Any]) -> list[Any]:
    """Flink's ``TUMBLE(TABLE t, …)`` as ``TUMBLE((SELECT * FROM t), …)``, and patterns without their time limit."""
    words = [token.text.upper() for token in tokens]
    edits: list[Edit] = []
    define = cut = 0  # of the pattern that ends behind ``place``: where it says how rows are told, and what goes away
    for place in range(len(tokens) - 2, -1, -1):
        if words[place] == "TABLE" and tokens[place].token_type == TokenType.TABLE and place > 1:
            before = place - 2 if words[place - 2 : place] == ["DATA", "=>"] else place
            if words[before - 1] == "(" and words[before - 2].lower() in FUNCTIONS:
                edits.append(_all_of(tokens, place))
        elif words[place].lower() in FUNCTIONS and words[place + 1] == "(":  # SESSION is a word of its own
            tokens[place] = named(tokens[place])
        elif words[place] == "DEFINE":
            define = cut = place
        elif define and words[place] in ("WITHIN", "SUBSET") and words[place - 1] == ")":
            cut = place
        elif words[place] == "MATCH_RECOGNIZE" and words[place + 1] == "(":
            edits += [(place, place + 1, spelled(tokens[place], words[place])), (cut, define, [])]
            define = cut = 0
    return edited(tokens, edits)


def _all_of(tokens: list[Any], place: int) -> Edit:
    """``TABLE t`` at ``place`` as ``(SELECT * FROM t)``."""
    name = dotted(tokens, place + 1)
    query = [*spelled(tokens[place], "(", "SELECT", "*", "FROM"), *name, *spelled(name[-1], ")")]
    return place, place + 1 + len(name), query


def queried(tokens: list[Any]) -> list[Any]:
    """Return ``f(MODEL m, TABLE t)``, a function that the parser does not know, as a function of queries."""
    words = said(tokens)
    given = (place for place in range(2, len(words) - 1) if words[place] in ("MODEL", "TABLE"))
    stand = (one for one in given if words[one - 1] in ("(", ",") and words[one + 1] not in ("(", "="))
    return edited(tokens, [_all_of(tokens, place) for place in stand])


def _unlabelled(tokens: list[Any]) -> list[Any]:
    """Without ``WITH LABEL l``, by which StarRocks and Doris tell one load from another."""
    words = [token.text.upper() for token in tokens]
    labels = [one for one in range(len(words) - 2) if words[one : one + 2] == ["WITH", "LABEL"]]
    return edited(tokens, [(one, one + 2 + len(dotted(tokens, one + 2)), []) for one in labels])


def _untopped(tokens: list[Any]) -> list[Any]:
    """T-SQL's ``UPDATE TOP (n) t`` as ``UPDATE t``: which rows are changed first says no column."""
    words = said(tokens)
    edits: list[Edit] = []
    for place in range(len(words) - 2):
        if words[place] in _CHANGES and words[place + 1 : place + 3] == ["TOP", "("]:
            end = words.after(place + 3, ")")
            if end is not None:
                edits.append((place + 1, end + 1 + (words[end + 1 : end + 2] == ["PERCENT"]), []))
    return edited(tokens, edits)


def _once_from(tokens: list[Any]) -> list[Any]:
    """T-SQL's ``DELETE FROM a FROM t AS a JOIN …`` as ``DELETE a FROM t AS a JOIN …``."""
    words = said(tokens)
    starts = [place for place in range(len(words)) if words[place : place + 2] == ["DELETE", "FROM"]]
    edits: list[Edit] = []
    for place, end in itertools.pairwise([*starts, len(words)]):
        own = tokens[place:end]
        behind = 2 + len(dotted(own, 2))
        rest = given_out.cut(own)[0][behind:] if behind < len(own) else []
        if rest and rest[0].token_type == TokenType.FROM:
            edits.append((place + 1, place + 2, []))
    return edited(tokens, edits)


def _bulk(tokens: list[Any]) -> list[Any]:
    """T-SQL's ``OPENROWSET(BULK 'file', …) [WITH (…)]`` as a function that reads files."""
    words = said(tokens)
    edits: list[Edit] = []
    for place in range(len(words) - 3):
        if words[place] == "OPENROWSET" and words[place + 1 : place + 3] == ["(", "BULK"]:
            end = words.closing(place + 1)
            behind = words.closing(end + 2) if words[end + 1 : end + 3] == ["WITH", "("] else end
            near = tokens[place]
            read = [*spelled(near, "read_files", "("), tokens[place + 3], *spelled(near, ")")]
            edits.append((place, behind + 1, read))
    return edited(tokens, edits)


def _identified(tokens: list[Any]) -> list[Any]:
    """Databricks' ``IDENTIFIER('a.b')`` as ``a.b``."""
    edits: list[Edit] = []
    for place in range(len(tokens) - 3):
        text = tokens[place + 2]
        if tokens[place].text.upper() != "IDENTIFIER" or text.token_type != TokenType.STRING or not text.text.strip():
            continue
        if (tokens[place + 1].text, tokens[place + 3].text) == ("(", ")"):
            parts = [Token(TokenType.IDENTIFIER, part.strip("` "), text.line, text.col, text.start, text.end)
                     for part in text.text.split(".")]  # fmt: skip
            edits.append((place, place + 4, [one for part in parts for one in (*spelled(text, "."), part)][1:]))
    return edited(tokens, edits)


def _mapped(tokens: list[Any]) -> list[Any]:
    """``MAP a, b USING 'program'`` and ``REDUCE …`` as ``SELECT TRANSFORM (a, b) USING 'program'``."""
    words = Words(token.text.upper() for token in tokens)
    edits: list[Edit] = []
    for place in range(len(words) - 2):
        before = words[place - 1] if place else ";"
        if words[place] not in ("MAP", "REDUCE") or words[place + 1] == "(" or before in (".", ",", "AS", "SELECT"):
            continue
        end = words.after(place, "USING", ";", "FROM") or 0
        if words[end] == "USING" and end + 1 < len(words) and tokens[end + 1].token_type == TokenType.STRING:
            near = tokens[place]
            name = Token(TokenType.VAR, "TRANSFORM", near.line, near.col, near.start, near.end)
            edits.append((place, place + 1, [*spelled(near, "SELECT"), name, *spelled(near, "(")]))
            edits.append((end, end, spelled(near, ")")))
    return edited(tokens, edits)


def _transformed(tokens: list[Any]) -> list[Any]:
    """``TRANSFORM (…) USING 'program' AS a, b`` with parentheses around the columns that it gives."""
    words = Words(token.text.upper() for token in tokens)
    edits: list[Edit] = []
    for place in range(words.after(0, "TRANSFORM") or len(words), len(words) - 3):
        bare = words[place] == "USING" and words[place + 2] == "AS" and words[place + 3] != "("
        if bare and tokens[place + 1].token_type == TokenType.STRING:
            end = place + 4
            while words[end : end + 1] == [","]:
                end += 2
            near = tokens[place]
            edits += [(place + 3, place + 3, spelled(near, "(")), (end, end, spelled(near, ")"))]
    return edited(tokens, edits)


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
    edits: list[Edit] = []
    for place in range(1, len(tokens) - 3):
        if (tokens[place].text, tokens[place + 3].text) == ("(", ")"):
            word = tokens[place + 1].text.upper()
            kept = [*spelled(tokens[place], "AS"), tokens[place + 2]] if word == "NAMED" else []
            if kept or word in ("TITLE", "FORMAT"):
                edits.append((place, place + 4, kept))
    return edited(tokens, edits)
