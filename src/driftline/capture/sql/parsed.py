"""What the parser makes of one statement: whether it is one, how deep it nests, what is wrong with it.

Enters: words, trees of sqlglot and its errors. Leaves: answers.
"""

from typing import Any

from sqlglot import exp

from driftline.capture.sql.tokens import TokenType


def is_no_statement(tree: Any) -> bool:
    """Whether what was parsed is only words, such as a name or a sum: a statement begins with a verb or is a call."""
    words = (exp.Alias, exp.Tuple, exp.Condition)
    return isinstance(tree, words) and not isinstance(tree, exp.Func | exp.Query | exp.DML)


def nesting(tokens: list[Any]) -> int:
    """Return how deep parentheses stand in each other."""
    depth = deepest = 0
    for token in tokens:
        depth += (token.token_type == TokenType.L_PAREN) - (token.token_type == TokenType.R_PAREN)
        deepest = max(deepest, depth)
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
