from collections.abc import Callable

Wrote = Callable[..., dict[str, str]]


def test_merged_tables_have_the_columns_of_both_and_the_keys_decide(wrote: Wrote) -> None:
    found = wrote('orders[["k", "a"]].merge(users, on="k", how="left").to_csv("o")\n')
    assert found == {"k": "k", "a": "a", "name": "name", "age": "age", "rows": "k join"}
    found = wrote('pd.merge(orders[["k", "a"]], users[["k", "age"]], left_on="a", right_on="age").to_csv("o")\n')
    assert found == {"k_x": "k", "a": "a", "k_y": "k", "age": "age", "rows": "a join, age join"}


def test_common_columns_are_the_keys_where_none_are_named(wrote: Wrote) -> None:
    assert wrote('users.merge(orders[["k", "a"]]).to_csv("o")\n')["rows"] == "k join"


def test_rows_of_the_right_table_decide_its_columns_in_a_left_join(wrote: Wrote) -> None:
    text = 'orders[["k", "a"]].merge(users[users["age"] > 3][["k", "name"]], on="k", how="{}").to_csv("o")\n'
    left, inner = wrote(text.format("left")), wrote(text.format("inner"))
    assert (left["a"], left["name"]) == ("a", "age filter, name")
    assert left["rows"] == "age filter, k join"  # a key that is there twice makes two rows of one
    assert (inner["name"], inner["rows"]) == ("name", "age filter, k join")


def test_tables_are_joined_by_index(wrote: Wrote) -> None:
    text = 'orders[["k", "a"]].join(users.groupby("k")["age"].mean().rename("mean"), on="k").to_csv("o")\n'
    assert wrote(text) == {"k": "k", "a": "a", "mean": "age aggregation, k group_by", "rows": "k join"}


def test_rows_are_put_under_each_other(wrote: Wrote) -> None:
    text = 'pd.concat([df, users.rename(columns={"age": "a"})[["a"]]], ignore_index=True).to_csv("o")\n'
    assert wrote(text) == {"a": "a, age", "b": "b"}


def test_columns_are_put_beside_each_other(wrote: Wrote) -> None:
    text = 'pd.concat([df["a"], users["age"].rename("x"), df[["b"]]], axis=1).to_csv("o")\n'
    assert wrote(text) == {"a": "a", "x": "age", "b": "b"}


def test_the_nearest_row_in_time_is_merged_and_leaves_the_rows_of_the_left_as_they_are(wrote: Wrote) -> None:
    text = 'pd.merge_asof(orders[["a", "k"]], users, left_on="a", right_on="age", by="k").to_csv("o")\n'
    keys = "a join, age join, k join"
    assert wrote(text) == {"a": "a", "k": "k", "name": f"{keys}, name", "age": f"a join, age, {keys[8:]}"}
    text = """
        quotes = users[users["name"] != ""].rename(columns={"age": "a"}).sort_values("a")
        pd.merge_asof(orders[orders["b"] > 0][["a"]], quotes[["a", "name"]], on="a").to_csv("o")
    """
    assert wrote(text) == {"a": "a", "name": "a join, age join, name, name filter", "rows": "b filter"}


def test_numbers_of_all_columns_are_put_beside_each_other_as_columns(wrote: Wrote) -> None:
    text = """
        missing = df.isnull().sum()
        pd.concat([missing, missing / len(df)], axis=1, keys=["total", "share"]).reset_index().to_csv("o")
    """
    both = "a aggregation, b aggregation"
    assert wrote(text) == {"index": "", "total": both, "share": both}


def test_keys_of_a_dict_of_tables_are_a_level_of_the_index(wrote: Wrote) -> None:
    text = """
        parts = {k: part[["a"]] for k, part in orders.groupby("k")}
        pd.concat(parts, names=["key"]).reset_index("key").to_csv("o")
    """
    assert wrote(text)["key"] == "k"


def test_two_tables_are_compared_column_by_column(wrote: Wrote) -> None:
    text = """
        diff = orders[["a"]].compare(users.rename(columns={"age": "a"})[["a"]], keep_equal=True)
        diff.columns = [f"{x}_{y}" for x, y in diff.columns]
        diff.to_csv("o")
    """
    assert wrote(text) == {"a_self": "a", "a_other": "age", "rows": "a filter, age filter"}


def test_what_the_other_side_was_sorted_by_only_tells_which_of_equal_keys_comes_first(wrote: Wrote) -> None:
    text = 'orders[["k", "a"]].merge(users.sort_values("age")[["k", "name"]], on="k").to_csv("o")\n'
    assert wrote(text)["rows"] == "age sort ?, k join"
    text = 'orders.sort_values("a")[["k", "s"]].merge(users[["k", "name"]], on="k").to_csv("o")\n'
    assert wrote(text)["rows"] == "a sort, k join"
