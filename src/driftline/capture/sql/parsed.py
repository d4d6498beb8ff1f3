"""What the parser makes of one statement: whether it is one, how deep it nests, what is wrong with it.

Enters: words, trees of sqlglot and its errors. Leaves: answers.
"""

from typing import Any

import sqlglot
from sqlglot import exp

from driftline.capture.sql import nodes
from driftline.capture.sql.limit import COMPILED
from driftline.capture.sql.tokens import TokenType

_EXPORT = nodes.classes("Export")
DATA = (  # statements that touch data
    exp.Query, exp.DML, exp.Create, exp.Values, exp.Copy, exp.Cache, exp.Alter, exp.MultitableInserts,
    exp.TruncateTable, exp.Pivot, exp.Drop, exp.Declare, exp.LoadData, *_EXPORT)  # fmt: skip
_NESTED = 1_000  # parentheses: the recursion of a compiled parser ends with the process, not with an error
_TYPES = 16  # types in each other, of which a compiled parser tries each one twice without looking at the time
_OPENING = (TokenType.L_PAREN, TokenType.L_BRACKET)
_CLOSING = (TokenType.R_PAREN, TokenType.R_BRACKET)


def is_no_statement(tree: Any) -> bool:
    """Whether what was parsed is only words, such as a name or a sum: a statement begins with a verb or is a call."""
    words = (exp.Alias, exp.Tuple, exp.Condition)
    return isinstance(tree, words) and not isinstance(tree, exp.Func | exp.Query | exp.DML)


def is_too_deep(tokens: list[Any]) -> bool:
    """Whether what these words nest would end a compiled parser, or never let it end."""
    return COMPILED and (nesting(tokens) > _NESTED or nesting(tokens, types=True) > _TYPES)


def runs_on(tree: Any) -> bool:
    """Whether the verb of another statement of T-SQL was taken for an alias, as in ``SELECT 2 DELETE FROM t``."""
    listed = tree.expressions if isinstance(tree, exp.Select) else []
    names = [one.args["alias"] for one in listed if isinstance(one, exp.Alias)]
    return any(name.name.upper() == "DELETE" and not name.args.get("quoted") for name in names)


def nesting(tokens: list[Any], *, types: bool = False) -> int:
    """Return how deep parentheses stand in each other; or only those brackets that stand behind the name of a type."""
    opened: list[bool] = []
    depth = deepest = 0
    before = None
    for token in tokens:
        kind = token.token_type
        if kind in _OPENING:
            opened.append(before in sqlglot.Parser.TYPE_TOKENS if types else kind == TokenType.L_PAREN)
            depth += opened[-1]
            deepest = max(deepest, depth)
        elif kind in _CLOSING and opened:
            depth -= opened.pop()
        before = kind
    return deepest


def is_cut_off(tree: Any) -> bool:
    """Whether a tree is only the beginning of a statement: INSERT INTO t without what is inserted."""
    return isinstance(tree, exp.Insert) and not tree.expression and not tree.args.get("default")


def short(error: Exception) -> str:
    """Return the first line of what the parser says, without its colours."""
    errors = getattr(error, "errors", None)
    if errors:
        first = errors[0]
        said = str(first.get("description") or "").partition(" but got <")[0]
        return f"{said} at line {first.get('line')}, column {first.get('col')}"
    return str(error).strip().split("\n", 1)[0][:200]
