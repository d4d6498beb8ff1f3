"""Clauses that say nothing of columns, and that the parser does not know.

Enters: the words of one statement. Leaves: its words without such clauses: how a materialised view of Oracle is
refreshed, where rows go that an INSERT could not take, how a table of Synapse is spread, what rows of a pipeline of
Databricks must fulfil, when a temporary table of PostgreSQL ends, what XMLTABLE calls that which it is passed.
"""

from collections.abc import Callable
from typing import Any

from driftline.capture.sql.tokens import Edit, Words, edited, said

_QUERY = frozenset(["SELECT", "WITH", "("])  # behind AS, of what is made of a query
_TRIES = 5  # words AS between the name of a table and its query
_SPARK = frozenset(["spark", "databricks"])
_TSQL = frozenset(["tsql", "fabric"])
_XML = frozenset(["", "oracle", "postgres", "db2"])
_NEAR = 20  # words that may stand between PASSING and what it is about
_SYNAPSE = frozenset(["DISTRIBUTION", "CLUSTERED", "HEAP", "PARTITION", "LOCATION", "CLUSTER"])


def without(tokens: list[Any], dialect: str) -> list[Any]:
    """Return ``tokens`` without clauses that say nothing of columns."""
    words = said(tokens)
    for first, dialects, clause in _CLAUSES:
        if first not in words or (dialects and dialect not in dialects):
            continue
        ranges = [clause(words, place) for place, word in enumerate(words) if word == first]
        ranges = [(start, end) for start, end in ranges if end > start]
        edits: list[Edit] = [(*one, []) for one in (_listed(words, ranges) if first == "EXPECT" else ranges)]
        if edits:
            tokens = edited(tokens, edits)
            words = said(tokens)
    return tokens


def _named(words: Words, place: int) -> int:
    """Where the name ends that begins at ``place``."""
    place += 1
    while words[place : place + 1] == ["."]:
        place += 2
    return place


def _evolution(words: Words, place: int) -> tuple[int, int]:
    """MERGE and INSERT of Databricks ``WITH SCHEMA EVOLUTION``."""
    return (place - 1, place + 2) if words[place - 1 : place + 2] == ["WITH", "SCHEMA", "EVOLUTION"] else (0, 0)


def _expectation(words: Words, place: int) -> tuple[int, int]:
    """``CONSTRAINT c EXPECT (…) [ON VIOLATION …]``."""
    start = place - 2
    if start < 0 or words[start] != "CONSTRAINT" or words[place + 1 : place + 2] != ["("]:
        return 0, 0
    end = words.closing(place + 1) + 1
    return start, end + 4 * (words[end : end + 2] == ["ON", "VIOLATION"])


