"""Rows that a block goes through one by one: ``FOR r IN (SELECT …) LOOP``, cursors, and the rows of a trigger's table.

Enters: the words of a block, and its queries once they are parsed. Leaves: the query behind the name of each row, so
that ``r.a`` in a statement of the loop is the column of that query, and ``NEW.a`` one of the trigger's table.
"""

from typing import Any

from sqlglot import exp

from driftline.capture.sql import given_out
from driftline.capture.sql.tokens import Edit, Token, TokenType, Words, edited, spelled

_QUERY = ("SELECT", "WITH")
_NEAR = 12  # words between CURSOR and its query, as in CURSOR (a int) LOCAL FAST_FORWARD FOR
_AFTER = frozenset(["IS", "AS", "FOR"])  # before the query of a cursor
_WAYS = frozenset(["INSENSITIVE", "ASENSITIVE", "SCROLL", "NO"])  # of a cursor, before the word
_CHANGED = ("old", "new", "deleted", "inserted")  # what triggers call the rows before and after
_ABOUT = frozenset(["OPEN", "CLOSE", "DEALLOCATE"])
_NAMES = frozenset([TokenType.VAR, TokenType.IDENTIFIER, TokenType.PARAMETER])
_ENDS = frozenset([TokenType.NUMBER, TokenType.STRING, TokenType.R_PAREN, TokenType.NULL, TokenType.SEMICOLON])
ROW = "row of a trigger"  # the table of an UPDATE that ``SET NEW.a = …`` comes to

Rows = tuple[tuple[str, Any], ...]


def unwrapped(tokens: list[Any]) -> list[Any]:
    """``FOR r IN (SELECT …) LOOP`` without its parentheses; LOOP for the DO of BigQuery and Snowflake.

    ``FOR r AS SELECT … DO`` of Databricks is the same.
    """
    words = Words(token.text.upper() for token in tokens)
    edits: list[Edit] = []
    for place in range(3, len(words) - 1):
        if words[place - 1] == "AS" and words[place - 3] == "FOR" and words[place] in _QUERY:
            do = words.after(place, "DO")
            if do is not None:
                edits += [(place - 1, place, spelled(tokens[place], "IN")), (do, do + 1, spelled(tokens[do], "LOOP"))]
        elif (
            words[place] == "("
            and words[place - 1] == "IN"
            and words[place - 3] == "FOR"
            and words[place + 1] in _QUERY
        ):
            end = words.closing(place) + 1
            if words[end : end + 1] in (["LOOP"], ["DO"]):
                near = tokens[end]
                loop = Token(TokenType.VAR, "LOOP", near.line, near.col, near.start, near.end)
                edits += [(place, place + 1, []), (end - 1, end + 1, [loop])]
    return edited(tokens, edits)


def of_cursor(tokens: list[Any], place: int) -> bool:
    """Whether the query at ``place`` is that of ``DECLARE c CURSOR … FOR``."""
    near = [token.text.upper() for token in tokens[max(0, place - _NEAR) : place]]
    return tokens[place].text.upper() in _QUERY and near[-1:] == ["FOR"] and "CURSOR" in near


def of_cursors(tokens: list[Any], place: int) -> bool:
    """Whether a statement about a cursor begins at ``place``: ``OPEN c``, ``FETCH NEXT FROM c``, ``CLOSE c``."""
    word = tokens[place].text.upper()
    if word == "FETCH":
        words = {token.text.upper() for token in tokens[place + 1 : place + 4]}
        return not words.isdisjoint(("FROM", "INTO")) and words.isdisjoint(("ROW", "ROWS"))
    if word not in _ABOUT or tokens[place + 1 : place + 2] == [] or tokens[place + 1].token_type not in _NAMES:
        return False
    before = tokens[place - 1] if place else None
    return before is None or before.token_type in _NAMES or before.token_type in _ENDS


def uncoloned(tokens: list[Any]) -> list[Any]:
    """Oracle's ``:NEW.a`` as ``NEW.a``."""
    words = [token.text.upper() for token in tokens]
    return [
        token
        for place, token in enumerate(tokens)
        if words[place] != ":" or words[place + 1 : place + 3] not in (["NEW", "."], ["OLD", "."])
    ]


