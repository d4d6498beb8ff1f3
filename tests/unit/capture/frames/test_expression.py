"""Expressions one by one; whole plans are compared with SQL in ``hooks/test_polars_plan``."""

from typing import Any

import pytest

from driftline.capture.frames import expression
from driftline.capture.frames.expression import Unclear
from driftline.capture.frames.parts import Counted, Spelled
from driftline.capture.frames.shape import of_source
from driftline.capture.sql.relation import Source

pl = pytest.importorskip("polars")

SHAPE = of_source(Source("table", ("n", "t")), ["a", "b", "c", "s"])


def told(expr: Any) -> dict[str, set[str]]:
    found = expression.outputs(expr, SHAPE)
    return {name: {f"{edge.column} {edge.kind[1]}" for edge in edges} for name, edges in found.items()}


CASES: list[tuple[Any, dict[str, set[str]]]] = [
    ("a", {"a": {"a IDENTITY"}}),
    (pl.col("a").alias("z"), {"z": {"a IDENTITY"}}),
    (pl.col("a").cast(pl.Int8), {"a": {"a TRANSFORMATION"}}),
    (pl.col("a") + pl.col("b") * 2, {"a": {"a TRANSFORMATION", "b TRANSFORMATION"}}),
    (pl.col("a").sum() / pl.col("b").mean(), {"a": {"a AGGREGATION", "b AGGREGATION"}}),
    (pl.when(pl.col("c") > 1).then(pl.col("a")).otherwise(pl.col("b")).alias("w"),
        {"w": {"a IDENTITY", "b IDENTITY", "c CONDITIONAL"}}),
    (pl.when(pl.col("c") > 1).then(pl.lit(1)).alias("w"), {"w": {"c CONDITIONAL"}}),
    (pl.when(pl.col("c").is_null()).then(pl.when(pl.col("b") > 0).then(pl.col("a"))).alias("w"),
        {"w": {"a IDENTITY", "b CONDITIONAL", "c CONDITIONAL"}}),
    (pl.col("a").sum().over("s"), {"a": {"a AGGREGATION", "s WINDOW"}}),
    (pl.col("a").sort_by("b").first(), {"a": {"a AGGREGATION", "b WINDOW"}}),
    (pl.col("a").filter(pl.col("c") > 0).max(), {"a": {"a AGGREGATION", "c CONDITIONAL"}}),
    (pl.col("a").top_k_by("b", 2), {"a": {"a TRANSFORMATION", "b WINDOW"}}),
    (pl.col("a").bottom_k_by("b", 1).first(), {"a": {"a AGGREGATION", "b WINDOW"}}),
    (pl.col("a").gather(pl.col("b")), {"a": {"a TRANSFORMATION", "b CONDITIONAL"}}),
    (pl.col("a").get(pl.col("b").arg_max()), {"a": {"a TRANSFORMATION", "b CONDITIONAL"}}),
    (pl.col("a").slice(pl.col("b").min()).sum(), {"a": {"a AGGREGATION", "b CONDITIONAL"}}),
    (pl.col("a").rolling_max_by("b", "3i"), {"a": {"a TRANSFORMATION", "b WINDOW"}}),
    (pl.len(), {"len": set()}),
    (pl.lit(3), {"literal": set()}),
    (pl.coalesce("a", "b"), {"a": {"a TRANSFORMATION", "b TRANSFORMATION"}}),
    (pl.struct("a", "b").alias("st"), {"st": {"a TRANSFORMATION", "b TRANSFORMATION"}}),
    (pl.col("a", "b").sum(), {"a": {"a AGGREGATION"}, "b": {"b AGGREGATION"}}),
    (pl.exclude("s") - pl.col("a"), {name: {"a TRANSFORMATION", f"{name} TRANSFORMATION"} for name in "abc"}),
    (pl.sum_horizontal(pl.exclude("s")), {"a": {"a TRANSFORMATION", "b TRANSFORMATION", "c TRANSFORMATION"}}),
    (pl.sum_horizontal(pl.exclude("s", "c"), pl.col("c")).alias("v"),
        {"v": {"a TRANSFORMATION", "b TRANSFORMATION", "c TRANSFORMATION"}}),
    (pl.col("a", "b") / pl.sum_horizontal(pl.col("a", "b")),
        {name: {"a TRANSFORMATION", "b TRANSFORMATION"} for name in ("a", "b")}),
    (pl.when(pl.col("c") > 1).then(pl.max_horizontal(pl.col("a", "b"))).alias("w"),
        {"w": {"a TRANSFORMATION", "b TRANSFORMATION", "c CONDITIONAL"}}),
    (pl.corr("a", "b"), {"a": {"a AGGREGATION", "b AGGREGATION"}}),
    (pl.col("a").shift(1), {"a": {"a TRANSFORMATION"}}),
    (pl.col("a").shift(pl.col("b").max()), {"a": {"a TRANSFORMATION", "b CONDITIONAL"}}),
    (pl.col("a").shift(pl.col("b"), fill_value=pl.col("c")),
        {"a": {"a TRANSFORMATION", "b CONDITIONAL", "c TRANSFORMATION"}}),
    (pl.col("a").diff(pl.col("b").first()), {"a": {"a TRANSFORMATION", "b CONDITIONAL"}}),
    (pl.col("a").list.shift(pl.col("b")), {"a": {"a TRANSFORMATION", "b CONDITIONAL"}}),
    (pl.col("a").sum().rolling("b", period="3i"), {"a": {"a AGGREGATION", "b WINDOW"}}),
]  # fmt: skip


