"""Clauses that say nothing of columns, and that the parser does not know.

Enters: the words of a text. Leaves: the words without such clauses: how a materialised view of Oracle is refreshed,
where rows go that an INSERT could not take, how a table of Synapse is spread, what rows of a pipeline of Databricks
must fulfil.
"""

from collections.abc import Callable
from typing import Any

from driftline.capture.sql.tokens import closing, said

_QUERY = frozenset(["SELECT", "WITH", "("])  # behind AS, of what is made of a query
_SPARK = frozenset(["spark", "databricks"])
_TSQL = frozenset(["tsql", "fabric"])
_SYNAPSE = frozenset(["DISTRIBUTION", "CLUSTERED", "HEAP", "PARTITION", "LOCATION", "CLUSTER"])


def without(tokens: list[Any], dialect: str) -> list[Any]:
    """Return ``tokens`` without clauses that say nothing of columns."""
    if not _FIRST.intersection(token.text.upper() for token in tokens):
        return tokens
    words = said(tokens)
    for first, dialects, clause in _CLAUSES:
        if first not in words or (dialects and dialect not in dialects):
            continue
        for place in range(len(words) - 1, -1, -1):
            if words[place : place + 1] == [first]:
                start, end = clause(words, place)
                if end > start:
                    tokens, words = tokens[:start] + tokens[end:], words[:start] + words[end:]
    return tokens


def _statement(words: list[str], place: int) -> int:
    """Where the statement begins that ``place`` stands in."""
    return next((one + 1 for one in range(place - 1, -1, -1) if words[one] == ";"), 0)


def _named(words: list[str], place: int) -> int:
    """Where the name ends that begins at ``place``."""
    place += 1
    while words[place : place + 1] == ["."]:
        place += 2
    return place


def _evolution(words: list[str], place: int) -> tuple[int, int]:
    """MERGE and INSERT of Databricks ``WITH SCHEMA EVOLUTION``."""
    return (place - 1, place + 2) if words[place - 1 : place + 2] == ["WITH", "SCHEMA", "EVOLUTION"] else (0, 0)


def _expectation(words: list[str], place: int) -> tuple[int, int]:
    """``CONSTRAINT c EXPECT (…) [ON VIOLATION …]``, and the list that holds nothing else."""
    start = place - 2
    if start < 0 or words[start] != "CONSTRAINT" or words[place + 1 : place + 2] != ["("]:
        return 0, 0
    end = closing(words, place + 1) + 1
    if words[end : end + 2] == ["ON", "VIOLATION"]:
        end += 4
    if words[start - 1 : start] == ["("] and words[end : end + 1] == [")"]:
        return start - 1, end + 1
    if words[end : end + 1] == [","]:
        return start, end + 1
    return start - (words[start - 1] == ","), end


def _live(words: list[str], place: int) -> tuple[int, int]:
    """``CREATE LIVE TABLE t`` and ``FROM LIVE.t`` of a pipeline of Databricks: what it makes itself."""
    named = words[place + 1 : place + 2] == ["."] and words[place - 1] in ("FROM", "JOIN", "INTO", "STREAM", "(", ",")
    made = words[place + 1 : place + 2] in (["TABLE"], ["VIEW"]) and "CREATE" in words[max(place - 4, 0) : place]
    return (place, place + 1 + named) if named or made else (0, 0)


def _format(words: list[str], place: int) -> tuple[int, int]:
    """``INSERT OVERWRITE DIRECTORY 'path' USING format [OPTIONS (…)]``."""
    if "DIRECTORY" not in words[max(place - 2, 0) : place]:
        return 0, 0
    end = place + 2
    return place, closing(words, end + 1) + 1 if words[end : end + 2] == ["OPTIONS", "("] else end


def _errors(words: list[str], place: int) -> tuple[int, int]:
    """``LOG ERRORS [INTO t] [('tag')] [REJECT LIMIT n]`` of Oracle."""
    if words[place + 1 : place + 2] != ["ERRORS"]:
        return 0, 0
    end = place + 2
    if words[end : end + 1] == ["INTO"]:
        end = _named(words, end + 1)
    if words[end : end + 1] == ["("]:
        end = closing(words, end) + 1
    return place, end + 3 * (words[end : end + 2] == ["REJECT", "LIMIT"])


