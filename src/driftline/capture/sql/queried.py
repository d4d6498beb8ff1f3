"""DuckDB's PIVOT, UNPIVOT and SUMMARIZE, which stand where queries do, as queries.

Enters: the words of one statement. Leaves: ``SELECT * FROM (PIVOT …)`` where the parser knows PIVOT as a statement of
its own only, and what SUMMARIZE tells of a table: of all columns its least and greatest values, means and so on.
Source: DuckDB documentation, "PIVOT Statement", "UNPIVOT Statement", "SUMMARIZE".
"""

from typing import Any

from driftline.capture.sql.tokens import Edit, Words, edited, said, spelled

_PIVOTS = frozenset(["PIVOT", "UNPIVOT"])
_FILLING = frozenset(["CREATE", "INSERT", "WITH"])
_TOLD = ("min", "max", "approx_unique", "avg", "std", "q25", "q50", "q75")
_ROW = "driftline_row"


def queried(tokens: list[Any]) -> list[Any]:
    """Return ``tokens`` with PIVOT, UNPIVOT and SUMMARIZE as queries."""
    words = said(tokens)
    edits: list[Edit] = []
    for place, word in enumerate(words):
        before = words[place - 1] if place else ""
        if word in _PIVOTS and place and place + 1 < len(words) and not _is_clause(words, place):
            edits.append((place, place, spelled(tokens[place], "SELECT", "*", "FROM", "(")))
            end = words.after(place, "ORDER BY", "LIMIT") or len(words)
            end = min(end, _end(words, place, before))
            edits.append((end, end, spelled(tokens[place], ")")))
        elif word == "SUMMARIZE" and place + 1 < len(words) and (before in ("", "(") or _begins(words, place)):
            end = _end(words, place, before)
            edits.append((place, end, _summary(tokens[place:end])))
    return edited(tokens, edits)


def _is_clause(words: Words, place: int) -> bool:
    """Whether a PIVOT is one of the standard, behind a table, and no statement: its columns stand in parentheses."""
    if words[place + 1] == "(" and "FOR" in words[place : words.closing(place + 1)]:
        return True
    within = words[place - 1] == "(" and words[place - 2 : place - 1] == ["AS"]
    return not (within or _begins(words, place)) or "ON" not in words[place + 1 :]


def _begins(words: Words, place: int) -> bool:
    """Whether a query begins at ``place``, behind the table that it makes or fills, and behind a WITH."""
    depth, outer = 0, set[str]()
    for word in words[:place]:
        depth += (word == "(") - (word == ")")
        if depth == 0:
            outer.add(word)
    return words[0] in _FILLING and not outer & {"SELECT", "FROM"}


def _end(words: Words, place: int, before: str) -> int:
    """Where a query ends that begins at ``place``."""
    return words.closing(place - 1) if before == "(" else len(words)


def _summary(tokens: list[Any]) -> list[Any]:
    near, of = tokens[0], tokens[1:]
    if len(of) > 1 and said(of)[0] in ("SELECT", "FROM", "WITH"):
        of = [*spelled(near, "("), *of, *spelled(near, ")")]
    texts = ["SELECT", "NULL", "AS", "column_name", ",", "NULL", "AS", "column_type"]
    for name in _TOLD:
        texts += [",", "max", "(", _ROW, ")", "AS", name]
    texts += [",", "count", "(", "*", ")", "AS", "count", ",", "max", "(", _ROW, ")", "AS", "null_percentage", "FROM"]
    return [*spelled(near, *texts), *of, *spelled(near, "AS", _ROW)]
