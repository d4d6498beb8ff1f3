"""Where a script puts values and rows, in words that the parser does not take.

These are ``v := …``, ``LET v := …``, ``SELECT a, b INTO v, w`` and ``SELECT … INTO OUTFILE 'f'``.

Enters: the words of a part of a script. Leaves: the words of what is computed or asked, and where it goes.
"""

from collections.abc import Collection, Iterable, Iterator
from typing import Any, NamedTuple

from sqlglot import exp

from driftline.capture.sql import triggers
from driftline.capture.sql.tokens import TokenType, Words, held, said, spelled

_BEFORE = frozenset(["BEGIN", "THEN", "ELSE", "LOOP", "DO"])  # a statement
_EACH = _BEFORE | {"ROW"}  # FOR EACH ROW SET …
_BLOCKS = frozenset(["BEGIN", "LOOP", "DO"])  # behind these CASE is no expression
_NAMES = frozenset([TokenType.VAR, TokenType.IDENTIFIER])
_MARKS: dict[Any, Any] = {TokenType.PARAMETER: exp.Parameter, TokenType.COLON: exp.Placeholder}  # ``@v`` and ``:v``
_ASKING = frozenset(["postgres", "redshift", "materialize", "risingwave"])  # dialects with PERFORM
_STATEMENTS = frozenset(["INSERT", "UPDATE", "DELETE", "MERGE", "SELECT", "SET", "CALL"])
_FILES = frozenset(["OUTFILE", "DUMPFILE"])
_QUERY = 80  # words of a query up to its INTO
_NEAR = 16  # words of an assignment up to its value, as in LET v NUMBER(38, 0) := 1


class Given(NamedTuple):
    """A variable that is given a value."""

    name: str
    value: list[Any]  # words
    declares: bool
    also: tuple[str, ...] = ()  # variables that are given the same


class Filled(NamedTuple):
    """A query, and the variables that its INTO fills."""

    query: list[Any]  # words
    into: list[Any]  # nodes


def parts(tokens: list[Any]) -> Iterator[list[Any]]:
    """Yield words of a part of a script, with an assignment that stands behind BEGIN or THEN by itself."""
    if _EACH.isdisjoint(held(tokens)):
        yield tokens
        return
    start = 0
    places = [one for one, token in enumerate(tokens, 1) if token.text.upper() in _EACH and one < len(tokens)]
    words = said(tokens)
    for place in places:
        before, first = words[place - 1 : place + 1]
        near = tokens[place : place + _NEAR]
        steers = (
            (first == "SET" and (before != "ROW" or "TRIGGER" in words[:6]))
            or (first == "DECLARE" and before == "BEGIN" and [one.token_type in _NAMES for one in near[1:2]] == [True])
            or (first == "CASE" and (before in _BLOCKS or _is_statement(words, place)))
            or triggers.is_filled(near)
            or (first == "SELECT" and triggers.asks(tokens[place : place + _QUERY]))
        )
        if before and (steers or assignment(near, ()) is not None):
            yield tokens[start:place]
            start = place
    yield tokens[start:]


def _is_statement(words: Words, place: int) -> bool:
    """Whether ``CASE … THEN`` at ``place`` stands before a statement, and is no expression."""
    then = words.after(place, "THEN")
    return (
        then is not None and _STATEMENTS.issuperset(words[then + 1 : then + 2]) and words[then + 2 : then + 3] != ["("]
    )


def assignment(tokens: list[Any], variables: Collection[str]) -> Given | None:
    """Return what ``v := …``, ``LET v [type] := …`` and, of a variable, ``v = …`` gives; None where it is no such."""
    declares = said(tokens[:1]) == ["LET"]
    place = int(declares)
    name = tokens[place : place + 1]
    if not name or name[0].token_type not in _NAMES or len(tokens) < place + 3:
        return None
    sign = tokens[place + 1].text
    if not declares and sign not in (":=", "="):
        return None
    if declares:
        words = said(tokens)
        signs = (one for one in range(place + 1, len(words)) if words[one] in (":=", "DEFAULT", "CURSOR"))
        end = next(signs, 0)
        if not end or words[end] == "CURSOR":
            return None
    elif sign == ":=" or (sign == "=" and name[0].text.lower() in {one.lower() for one in variables}):
        end = place + 1
    else:
        return None
    value = tokens[end + 1 :]
    return Given(name[0].text, value, declares) if value else None


