"""Made-up rows on which a query of a suite finds something: the bundled data leaves most results of TPC-DS empty.

Enters: a suite with its tables, a query, a seed. Leaves: small tables of the same columns and types. Keys are drawn
from few numbers, and what the query's text compares a column with is among the column's values, so that joins meet
and conditions hold. The text is only looked at to choose data; it says nothing about what influences what.
"""

import random
import re
from datetime import date, timedelta
from typing import Any

import duckdb

import tpc

SMALL, LARGE = 24, 240  # rows of a dimension and of a fact
_FACTS = re.compile(r"sales|returns|inventory|lineitem|orders|partsupp")
_LITERAL = re.compile(r"'((?:[^']|'')*)'|(?<![\w.])(\d+(?:\.\d+)?)")


def fill(connection: duckdb.DuckDBPyConnection, suite: tpc.Suite, query: tpc.Query, seed: int = 7) -> None:
    """Exchange the rows of schema ``base`` for made-up ones.

    Args:
        connection: whose schema ``base`` has the tables of ``suite``.
        suite: of the query.
        query: that is to find something.
        seed: of the numbers.
    """
    chance = random.Random(f"{seed} {suite.name} {query.number}")
    words = set(re.findall(r"\w+", query.sql.lower()))
    for table, columns in suite.schema.items():
        if table not in words:
            continue
        described = connection.execute(f"DESCRIBE bundled.{table}").fetchall()
        kinds = {row[0].lower(): row[1] for row in described}
        count = LARGE if _FACTS.search(table) else SMALL
        own = columns[0] if count == SMALL else ""  # the key of a dimension
        made = [
            [_cell(chance, query.sql, column, kinds[column.lower()], place, first=column == own) for column in columns]
            for place in range(count)
        ]
        connection.execute(f"DELETE FROM base.{table}")
        connection.executemany(f"INSERT INTO base.{table} VALUES ({', '.join('?' * len(columns))})", made)


def _cell(chance: random.Random, sql: str, column: str, kind: str, place: int, *, first: bool) -> Any:
    if first and kind in ("BIGINT", "INTEGER"):
        return place + 1
    wanted = _compared(sql, column)
    key = column.endswith(("_sk", "key"))
    if kind == "DATE":
        days = _dates(sql) or [date(2000, 1, 1)]
        return chance.choice(days) + timedelta(days=chance.randrange(-20, 40))
    if kind == "BOOLEAN":
        return chance.random() < 0.5
    if kind == "VARCHAR":
        texts = [one for one in wanted if isinstance(one, str)]
        if texts and chance.random() < 0.85:
            return chance.choice(texts).replace("%", "").replace("_", "a")
        return chance.choice(("some", "other", "more", "24128 x", "12345")) + (
            str(place % 3) if chance.random() < 0.3 else ""
        )
    numbers = [float(one) for one in wanted if not isinstance(one, str)]
    if key:
        return chance.randrange(1, SMALL + 1)
    if numbers and chance.random() < 0.85:
        number = chance.choice(numbers) + chance.choice((0, 0, 1, -1, 5))
    else:
        number = float(chance.randrange(0, 60))
    return number if kind == "DOUBLE" else int(number)


def _compared(sql: str, column: str) -> list[str | float]:
    """The literals within a few words behind the column's name."""
    found: list[str | float] = []
    for hit in re.finditer(rf"\b{column}\b", sql, re.IGNORECASE):
        behind = re.split(
            r"\b(?:and|or|group|order|then|from)\b(?!\s*[\d'])", sql[hit.end() : hit.end() + 260], maxsplit=1
        )[0]
        for text, number in _LITERAL.findall(behind):
            found.append(text if text or not number else float(number))
    return [one for one in found if one != ""]


def _dates(sql: str) -> list[date]:
    days = [date.fromisoformat(one) for one in re.findall(r"\b(\d{4}-\d{2}-\d{2})\b", sql)]
    return days or [date(int(one), 2, 3) for one in re.findall(r"(?<!\d)(199\d|200\d)(?!\d)", sql)]
