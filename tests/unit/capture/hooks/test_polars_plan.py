"""Polars against SQL: DuckDB runs the equivalent statement, whose edges come from the SQL room."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import duckdb
import pytest

import driftline
from driftline.capture.ground import fault
from driftline.capture.program import sites
from driftline.event import facets
from driftline.event.facets import ColumnLineageFacet
from driftline.testing import MemorySink

pl = pytest.importorskip("polars")

Edges = dict[str, set[str]]


@pytest.fixture
def tables(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, sink: MemorySink) -> None:
    monkeypatch.chdir(tmp_path)
    pl.DataFrame(
        {"k": [1, 2, 3, 3], "g": ["x", "y", "x", "y"], "a": [1.0, 2.0, 3.0, 4.0], "b": [4, 3, 2, 1], "l": [[1]] * 4}
    ).write_parquet("t.parquet")
    pl.DataFrame({"k": [1, 2, 3], "a": [7.0, 8.0, 9.0], "w": [0.1, 0.2, 0.3]}).write_parquet("u.parquet")
    driftline.watch()


def edges(sink: MemorySink, name: str) -> Edges:
    """Return the edges of a written file, per column and ``""`` for the rows, as ``source.column KIND``."""
    driftline.flush()
    part = [output for event in sink.decoded() for output in event.outputs if output.name == name][-1]
    facet = facets.unpack(part.facets, "columnLineage", ColumnLineageFacet)
    assert facet is not None
    found = {column: one.input_fields for column, one in facet.fields.items()}
    return {
        column: {
            f"{source.name.removesuffix('.parquet')}.{source.field} {how.subtype}"
            for source in sources
            for how in source.transformations
        }
        for column, sources in {**found, "": facet.dataset}.items()
        if sources
    }


def t() -> Any:
    return pl.scan_parquet("t.parquet")


def u() -> Any:
    return pl.scan_parquet("u.parquet")


PAIRS: list[tuple[str, Callable[[], Any], str]] = [
    ("select", lambda: t().select("k", pl.col("a").alias("c")), "SELECT k, a AS c FROM t"),
    (
        "expressions",
        lambda: t().with_columns(c=pl.col("a") + pl.col("b"), g=pl.col("g").str.to_uppercase()).select("c", "g", "k"),
        "SELECT a + b AS c, upper(g) AS g, k FROM t",
    ),
    ("filter", lambda: t().filter(pl.col("b") > 1, g="x").select("a"), "SELECT a FROM t WHERE b > 1 AND g = 'x'"),
    (
        "aggregate",
        lambda: t().group_by("g").agg(pl.col("a").sum().alias("s"), n=pl.len()),
        "SELECT g, sum(a) AS s, count() AS n FROM t GROUP BY g",
    ),
    (
        "aggregate of an expression",
        lambda: t().group_by((pl.col("k") % 2).alias("odd")).agg(s=(pl.col("a") * pl.col("b")).mean()),
        "SELECT k % 2 AS odd, avg(a * b) AS s FROM t GROUP BY k % 2",
    ),
    (
        "condition",
        lambda: t().select(c=pl.when(pl.col("b") > 1).then(pl.col("a")).when(pl.col("g") == "x").then(0).otherwise(1)),
        "SELECT CASE WHEN b > 1 THEN a WHEN g = 'x' THEN 0 ELSE 1 END AS c FROM t",
    ),
    (
        "condition inside a sum",
        lambda: t().select(c=pl.when(pl.col("b") > 1).then(pl.col("a")).otherwise(0).sum()),
        "SELECT sum(CASE WHEN b > 1 THEN a ELSE 0 END) AS c FROM t",
    ),
    (
        "window",
        lambda: t().select("k", s=pl.col("a").sum().over("g", order_by="b")),
        "SELECT k, sum(a) OVER (PARTITION BY g ORDER BY b) AS s FROM t",
    ),
    (
        "inner join",
        lambda: t().join(u(), on="k").select("k", "a", "a_right", "w"),
        "SELECT k, t.a, u.a AS a_right, w FROM t JOIN u USING (k)",
    ),
    (
        "left join on differing keys",
        lambda: t().join(u(), left_on="b", right_on="k", how="left").select("k", "b", "w"),
        "SELECT t.k, t.b, w FROM t LEFT JOIN u ON t.b = u.k",
    ),
    (
        "right join",
        lambda: t().join(u(), on="k", how="right").select("k", "b", "w"),
        "SELECT k, b, w FROM t RIGHT JOIN u USING (k)",
    ),
    (
        "full join",
        lambda: t().join(u(), on="k", how="full", coalesce=True).select("k", "b", "w"),
        "SELECT k, b, w FROM t FULL JOIN u USING (k)",
    ),
    ("sort", lambda: t().sort("b", "g", descending=True).select("a"), "SELECT a FROM t ORDER BY b DESC, g DESC"),
    ("distinct", lambda: t().select("g", "b").unique(), "SELECT DISTINCT g, b FROM t"),
    (
        "union",
        lambda: pl.concat([t().select("k", "a"), u().select("k", "a")]),
        "SELECT k, a FROM t UNION ALL SELECT k, a FROM u",
    ),
    (
        "steps on steps",
        lambda: t().filter(pl.col("b") > 1).group_by("k").agg(m=pl.col("a").max()).join(u(), on="k").select("m", "w"),
        "WITH s AS (SELECT k, max(a) AS m FROM t WHERE b > 1 GROUP BY k) SELECT m, w FROM s JOIN u USING (k)",
    ),
]


@pytest.mark.parametrize(("plan", "sql"), [pair[1:] for pair in PAIRS], ids=[pair[0] for pair in PAIRS])
def test_a_plan_has_the_edges_of_the_sql_that_means_the_same(
    plan: Callable[[], Any], sql: str, sink: MemorySink, tables: None
) -> None:
    with driftline.run("polars"):
        plan().sink_parquet("plan.parquet")
        plan().collect().write_parquet("eager.parquet")
    connection = duckdb.connect()
    for name in ("t", "u"):
        connection.execute(f"CREATE VIEW {name} AS SELECT * FROM '{name}.parquet'")
    with driftline.run("sql"):
        connection.execute(f"COPY ({sql}) TO 'sql.parquet' (FORMAT parquet)")
    expected = edges(sink, "sql.parquet")
    assert expected
    assert edges(sink, "plan.parquet") == expected
    assert edges(sink, "eager.parquet") == expected


def written(make: Callable[[], Any], sink: MemorySink) -> Edges:
    with driftline.run("one"):
        made = make()
        (made.collect() if hasattr(made, "collect") else made).write_parquet("out.parquet")
    return edges(sink, "out.parquet")


BY_HAND: list[tuple[str, Callable[[], Any], Edges]] = [
    ("rename, drop", lambda: t().rename({"a": "z"}).drop("k", "g", "l"),
        {"z": {"t.a IDENTITY"}, "b": {"t.b IDENTITY"}}),
    ("eager", lambda: pl.read_parquet("t.parquet").filter(pl.col("g") == "x").select("a"),
        {"a": {"t.a IDENTITY"}, "": {"t.g FILTER"}}),
    ("rows by their places", lambda: pl.read_parquet("t.parquet").select("a", z=pl.col("b") * 2)[[0, 2], :],
        {"a": {"t.a IDENTITY"}, "z": {"t.b TRANSFORMATION"}}),
    ("columns by their names, and rows", lambda: pl.read_parquet("t.parquet")[["k", "a"]][1:3, ["a"]],
        {"a": {"t.a IDENTITY"}}),
    ("a selector by type", lambda: t().select(pl.selectors.float() * 2, "k"),
        {"a": {"t.a TRANSFORMATION"}, "k": {"t.k IDENTITY"}}),
    ("all but some", lambda: t().select(pl.exclude("l", "g").max()),
        {"k": {"t.k AGGREGATION"}, "a": {"t.a AGGREGATION"}, "b": {"t.b AGGREGATION"}}),
    ("several columns at once", lambda: t().select(pl.col("a", "b").name.suffix("_x")),
        {"a_x": {"t.a IDENTITY"}, "b_x": {"t.b IDENTITY"}}),
    ("sum across", lambda: t().select(s=pl.sum_horizontal("a", "b")),
        {"s": {"t.a TRANSFORMATION", "t.b TRANSFORMATION"}}),
    ("explode", lambda: t().select("k", "l").explode("l"),
        {"k": {"t.k IDENTITY"}, "l": {"t.l TRANSFORMATION"}, "": {"t.l JOIN"}}),
    ("unpivot", lambda: t().unpivot(["a", "b"], index="k"),
        {"k": {"t.k IDENTITY"}, "value": {"t.a IDENTITY", "t.b IDENTITY"}}),
    ("pivot", lambda: t().collect().pivot(on="g", index="k", values="a", aggregate_function="sum"),
        {"k": {"t.k IDENTITY"}, "x": {"t.a AGGREGATION", "t.g CONDITIONAL"},
         "y": {"t.a AGGREGATION", "t.g CONDITIONAL"}, "": {"t.k GROUP_BY"}}),
    ("a constant and a row number", lambda: t().select("k", one=pl.lit(1)).with_row_index("n"),
        {"k": {"t.k IDENTITY"}}),
    ("semi join", lambda: t().join(u(), on="k", how="semi").select("a"),
        {"a": {"t.a IDENTITY"}, "": {"t.k FILTER", "u.k FILTER"}}),
    ("nearest join", lambda: t().sort("k").join_asof(u().sort("k"), on="k").select("w"),
        {"w": {"u.w IDENTITY"}, "": {"t.k JOIN", "u.k JOIN", "t.k SORT", "u.k SORT"}}),
    ("methods of groups", lambda: t().select("g", "a").group_by("g").mean(),
        {"g": {"t.g IDENTITY"}, "a": {"t.a AGGREGATION"}, "": {"t.g GROUP_BY"}}),
    ("a selector by type of what was grouped", lambda: t().group_by("g").agg(pl.selectors.float().mean()),
        {"g": {"t.g IDENTITY"}, "a": {"t.a AGGREGATION"}, "": {"t.g GROUP_BY"}}),
    ("a selector that fits the key, too", lambda: t().group_by("k").agg(pl.selectors.numeric().sum().name.suffix("_s")),
        {"k": {"t.k IDENTITY"}, "a_s": {"t.a AGGREGATION"}, "b_s": {"t.b AGGREGATION"}, "": {"t.k GROUP_BY"}}),
    ("filter inside an expression", lambda: t().select(s=pl.col("a").filter(pl.col("b") > 1).sum()),
        {"s": {"t.a AGGREGATION", "t.b CONDITIONAL"}}),
    ("a frame from nowhere", lambda: t().join(pl.LazyFrame({"k": [1, 2, 3], "m": [1, 2, 3]}), on="k").select("a", "m"),
        {"a": {"t.a IDENTITY"}, "": {"t.k JOIN"}}),
]  # fmt: skip


@pytest.mark.parametrize(("make", "expected"), [case[1:] for case in BY_HAND], ids=[case[0] for case in BY_HAND])
def test_a_plan_has_the_edges_worked_out_by_hand(
    make: Callable[[], Any], expected: Edges, sink: MemorySink, tables: None
) -> None:
    assert written(make, sink) == expected


def test_of_a_frame_that_is_changed_in_place_only_the_code_tells(sink: MemorySink, tables: None) -> None:
    """All rows but one are as they were read, which the text says at less than certain; the plan knew of no change."""
    with driftline.run("one"):
        frame = pl.read_parquet("t.parquet")
        frame[0, "a"] = 100.0
        frame.select("a").write_parquet("out.parquet")
    assert edges(sink, "out.parquet") == {"a": {"t.a IDENTITY"}}
    (output,) = [one for event in sink.decoded() for one in event.outputs if one.name == "out.parquet"]
    facet = facets.unpack(output.facets, "columnLineage", ColumnLineageFacet)
    assert facet is not None
    (how,) = facet.fields["a"].input_fields[0].transformations
    assert (how.provenance, how.confidence) == ("code", 0.9)


@pytest.mark.parametrize("in_place", [False, True])
def test_eager_frames_that_are_put_together_keep_the_origins_of_their_columns(
    sink: MemorySink, tables: None, in_place: bool
) -> None:
    """By hand; of a series that was made of values nothing is known."""
    with driftline.run("job"):
        below, beside, alone = (pl.read_parquet("t.parquet").select("k", "a") for _ in range(3))
        below.vstack(pl.read_parquet("u.parquet").select("k", "a"), in_place=in_place).write_parquet("below.parquet")
        beside.hstack(pl.read_parquet("t.parquet").select("b"), in_place=in_place).write_parquet("beside.parquet")
        alone.hstack([pl.Series("a2", [9.5, 8.5, 7.5, 6.5])], in_place=in_place).write_parquet("alone.parquet")
    assert edges(sink, "below.parquet") == {
        "k": {"t.k IDENTITY", "u.k IDENTITY"},
        "a": {"t.a IDENTITY", "u.a IDENTITY"},
    }
    assert edges(sink, "beside.parquet") == {"k": {"t.k IDENTITY"}, "a": {"t.a IDENTITY"}, "b": {"t.b IDENTITY"}}
    assert edges(sink, "alone.parquet") == {"k": {"t.k IDENTITY"}, "a": {"t.a IDENTITY"}}


@pytest.mark.parametrize("as_dict", [False, True])
def test_parts_of_a_frame_have_its_columns_and_the_keys_decide_their_rows(
    sink: MemorySink, tables: None, as_dict: bool
) -> None:
    with driftline.run("job"):
        parts: Any = pl.read_parquet("t.parquet").select("k", "a", "g").partition_by("g", as_dict=as_dict)
        for place, part in enumerate(parts.values() if as_dict else parts):
            part.select("k", x=pl.col("a") * 2).write_parquet(f"part{place}.parquet")
    for place in range(2):
        assert edges(sink, f"part{place}.parquet") == {
            "k": {"t.k IDENTITY"}, "x": {"t.a TRANSFORMATION"}, "": {"t.g FILTER"},
        }  # fmt: skip


def test_errors_and_results_of_the_user_are_untouched(sink: MemorySink, tables: None) -> None:
    with driftline.run("one"):
        with pytest.raises(pl.exceptions.ColumnNotFoundError):
            t().select("nowhere").collect()
        assert t().select(pl.col("a") * 2).collect()["a"].to_list() == [2.0, 4.0, 6.0, 8.0]
    assert fault.counts() == {}


def test_a_chain_that_is_too_long_is_forgotten(sink: MemorySink, tables: None) -> None:
    sites.use(wanted=False)  # the code is not forgotten
    with driftline.run("one"):
        frame = t().select("a").collect()
        for _ in range(500):
            frame = frame.with_columns(pl.col("a") + 1)
        frame.write_parquet("out.parquet")
    driftline.flush()
    (event,) = sink.decoded()
    assert "columnLineage" not in event.outputs[0].facets
    gaps = facets.unpack(event.run.facets if event.run else {}, "driftline_gaps", facets.GapsFacet)
    assert gaps is not None
    assert gaps.gaps["frame columns"] == 1


def test_the_hooks_come_off(sink: MemorySink, tables: None) -> None:
    driftline.unwatch()
    assert (
        not hasattr(pl.LazyFrame.select, "__wrapped__") or "driftline" not in pl.LazyFrame.select.__code__.co_filename
    )


@pytest.mark.parametrize("breaks", [("frames.polars_rules", "_outputs"), ("runs.columns", "rootless")])
def test_a_plan_that_cannot_be_followed_costs_the_columns_and_not_the_run(
    breaks: tuple[str, str], tables: None, sink: MemorySink, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refused(*_: object, **__: object) -> None:
        raise pl.exceptions.InvalidOperationError("not allowed in this context")

    monkeypatch.setattr(f"driftline.capture.{breaks[0]}.{breaks[1]}", refused)
    with driftline.run("plans"):
        t().select(pl.col("a") + 1).sink_parquet("out.parquet")
    driftline.flush()
    ended = [event for event in sink.decoded() if event.job and event.job.name == "plans"][-1]
    assert ended.event_type == "COMPLETE"
    assert [part.name for part in ended.outputs] == ["out.parquet"]
    assert fault.counts()["columns"]
    assert "encode" not in fault.counts()
