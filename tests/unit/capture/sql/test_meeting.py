"""Which columns decide whether rows of an INSERT meet rows of its target; expected edges by hand."""

from collections.abc import Callable
from typing import Any

import pytest

Tell = Callable[..., list[Any]]


@pytest.mark.parametrize(
    ("dialect", "text", "rows"),
    [
        ("sqlite", "INSERT OR REPLACE INTO t SELECT a, b FROM s", ["s.a FILTER"]),
        ("sqlite", "INSERT OR IGNORE INTO t SELECT a, b FROM s", ["s.a FILTER"]),
        ("sqlite", "INSERT OR ABORT INTO t SELECT a, b FROM s", []),
        ("sqlite", "REPLACE INTO t SELECT a, b FROM s", ["s.a FILTER"]),
        ("mysql", "REPLACE INTO t SELECT a, b FROM s", ["s.a FILTER"]),
        ("mysql", "INSERT IGNORE INTO t SELECT a, b FROM s", ["s.a FILTER"]),
        ("mysql", "INSERT INTO t (v, k) SELECT b, a FROM s ON DUPLICATE KEY UPDATE v = VALUES(v)", ["s.a FILTER"]),
        ("postgres", "INSERT INTO t SELECT a, b FROM s ON CONFLICT DO NOTHING", ["s.a FILTER"]),
        ("postgres", "INSERT INTO t SELECT a, b FROM s ON CONFLICT (k) DO NOTHING", ["s.a JOIN"]),
        ("postgres", "INSERT INTO t SELECT a, b FROM s", []),
    ],
)
@pytest.mark.parametrize(
    "columns", ["k INT PRIMARY KEY, v INT", "k INT UNIQUE, v INT", "k INT, v INT, PRIMARY KEY (k)",
                "k INT, v INT, UNIQUE (k)", "k INT, v INT, CONSTRAINT c UNIQUE (k)"]
)  # fmt: skip
def test_keys_of_the_table_decide_unless_the_statement_names_them(
    tell: Tell, dialect: str, text: str, rows: list[str], columns: str
) -> None:
    *_, made = tell(f"CREATE TABLE t ({columns}); {text}", dialect, {"s": ["a", "b"]})
    assert made.rows == rows


def test_of_a_table_whose_keys_are_not_known_none_are_told(tell: Tell) -> None:
    (made,) = tell("INSERT OR REPLACE INTO t (k, v) SELECT a, b FROM s", "sqlite", {"s": ["a", "b"]})
    assert made.rows == []
