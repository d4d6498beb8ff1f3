from collections.abc import Callable

Wrote = Callable[..., dict[str, str]]
HEAD = """
        import pyarrow as pa
        import pyarrow.compute as pc
        import pyarrow.csv as pv
        t = pv.read_csv("orders")
        u = pv.read_csv("users")
"""


def test_columns_are_put_in_taken_out_and_named_anew(wrote: Wrote) -> None:
    text = """
        t = t.append_column("c", pc.multiply(t["a"], pc.cast(t["b"], pa.float64())))
        t = t.set_column(3, pa.field("b", pa.string()), pc.utf8_upper(t["s"]))
        t.drop_columns(["oid", "s"]).rename_columns({"k": "key"}).to_pandas().to_csv("o")
    """
    assert wrote(HEAD + text) == {
        "key": "k",
        "a": "a",
        "b": "s transformation",
        "c": "a transformation, b transformation",
    }


def test_a_mask_and_a_condition_by_names_decide_the_rows(wrote: Wrote) -> None:
    for mask in ('pc.greater(t["a"], 3)', 'pc.field("a") > 3'):
        found = wrote(HEAD + f'        t.filter({mask}).select(["k", "b"]).to_pandas().to_csv("o")\n')
        assert found == {"k": "k", "b": "b", "rows": "a filter"}


def test_pandas_filter_still_chooses_columns(wrote: Wrote) -> None:
    assert wrote('orders.filter(["a", "k"]).to_csv("o")\n') == {"a": "a", "k": "k"}


def test_tables_are_joined_by_keys_of_both(wrote: Wrote) -> None:
    text = '        t.select(["oid", "s"]).join(u, keys="s", right_keys="k").to_pandas().to_csv("o")\n'
    assert wrote(HEAD + text) == {"oid": "oid", "s": "s", "name": "name", "age": "age", "rows": "k join, s join"}


def test_groups_are_summed_up_under_the_names_of_column_and_function(wrote: Wrote) -> None:
    text = '        t.group_by("k").aggregate([("a", "sum"), ("b", "mean")]).sort_by("k").to_pandas().to_csv("o")\n'
    assert wrote(HEAD + text) == {
        "k": "k",
        "a_sum": "a aggregation",
        "b_mean": "b aggregation",
        "rows": "k group_by, k sort",
    }


def test_tables_are_made_of_columns_and_of_records(wrote: Wrote) -> None:
    found = wrote(
        HEAD + '        pa.table({"x": t["a"], "y": pc.if_else(t["k"], "p", t["s"])}).to_pandas().to_csv("o")\n'
    )
    assert found == {"x": "a", "y": "k conditional, s"}
    text = """
        records = [{"n": r["name"]} for r in u.to_pylist() if r["age"] > 3]
        pa.Table.from_pylist(records).to_pandas().to_csv("o")
    """
    assert wrote(HEAD + text) == {"n": "name", "rows": "age filter"}
    text = '        pa.Table.from_arrays([t["a"], t["b"]], names=["p", "q"]).to_pandas().to_csv("o")\n'
    assert wrote(HEAD + text) == {"p": "a", "q": "b"}


def test_a_total_is_one_number_of_a_column(wrote: Wrote) -> None:
    text = '        pd.DataFrame([{"m": pc.mean(t["a"]).as_py()}]).to_csv("o")\n'
    assert wrote(HEAD + text)["m"] == "a aggregation"


def test_a_column_may_have_the_name_of_a_method_of_arrow(wrote: Wrote) -> None:
    text = 'orders["num_rows"] = orders["a"]\norders["x"] = orders.num_rows + 1\norders[["x"]].to_csv("o")\n'
    assert wrote(text) == {"x": "a transformation"}
    text = '        t.rename_columns([c.upper() for c in t.column_names]).select(["A"]).to_pandas().to_csv("o")\n'
    assert wrote(HEAD + text) == {"A": "a"}


