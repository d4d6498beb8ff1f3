"""Expressions of polars in the text of a script; expected origins by hand, from polars' reference."""

from collections.abc import Callable

import pytest

from driftline.capture.script.follow import Followed

Follows = Callable[..., Followed]
Wrote = Callable[..., dict[str, str]]
HEAD = """
        import polars as pl
        o = pl.read_csv("orders").select("oid", "a", "b")
        m = o["b"].max()
"""
OWN = {"oid": "oid", "a": "a", "b": "b"}
BOTH = "a transformation, b aggregation"

CASES: list[tuple[str, dict[str, str]]] = [
    ('o.with_columns((pl.col("a") / m).alias("x"))', {**OWN, "x": BOTH}),
    ('o.with_columns((pl.col("a") / m).round(2))', {**OWN, "a": BOTH}),
    ('o.select("oid", pl.col("a", "b") - m)', {"oid": "oid", "a": BOTH, "b": "b transformation"}),
    ("o.select(pl.all() / m)",
        {"oid": "b aggregation, oid transformation", "a": BOTH, "b": "b transformation"}),
    ("o.select(x=m - pl.col('a'))", {"x": BOTH}),
    ("o.select(m - pl.col('a'))", {"literal": BOTH}),
    ('o.select("oid", pl.lit(m).alias("x"))', {"oid": "oid", "x": "b aggregation"}),
    ('o.select((pl.col("a") * o.select(pl.col("b").mean()).item()).alias("x"))',
        {"x": "a transformation, b transformation"}),
    ('o.group_by("oid").agg((pl.col("a").sum() / m).alias("x"), y=pl.col("b").mean())',
        {"oid": "oid", "x": "a aggregation, b aggregation", "y": "b aggregation", "rows": "oid group_by"}),
    ('o.with_columns((o["a"] * 2).alias("x"), pl.Series("y", o["b"]))', {**OWN, "x": "a transformation", "y": "b"}),
    ('o.select((pl.col("a") - o.filter(pl.col("b") > 1)["oid"].max()).alias("x"))',
        {"x": "a transformation, b filter, oid aggregation"}),
    ('o.with_row_index("n").select("n", "a")', {"n": "", "a": "a"}),
    ('o.group_by("oid").agg(pl.len().alias("n"), pl.len() / 2, x=pl.sum("a"))',
        {"oid": "oid", "n": "", "len": "", "x": "a aggregation", "rows": "oid group_by"}),
    ('o.group_by("oid", pl.col("b")).agg(pl.col("a").sum())',
        {"oid": "oid", "b": "b transformation", "a": "a aggregation", "rows": "b group_by, oid group_by"}),
    ('o.to_dummies("b", separator="=")', {"oid": "oid", "a": "a", "b=...": "b transformation"}),
    ('pl.DataFrame([{"k": one["oid"][0], "t": one["a"].sum()} for one in o.partition_by("oid")])',
        {"k": "oid, oid group_by", "t": "a aggregation, oid group_by", "rows": "oid group_by"}),
    ('pl.DataFrame([{"k": k[0]} for k, one in o.partition_by("oid", "b", as_dict=True).items()])',
        {"k": "oid", "rows": "b group_by, oid group_by"}),
    ('pl.DataFrame([{"k": k, "l": l} for (k, l), one in o.group_by(["oid", "b"])])',
        {"k": "oid", "l": "b", "rows": "b group_by, oid group_by"}),
    ('o.select("a", pl.lit(o.height).alias("n"), w=pl.lit(o.width))', {"a": "a", "n": "", "w": ""}),
    ('o.hstack([o["a"].rename("x"), pl.Series("y", [1, 2])]).select("oid", "x", "y")',
        {"oid": "oid", "x": "a", "y": ""}),
    ('o.filter(pl.col("a").is_in(o.filter(pl.col("oid") > 1)["b"].to_list()))',
        {**OWN, "rows": "a filter, b filter, oid filter"}),
]  # fmt: skip


@pytest.mark.parametrize(("made", "expected"), CASES, ids=[case[0][:60] for case in CASES])
def test_an_expression_and_the_values_in_it_come_to_the_columns_that_it_names(
    made: str, expected: dict[str, str], wrote: Wrote
) -> None:
    assert wrote(HEAD + f'        {made}.to_pandas().to_csv("o")\n') == expected


def test_a_frame_that_is_read_later_has_the_values_that_were_put_into_it_alone(wrote: Wrote) -> None:
    """What its own columns are the plan of polars tells."""
    text = """
        later = pl.scan_csv("users.csv").filter(pl.col("age") > m).with_columns(x=pl.col("age") / m).sort("age")
        later.to_csv("o")
    """
    assert wrote(HEAD + text) == {"x": "b aggregation", "rows": "b filter", "...": ""}


@pytest.mark.parametrize("rows", ["head", "limit", "tail", "slice", "gather_every"])
def test_how_many_rows_are_taken_shapes_them_also_of_a_frame_that_is_read_later(rows: str, wrote: Wrote) -> None:
    for frame in ("o", 'pl.scan_csv("users.csv")'):
        assert wrote(HEAD + f'        {frame}.{rows}(m).to_csv("o")\n')["rows"] == "b filter"


