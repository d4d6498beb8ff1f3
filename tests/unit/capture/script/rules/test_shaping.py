from collections.abc import Callable

import pytest
from tests.unit.capture.script.conftest import words

from driftline.capture.script.reading import Table

Wrote = Callable[..., dict[str, str]]


def test_a_pivot_has_columns_named_after_values(wrote: Wrote) -> None:
    text = 'orders.pivot_table(index="k", columns="s", values="a", aggfunc="sum").reset_index().to_csv("o")\n'
    assert wrote(text) == {"k": "k", "...": "a aggregation, s group_by", "rows": "k group_by"}
    text = 'orders.pivot(index="k", columns="s", values="a").to_csv("o")\n'
    assert wrote(text) == {"index.k": "k", "...": "a, s group_by", "rows": "k group_by"}
    text = 'pd.pivot_table(orders, values=["a"], index=["k"]).to_csv("o")\n'
    assert wrote(text) == {"index.k": "k", "a": "a aggregation", "rows": "k group_by"}


def test_columns_become_rows(wrote: Wrote) -> None:
    text = 'orders.melt(id_vars=["k"], value_vars=["a", "b"], var_name="which", value_name="v").to_csv("o")\n'
    assert wrote(text) == {"k": "k", "which": "", "v": "a, b"}


def test_a_level_of_the_index_becomes_columns(wrote: Wrote) -> None:
    text = 'orders.groupby(["k", "s"])["a"].sum().unstack(fill_value=0).to_csv("o")\n'
    assert wrote(text) == {"index.k": "k", "...": "a aggregation, s group_by", "rows": "k group_by, k sort, s group_by"}


def test_dummies_are_named_after_their_column(wrote: Wrote) -> None:
    text = 'pd.get_dummies(orders[["k", "a"]], columns=["k"], prefix="is").to_csv("o")\n'
    assert wrote(text) == {"a": "a", "is_...": "k transformation"}
    text = 'pd.get_dummies(orders[["k", "a"]]).to_csv("o")\n'
    assert wrote(text) == {"a": "a", "k_...": "k transformation"}
    text = 'pd.concat([df, pd.get_dummies(orders["s"], prefix="s")], axis=1).to_csv("o")\n'
    assert wrote(text) == {"a": "a", "b": "b", "s_...": "s transformation"}


def test_dummies_without_a_prefix_are_called_as_the_values_are(wrote: Wrote) -> None:
    text = 'wide = pd.get_dummies(orders[["k", "a"]], columns=["k"], prefix="", prefix_sep="")\n'
    assert wrote(text + 'pd.DataFrame({"x": wide.red, "y": wide["red"], "z": wide.a}).to_csv("o")\n') == {
        "x": "k transformation",
        "y": "k transformation",
        "z": "a",
    }
    text = 'wide = pd.get_dummies(orders["s"], prefix="", prefix_sep="")\n'
    assert wrote(text + 'pd.DataFrame({"x": wide.red}).to_csv("o")\n') == {"x": "s transformation"}


def test_values_that_meet_are_counted(wrote: Wrote) -> None:
    found = wrote('pd.crosstab(orders["k"], orders["s"]).to_csv("o")\n')
    assert found == {"index.k": "k", "...": "k group_by, s group_by", "rows": "k group_by"}


def test_a_cross_table_counts_the_rows_that_there_are(wrote: Wrote) -> None:
    text = """
        big = orders[orders.a > 3]
        pd.crosstab(big["k"], big["s"]).to_csv("o")
    """
    assert wrote(text) == {"index.k": "k", "...": "k group_by, s group_by", "rows": "a filter, k group_by"}


def test_a_name_that_can_be_none_is_passed_over(wrote: Wrote) -> None:
    """pandas refuses it, and may be asked whether it does: what follows is read."""
    text = 'try:\n    df.melt(var_name=["x", "y"])\nexcept ValueError:\n    pass\ndf[["a"]].to_csv("o")\n'
    assert wrote(text) == {"a": "a"}


