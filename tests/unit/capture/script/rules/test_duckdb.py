"""Relations of DuckDB over frames; expected edges are read off the SQL that each method stands for."""

from collections.abc import Callable

import pytest

Wrote = Callable[..., dict[str, str]]
BEGIN = "import duckdb\ncon = duckdb.connect()\nrel = con.from_df(orders)\n"
SUMMED = {"k": "k", "t": "a aggregation", "rows": "a filter, k group_by"}


@pytest.mark.parametrize(
    "made",
    [
        "con.from_df(orders)",
        "duckdb.from_df(orders)",
        'con.sql("SELECT * FROM orders")',
        'duckdb.query("FROM orders")',
        'con.from_df(orders).set_alias("o")',
        'con.table("v")',
        "con.execute('SELECT 1').from_df(orders)",
    ],
)
def test_a_relation_is_followed_method_by_method(wrote: Wrote, made: str) -> None:
    text = f"""
        import duckdb
        con = duckdb.connect()
        con.register("v", orders)
        {made}.filter("a > 1").aggregate("k, sum(a) AS t", "k").df().to_csv("o")
    """
    assert wrote(text) == SUMMED


@pytest.mark.parametrize(
    ("call", "expected"),
    [
        ('project("k, a * 2 AS d")', {"k": "k", "d": "a transformation"}),
        ('select("k", "a + b AS d")', {"k": "k", "d": "a transformation, b transformation"}),
        ('aggregate("k, max(b) AS m")', {"k": "k", "m": "b aggregation", "rows": "k group_by"}),
        ('aggregate("max(b) AS m")', {"m": "b aggregation"}),
        ('project("k").order("k DESC")', {"k": "k", "rows": "k sort"}),
        ('order("a").limit(3).project("k")', {"k": "k", "rows": "a filter, a sort"}),
        ('project("k").distinct()', {"k": "k", "rows": "k group_by"}),
        ('unique("k, s")', {"k": "k", "s": "s", "rows": "k group_by, s group_by"}),
        ('set_alias("q").filter("q.a > 1").project("q.k")', {"k": "k", "rows": "a filter"}),
        ('project("k, a").union(con.from_df(users).project("name, age"))', {"k": "k, name", "a": "a, age"}),
    ],
)
def test_each_method_stands_for_a_query(wrote: Wrote, call: str, expected: dict[str, str]) -> None:
    assert wrote(f'{BEGIN}rel.{call}.df().to_csv("o")\n') == expected


def test_relations_are_joined(wrote: Wrote) -> None:
    text = BEGIN + 'other = con.from_df(users).project("k, age")\nboth = rel.project("k, a").join(other, "k")\n'
    assert wrote(text + 'both.project("a, age").df().to_csv("o")\n') == {"a": "a", "age": "age", "rows": "k join"}
    text = BEGIN + 'one, other = rel.set_alias("x"), con.from_df(users).set_alias("y")\n'
    text += 'one.join(other, "x.k = y.k AND y.age > 3").project("a, age").df().to_csv("o")\n'
    assert wrote(text) == {"a": "a", "age": "age", "rows": "age join, k join"}


def test_a_relation_is_written_as_it_is(given: Callable[..., object]) -> None:
    table = given(BEGIN + 'rel.filter("b > 1").project("k").to_csv("o")\n')
    assert [{one.column for one in cames} for cames in (table.of("k"), table.rows)] == [{"k"}, {"b"}]


@pytest.mark.parametrize("call", ['filter("a >>> (")', 'aggregate("sum(")', 'join(con.from_df(users), "x.q = (")'])
def test_what_is_not_understood_is_a_hedge(wrote: Wrote, call: str) -> None:
    found = wrote(f'{BEGIN}rel.project("a").{call}.df().to_csv("o")\n')
    assert all("?" in one for one in found.values())


def test_methods_of_frames_are_not_those_of_relations(wrote: Wrote) -> None:
    assert wrote(BEGIN + 'rel.df()[["a", "b"]].filter(items=["a"]).to_csv("o")\n') == {"a": "a"}


