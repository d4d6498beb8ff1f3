"""Edges of an executed statement: only those that are sure become edges of a run. Expected values by hand."""

from driftline.capture.sql import statement
from driftline.capture.sql.edges import SqlEdges
from driftline.capture.sql.relation import Source
from driftline.event.lineage import Dataset


def bound(sql: str) -> tuple[dict[str, list[tuple[str, str]]], list[tuple[str, str]]]:
    analysis = statement.analyse(sql, lambda source, spelled: None)
    assert analysis is not None
    (one,) = analysis.statements
    assert one.lineage is not None
    datasets = {source: (Dataset("duckdb://x", source.names[0]),) for source in one.reads}
    fields, rows = SqlEdges(one.lineage, datasets, analysis.spelled).bind(None)
    told = {name: [(reach.name, reach.field) for reach in reaches] for name, reaches in fields.items()}
    return told, [(reach.name, reach.field) for reach in rows]


def test_an_edge_that_is_not_sure_is_left_to_the_gap() -> None:
    assert bound("SELECT p.a AS x, b AS y FROM t p JOIN u q ON p.k = q.k") == (
        {"x": [("t", "a")]},
        [("t", "k"), ("u", "k")],
    )


def test_a_source_that_is_several_datasets_reaches_from_each_of_them() -> None:
    source = Source("table", ("t",))
    analysis = statement.analyse("SELECT a FROM t", lambda source, spelled: None)
    assert analysis is not None
    lineage = analysis.statements[0].lineage
    assert lineage is not None
    fields, _ = SqlEdges(lineage, {source: (Dataset("n", "one"), Dataset("n", "two"))}, str).bind(None)
    assert [reach.name for reach in fields["a"]] == ["one", "two"]
