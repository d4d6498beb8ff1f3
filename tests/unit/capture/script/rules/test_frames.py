from collections.abc import Callable

import pytest

Wrote = Callable[..., dict[str, str]]


def test_methods_that_keep_columns_and_methods_that_compute_each(wrote: Wrote) -> None:
    assert wrote('df.copy().head(3).to_csv("o")\n') == {"a": "a", "b": "b"}
    assert wrote('df.fillna(0).round(2).abs().to_csv("o")\n') == {"a": "a transformation", "b": "b transformation"}


def test_a_fill_by_column_changes_those_columns_alone(wrote: Wrote) -> None:
    assert wrote('df.fillna({"a": 0}).to_csv("o")\n') == {"a": "a transformation", "b": "b"}
    assert wrote('df.astype({"b": "int"}).to_csv("o")\n') == {"a": "a", "b": "b transformation"}


def test_a_table_minus_its_means_stays_column_by_column(wrote: Wrote) -> None:
    each = {"a": "a transformation", "b": "b transformation"}
    assert wrote('((df - df.mean()) / df.std()).to_csv("o")\n') == each
    assert wrote('df.fillna(df.median()).to_csv("o")\n') == each


def test_where_takes_the_condition_of_each_column(wrote: Wrote) -> None:
    assert wrote('df.where(df > 0, df["b"]).to_csv("o")\n')["a"] == "a, a conditional, b transformation"


def test_sums_along_rows_come_from_all_columns(wrote: Wrote) -> None:
    text = 'df["total"] = df[["a", "b"]].sum(axis=1)\ndf["top"] = df.max().b\ndf.to_csv("o")\n'
    found = wrote(text)
    assert found["total"] == "a transformation, b transformation"
    assert found["top"] == "b aggregation"


def test_apply_by_column_and_by_row(wrote: Wrote) -> None:
    text = 'df.apply(lambda column: column.fillna(column.mean())).to_csv("o")\n'
    assert wrote(text) == {"a": "a transformation", "b": "b transformation"}
    text = 'df.apply(lambda row: pd.Series({"x": row.a, "y": row["b"] * 2}), axis=1).to_csv("o")\n'
    assert wrote(text) == {"x": "a", "y": "b transformation"}
    text = 'df.apply(lambda row: [row.a, row.b], axis=1, result_type="expand").to_csv("o")\n'
    assert wrote(text) == {"0": "a", "1": "b"}


def test_a_function_is_piped_the_table(wrote: Wrote) -> None:
    assert wrote('df.pipe(lambda table, name: table[[name]], "b").to_csv("o")\n') == {"b": "b"}


def test_descriptions_and_correlations_sum_up(wrote: Wrote) -> None:
    assert wrote('df.describe().to_csv("o")\n') == {"a": "a aggregation", "b": "b aggregation"}
    assert set(wrote('orders.describe().to_csv("o")\n')) == {"oid", "a", "b"}
    assert wrote('df.corr().to_csv("o")\n')["a"] == "a aggregation, b aggregation"


def test_update_changes_the_table_in_place(wrote: Wrote) -> None:
    text = 'df.update(users.rename(columns={"age": "b"}))\ndf.to_csv("o")\n'
    assert wrote(text) == {"a": "a", "b": "age, b"}


def test_tables_are_combined_by_their_indexes(wrote: Wrote) -> None:
    text = """
        by_key = users.set_index("k")[["age"]].rename(columns={"age": "a"})
        orders.set_index("oid")[["a"]].combine_first(by_key).to_csv("o")
    """
    assert wrote(text) == {
        "a": "a transformation, age transformation, k join, oid join",
        "index.oid": "oid",
        "rows": "k join, oid join",
    }


