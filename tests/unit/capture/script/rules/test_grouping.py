from collections.abc import Callable

import pytest

Wrote = Callable[..., dict[str, str]]
BY_K = {"index.k": "k", "rows": "k group_by"}


@pytest.mark.parametrize(
    ("call", "expected"),
    [
        ('["a"].sum()', {"a": "a aggregation"}),
        ('[["a", "b"]].mean()', {"a": "a aggregation", "b": "b aggregation"}),
        (".a.agg('max')", {"a": "a aggregation"}),
        ('.agg(top=("a", "max"), n=("b", "count"))', {"top": "a aggregation", "n": "b aggregation"}),
        ('.agg(x=pd.NamedAgg(column="a", aggfunc="max"))', {"x": "a aggregation"}),
        ('.agg({"a": "sum", "b": lambda s: s.max()})', {"a": "a aggregation", "b": "b aggregation"}),
        ('.agg({"a": ["min", "max"]})', {"('a', 'min')": "a aggregation", "('a', 'max')": "a aggregation"}),
        ('["a"].agg(["min", np.std])', {"min": "a aggregation", "std": "a aggregation"}),
        ('["a"].agg(low="min")', {"low": "a aggregation"}),
        ('["a"].apply(lambda s: s.max() - s.min())', {"a": "a aggregation"}),
        (
            '.apply(lambda g: pd.Series({"w": (g.a * g.b).sum() / g.b.sum()}))',
            {"w": "a aggregation, b aggregation"},
        ),
    ],
)
def test_groups_are_summed_up(wrote: Wrote, call: str, expected: dict[str, str]) -> None:
    found = wrote(f'orders.groupby("k"){call}.to_csv("o")\n')
    assert found == {**expected, **BY_K}


def test_keys_become_columns(wrote: Wrote) -> None:
    expected = {"k": "k", "a": "a aggregation", "rows": "k group_by"}
    assert wrote('orders.groupby("k")["a"].sum().reset_index().to_csv("o")\n') == expected
    assert wrote('orders.groupby("k", as_index=False)["a"].sum().to_csv("o")\n') == expected
    text = 'orders.groupby("k").size().reset_index(name="n").to_csv("o")\n'
    assert wrote(text) == {"k": "k", "n": "k group_by", "rows": "k group_by"}


def test_names_in_levels_are_joined(wrote: Wrote) -> None:
    text = """
        out = orders.groupby("k").agg({"a": ["min"], "b": "sum"})
        out.columns = ["_".join(name) for name in out.columns]
        out.to_csv("o")
    """
    assert wrote(text) == {"a_min": "a aggregation", "b_sum": "b aggregation", **BY_K}


def test_windows_keep_the_rows_and_the_keys_decide_inside(wrote: Wrote) -> None:
    text = """
        orders["mean"] = orders.groupby("k")["a"].transform("mean")
        orders["last"] = orders.groupby("k")["a"].shift(1)
        orders["n"] = orders.groupby("k").cumcount()
        orders["z"] = orders.groupby("k")["a"].transform(lambda s: s - s.mean())
        orders[["mean", "last", "n", "z"]].to_csv("o")
    """
    assert wrote(text) == {
        "mean": "a aggregation, k window",
        "last": "a transformation, k window",
        "n": "k window",
        "z": "a transformation, k window",
    }


def test_rows_are_grouped_by_columns_that_are_computed(wrote: Wrote) -> None:
    text = 'orders.groupby(orders["s"].str[0])["a"].sum().reset_index().to_csv("o")\n'
    assert wrote(text) == {"s": "s transformation", "a": "a aggregation", "rows": "s group_by"}


def test_a_key_that_is_not_known_may_be_any_column_and_is_not_sure(wrote: Wrote) -> None:
    found = wrote('df.groupby(key)["a"].sum().to_csv("o")\n')
    assert found["rows"] == "a group_by ?, b group_by ?"