if hasattr(pl.Expr, "max_by"):
    CASES.append((pl.col("a").max_by("b"), {"a": {"a AGGREGATION", "b CONDITIONAL"}}))


@pytest.mark.parametrize(("expr", "expected"), CASES, ids=[str(case[0])[:50] for case in CASES])
def test_an_expression_has_the_edges_worked_out_by_hand(expr: Any, expected: dict[str, set[str]]) -> None:
    assert told(expr) == expected


PARTS: list[tuple[Any, dict[str, set[str]]]] = [
    (pl.struct(x="a", y=pl.col("b") + 1).struct.field("x"), {"x": {"a IDENTITY 1.0"}}),
    (pl.struct(x="a", y=pl.col("b") + 1).struct.field("y"), {"y": {"b TRANSFORMATION 1.0"}}),
    (pl.struct("a", "b").first().struct.field("b"), {"b": {"b AGGREGATION 1.0"}}),
    (pl.struct("a", "b").struct.rename_fields(["x", "y"]).struct.field("y"), {"y": {"b IDENTITY 1.0"}}),
    (pl.struct("a", "b").map_batches(lambda s: s).struct.field("a"),
        {"a": {"a TRANSFORMATION 0.4", "b TRANSFORMATION 0.4"}}),  # any field of what any of both may have gone to
    (pl.struct("a", "b").map_elements(lambda row: row["a"], return_dtype=pl.Int64).alias("v"),
        {"v": {"a TRANSFORMATION 0.8", "b TRANSFORMATION 0.8"}}),
    (pl.col("a").map_batches(lambda every: every), {"a": {"a TRANSFORMATION 1.0"}}),
    (pl.struct("a", "b").struct.field("*"),
        {name: {"a TRANSFORMATION 0.5", "b TRANSFORMATION 0.5"} for name in ("a", "b")}),
    (pl.concat_list("a", "b").list.get(1).alias("v"), {"v": {"a TRANSFORMATION 0.5", "b TRANSFORMATION 0.5"}}),
    (pl.fold(pl.col("c"), lambda whole, one: whole + one, [pl.col("a"), pl.col("b")]).alias("v"),
        {"v": {f"{name} TRANSFORMATION 0.8" for name in "abc"}}),
    (pl.fold(pl.col("c"), lambda whole, one: whole + one, pl.col("a", "b")).alias("v"),
        {"v": {f"{name} TRANSFORMATION 0.8" for name in "abc"}}),
    (pl.reduce(lambda whole, one: one, pl.col("a", "b")).alias("v"),
        {"v": {"a TRANSFORMATION 0.8", "b TRANSFORMATION 0.8"}}),
    (pl.cum_fold(pl.lit(0), lambda whole, one: whole + one, pl.col("a", "b")).alias("v"),
        {"v": {"a TRANSFORMATION 0.8", "b TRANSFORMATION 0.8"}}),
    (pl.struct(pl.exclude("s")).map_elements(lambda row: row["a"], return_dtype=pl.Int64).alias("v"),
        {"v": {f"{name} TRANSFORMATION 0.8" for name in "abc"}}),
    (pl.col("s").struct.field("x"), {"x": {"s TRANSFORMATION 1.0"}}),
    (pl.col("s").list.get(0), {"s": {"s TRANSFORMATION 1.0"}}),
]  # fmt: skip