@pytest.mark.parametrize(
    ("call", "expected"),
    [
        ('sum("a")', {"sum(a)": "a aggregation"}),
        ('sum(column="a")', {"sum(a)": "a aggregation"}),
        ('count("*", "k")', {"count_star()": "", "rows": "k group_by"}),
        ('max("a", groups="k")', {"max(a)": "a aggregation", "rows": "k group_by"}),
        ('mean("a * b", groups="k", projected_columns="k")',
         {"k": "k", "avg((a * b))": "a aggregation, b aggregation", "rows": "k group_by"}),
        ('std("a")', {"stddev_samp(a)": "a aggregation"}),
        ('arg_max("a", "b", "k")', {"arg_max(a, b)": "a aggregation, b conditional", "rows": "k group_by"}),
        ('quantile_cont("a", 0.9)', {"quantile_cont(a, 0.900000)": "a aggregation"}),
        ('sum("a", window_spec="over (partition by k)", projected_columns="s")',
         {"s": "s", "sum(a) OVER (PARTITION BY k)": "a aggregation, k window"}),
        ('row_number(window_spec="over (partition by k order by a)", projected_columns="k, b")',
         {"k": "k", "b": "b", "row_number() OVER (PARTITION BY k ORDER BY a)": "a window, k window"}),
        ('rank("over (order by a)")', {"rank() OVER (ORDER BY a)": "a window"}),
        ('lag("a", "over (order by b)", projected_columns="k")',
         {"k": "k", "lag(a, 1, NULL) OVER (ORDER BY b)": "a transformation, b window"}),
        ('n_tile("over (order by b)", 4)', {"ntile(4) OVER (ORDER BY b)": "b window"}),
        ('value_counts("s")', {"s": "s", "count(s)": "s aggregation", "rows": "s group_by"}),
        ('query("v", "SELECT k FROM v WHERE a > 1")', {"k": "k", "rows": "a filter"}),
        ('project("k, a").pivot("k", ["x", "y"], "sum(a)")',
         {"x": "a aggregation, k conditional", "y": "a aggregation, k conditional"}),
        ('project("k, a, b").unpivot("a", "b", name="n", value="v")',
         {"k": "k", "n": "a conditional, b conditional", "v": "a, b", "rows": "a filter, b filter"}),
        ('drop("oid", "s").rename(a="z")', {"k": "k", "z": "a", "b": "b"}),
        ('project("k, a").distinct("k")', {"k": "k", "a": "a", "rows": "k group_by"}),
        ('project("k").order(order_expr="k").filter(filter_expr="k > 1")', {"k": "k", "rows": "k filter, k sort"}),
        ('project("k").cross(con.from_df(users).project("age"))', {"k": "k", "age": "age"}),
        ('project("a").except_(con.from_df(users).project("age"))', {"a": "a", "rows": "age filter"}),
        ('aggregate("k, sum(a)", "k")', {"k": "k", "sum(a)": "a aggregation", "rows": "k group_by"}),
        ('project("a + b, upper(s)")',
         {"(a + b)": "a transformation, b transformation", "upper(s)": "s transformation"}),
    ],
)  # fmt: skip
def test_short_forms_stand_for_queries_whose_columns_are_called_as_duckdb_calls_them(
    wrote: Wrote, call: str, expected: dict[str, str]
) -> None:
    """Names and statements as DuckDB 2.0.1 gives them: ``relation.columns``, ``relation.sql_query()``."""
    assert wrote(f'{BEGIN}rel.{call}.df().to_csv("o")\n') == expected


@pytest.mark.parametrize("call", ["describe()", 'sum("a", over="k")', "sum(unknown(1))", 'max("a", groups=unknown(1))'])
def test_methods_that_are_called_as_those_of_frames_are_others(wrote: Wrote, call: str) -> None:
    """``rel.sum("a")`` is one column, which DuckDB calls ``sum(a)``; there is no sum of any other column."""
    found = wrote(f'{BEGIN}rel.{call}.df().to_csv("o")\n')
    assert "s" not in found
    assert "a " in found["..."]
    assert all(word.endswith(" ?") for one in found.values() for word in one.split(", "))


def test_names_of_relations_that_were_joined_are_perhaps_any_column(wrote: Wrote) -> None:
    text = BEGIN + 'both = rel.project("k, a").set_alias("x").join(con.from_df(users).set_alias("y"), "x.k = y.k")\n'
    found = wrote(text + 'both.project("y.age, a").df().to_csv("o")\n')
    assert "age transformation ?" in found["age"]
    assert found["a"] == "a"


@pytest.mark.parametrize(
    ("call", "rows"),
    [
        ('filter(f"a > {orders.b.mean()}")', "a filter ?, b filter, k filter ?"),
        ("order(unknown(1))", "a sort ?, k sort ?"),
        ("limit(int(users.age.max()))", "a filter ?, age filter, k filter ?"),
    ],
)
def test_what_keeps_columns_keeps_them_where_its_sql_is_not_known(wrote: Wrote, call: str, rows: str) -> None:
    found = wrote(f'{BEGIN}rel.project("k, a").{call}.project("k").df().to_csv("o")\n')
    assert found == {"k": "k", "rows": rows}


def test_columns_that_are_called_alike_are_numbered(wrote: Wrote) -> None:
    """DuckDB calls the second of them ``k_1`` in a frame."""
    text = BEGIN + 'one, other = rel.project("k, a").set_alias("x"), con.from_df(users).set_alias("y")\n'
    found = wrote(text + 'one.join(other, "x.a = y.age").project("k_1 AS k, age").df().to_csv("o")\n')
    assert found == {"k": "k", "age": "age", "rows": "a join, age join"}
    found = wrote('import duckdb\nduckdb.sql("SELECT a, b AS a, s AS a FROM orders").df().to_csv("o")\n')
    assert found == {"a": "a", "a_1": "b", "a_2": "s"}


@pytest.mark.parametrize(
    ("call", "expected"),
    [('unique("k")', {"k": "k", "a": "a", "rows": "k filter"}), ('select("a", "k")', {"a": "a", "k": "k"})],
)
def test_methods_of_polars_are_given_names_and_no_sql(wrote: Wrote, call: str, expected: dict[str, str]) -> None:
    text = f'import polars as pl\npl.sql("SELECT k, a FROM orders").{call}.collect().to_csv("o")\n'
    assert wrote(text) == expected


def test_methods_that_are_given_no_sql_are_those_of_frames(wrote: Wrote) -> None:
    text = 'import polars as pl\npl.sql("SELECT k, a FROM orders").filter(pl.col("a") > 1).collect().to_csv("o")\n'
    assert wrote(text) == {"k": "k", "a": "a", "rows": "a filter"}


@pytest.mark.parametrize(
    ("call", "name"),
    [('list("a")', "list(a)"), ('string_agg("s", sep="it\'s")', "string_agg(s, 'it''s')")],
)
def test_lists_are_called_as_duckdb_calls_them(wrote: Wrote, call: str, name: str) -> None:
    """By running DuckDB 2.0.1; the parser has other names for these functions."""
    assert list(wrote(f'{BEGIN}rel.{call}.df().to_csv("o")\n')) == [name]