def test_time_is_resampled(wrote: Wrote) -> None:
    text = 'orders.set_index("s")["a"].resample("D").sum().to_csv("o")\n'
    assert wrote(text) == {"a": "a aggregation", "index.s": "s", "rows": "s group_by"}
    text = 'orders.resample("D", on="s")[["a"]].sum().to_csv("o")\n'
    assert wrote(text) == {"a": "a aggregation", "index.s": "s", "rows": "s group_by"}


def test_a_loop_over_groups_goes_over_keys_and_tables(wrote: Wrote) -> None:
    text = """
        out = []
        for key, group in orders.groupby("k"):
            out.append({"k": key, "top": group["a"].max()})
        pd.DataFrame(out).to_csv("o")
    """
    assert wrote(text)["k"] == "k"
    assert wrote(text)["top"] == "a aggregation, k group_by"


def test_groups_are_described(wrote: Wrote) -> None:
    text = 'orders.groupby("k")["a"].describe()[["mean", "75%"]].to_csv("o")\n'
    assert wrote(text) == {"mean": "a aggregation", "75%": "a aggregation", **BY_K}


def test_what_rows_were_sorted_by_decides_which_one_is_before(wrote: Wrote) -> None:
    text = """
        orders["last"] = orders.sort_values("s").groupby("k")["a"].shift(1)
        orders["sum"] = orders.sort_values("s")["a"].cumsum()
        orders["mean"] = orders.sort_values("s").groupby("k")["a"].transform("mean")
        orders[["last", "sum", "mean"]].to_csv("o")
    """
    assert wrote(text) == {
        "last": "a transformation, k window, s window",
        "sum": "a transformation, s window",
        "mean": "a aggregation, k window",
    }


def test_rows_are_grouped_by_values_that_stand_in_the_code(wrote: Wrote) -> None:
    """A list has a value for each row; a dict has one for each value of the index."""
    assert wrote('df.groupby([["x", "y"]])["a"].sum().to_frame().to_csv("o")\n')["a"] == "a aggregation"
    found = wrote('orders.set_index("k").groupby({"x": 1, "y": 2})[["a"]].sum().to_csv("o")\n')
    assert (found["a"], found["rows"]) == ("a aggregation", "k group_by")
    found = wrote('orders.set_index("k")["a"].groupby({"x": 1, "y": 2}).sum().to_frame().to_csv("o")\n')
    assert (found["a"], found["rows"]) == ("a aggregation", "k group_by")
    assert wrote('df["a"].groupby([["x", "y"]]).sum().to_frame().to_csv("o")\n')["a"] == "a aggregation"


def test_a_row_that_a_function_makes_of_each_group_keeps_what_decided_the_rows(wrote: Wrote) -> None:
    text = """
        def middle(part):
            return pd.Series({"x": np.average(part["a"], weights=part["b"])} | {"n": len(part)})

        orders[orders["s"] != ""].groupby("k").apply(middle).reset_index().to_csv("o")
    """
    assert wrote(text) == {
        "k": "k",
        "x": "a aggregation, b aggregation",
        "n": "s filter",
        "rows": "k group_by, s filter",
    }


def test_what_rows_were_sorted_by_shapes_no_groups_whose_numbers_do_not_depend_on_order(wrote: Wrote) -> None:
    text = 'orders.sort_values("b").groupby("k"{}){}.reset_index().to_csv("o")\n'
    for any_order in ('["a"].sum()', '["a"].agg(["min", "max"])', ".agg(n=('a', 'mean'))", '.agg({"a": "count"})'):
        assert wrote(text.format("", any_order))["rows"] == "k group_by"
    for in_order in ('["a"].first()', '["a"].agg(list)', ".agg(n=('a', 'last'))", '.agg({"a": "first"})'):
        assert wrote(text.format("", in_order))["rows"] == "b sort, k group_by"
    assert wrote(text.format(", sort=False", '["a"].sum()'))["rows"] == "b sort, k group_by"