def test_what_is_put_into_all_columns_of_a_frame_that_is_read_later_is_known_then(wrote: Wrote) -> None:
    text = '        pl.scan_csv("users.csv").shift(m).to_csv("o")\n'
    assert wrote(HEAD + text) == {"...": "b aggregation"}


def test_what_is_put_into_some_columns_of_a_frame_that_is_read_later_may_come_to_each(follows: Follows) -> None:
    found = follows(HEAD + '        pl.scan_csv("users.csv").with_columns(pl.selectors.numeric() / m).to_csv("o")\n')
    table = found.given(max(found.paths()))
    assert table is not None
    assert {(one.column, one.confidence > 0.5) for one in table.of("age")} == {("b", False)}


def test_an_item_of_a_frame_or_an_array_is_of_the_column_that_it_names_by_place(wrote: Wrote) -> None:
    text = """
        cells = df.to_numpy()
        pd.DataFrame({"x": [cells.item(0, 1)], "y": [cells.item(3)], "z": [o.item(0, -1)]}).to_csv("o")
    """
    assert wrote(HEAD + text) == {"x": "b", "y": "a transformation ?, b transformation ?", "z": "b"}


@pytest.mark.parametrize(
    ("made", "expected"),
    [
        ('[x, y], schema=["v", "w"], orient="col"', {"v": "a", "w": "b"}),
        ('[x, y], schema={"v": pl.Float64, "w": pl.Float64}', {"v": "a", "w": "b"}),
        ("[x, y]", {"column_0": "a", "column_1": "b"}),
        ('[pl.Series("v", x), pl.Series("w", y)]', {"v": "a", "w": "b"}),
        ('[(r["a"], r["b"]) for r in o.to_dicts()], schema=[("v", pl.Float64), ("w", pl.Float64)]',
            {"v": "a", "w": "b"}),
    ],
)  # fmt: skip
def test_a_frame_is_made_of_columns_or_of_rows(made: str, expected: dict[str, str], wrote: Wrote) -> None:
    """By the reference of polars: a list of as many lists as there are columns is one of columns."""
    text = f"""
        x, y = [r["a"] for r in o.to_dicts()], [r["b"] for r in o.to_dicts()]
        pl.DataFrame({made}).to_pandas().to_csv("o")
    """
    assert wrote(HEAD + text) == expected


def test_a_list_of_columns_that_are_not_known_one_by_one_is_a_hedge(wrote: Wrote) -> None:
    text = """
        cells = [[r["a"], r["b"]] for r in o.to_dicts()]
        pl.DataFrame(cells, schema=["u", "v"], orient="col").to_pandas().to_csv("o")
    """
    assert wrote(HEAD + text) == {"...": "a transformation ?, b transformation ?"}


ROWS = """
        rows = o.to_dicts()
        for row in rows:
            row["x"] = row["a"] / row["b"]
        pl.DataFrame(rows).to_pandas().to_csv("o")
"""


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (ROWS, {**OWN, "x": "a transformation, b transformation"}),
        (
            '        pl.from_dicts([{"v": r["a"] * 2} for r in o.iter_rows(named=True)]).to_pandas().to_csv("o")\n',
            {"v": "a transformation"},
        ),
        (
            "        made = [(a, b) for _, a, b in o.iter_rows()]\n"
            '        pl.DataFrame(made, schema=["v", "w"]).to_pandas().to_csv("o")\n',
            {"v": "a", "w": "b"},
        ),
        ('        pl.DataFrame({"v": [r[1] for r in o.rows()]}).to_pandas().to_csv("o")\n', {"v": "a"}),
    ],
)
def test_rows_that_python_goes_over_have_the_columns_of_the_frame(
    text: str, expected: dict[str, str], wrote: Wrote
) -> None:
    assert wrote(HEAD + text) == expected


LONG = 'import polars as pl\nd = pl.read_csv("orders")\n'


def test_a_pivot_has_columns_named_after_values_and_no_index(wrote: Callable[..., dict[str, str]]) -> None:
    found = wrote(LONG + 'd.pivot(on="k", index="oid", values="a").to_csv("o")\n')
    assert found == {"oid": "oid", "...": "a, k group_by", "rows": "oid group_by"}


def test_columns_become_names_and_values(wrote: Callable[..., dict[str, str]]) -> None:
    found = wrote(LONG + 'd.unpivot(["a", "b"], index="k", variable_name="n", value_name="v").to_csv("o")\n')
    assert found == {"k": "k", "n": "", "v": "a, b"}
    found = wrote(LONG + 'd.pivot(on="k", index="oid", values="a").unpivot(index="oid").to_csv("o")\n')
    assert (found["oid"], found["variable"], found["value"]) == ("oid", "k group_by", "a, k group_by")


def test_groups_by_spans_of_time_have_the_keys_first(wrote: Callable[..., dict[str, str]]) -> None:
    """The order of columns that polars 2 gives."""
    text = 'd.group_by_dynamic("oid", every="1d", group_by="k").agg(pl.col("a").max().alias("h")).to_csv("o")\n'
    found = wrote(LONG + text)
    assert list(found)[:3] == ["k", "oid", "h"]
    assert (found["k"], found["oid"], found["h"]) == ("k", "oid", "a aggregation")
