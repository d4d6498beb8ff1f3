"""Which of the values that a script hands to a statement come to which columns, where a list of them does not show it.

Enters: texts with placeholders in a ``WITH``, a ``MERGE``, a ``COPY``, a query in ``FROM`` or one that begins with it,
or in one of several queries that ``UNION`` and its kin put together.
Leaves: pairs as ``inserted`` has them. Each value is read as a column of a table that is there for this alone, so that
the lineage of the statement tells where it goes. Values of other statements ``inserted`` tells by their places.
"""

import functools
import re
from collections.abc import Callable, Collection, Sequence

from driftline.capture.hooks import inserted
from driftline.capture.hooks.inserted import Into
from driftline.capture.program.sites import COMPUTED, DECIDES
from driftline.capture.sql import bound, known, outline
from driftline.capture.sql.relation import CONDITIONAL, IDENTITY, Edge, Source, Unknown
from driftline.capture.sql.stated import Statement

_TABLE = "driftline_values"
_SURE = bound.BY_QUERY  # edges that are less so are left out
_CACHE = 500
_WITHIN = re.compile(
    r"\bWITH\b|\bMERGE\b|\A\s*COPY\b|\b(?:FROM|JOIN|USING)\s*\("
    r"|\b(?:AS|INTO\s+[\w.\"`\[\]]+)\s*(?:\([^()]*\)\s*)?\s*FROM\b",
    re.IGNORECASE,
)
_UNITED = re.compile(
    r"(?:\s|--[^\n]*\n)*(?:INSERT|REPLACE|CREATE)\b.*"
    r"\b(?:UNION|EXCEPT|INTERSECT)\b(?:\s+(?:ALL|DISTINCT|BY\s+NAME)\b)*[\s(]*(?:SELECT|FROM|VALUES)\b",
    re.IGNORECASE | re.DOTALL,
)


def columns(
    text: str, into: Sequence[str], one: Statement, dialect: str, unique: Callable[[], Collection[str]] = tuple
) -> Into:
    """Return what comes to which of the columns ``into``; nothing where the statement is handed no value.

    ``one`` is what the statement does, and ``unique`` tells the keys of the table, in small letters.
    """
    found: Into = ()
    if len(text) <= outline.LENGTH and (_WITHIN.search(text) or _UNITED.match(text)) and inserted.marks(text):
        names = () if one.how == "change" else tuple(into)  # what it sets it names itself
        found = _followed(text, names, one.kind, one.writes, dialect)
    if not found:
        return inserted.columns(text, into, unique)
    keys = inserted.deciding(text, unique)
    decides = ((f"{DECIDES}{column}", value) for column, value in found if column.lower() in keys)
    return tuple(dict.fromkeys((*found, *decides)))


@functools.lru_cache(_CACHE)
def _followed(text: str, into: tuple[str, ...], kind: str, writes: Source | None, dialect: str) -> Into:
    values = [place for place, _ in inserted.marks(text)]
    names = tuple(f"v{number}" for number in range(len(values)))
    pieces, start = [], 0
    for name, (_, token) in zip(names, inserted.marks(text), strict=True):
        pieces += [text[start : token.start()], f"(SELECT {_TABLE}.{name} FROM {_TABLE})"]  # noqa: S608 - it is not run
        start = token.end()

    def columns_of(source: Source, spelled: Callable[[str], str]) -> tuple[str, ...] | None:  # noqa: ARG001 - no files
        return names if source.names == (_TABLE,) else None

    analysis = known.analyse("".join((*pieces, text[start:])), columns_of, dialect)
    alike = [one for one in analysis.statements if one.kind == kind and one.writes] if analysis is not None else []
    alike = [one for one in alike if one.writes == writes] if len(alike) > 1 else alike
    if len(alike) != 1 or alike[0].lineage is None:
        return ()
    if not _WITHIN.search(text) and any(isinstance(one, Unknown) for one in alike[0].lineage.items):
        return ()  # beside a star of a table that is not known each is told by its place
    by_column, rows = bound.bind(alike[0].lineage, into or None)
    handed = dict(zip(names, values, strict=True))
    told = [(name, edge) for name, edges in by_column.items() for edge in sorted(edges) if _is_value(edge)]
    direct = [(name, _mark(edge) + handed[edge.column]) for name, edge in told if _reaches(edge)]
    decides = [f"{DECIDES}{handed[edge.column]}" for edge in sorted(rows) if _is_value(edge)]
    return (*direct, *((one, one.removeprefix(DECIDES)) for one in decides))


def _is_value(edge: Edge) -> bool:
    return edge.source.names == (_TABLE,) and edge.confidence >= _SURE


def _reaches(edge: Edge) -> bool:
    return edge.kind[0] == "DIRECT" or edge.kind == CONDITIONAL


def _mark(edge: Edge) -> str:
    return "" if edge.kind == IDENTITY else COMPUTED
