"""Calls of DuckDB's macros that have the name of a function that the parser reads in a way of its own.

Enters: the words of a statement, and the macros that are known. Leaves: words in which such a macro is called by a name
that the parser does not know, so that it hands over what stands there; trees in which it has its own name again; and
the same for a body that was parsed before there was such a macro. Behind a dot the parser knows no function.
Source: https://duckdb.org/docs/stable/sql/statements/create_macro.html.
"""

import functools
from typing import Any, Protocol

import sqlglot
from sqlglot import exp

from driftline.capture.sql.functions import Function, Functions
from driftline.capture.sql.tokens import Token, TokenType

DIALECT = "duckdb"
_MARK = "\ue000"  # behind a name: a character that no text has
_CALLED = "called"  # among what is known of a node
_NEVER = frozenset(  # are no macros even where one has their name: DuckDB's own parser understands them
    ["and", "any", "array", "case", "cast", "coalesce", "collate", "columns", "exists", "extract", "grouping",
     "grouping_id", "ifnull", "like", "or", "try", "try_cast"]
)  # fmt: skip
_FROM = frozenset([TokenType.FROM, TokenType.JOIN])
_SEARCHED = frozenset(["", "main", "temp"])  # schemas whose macros need not be called with them


class Follows(Protocol):
    """The pass over a statement, as it is seen from here."""

    functions: Functions


@functools.cache
def _parsed() -> frozenset[str]:
    """The functions that the parser knows, but for words that no macro can have as its name."""
    grammar = sqlglot.Dialect.get_or_raise(DIALECT).parser_class
    return frozenset(name.lower() for name in (*grammar.FUNCTIONS, *grammar.FUNCTION_PARSERS)) - _NEVER


def marked(tokens: list[Any], functions: Functions) -> list[Any]:
    """Return words whose calls of such macros have other names; the same list where there are none."""
    found: dict[int, Any] = {}
    start, opening = _behind_name(tokens), TokenType.L_PAREN
    for behind in [place for place, token in enumerate(tokens) if token.token_type == opening]:
        place = behind - 1
        before = tokens[place - 1].token_type if place > 0 else None
        if place < start or before == TokenType.DOT:
            continue
        token = tokens[place]
        macro = _macro(token.text.lower(), functions)
        if macro is not None and macro.rows == (before in _FROM):
            found[place] = Token(TokenType.VAR, token.text + _MARK, token.line, token.col, token.start, token.end)
    return [found.get(place, token) for place, token in enumerate(tokens)] if found else tokens


def unmarked(tree: Any) -> Any:
    """Return a tree in which all names are again what was written."""
    for node in tree.walk():
        name = node.args.get("this")
        if isinstance(name, str) and name.endswith(_MARK):
            node.set("this", name.removesuffix(_MARK))
    return tree


def noted(tree: Any, text: str) -> Any:
    """Return a tree in which the functions of the body of a macro know by which name they are called in ``text``."""
    if isinstance(tree, exp.Create) and tree.kind in ("MACRO", "FUNCTION"):
        for node in tree.find_all(exp.Func):
            if "start" in node.meta:
                node.meta[_CALLED] = text[node.meta["start"] : node.meta["end"] + 1].strip('"').lower()
    return tree


def shadowing(queries: Follows, node: Any) -> Any:
    """Return ``node``, a function in the body of a macro, as a call of the macro of its name if there is one by now."""
    name = node.meta.get(_CALLED, "") if isinstance(node, exp.Func) and not isinstance(node, exp.Anonymous) else ""
    if not name or _macro(name, queries.functions) is None:
        return node
    return exp.Anonymous(this=name, expressions=[part.copy() for part in node.iter_expressions()])


def _macro(name: str, functions: Functions) -> Function | None:
    """The macro that takes the place of a function of the parser."""
    macro = functions.called(name) if name in _parsed() else None
    searched = macro is not None and (macro.several or macro.shape[0] in _SEARCHED)
    return macro if searched else None


def _behind_name(tokens: list[Any]) -> int:
    """Where the parameters of a macro begin that words create; 0 where they create none."""
    words = [token.text.upper() for token in tokens[:6]]
    if words[:1] != ["CREATE"] or not {"MACRO", "FUNCTION"}.intersection(words):
        return 0
    return next((place for place, token in enumerate(tokens) if token.token_type == TokenType.L_PAREN), 0)
