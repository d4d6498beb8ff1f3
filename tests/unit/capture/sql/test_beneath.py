"""Changes of a table through a query. Edges by hand: what is changed is a table's row, whatever it is called above."""

from collections.abc import Callable
from typing import Any

import pytest
import sqlglot

from driftline.capture.sql import dialect
from driftline.capture.sql.beneath import beneath

Tell = Callable[..., list[Any]]


def test_rows_numbered_within_their_group_are_deleted_from_the_table(tell: Tell) -> None:
    (one,) = tell(
        "WITH twice AS (SELECT *, ROW_NUMBER() OVER (PARTITION BY mail ORDER BY seen DESC) AS n FROM crm.people) "
        "DELETE FROM twice WHERE n > 1",
        "tsql",
    )
    assert (one.target, one.rows) == ("crm.people", ["crm.people.mail FILTER", "crm.people.seen FILTER"])


@pytest.mark.parametrize(
    ("name", "sql", "target", "columns"),
    [
        ("tsql", "WITH a AS (SELECT id, state AS s FROM d.o), b AS (SELECT id, s AS t FROM a WHERE id > 1) "
         "UPDATE b SET t = id", "d.o", {"state": ["d.o.id IDENTITY"]}),
        ("tsql", "WITH c AS (SELECT o.price AS old, p.price AS new FROM d.o o JOIN d.p p ON p.id = o.id) "
         "UPDATE c SET old = new", "d.o", {"price": ["d.p.price IDENTITY"]}),
        ("tsql", "UPDATE q SET v = q.w FROM (SELECT o.v, p.w FROM d.o o JOIN d.p p ON p.id = o.id) q",
         "d.o", {"v": ["d.p.w IDENTITY"]}),
        ("oracle", "UPDATE (SELECT o.v, p.w FROM d.o o JOIN d.p p ON p.id = o.id) SET v = w",
         "d.o", {"v": ["d.p.w IDENTITY"]}),
        ("oracle", "UPDATE (SELECT o.v FROM d.o o WHERE o.k = 1) x SET x.v = 2", "d.o", {"v": []}),
        ("tsql", "WITH c AS (SELECT id, v AS old FROM d.o WHERE k = 1) MERGE INTO c USING d.p AS p ON p.id = c.id "
         "WHEN MATCHED THEN UPDATE SET old = p.w", "d.o", {"v": ["d.p.w IDENTITY"]}),
        ("tsql", "DELETE q FROM (SELECT TOP 5 * FROM d.o ORDER BY k) q", "d.o", {}),
        ("oracle", "DELETE FROM (SELECT * FROM d.o WHERE k = 1)", "d.o", {}),
        ("postgres", "WITH o AS (SELECT id FROM d.p) DELETE FROM o WHERE id = 1", "o", {}),
    ],
)  # fmt: skip
def test_what_is_changed_is_the_table_beneath(
    tell: Tell, name: str, sql: str, target: str, columns: dict[str, list[str]]
) -> None:
    (one,) = tell(sql, name)
    assert (one.target, one.columns) == (target, columns)


@pytest.mark.parametrize(
    "sql",
    [
        "UPDATE o SET v = 1",
        "WITH c AS (SELECT 1 AS v) UPDATE c SET v = 2",
        "WITH c AS (SELECT v FROM a UNION ALL SELECT v FROM b) UPDATE c SET v = 2",
        "WITH c AS (SELECT v FROM a JOIN b ON a.k = b.k) UPDATE c SET v = 2",
    ],
)
def test_a_table_itself_and_a_query_that_no_table_lies_beneath_for_sure_have_none(sql: str) -> None:
    tree: Any = sqlglot.parse_one(sql, dialect="tsql")
    assert beneath(dialect.of("tsql"), tree, tree.this, tree.expressions[0].this) is None
