"""``->`` that takes a part of a JSON value, where the parser would take it for a function: ``f(j -> 'items')``.

Enters: the words of one statement. Leaves: words of which the parser makes no function, ``f(((j)) -> 'items')``. In
most dialects that have this operator nothing else is written so; where it may be a function, too, one is told by where
it stands and by what is behind it.
"""

from typing import Any

from driftline.capture.sql.tokens import Edit, TokenType, edited, spelled

_ALWAYS = frozenset(["postgres", "materialize", "risingwave", "mysql", "sqlite"])  # where it is no function
_PERHAPS = frozenset(["", "duckdb"])
_TAKING = (
    "list_",
    "array",
    "map",
    "transform",
    "any_",
    "all_",
    "none_",
)  # how functions begin that are given functions
_TAKE = frozenset(["apply", "filter", "reduce", "exists", "forall", "aggregate", "zip_with"])
_NO_NAME = frozenset([TokenType.STRING, TokenType.NUMBER, TokenType.L_PAREN, TokenType.R_PAREN, TokenType.R_BRACKET])


def parted(tokens: list[Any], dialect: str) -> list[Any]:
    """Return ``tokens`` with names in parentheses of which ``->`` takes a part."""
    edits: list[Edit] = []
    opened: list[str] = []  # what stands before each parenthesis that is open
    for place, token in enumerate(tokens) if dialect in _ALWAYS | _PERHAPS else ():
        if token.token_type == TokenType.L_PAREN:
            chained = dialect == "duckdb" and place > 1 and tokens[place - 2].token_type == TokenType.DOT
            opened.append("" if chained or not place else tokens[place - 1].text.lower())  # ``l.apply(x -> x + 1)``
        elif token.token_type == TokenType.R_PAREN and opened:
            opened.pop()
        elif token.token_type == TokenType.ARROW and opened and opened[-1].isidentifier() and place > 1:
            name, behind = tokens[place - 1], tokens[place + 1 : place + 2]
            begins = tokens[place - 2].token_type in (TokenType.L_PAREN, TokenType.COMMA)
            text = bool(behind) and behind[0].token_type == TokenType.STRING and not _takes(opened[-1])
            first = dialect == "duckdb" and tokens[place - 2].token_type == TokenType.L_PAREN
            first = first and opened[-1] != "columns"  # is given a function alone
            if begins and name.token_type not in _NO_NAME and (dialect in _ALWAYS or text or first):
                edits.append((place - 1, place, [*spelled(name, "(", "("), name, *spelled(name, ")", ")")]))
    return edited(tokens, edits)


def _takes(function: str) -> bool:
    return function.startswith(_TAKING) or function in _TAKE
