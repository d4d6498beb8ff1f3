from collections.abc import Callable

Wrote = Callable[..., dict[str, str]]


def test_a_column_and_its_index_are_named_by_attributes(wrote: Wrote) -> None:
    text = """
        total = orders.groupby("k")["a"].sum()
        total.name = "total"
        total.index.name = "key"
        total.reset_index().to_csv("o")
    """
    assert wrote(text) == {"key": "k", "total": "a aggregation", "rows": "k group_by"}


def test_levels_of_an_index_are_named_together(wrote: Wrote) -> None:
    text = """
        wide = orders.pivot(index="oid", columns="k", values="a")
        long = wide.stack()
        long.index.names = ["id", "kind"]
        long.rename("v").reset_index().to_csv("o")
    """
    assert {name: one for name, one in wrote(text).items() if name in ("id", "kind")} == {
        "id": "oid",
        "kind": "k group_by",
    }


def test_the_index_of_a_table_is_set_and_named(wrote: Wrote) -> None:
    text = """
        orders.index = orders["oid"]
        {}
        orders[["a"]].reset_index().to_csv("o")
    """
    assert wrote(text.format("")) == {"oid": "oid", "a": "a"}
    assert wrote(text.format('orders.index.name = "id"')) == {"id": "oid", "a": "a"}


def test_names_of_the_columns_together_change_nothing(wrote: Wrote) -> None:
    assert wrote('df.columns.name = None\ndf.to_csv("o")\n') == {"a": "a", "b": "b"}