def _listed(words: Words, found: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """Expectations that follow each other as one, each with its comma, or with the list that holds nothing else."""
    runs: list[tuple[int, int]] = []
    for start, end in found:
        if runs and runs[-1][1] == start - 1 and words[start - 1] == ",":
            runs[-1] = runs[-1][0], end
        else:
            runs.append((start, end))
    alone = {(start, end) for start, end in runs if words[start - 1] == "(" and words[end : end + 1] == [")"]}
    followed = {one for one in runs if words[one[1] : one[1] + 1] == [","]}
    return [
        (one[0] - 1, one[1] + 1) if one in alone
        else (one[0], one[1] + 1) if one in followed
        else (one[0] - (words[one[0] - 1] == ","), one[1])
        for one in runs
    ]  # fmt: skip


def _live(words: Words, place: int) -> tuple[int, int]:
    """``CREATE LIVE TABLE t`` and ``FROM LIVE.t`` of a pipeline of Databricks: what it makes itself."""
    named = words[place + 1 : place + 2] == ["."] and words[place - 1] in ("FROM", "JOIN", "INTO", "STREAM", "(", ",")
    made = words[place + 1 : place + 2] in (["TABLE"], ["VIEW"]) and "CREATE" in words[max(place - 4, 0) : place]
    return (place, place + 1 + named) if named or made else (0, 0)


def _format(words: Words, place: int) -> tuple[int, int]:
    """``INSERT OVERWRITE DIRECTORY 'path' USING format [OPTIONS (…)]``."""
    if "DIRECTORY" not in words[max(place - 2, 0) : place]:
        return 0, 0
    end = place + 2
    return place, words.closing(end + 1) + 1 if words[end : end + 2] == ["OPTIONS", "("] else end


def _errors(words: Words, place: int) -> tuple[int, int]:
    """``LOG ERRORS [INTO t] [('tag')] [REJECT LIMIT n]`` of Oracle."""
    if words[place + 1 : place + 2] != ["ERRORS"]:
        return 0, 0
    end = place + 2
    if words[end : end + 1] == ["INTO"]:
        end = _named(words, end + 1)
    if words[end : end + 1] == ["("]:
        end = words.closing(end) + 1
    return place, end + 3 * (words[end : end + 2] == ["REJECT", "LIMIT"])


def _stored(words: Words, place: int) -> tuple[int, int]:
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
        start = words.closing(start) + 1
    end = start - 1
    for _ in range(_TRIES):
        end = words.after(end + 1, "AS") or len(words)
        if not _QUERY.isdisjoint(words[end + 1 : end + 2]):
            return start, end
    return 0, 0


def _populated(words: Words, place: int) -> tuple[int, int]:
    """``POPULATE`` of ClickHouse."""
    return (place, place + 1) if words[place + 1 : place + 2] == ["AS"] else (0, 0)


def _spread(words: Words, place: int) -> tuple[int, int]:
    """``CREATE TABLE t WITH (DISTRIBUTION = …) AS SELECT …`` of Synapse."""
    if words[place + 1 : place + 2] != ["("] or place + 2 >= len(words):
        return 0, 0
    end = words.closing(place + 1) + 1
    stands = words[place + 2] in _SYNAPSE and words[end : end + 1] == ["AS"] and "TABLE" in words[: min(place, 4)]
    return (place, end) if stands else (0, 0)


def _checked(words: Words, place: int) -> tuple[int, int]:
    """``WITH [CASCADED | LOCAL] CHECK OPTION`` of a view."""
    start = place - 1 - (words[place - 1] in ("CASCADED", "LOCAL"))
    stands = words[place + 1 : place + 2] == ["OPTION"] and words[start : start + 1] == ["WITH"]
    return (start, place + 2) if stands else (0, 0)


def _filled(words: Words, place: int) -> tuple[int, int]:
    """``WITH [NO] DATA`` at the end of a materialised view of PostgreSQL."""
    start = place - 1 - (words[place - 1] == "NO")
    ends = words[place + 1 : place + 2] == []
    return (start, place + 1) if ends and words[start : start + 1] == ["WITH"] else (0, 0)


def _snapshot(words: Words, place: int) -> tuple[int, int]:
    """``CREATE SNAPSHOT TABLE`` of BigQuery."""
    stands = words[place + 1 : place + 2] == ["TABLE"] and "CREATE" in words[max(place - 3, 0) : place]
    return (place, place + 1) if stands else (0, 0)


def _as_of(words: Words, place: int) -> tuple[int, int]:
    """When a table was as it is cloned: ``CLONE t VERSION AS OF 3``, ``CLONE t FOR SYSTEM_TIME AS OF …``."""
    start = _named(words, place + 1)
    begins = words[start : start + 3]
    if begins[1:] != ["AS", "OF"] and begins[:2] != ["FOR", "SYSTEM_TIME"]:
        return 0, 0
    return start, len(words)


def _deep(words: Words, place: int) -> tuple[int, int]:
    """How a table of Databricks is cloned."""
    return (place, place + 1) if words[place + 1 : place + 2] == ["CLONE"] else (0, 0)


def _locking(words: Words, place: int) -> tuple[int, int]:
    """``LOCKING TABLE t FOR ACCESS`` of Teradata."""
    end = words.after(place, "SELECT", "SEL", "WITH", "INSERT", "INS")
    return place, place if end is None else end


def _at_commit(words: Words, place: int) -> tuple[int, int]:
    """``ON COMMIT DROP`` of a temporary table of PostgreSQL."""
    stands = words[place - 1 : place + 2] == ["ON", "COMMIT", "DROP"]
    return (place - 1, place + 2) if stands else (0, 0)


def _of_session(words: Words, place: int) -> tuple[int, int]:
    """``LOCAL TEMP`` and ``GLOBAL TEMP`` of PostgreSQL, where both words before it mean nothing."""
    stands = words[place + 1 : place + 2] in (["TEMP"], ["TEMPORARY"]) and words[place - 1] in ("CREATE", "INTO")
    return (place, place + 1) if stands else (0, 0)


def _passed(words: Words, place: int) -> tuple[int, int]:
    """``PASSING doc AS "d"`` of XMLTABLE, but no ``AS`` within what is passed or behind it."""
    stands = words[place + 2 : place + 3] in ([","], [")"], ["COLUMNS"], ["RETURNING"])
    near = words[max(place - _NEAR, 0) : place] if stands else []
    passed = near[len(near) - near[::-1].index("PASSING") :] if "PASSING" in near else ["COLUMNS"]
    alone = "COLUMNS" not in passed and passed.count("(") == passed.count(")")
    return (place, place + 2) if alone else (0, 0)


def _by_reference(words: Words, place: int) -> tuple[int, int]:
    """``RETURNING SEQUENCE BY REF`` and ``PASSING BY REF`` of XMLTABLE."""
    start = place - 3 if words[place - 3 : place] == ["RETURNING", "SEQUENCE", "BY"] else place - 1
    stands = words[place - 1] == "BY" and "PASSING" in words[max(place - _NEAR, 0) : place]
    return (start, place + 1) if stands else (0, 0)


_Clause = Callable[[Words, int], tuple[int, int]]  # from where, up to where


def _of_table(words: Words, place: int) -> tuple[int, int]:
    """``DELETE FROM TABLE t``."""
    found = words[place : place + 3] == ["DELETE", "FROM", "TABLE"] and words[place + 3 : place + 4] not in (
        [],
        ["WHERE"],
    )
    return (place + 2, place + 3) if found else (0, 0)


_CLAUSES: tuple[tuple[str, frozenset[str], _Clause], ...] = (
    ("SCHEMA", _SPARK, _evolution),
    ("EXPECT", _SPARK, _expectation),
    ("LIVE", _SPARK, _live),
    ("USING", _SPARK, _format),
    ("LOG", frozenset(["oracle"]), _errors),
    ("MATERIALIZED", frozenset(["oracle"]), _stored),
    ("TABLE", frozenset(["oracle"]), _stored),
    ("DELETE", frozenset(), _of_table),
    ("POPULATE", frozenset(["clickhouse"]), _populated),
    ("WITH", _TSQL, _spread),
    ("CHECK", frozenset(), _checked),
    ("DATA", frozenset(["postgres", "materialize"]), _filled),
    ("COMMIT", frozenset(["postgres"]), _at_commit),
    ("LOCAL", frozenset(["postgres"]), _of_session),
    ("GLOBAL", frozenset(["postgres"]), _of_session),
    ("SNAPSHOT", frozenset(["bigquery"]), _snapshot),
    ("CLONE", frozenset(["bigquery", *_SPARK]), _as_of),
    ("DEEP", _SPARK, _deep),
    ("SHALLOW", _SPARK, _deep),
    ("LOCKING", frozenset(["teradata"]), _locking),
    ("AS", _XML, _passed),
    ("REF", _XML, _by_reference),
)
ABOUT = frozenset(first for first, _, _ in _CLAUSES if first not in ("USING", "WITH", "AS"))
ABOUT |= {"DIRECTORY", "PASSING", *_SYNAPSE}