def named_in(rows: Rows, tree: Any) -> Rows:
    """Return the rows whose columns ``tree`` names, spelled as it spells them, with those that their queries name."""
    found: list[tuple[str, Any]] = []
    given = list(tree.find_all(exp.Table))
    hidden = {table.alias_or_name.lower() for table in given}
    wanted = {name for name in (column.table for column in tree.find_all(exp.Column)) if name.lower() not in hidden}
    wanted |= {table.name for table in given if not table.db and table.name.lower() in given_out.ROWS}
    for name, query in reversed(rows):
        spelled = sorted(one for one in wanted if one.lower() == name) if query is not tree else []
        if spelled:
            found += [(one, query) for one in spelled]
            wanted |= {column.table for column in query.find_all(exp.Column)}
    return tuple(reversed(found))


class Loops:
    """The cursors of a script, and the rows that it goes through."""

    def __init__(self) -> None:
        self._cursors: dict[str, Any] = {}
        self._rows: dict[str, Any] = {}
        self._collections: dict[str, Any] = {}

    def trigger(self, query: Any) -> None:
        """Note that what follows is run for rows of ``query``; None where it is run once."""
        for name in _CHANGED:
            self._rows.pop(name, None)
            if query is not None:
                self._rows[name] = query

    def within(self, around: "Loops") -> None:
        """Note that all this stands within what ``around`` goes through: the body of a trigger's function."""
        self._rows.update((name, query) for name, query in around.known() if name in _CHANGED)

    def declared(self, tokens: list[Any]) -> None:
        """Note the rows of cursors: ``FOR r IN c LOOP``."""
        words = [token.text.lower() for token in tokens]
        for place in range(len(words) - 3):
            if words[place] == "for" and words[place + 2] == "in" and words[place + 3] in self._cursors:
                self._rows[words[place + 1]] = self._cursors[words[place + 3]]

    def named(self, name: str, query: Any) -> None:
        """Note that a variable is given a query, whose rows it has if it is a RESULTSET."""
        self._cursors[name.lower()] = query

    def opened(self, tokens: list[Any]) -> bool:
        """Whether words are ``LET c CURSOR FOR rows``, which gives the rows a further name."""
        words = [token.text.lower() for token in tokens[:6]]
        found = words[:1] + words[2:4] == ["let", "cursor", "for"] and len(words) == 5 and words[4] in self._cursors
        if found:
            self._cursors[words[1]] = self._cursors[words[4]]
        return found

    def fetched(self, row: str, cursor: str) -> None:
        """Note that ``FETCH cursor INTO row`` fills a row, or a variable."""
        if cursor in self._cursors:
            self._rows[row] = self._cursors[cursor]

    def filled(self, name: str, query: Any) -> None:
        """Note that a collection has the rows of ``query``."""
        self._collections[name] = query

    def unindexed(self, tokens: list[Any]) -> tuple[list[Any], list[str]]:
        """``ids(i)`` of a collection as ``ids``, ``r(i).a`` as ``r.a``; and the collections whose rows are named so."""
        used: list[str] = []
        for place in range(len(tokens) - 4, -1, -1) if self._collections else ():
            name = tokens[place].text.lower()
            near = [token.token_type for token in tokens[place + 1 : place + 4]]
            if name in self._collections and near[::2] == [TokenType.L_PAREN, TokenType.R_PAREN] and near[1] in _NAMES:
                tokens = [*tokens[: place + 1], *tokens[place + 4 :]]
                if tokens[place + 1 : place + 2] and tokens[place + 1].token_type == TokenType.DOT:
                    self._rows[name] = self._collections[name]
                    used.append(name)
        return tokens, used

    def left(self, names: list[str]) -> None:
        """Note that these rows are no longer gone through."""
        for name in names:
            self._rows.pop(name, None)

    def cursor(self, name: str) -> Any:
        """Return the query of a cursor; None where it is not known."""
        return self._cursors.get(name)

    def query(self, tokens: list[Any], start: int, tree: Any) -> None:
        """Note what the query that begins at ``start`` is for."""
        words = [token.text.upper() for token in tokens[max(0, start - _NEAR) : start]]
        if len(words) > 2 and words[-1] == "IN" and words[-3] == "FOR":
            self._rows[words[-2].lower()] = tree
        elif words[-1:] and words[-1] in _AFTER and "CURSOR" in words:
            place = len(words) - 1 - words[::-1].index("CURSOR")
            if words[-1] != "FOR":
                name = words[place + 1 : place + 2]
            else:
                name = [word for word in words[:place] if word not in _WAYS][-1:]
            self._cursors.update((one.lower(), tree) for one in name)

    def rows(self, name: str) -> Any:
        """Return the query of a row that is gone through, or of a cursor; None where neither is known."""
        return self._rows.get(name, self._cursors.get(name))

    def known(self) -> Rows:
        """Return the name of each row with its query."""
        return tuple(self._rows.items())