def _stored(words: list[str], place: int) -> tuple[int, int]:
    """What stands between the name of a table or a materialised view of Oracle and AS: how it is kept."""
    view = words[place] == "MATERIALIZED"
    begins = (
        words[place - 1 : place] in (["CREATE"], ["REPLACE"], ["TEMPORARY"])
        and "CREATE" in words[max(place - 4, 0) : place]
    )
    if not begins or (view and words[place + 1 : place + 2] != ["VIEW"]):
        return 0, 0
    start = _named(words, place + 1 + view)
    if words[start : start + 1] == ["("]:
        start = closing(words, start) + 1
    for end in range(start, len(words) - 1):
        if words[end] == ";":
            break
        if words[end] == "AS" and words[end + 1] in _QUERY:
            return start, end
    return 0, 0


def _populated(words: list[str], place: int) -> tuple[int, int]:
    """``POPULATE`` of ClickHouse."""
    return (place, place + 1) if words[place + 1 : place + 2] == ["AS"] else (0, 0)


def _spread(words: list[str], place: int) -> tuple[int, int]:
    """``CREATE TABLE t WITH (DISTRIBUTION = …) AS SELECT …`` of Synapse."""
    if words[place + 1 : place + 2] != ["("] or place + 2 >= len(words):
        return 0, 0
    end = closing(words, place + 1) + 1
    made = words[_statement(words, place) : place]
    stands = words[place + 2] in _SYNAPSE and words[end : end + 1] == ["AS"] and "TABLE" in made[:4]
    return (place, end) if stands else (0, 0)


def _checked(words: list[str], place: int) -> tuple[int, int]:
    """``WITH [CASCADED | LOCAL] CHECK OPTION`` of a view."""
    start = place - 1 - (words[place - 1] in ("CASCADED", "LOCAL"))
    stands = words[place + 1 : place + 2] == ["OPTION"] and words[start : start + 1] == ["WITH"]
    return (start, place + 2) if stands else (0, 0)


def _filled(words: list[str], place: int) -> tuple[int, int]:
    """``WITH [NO] DATA`` at the end of a materialised view of PostgreSQL."""
    start = place - 1 - (words[place - 1] == "NO")
    ends = words[place + 1 : place + 2] in ([], [";"])
    return (start, place + 1) if ends and words[start : start + 1] == ["WITH"] else (0, 0)


def _snapshot(words: list[str], place: int) -> tuple[int, int]:
    """``CREATE SNAPSHOT TABLE`` of BigQuery."""
    stands = words[place + 1 : place + 2] == ["TABLE"] and "CREATE" in words[max(place - 3, 0) : place]
    return (place, place + 1) if stands else (0, 0)


def _as_of(words: list[str], place: int) -> tuple[int, int]:
    """When a table was as it is cloned: ``CLONE t VERSION AS OF 3``, ``CLONE t FOR SYSTEM_TIME AS OF …``."""
    start = _named(words, place + 1)
    begins = words[start : start + 3]
    if begins[1:] != ["AS", "OF"] and begins[:2] != ["FOR", "SYSTEM_TIME"]:
        return 0, 0
    return start, next((one for one in range(start, len(words)) if words[one] == ";"), len(words))


def _deep(words: list[str], place: int) -> tuple[int, int]:
    """How a table of Databricks is cloned."""
    return (place, place + 1) if words[place + 1 : place + 2] == ["CLONE"] else (0, 0)


def _locking(words: list[str], place: int) -> tuple[int, int]:
    """``LOCKING TABLE t FOR ACCESS`` of Teradata."""
    ends = (one for one in range(place, len(words)) if words[one] in ("SELECT", "SEL", "WITH", "INSERT", "INS", ";"))
    return place, next(ends, place)


_Clause = Callable[[list[str], int], tuple[int, int]]  # from where, up to where
_CLAUSES: tuple[tuple[str, frozenset[str], _Clause], ...] = (
    ("SCHEMA", _SPARK, _evolution),
    ("EXPECT", _SPARK, _expectation),
    ("LIVE", _SPARK, _live),
    ("USING", _SPARK, _format),
    ("LOG", frozenset(["oracle"]), _errors),
    ("MATERIALIZED", frozenset(["oracle"]), _stored),
    ("TABLE", frozenset(["oracle"]), _stored),
    ("POPULATE", frozenset(["clickhouse"]), _populated),
    ("WITH", _TSQL, _spread),
    ("CHECK", frozenset(), _checked),
    ("DATA", frozenset(["postgres", "materialize"]), _filled),
    ("SNAPSHOT", frozenset(["bigquery"]), _snapshot),
    ("CLONE", frozenset(["bigquery", *_SPARK]), _as_of),
    ("DEEP", _SPARK, _deep),
    ("SHALLOW", _SPARK, _deep),
    ("LOCKING", frozenset(["teradata"]), _locking),
)
_FIRST = frozenset(first for first, _, _ in _CLAUSES if first not in ("USING", "WITH")) | {"DIRECTORY", *_SYNAPSE}
