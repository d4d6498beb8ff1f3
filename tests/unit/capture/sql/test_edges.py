"""Edges of an executed statement, each as sure as the statement makes it. Expected values by hand."""

import pytest

from driftline.capture.runs.columns import Reach
from driftline.capture.sql import edges, known
from driftline.capture.sql.edges import SqlEdges
from driftline.capture.sql.relation import Source
from driftline.event.lineage import Dataset


def bound(sql: str, columns: tuple[str, ...] | None = None) -> tuple[dict[str, list[str]], list[str]]:
    analysis = known.analyse(sql, lambda source, spelled: None)
    assert analysis is not None
    (one,) = analysis.statements
    assert one.lineage is not None
    datasets = {source: (Dataset("duckdb://x", source.names[0]),) for source in one.reads}
    fields, rows = SqlEdges(one.lineage, datasets, analysis.spelled).bind(columns)
    return {name: told(reaches) for name, reaches in fields.items()}, told(rows)


def told(reaches: list[Reach]) -> list[str]:
    return [f"{reach.name}.{reach.field} {reach.confidence:g}" for reach in reaches]


def test_an_edge_that_is_not_sure_is_kept_with_less_confidence() -> None:
    assert bound("SELECT p.a AS x, b AS y FROM t p JOIN u q ON p.k = q.k") == (
        {"x": ["t.a 1"], "y": ["t.b 0.5", "u.b 0.5"]},
        ["t.k 1", "u.k 1"],
    )


def test_columns_that_are_not_known_have_no_edge_of_their_own() -> None:
    assert bound("SELECT * FROM t") == ({}, [])


def test_an_insert_into_a_table_of_which_nothing_is_known_names_columns_as_its_query_does() -> None:
    assert bound("INSERT INTO m SELECT a, b + 1 AS n FROM t") == ({"a": ["t.a 0.9"], "n": ["t.b 0.9"]}, [])
    assert bound("INSERT INTO m SELECT a, b + 1 AS n FROM t", ("x", "y")) == ({"x": ["t.a 1"], "y": ["t.b 1"]}, [])


def test_a_source_that_is_several_datasets_reaches_from_each_of_them() -> None:
    source = Source("table", ("t",))
    analysis = known.analyse("SELECT a FROM t", lambda source, spelled: None)
    assert analysis is not None
    lineage = analysis.statements[0].lineage
    assert lineage is not None
    fields, _ = SqlEdges(lineage, {source: (Dataset("n", "one"), Dataset("n", "two"))}, str).bind(None)
    assert [reach.name for reach in fields["a"]] == ["one", "two"]


@pytest.mark.parametrize(
    ("dialect", "text", "whole"),
    [
        ("mysql", "UPDATE t SET a = 1", True),
        ("mysql", "UPDATE t SET a = 1 LIMIT 5", False),
        ("mysql", "UPDATE t SET a = 1 ORDER BY b LIMIT 5", False),
        ("tsql", "UPDATE t SET a = 1", True),
        ("tsql", "UPDATE TOP (5) t SET a = 1", False),
        ("tsql", "UPDATE TOP (5) PERCENT t SET a = 1", False),
    ],
)
def test_a_change_of_so_many_rows_at_most_sets_not_all(dialect: str, text: str, whole: bool) -> None:
    analysis = known.analyse(text, lambda *_: None, dialect)
    assert analysis is not None
    (one,) = analysis.statements
    assert edges.of(one, {}, Dataset("db", "t"), analysis).whole is whole


@pytest.mark.parametrize(
    ("dialect", "text", "begins"),
    [
        ("mysql", "DELETE FROM t", True),
        ("mysql", "DELETE FROM t LIMIT 5", False),
        ("tsql", "DELETE FROM t", True),
        ("tsql", "DELETE TOP (5) FROM t", False),
    ],
)
def test_a_table_of_which_so_many_rows_at_most_are_deleted_is_not_begun(dialect: str, text: str, begins: bool) -> None:
    analysis = known.analyse(text, lambda *_: None, dialect)
    assert analysis is not None
    assert [one.begins for one in analysis.statements] == [begins]


def test_columns_of_literals_have_no_source_where_the_code_spells_the_text_out() -> None:
    """Else the code may have put them into the text."""
    analysis = known.analyse("insert into t (a, b, c) select 'x', count(*), d from s", lambda source, spelled: None)
    assert analysis is not None
    (one,) = analysis.statements
    target, datasets = Dataset("d", "t"), {one.reads[0]: (Dataset("d", "s"),)}
    composed, plain = (edges.of(one, datasets, target, analysis._replace(plain=plain)) for plain in (False, True))
    assert [found.rootless(("a", "b", "c")) for found in (composed, plain)] == [{"b"}, {"a", "b"}]
    assert not plain.constant
    values = known.analyse("insert into t (a, b) values ('x', now())", lambda source, spelled: None)
    assert values is not None
    found = [edges.of(values.statements[0], {}, target, values._replace(plain=plain)) for plain in (False, True)]
    assert [one.constant for one in found] == [False, True]