def test_a_column_of_time_decides_what_is_in_a_window(wrote: Wrote) -> None:
    assert wrote('orders.rolling("7D", on="s")["a"].sum().to_csv("o")\n')["a"] == "a aggregation, s window"


def test_how_many_rows_a_group_has_does_not_depend_on_their_order(wrote: Wrote) -> None:
    text = 'orders.sort_values("a").groupby("k").size().reset_index(name="n").to_csv("o")\n'
    assert wrote(text) == {"k": "k", "n": "k group_by", "rows": "k group_by"}


def test_labels_of_rows_come_from_the_index_too(wrote: Wrote) -> None:
    text = 'orders.set_index("oid").groupby("k").agg(best=("a", "idxmax"), most=("a", "max")).to_csv("o")\n'
    told = wrote(text)
    assert (told["best"], told["most"]) == ("a aggregation, oid", "a aggregation")
    text = 'orders.set_index("oid").groupby("k")["a"].idxmin().to_frame("best").to_csv("o")\n'
    assert wrote(text)["best"] == "a aggregation, oid"


def test_groups_follow_each_other_in_the_order_of_their_keys(wrote: Wrote) -> None:
    text = 'orders.groupby("oid")["a"].sum().diff().to_frame("step").to_csv("o")\n'
    assert wrote(text)["step"] == "a aggregation, oid window"


def test_a_function_of_each_group_sees_its_rows_in_order(wrote: Wrote) -> None:
    text = """
        orders = orders.sort_values("oid")
        orders["a"] = orders.groupby("k")["a"].transform(lambda s: s.ffill())
        orders[["a"]].to_csv("o")
    """
    assert wrote(text)["a"] == "a transformation, k window, oid window"


def test_each_key_of_a_group_is_of_its_own_column(wrote: Wrote) -> None:
    text = """
        rows = []
        for (first, second), part in orders.groupby(["k", "s"]):
            rows.append({"first": first, "second": second, "total": part.a.sum()})
        pd.DataFrame(rows).to_csv("o")
    """
    found = wrote(text)
    assert (found["first"], found["second"]) == ("k", "s")
    assert found["total"] == "a aggregation, k group_by, s group_by"
    found = wrote('pd.DataFrame({"k": list(orders.groupby("k").groups)}).to_csv("o")\n')
    assert found["k"] == "k"


@pytest.mark.parametrize(
    "call", ['orders.groupby(["k", "s"]).groups', 'pl.from_pandas(orders).partition_by("k", "s", as_dict=True)']
)
def test_each_part_of_a_key_of_a_dict_of_groups_is_of_its_own_column(wrote: Wrote, call: str) -> None:
    text = f"""
        import polars as pl
        groups = {call}
        rows = [{{"k": key[0], "s": key[1]}} for key, part in groups.items()]
        rows += [{{"k": k, "s": s}} for k, s in groups]
        pd.DataFrame(rows).to_csv("o")
    """
    assert wrote(text) == {"k": "k", "s": "s", "rows": "k group_by, s group_by"}


def test_a_grouper_without_a_key_means_the_index(wrote: Wrote) -> None:
    text = 'orders.set_index("oid").groupby([pd.Grouper(freq="ME"), "k"])["a"].sum().to_csv("o")\n'
    found = wrote(text)
    assert (found["index.oid"], found["index.k"], found["a"]) == ("oid", "k", "a aggregation")


def test_the_largest_of_each_group_keep_their_labels_below_the_keys(wrote: Wrote) -> None:
    found = wrote('orders.set_index("oid").groupby("k")["a"].nlargest(2).reset_index().to_csv("o")\n')
    assert found == {"k": "k", "oid": "oid", "a": "a", "rows": "a filter, k group_by"}


def test_four_prices_of_each_span_of_time(wrote: Wrote) -> None:
    found = wrote('orders.set_index("oid")["a"].resample("ME").ohlc().to_csv("o")\n')
    assert {name: found[name] for name in ("open", "high", "low", "close")} == dict.fromkeys(
        ("open", "high", "low", "close"), "a aggregation"
    )