def test_rows_are_in_the_order_of_the_levels_that_are_left_behind(wrote: Wrote) -> None:
    wide = 'wide = orders.set_index(["oid", "k"])["a"].unstack("k")\n'
    assert (
        wrote(wide + 'wide.shift(1).reset_index().to_csv("o")\n')["..."] == "a transformation, k group_by, oid window"
    )


def test_names_of_columns_that_were_values_come_from_these(wrote: Wrote) -> None:
    wide = 'wide = orders.pivot(index="oid", columns="k", values="a")\n'
    found = wrote(wide + 'wide.stack().rename_axis(["oid", "k"]).rename("v").reset_index().to_csv("o")\n')
    assert (found["k"], found["v"]) == ("k group_by", "a, k group_by")
    found = wrote(wide + 'wide.reset_index().melt(id_vars="oid", var_name="k", value_name="v").to_csv("o")\n')
    assert (found["oid"], found["k"], found["v"]) == ("oid", "k group_by", "a, k group_by")


TWO_LEVELS = 'p = orders.pivot_table(index="oid", columns="s", values=["a", "b"])\n'


def test_each_of_several_values_that_are_crossed_keeps_to_its_own_columns(wrote: Wrote) -> None:
    assert wrote(TWO_LEVELS + 'p["a"].reset_index().to_csv("o")\n') == {
        "oid": "oid", "...": "a aggregation, s group_by", "rows": "oid group_by"
    }  # fmt: skip
    apart = {"a": "a aggregation, s group_by", "b": "b aggregation, s group_by", "rows": "oid group_by"}
    assert wrote(TWO_LEVELS + 'p.stack("s").reset_index().to_csv("o")\n') == {"oid": "oid", "s": "s group_by", **apart}
    assert wrote(TWO_LEVELS + 'p.xs("x", axis=1, level="s").to_csv("o")\n') == {"index.oid": "oid", **apart}
    one = TWO_LEVELS + 'p["z"] = p[("a", "x")] - p["a"]["y"]\np[["z"]].to_csv("o")\n'
    assert wrote(one)["z"] == "a aggregation, s group_by"
    text = 'orders.groupby(["k", "s"])[["a", "b"]].sum().unstack()["a"].to_csv("o")\n'
    assert wrote(text)["..."] == "a aggregation, s group_by"


def test_names_of_two_levels_that_are_made_one_begin_with_the_first(wrote: Wrote) -> None:
    told = wrote(TWO_LEVELS + 'p.columns = ["_".join(one) for one in p.columns]\np.to_csv("o")\n')
    assert told["a..."] == "a aggregation ?, s group_by ?"
    assert told["..."] == "a aggregation ?, b aggregation ?, s group_by ?"  # as far as they do


def test_what_rows_were_sorted_by_tells_nothing_of_sums_that_are_crossed(wrote: Wrote) -> None:
    ordered = 'orders = orders.sort_values("oid")\n'
    text = ordered + 'orders.pivot_table(index="k", columns="s", values="a").to_csv("o")\n'
    assert wrote(text)["rows"] == "k group_by"
    text = ordered + 'orders.pivot_table(index="k", columns="s", values="a", aggfunc="first").to_csv("o")\n'
    assert wrote(text)["rows"] == "k group_by, oid sort"
    assert wrote(ordered + 'pd.crosstab(orders["k"], orders["s"]).to_csv("o")\n')["rows"] == "k group_by"


def test_rows_that_become_columns_are_named_after_the_index(wrote: Wrote) -> None:
    text = 'orders.groupby("k")[["a", "b"]].mean().T.reset_index(names="which").to_csv("o")\n'
    expected = {"which": "", "...": "a aggregation, b aggregation, k group_by"}
    assert wrote(text) == expected
    assert wrote(text.replace(".T.", ".transpose().")) == expected


def test_only_what_columns_are_named_after_is_in_their_names(wrote: Wrote) -> None:
    text = """
        wide = pd.get_dummies(orders[["k", "a"]], columns=["k"])
        pd.DataFrame({"feature": wide.columns}).to_csv("o")
    """
    assert wrote(text) == {"feature": "k transformation"}