def test_texts_have_no_part_in_what_is_of_numbers_only(wrote: Wrote) -> None:
    found = wrote('orders.corr(numeric_only=True)[["a"]].to_csv("o")\n')
    assert found["a"] == "a aggregation, b aggregation, oid aggregation"
    assert set(wrote('orders.groupby("k")[["a", "b"]].sum().mean(numeric_only=True).to_csv("o")\n')) >= {"a", "b"}


def test_correlations_of_columns_that_are_named_after_values_have_these_as_labels(wrote: Wrote) -> None:
    text = 'orders.pivot(index="oid", columns="k", values="a").corr().reset_index(names="x").to_csv("o")\n'
    assert wrote(text)["x"] == "k group_by"


def test_several_values_of_each_column_are_a_table_whose_rows_have_them_by_name(wrote: Wrote) -> None:
    text = """
        users = pd.read_csv("users")[["age", "k"]]
        users.fillna(users.mode().iloc[0]).to_csv("o")
    """
    assert wrote(text) == {"age": "age transformation", "k": "k transformation"}
    text = """
        users = pd.read_csv("users")[["age"]]
        users.quantile([0.1, 0.9]).to_csv("o")
    """
    assert wrote(text) == {"age": "age aggregation"}


def test_an_update_goes_by_the_labels_of_both(wrote: Wrote) -> None:
    text = """
        orders = orders.set_index("oid")
        orders.update(users.set_index("age")[["k"]])
        orders.to_csv("o")
    """
    told = wrote(text)
    assert (told["k"], told["a"]) == ("age join, k, oid join", "a")


def test_numbers_of_all_rows_do_not_depend_on_their_order(wrote: Wrote) -> None:
    assert "rows" not in wrote('pd.DataFrame([df.sort_values("a").mean()]).to_csv("o")\n')


@pytest.mark.parametrize(
    "few",
    ["head(3)", "tail(3)", "take([0, 1])", "iloc[:3]", "iloc[[0, 1]]", "drop_duplicates('s')", "groupby('s').head(1)"],
)
def test_what_rows_were_sorted_by_tells_which_of_them_are_summed_up(wrote: Wrote, few: str) -> None:
    """By hand: with other values of b, other rows are the first."""
    text = f"""
        few = orders.sort_values("b").{few}
        pd.DataFrame({{"x": [few["a"].sum()]}}).to_csv("o")
    """
    assert "b filter" in wrote(text)["rows"]


def test_the_order_of_rows_tells_nothing_where_all_of_them_are_summed_up(wrote: Wrote) -> None:
    text = """
        pd.DataFrame({"x": [orders.sort_values("b")["a"].sum()]}).to_csv("o")
    """
    assert wrote(text) == {"x": "a aggregation"}


def test_what_rows_were_sorted_by_tells_which_one_is_taken_and_summed_up(wrote: Wrote) -> None:
    text = """
        pd.DataFrame({"x": [orders[["a", "b"]].sort_values("b").iloc[0].sum()]}).to_csv("o")
    """
    assert wrote(text) == {"x": "a transformation, b transformation", "rows": "b filter, b sort"}


def test_a_row_is_updated_by_names_too(wrote: Wrote) -> None:
    """As ``dict.update`` has it: first what is given by place, then by name."""
    text = """
        import csv
        for row in csv.DictReader(open("users")):
            row.update({GIVEN})
            pd.DataFrame([row]).to_csv("o")
    """
    named = wrote(text.replace("{GIVEN}", 'name=row["k"] + "_", other=row["age"]'))
    assert named == {"k": "k", "name": "k transformation", "age": "age", "other": "age"}
    both = wrote(text.replace("{GIVEN}", '{"name": row["k"], "x": row["k"]}, x=row["age"]'))
    assert both == {"k": "k", "name": "k", "age": "age", "x": "age"}


def test_a_table_that_fills_another_up_brings_its_further_columns(wrote: Wrote) -> None:
    found = wrote('orders[["a"]].combine_first(orders[["a", "b"]]).to_csv("o")\n')
    assert found == {"a": "a transformation", "b": "b"}