def test_polars_names_columns_one_by_one_and_gives_several_conditions(wrote: Wrote) -> None:
    text = """
        import polars as pl
        t = pl.read_csv("orders").filter(pl.col("a") > 1, pl.col("s") != "x").select("k", "b")
        t.to_pandas().to_csv("o")
    """
    assert wrote(text) == {"k": "k", "b": "b", "rows": "a filter, s filter"}


def test_a_scanner_takes_named_expressions_and_a_condition(wrote: Wrote) -> None:
    text = (
        HEAD
        + """
        import pyarrow.dataset as ds
        made = {"x": ds.field("a") * ds.field("b"), "id": ds.field("oid")}
        t.to_table(columns=made, filter=ds.field("s") == "q").to_csv("o")
    """
    )
    assert wrote(text) == {"x": "a transformation, b transformation", "id": "oid transformation", "rows": "s filter"}
    text = (
        HEAD
        + """
        import pyarrow.dataset as ds
        found = t.scanner(columns=["a"], filter=pc.field("s") > 0)
        pa.Table.from_batches([one for one in found.to_batches() if one.num_rows]).to_csv("o")
    """
    )
    assert wrote(text) == {"a": "a", "rows": "s filter"}
    assert wrote(HEAD + '        t.to_table(["b"]).to_csv("o")\n') == {"b": "b"}


def test_a_reader_is_told_which_rows_by_triples(wrote: Wrote) -> None:
    for given in ('[("s", ">", 2), ("k", "==", "x")]', '[[("s", ">", 2)], [("k", "==", "x")]]'):
        text = f'pd.read_parquet("orders", filters={given})[["a"]].to_csv("o")\n'
        assert wrote(text) == {"a": "a", "rows": "k filter, s filter"}


def test_values_of_the_program_in_expressions_of_polars_come_from_what_they_were_made_of(wrote: Wrote) -> None:
    """By hand: ``top`` is of users, ``a`` and ``k`` of the table; an expression is told under its name."""
    text = """
        import polars as pl
        o, u = pl.read_csv("orders"), pl.read_csv("users")
        top, names = u["age"].max(), dict(zip(u["k"].to_list(), u["name"].to_list()))
        made = o.lazy().with_columns(x=pl.col("a") - top, s=pl.when(pl.col("b") > top).then(pl.lit("b")))
        made.select("oid", "x", "s", n=pl.col("k").map_elements(lambda v: names.get(v))).collect().to_csv("o")
    """
    assert wrote(text) == {
        "oid": "oid", "x": "a transformation, age aggregation", "s": "age aggregation, b transformation",
        "n": "k join ?, k transformation, name transformation ?",
    }  # fmt: skip
    text = """
        import polars as pl
        o = pl.read_csv("orders")
        o.select("k", pl.col("a").alias("x"), o["b"]).to_csv("o")
    """
    assert wrote(text) == {"k": "k", "b": "b", "x": "a transformation"}


def test_values_of_a_column_are_the_column(wrote: Wrote) -> None:
    text = """
        held = dict(k=t.column("k").to_pylist(), a=t["a"].combine_chunks().to_pylist())
        pd.DataFrame(held).to_csv("o")
    """
    assert wrote(HEAD + text) == {"k": "k", "a": "a"}


def test_pieces_of_a_dataset_have_the_columns_and_rows_that_were_asked_for(wrote: Wrote) -> None:
    text = """
        found = []
        for batch in t.to_batches(columns=["k"], filter=pc.field("b") > 4):
            found.extend(batch.to_pylist())
        pd.DataFrame(found).to_csv("o")
    """
    assert wrote(HEAD + text) == {"k": "k", "rows": "b filter"}
    text = """
        pa.Table.from_batches(t.to_batches(1000)).select(["k"]).to_pandas().to_csv("o")
    """
    assert wrote(HEAD + text) == {"k": "k"}