@pytest.mark.parametrize(("expr", "expected"), PARTS, ids=[str(case[0])[:60] for case in PARTS])
def test_a_part_comes_from_what_it_was_made_of_or_is_not_sure(expr: Any, expected: dict[str, set[str]]) -> None:
    found = expression.outputs(expr, SHAPE)
    assert {
        name: {f"{edge.column} {edge.kind[1]} {edge.confidence}" for edge in edges} for name, edges in found.items()
    } == expected


def test_a_number_of_rows_is_brought_by_no_column_whatever_decides_about_it() -> None:
    """By hand; and so is a literal. Where the program has that from, the code adds."""
    counts = [
        pl.len(), pl.len().alias("n"), pl.len().cast(pl.Int32), pl.len() * pl.len(), pl.len().over("a"),
        pl.len().filter(pl.col("a") > 1),
    ]  # fmt: skip
    literals = [
        pl.lit(1), pl.len() + 1, 2 / pl.len(), pl.int_range(pl.len()), 3, 0.5, pl.lit(None),
        pl.lit("a").str.to_uppercase(), pl.when(pl.col("a") > 1).then(1).otherwise(0), pl.date(2024, 1, 31),
    ]  # fmt: skip
    for expr in counts:
        assert [type(edges) for edges in expression.outputs(expr, SHAPE).values()] == [Counted]
    for expr in literals:
        assert [type(edges) for edges in expression.outputs(expr, SHAPE).values()] == [Spelled]
    others = [
        pl.len() + pl.col("a"), pl.col("a").count(), pl.lit(pl.Series("z", [1])), pl.lit(1) + pl.col("a"),
        pl.len().map_elements(str, pl.String), pl.coalesce(pl.lit(None), "a"), pl.Series("z", [1]),
    ]  # fmt: skip
    for expr in others:
        assert not any(isinstance(edges, Counted) for edges in expression.outputs(expr, SHAPE).values())


def test_types_choose_columns_only_where_they_are_known() -> None:
    chosen = pl.selectors.string()
    assert expression.typed(chosen)
    assert not expression.typed(pl.all())
    with pytest.raises(Unclear):
        told(chosen)
    schema = {"a": pl.Int64, "b": pl.Int64, "c": pl.Float64, "s": pl.String}
    assert expression.names(chosen, SHAPE, schema) == ["s"]


def test_a_column_that_is_not_there_is_unclear() -> None:
    with pytest.raises(Unclear):
        told(pl.col("nowhere") + 1)


def test_an_expression_that_is_too_deep_has_its_columns_at_least() -> None:
    expr = pl.col("a")
    for _ in range(1_500):
        expr = expr + pl.col("b")
    assert told(expr) == {"a": {"a TRANSFORMATION", "b TRANSFORMATION"}}


def test_of_a_long_sum_polars_is_asked_for_its_selectors_and_once_for_the_whole(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Each question takes as long as the expression is."""
    asked: list[str] = []
    expanded = expression._expanded
    monkeypatch.setattr(
        expression, "_expanded", lambda expr, known: (asked.append(str(expr)), expanded(expr, known))[1]
    )
    expr = pl.col("a", "b") * 0
    for factor in range(1, 20):
        expr = expr + pl.col("a", "b") * factor
    assert told(expr) == {"a": {"a TRANSFORMATION"}, "b": {"b TRANSFORMATION"}}
    assert len(asked) == 21