def declared(tokens: list[Any]) -> Given | None:
    """Return the value of a declaration, ``n INT := …``, ``n INT DEFAULT …``; None where it has none."""
    words = said(tokens)
    place = next((one for one, word in enumerate(words[:_NEAR]) if word in (":=", "=", "DEFAULT")), 0)
    value = tokens[place + 1 :]
    if not place or not value or "CURSOR" in words[:place]:
        return None
    also = tuple(tokens[one].text for one in range(2, place, 2) if words[one - 1] == ",")
    return Given(tokens[0].text, value, declares=True, also=also)


def query_of(given: Given) -> list[Any]:
    """Return the words of a query that gives the value."""
    return [*spelled(given.value[0], "SELECT"), *given.value]


def of_rows(query: Any, rows: Iterable[tuple[str, Any]]) -> Any:
    """Return the query of a value, ``SELECT r.a + 1``, with those rows that a loop goes through as its tables."""
    if not isinstance(query, exp.Select) or query.args.get("from_") or query.args.get("from"):
        return query
    names = {column.table.lower() for column in query.find_all(exp.Column)}
    found = [(name, asked) for name, asked in rows if name.lower() in names and isinstance(asked, exp.Query)]
    for place, (name, asked) in enumerate(found):
        source = asked.copy().subquery(name)
        query = query.join(source, join_type="cross") if place else query.from_(source)
    return query


def filled(tokens: list[Any]) -> Filled | None:
    """Return a query without its INTO, which lists several variables or stands at its end; None where it has none."""
    words = said(tokens)
    place = next(_outside(words, "INTO"), 0)
    if words[0] not in ("SELECT", "SEL", "WITH") or not place:
        return None
    end = place + 1 + (words[place + 1 : place + 2] == ["STRICT"])
    into: list[Any] = []
    while end < len(tokens):
        marked = _MARKS.get(tokens[end].token_type)
        end += marked is not None
        if end == len(tokens) or (marked is None and tokens[end].token_type not in _NAMES):
            return None
        name = tokens[end].text
        into.append(exp.to_identifier(name) if marked is None else marked(this=name))
        end += 1
        if words[end : end + 1] != [","]:
            return Filled([*tokens[:place], *tokens[end:]], into)
        end += 1
    return None


def outfile(tokens: list[Any]) -> tuple[list[Any], str] | None:
    """Return a query without ``INTO OUTFILE 'file' …``, and the file; None where it has none."""
    if _FILES.isdisjoint(held(tokens)):
        return None
    words = said(tokens)
    place = next((one for one in _outside(words, "INTO") if not _FILES.isdisjoint(words[one + 1 : one + 2])), 0)
    if not place or place + 2 >= len(tokens) or tokens[place + 2].token_type != TokenType.STRING:
        return None
    behind = next((one for one in _outside(words, "FROM") if one > place), len(words))
    return [*tokens[:place], *tokens[behind:]], tokens[place + 2].text


def _outside(words: list[str], word: str) -> Iterator[int]:
    """The places of ``word`` outside of parentheses."""
    depth = 0
    for place, one in enumerate(words):
        depth += (one == "(") - (one == ")")
        if depth == 0 and one == word:
            yield place


def asked(tokens: list[Any], dialect: str) -> list[Any]:
    """``PERFORM f()`` of PL/pgSQL as the SELECT that it is."""
    if dialect in _ASKING:
        for place, token in enumerate(tokens):
            before = tokens[place - 1].text.upper() if place else ";"
            if token.text.upper() == "PERFORM" and token.token_type == TokenType.VAR and before in {";", *_BEFORE}:
                tokens[place] = spelled(token, "SELECT")[0]
    return tokens