def test_a_table_with_a_plain_index_becomes_one_column(wrote: Wrote) -> None:
    text = """
        pairs = df.corr().unstack().sort_values().reset_index()
        pairs.columns = ["one", "other", "r"]
        pairs.to_csv("o")
    """
    both = "a aggregation, b aggregation"
    assert wrote(text) == {"one": "", "other": "", "r": both, "rows": "a sort, b sort"}


def test_names_that_are_not_known_leave_no_column_out(wrote: Wrote) -> None:
    text = """
        long = pd.DataFrame({"oid": orders["oid"], "item": 1, "q": orders["a"], "c": orders["b"]})
        back = long.pivot(index="oid", columns="item", values=["q", "c"])
        back.columns = back.columns.to_flat_index().map(lambda one: f"{one[0]}{one[1]}")
        back.to_csv("o")
    """
    told = wrote(text)
    assert (told["q..."], told["c..."]) == ("a transformation ?", "b transformation ?")


def test_several_functions_of_a_pivot_are_a_level_above_its_values(given: Callable[..., Table]) -> None:
    """pandas sorts the columns of each function; of a dict by values, and by functions below."""
    table = given('orders.pivot_table(index="k", values=["b", "a"], aggfunc=["mean", "sum"]).to_csv("o")\n')
    assert [(name, words(cames)) for name, cames in table.columns.items()] == [
        ("('mean', 'a')", "a aggregation"), ("('mean', 'b')", "b aggregation"),
        ("('sum', 'a')", "a aggregation"), ("('sum', 'b')", "b aggregation"),
    ]  # fmt: skip
    assert (table.closed, words(table.labels["k"])) == (True, "k")
    table = given('orders.pivot_table(index="k", aggfunc={"b": "mean", "a": ["sum", "max"]}).to_csv("o")\n')
    assert [(name, words(cames)) for name, cames in table.columns.items()] == [
        ("('a', 'max')", "a aggregation"), ("('a', 'sum')", "a aggregation"), ("('b', 'mean')", "b aggregation"),
    ]  # fmt: skip
    table = given('orders.pivot_table(index="k", aggfunc={"b": "mean"}).to_csv("o")\n')
    assert {name: words(cames) for name, cames in table.columns.items()} == {"b": "b aggregation"}
    table = given('orders.pivot_table(index="k", values="a", aggfunc={"a": ["sum", "max"]}).to_csv("o")\n')
    assert {name: words(cames) for name, cames in table.columns.items()} == {
        "max": "a aggregation",
        "sum": "a aggregation",
    }
    text = 'orders.pivot_table(index="k", columns="s", values=["a", "b"], aggfunc=["mean", "sum"]).to_csv("o")\n'
    table = given(text)
    assert {words(cames) for name, cames in table.columns.items() if "'a'" in name} == {"a aggregation, s group_by"}
    assert len(table.columns) == 4


MELTED = 'm = orders.melt(id_vars=["k"], value_vars=["a", "b"], var_name="v", value_name="x")\n'


@pytest.mark.parametrize(
    "call",
    [
        'm.groupby(["k", "v"])["x"].mean().unstack("v")',
        'm.groupby(["k", "v"])[["x"]].mean()["x"].unstack()',
        'm.pivot_table(index="k", columns="v", values="x")',
    ],
)
def test_columns_that_were_melted_come_back_as_any_of_them(wrote: Wrote, call: str) -> None:
    """Each of them has one source, and the text does not follow which."""
    assert wrote(f'{MELTED}{call}.to_csv("o")\n')["..."] == "a aggregation ?, b aggregation ?"


def test_columns_that_values_tell_apart_come_from_all_that_a_value_is_made_of(wrote: Wrote) -> None:
    text = 'orders["x"] = orders.a + orders.b\norders.pivot_table(index="k", columns="s", values="x").to_csv("o")\n'
    assert wrote(text)["..."] == "a aggregation, b aggregation, s group_by"
