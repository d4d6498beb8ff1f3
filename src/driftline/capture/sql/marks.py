"""Where statements may begin and end among the words of a block.

Enters: the words of a block or a script. Leaves: the places where statements begin, where they must end, and where
others are called: a procedure, or a text that is run as SQL.
"""

from bisect import bisect_right
from typing import Any, NamedTuple

from driftline.capture.sql.looping import of_cursor, of_cursors
from driftline.capture.sql.tokens import TokenType

STARTS = frozenset(["INSERT", "MERGE", "UPDATE", "DELETE", "SELECT", "SEL", "WITH", "CREATE", "TRUNCATE", "REPLACE"])
CUTS = frozenset(["BEGIN", "END", "ELSE", "ELSIF", "ELSEIF", "THEN", "LOOP", "EXCEPTION", "REPEAT", "IF", "WHILE",
                  "DECLARE", "RETURN", "EXEC", "EXECUTE", "PRINT", "RAISERROR", "THROW", "GO", "CALL"])  # fmt: skip
_ASKS = frozenset(["IF", "AND", "OR", "NOT"])  # before UPDATE(a), which asks what a trigger is about
_NO_START = frozenset(["GRANT", "REVOKE", "OF", "AFTER", "BEFORE", "OR", "FOR", "ON", "KEY"])
_NO_CALL = frozenset(["AS", "FUNCTION", "PROCEDURE", "ON", "TO", ",", ".", "=", ")", ";"])  # behind EXECUTE
_NOT_BEFORE = frozenset(["GRANT", "REVOKE", "WITH", "."])  # a call
_CALLS = frozenset(["EXEC", "EXECUTE", "CALL"])
_OPTIONS = frozenset(["RECOMPILE", "RESULT", "EXEC", "EXECUTE"])  # behind WITH, of procedures and their calls


class Marks(NamedTuple):
    """Places among words."""

    starts: list[int]  # of statements
    cuts: list[tuple[int, str]]  # ends of statements, and the words there
    calls: list[int]  # EXEC, EXECUTE and CALL


def marks(tokens: list[Any]) -> Marks:
    """Return where statements may begin, and where they must end: outside of parentheses and of CASE."""
    found = Marks([], [], [])
    depth = cases = 0
    for place, token in enumerate(tokens):
        if token.token_type == TokenType.L_PAREN:
            depth += 1
        elif token.token_type == TokenType.R_PAREN:
            depth -= 1
        elif depth <= 0 and token.token_type not in (TokenType.STRING, TokenType.IDENTIFIER):
            word = token.text.upper()
            before, after = (
                tokens[one].text.upper() if 0 <= one < len(tokens) else "" for one in (place - 1, place + 1)
            )
            if word == "CASE":
                cases += 1
            elif cases:
                cases -= word == "END"
            elif (word == "UPDATE" and after == "(" and before in _ASKS) or (
                word == "WITH" and (after in _OPTIONS or (after == "(" and place))
            ):
                continue
            elif (word in STARTS or (word == "SET" and token.token_type == TokenType.SELECT)) and not (
                place
                and (
                    word == "REPLACE" or (before in _NO_START and not (_set(tokens, place) or of_cursor(tokens, place)))
                )
            ):
                found.starts.append(place)
            elif (word in CUTS and not (word == "IF" and after and _exists(tokens, place))) or (
                (word == "FOR" and after in ("UPDATE", "READ")) or of_cursors(tokens, place)
            ):
                found.cuts.append((place, word))
                if word in _CALLS and after and after not in _NO_CALL and before not in _NOT_BEFORE:
                    found.calls.append(place)
    return found


def _set(tokens: list[Any], place: int) -> bool:
    """Whether the ON before ``place`` ends T-SQL's SET NOCOUNT ON or SET IDENTITY_INSERT t ON."""
    into = (
        tokens[place].text.upper() == "INSERT" and place + 1 < len(tokens) and tokens[place + 1].text.upper() == "INTO"
    )
    return tokens[place - 1].text.upper() == "ON" and (into or (place > 2 and tokens[place - 3].text.upper() == "SET"))


def _exists(tokens: list[Any], place: int) -> bool:
    """Whether IF belongs to IF EXISTS or IF NOT EXISTS."""
    following = [token.text.upper() for token in tokens[place + 1 : place + 3]]
    return following[:1] == ["EXISTS"] or following == ["NOT", "EXISTS"] or tokens[place + 1].text == "("


def following(places: list[int], start: int, default: int) -> int:
    """Return the first of ``places``, which are in order, behind ``start``."""
    found = bisect_right(places, start)
    return places[found] if found < len(places) else default
