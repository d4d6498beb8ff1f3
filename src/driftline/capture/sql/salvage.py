"""What can still be said of a statement whose columns cannot: the tables and files that it names.

Enters: the words of a statement that cannot be parsed, or the tree of one whose columns could not be followed.
Leaves: a statement without column lineage that says why.
"""

import re
from typing import Any

from sqlglot import exp

from driftline import later
from driftline.capture.sql import clauses
from driftline.capture.sql.calling import NOT_FOLLOWED
from driftline.capture.sql.names import READERS
from driftline.capture.sql.piece import Piece
from driftline.capture.sql.relation import Source
from driftline.capture.sql.script import Script
from driftline.capture.sql.stated import How, Statement
from driftline.capture.sql.tokens import TokenType

_NAMED_FILES = later.pattern(r"\b(FROM|JOIN|TO|\w+\s*\((?:\s*\[)?)\s*'([^']+)'", re.IGNORECASE)
_READ = frozenset(["FROM", "JOIN", "USING"])
_WRITTEN = frozenset(["INTO", "UPDATE", "TABLE", "VIEW", "OVERWRITE"])
_SKIPPED = frozenset(["IF", "NOT", "EXISTS", "TABLE", "ONLY", "LATERAL", "INTO", "OVERWRITE"])
_CALLS = frozenset(["CALL", "EXEC", "EXECUTE"])  # of what lies in the database, or is put together when it runs
_MARKED = ("#", "@")  # before names of T-SQL's tables that end with the session or the batch
_NAMES = (TokenType.VAR, TokenType.IDENTIFIER)


def whole(text: str, problem: str) -> Statement:
    """Return the statement of a text that is not even split into words."""
    reads, writes = _files(text)
    return Statement(tuple(reads), writes, gaps=("sql not parsed",), problem=problem)


def _files(text: str) -> tuple[dict[Source, None], Source | None]:
    """The files that stand where files are read or written, as far as a glance can tell."""
    reads: dict[Source, None] = {}
    writes: Source | None = None
    for word, name in _NAMED_FILES.findall(text):
        source = Source("file", (name,))
        if word.upper() == "TO":
            writes = source
        elif word.upper() in ("FROM", "JOIN") or word.split("(")[0].strip().lower() in READERS:
            reads[source] = None
    return reads, writes


def from_tokens(piece: Piece, script: Script) -> Statement:
    """Return the statement of words that cannot be parsed: names behind FROM, JOIN, USING, INTO, UPDATE …."""
    tokens = piece.tokens
    text = " ".join(f"'{t.text}'" if t.token_type == TokenType.STRING else t.text for t in tokens)
    reads, writes = _files(text)
    inner = {
        one.text.lower()
        for one, word, opening in zip(tokens, tokens[1:], tokens[2:], strict=False)
        if word.text.upper() == "AS" and opening.token_type == TokenType.L_PAREN
    }
    first = tokens[0].text.upper() if tokens else ""
    place = 0
    while place < len(tokens):
        word = tokens[place].text.upper()
        place += 1
        bare = word == "INSERT" and script.dialect.name in ("tsql", "fabric")  # INSERT t, without INTO
        if tokens[place - 1].token_type == TokenType.STRING or not (bare or word in _READ | _WRITTEN):
            continue
        if word == "USING" and first == "CREATE":  # a format
            continue
        name, place = _name(tokens, place)
        if not name or (len(name) == 1 and name[0].lower() in inner):
            continue
        table = exp.Table(**{part: _identifier(one) for part, one in
                             zip(("this", "db", "catalog"), reversed(name), strict=False)})  # fmt: skip
        source = script.source(table)
        called = tokens[place : place + 1] and tokens[place].token_type == TokenType.L_PAREN
        if source is None or (word in _READ and called):
            continue
        if word in _READ:
            reads[source] = None
        elif writes is None and first != "SELECT":
            writes = source
    how: How = "query" if writes is None else "change"
    gap = "sql not followed" if first in _CALLS or piece.problem.startswith(NOT_FOLLOWED) else "sql not parsed"
    return Statement(tuple(reads), writes, None, how, (gap,), first, (), piece.line, piece.problem)


def _name(tokens: list[Any], place: int) -> tuple[list[str], int]:
    """Return the dotted name that begins at ``place``, and where it ends."""
    while place < len(tokens) and tokens[place].text.upper() in _SKIPPED:
        place += 1
    parts: list[str] = []
    if tokens[place : place + 1] and tokens[place].text in _MARKED:
        return ["".join(token.text for token in tokens[place : place + 2])], place + 2
    while place < len(tokens) and (tokens[place].token_type in _NAMES or _within(tokens, place, parts)):
        parts.append(tokens[place].text)
        if place + 1 >= len(tokens) or tokens[place + 1].token_type != TokenType.DOT:
            return parts, place + 1
        place += 2
    return parts, place


def _identifier(name: str) -> Any:
    if name[:1] in _MARKED:
        return exp.Identifier(this=name[1:], temporary=True) if name[0] == "#" else exp.Parameter(this=name[1:])
    return exp.to_identifier(name)


def _within(tokens: list[Any], place: int, parts: list[str]) -> bool:
    """Whether a word that is a keyword elsewhere is part of a dotted name."""
    followed = tokens[place + 1 : place + 2] and tokens[place + 1].token_type == TokenType.DOT
    return tokens[place].text.isidentifier() and bool(parts or followed)


def from_tree(piece: Piece, script: Script, problem: str) -> Statement:
    """Return the statement of a tree whose columns could not be followed."""
    tree = piece.tree
    named = tree.this.this if isinstance(tree.this, exp.Schema) else tree.this
    written = isinstance(tree, exp.Create | exp.DML) and isinstance(named, exp.Table)
    target = script.source(named) if written else None
    inner = {cte.alias.lower() for cte in tree.find_all(exp.CTE)}
    tables = [table for table in tree.find_all(exp.Table) if table is not named and table.name.lower() not in inner]
    reads = dict.fromkeys(source for source in map(script.source, tables) if source is not None)
    how: How = "query"
    if target is not None:
        how = "create" if isinstance(tree, exp.Create) else "append" if isinstance(tree, exp.Insert) else "change"
    return Statement(tuple(reads), target, None, how, ("sql columns",), clauses.kind_of(tree), (), piece.line, problem)
