from collections.abc import Callable

import pytest

Wrote = Callable[..., dict[str, str]]


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ('df.loc[:, "a"].to_frame()', {"a": "a"}),
        ('df.loc[df["b"] > 1, ["a"]]', {"a": "a", "rows": "b filter"}),
        ('df.loc[:, "a":"b"]', {"a": "a", "b": "b"}),
        ("df.iloc[:, [1]]", {"b": "b"}),
        ("df.iloc[:5, :-1]", {"a": "a"}),
        ("df[5:]", {"a": "a", "b": "b"}),
        ('df[df["a"].notna()][["b"]]', {"b": "b", "rows": "a filter"}),
        ("df[df > 1]", {"a": "a, a conditional, b conditional", "b": "a conditional, b, b conditional"}),
        ("df[some_names]", {"a": "a", "b": "b"}),
    ],
)
def test_brackets_choose_columns_and_rows(wrote: Wrote, expression: str, expected: dict[str, str]) -> None:
    assert wrote(f'some_names = [n for n in names]\n({expression}).to_csv("o")\n') == expected


def test_a_column_by_an_unknown_name_may_be_any_and_is_not_sure(wrote: Wrote) -> None:
    assert wrote('df["x"] = df[name]\ndf.to_csv("o")\n')["x"] == "a transformation ?, b transformation ?"


def test_a_column_whose_name_data_tells_is_a_hedge(wrote: Wrote) -> None:
    text = """
        name = df[["a", "b"]].mean().idxmax()
        pd.DataFrame({"v": df[name] * 2, "w": df.iloc[:, some] * 2}).to_csv("o")
    """
    found = wrote(text)
    assert set(found["v"].split(", ")) == {"a conditional", "a transformation ?", "b conditional", "b transformation ?"}
    assert found["w"] == "a transformation ?, b transformation ?"


def test_a_column_is_found_by_its_place(wrote: Wrote) -> None:
    text = 'pd.DataFrame({"v": orders.iloc[:, orders.columns.get_loc("b")] * 2}).to_csv("o")\n'
    assert wrote(text) == {"v": "b transformation"}


def test_a_part_of_a_row_has_the_columns_at_these_places(wrote: Wrote) -> None:
    """By hand: of the columns oid, k, a, b, s, places 2 and 3 are a and b."""
    row = "row = orders.iloc[0]\n"
    assert wrote(row + 'pd.DataFrame([row.iloc[2:4]]).to_csv("o")\n') == {"a": "a", "b": "b"}
    assert wrote(row + 'pd.DataFrame([row.loc[["b", "s"]]]).to_csv("o")\n') == {"b": "b", "s": "s"}
    assert wrote(row + 'pd.DataFrame({"x": [row.iloc[3]], "y": [row.loc["k"]]}).to_csv("o")\n') == {"x": "b", "y": "k"}


def test_a_cell_by_a_label_from_data_is_looked_up(wrote: Wrote) -> None:
    text = """
        by_key = users.set_index("k")
        pd.DataFrame([{"age": by_key.at[k, "age"]} for k in orders["k"]]).to_csv("o")
    """
    assert wrote(text) == {"age": "age, k filter, k join"}


@pytest.mark.parametrize(
    "flags",
    ['orders.columns.isin(["k", "a"])', '~orders.columns.str.contains("^o|b|s")', 'orders.columns.str.match("k|a")'],
)
def test_columns_are_chosen_by_what_is_true_of_their_names(wrote: Wrote, flags: str) -> None:
    assert wrote(f'orders.loc[:, {flags}].to_csv("o")\n') == {"k": "k", "a": "a"}


def test_names_that_come_again_are_left_out(wrote: Wrote) -> None:
    text = 'both = orders[["k", "a"]]\nboth.loc[:, ~both.columns.duplicated()].to_csv("o")\n'
    assert wrote(text) == {"k": "k", "a": "a"}


def test_what_decides_which_one_value_is_taken_decides_it(wrote: Wrote) -> None:
    text = 'pd.DataFrame({"best": [%s]}).to_csv("o")\n'
    assert wrote(text % 'orders["s"].values[np.argmax(orders["a"])]') == {"best": "a conditional, s"}
    found = wrote(text % 'orders.loc[orders["a"].idxmax(), "s"]')
    assert (found["best"], found["rows"]) == ("s", "a filter")


def test_rows_are_chosen_by_labels_of_the_index(wrote: Wrote) -> None:
    text = """
        old, new = orders.set_index("k"), users.set_index("k")
        old.loc[old.index.difference(new.index)].reset_index()[["k", "a"]].to_csv("o")
    """
    assert wrote(text) == {"k": "k", "a": "a", "rows": "k filter, k join"}
    assert wrote('orders.set_index("oid").index.to_series().to_frame("i").to_csv("o")\n')["i"] == "oid"


CHOSEN = [
    'df[[c for c in df.columns if df[c].std() > 1]].to_csv("o")\n',
    'df.drop(columns=[c for c in df.columns if df[c].isna().mean() > 0.5]).to_csv("o")\n',
    'cols = []\nfor c in df.columns:\n    if df[c].nunique() > 1:\n        cols.append(c)\ndf[cols].to_csv("o")\n',
]


@pytest.mark.parametrize("text", CHOSEN)
def test_columns_that_data_chooses_stay_and_what_decides_is_a_hedge(wrote: Wrote, text: str) -> None:
    assert wrote(text) == {"a": "a, a filter ?, b filter ?", "b": "a filter ?, b, b filter ?"}


@pytest.mark.parametrize("key", ["lambda t: t.b > 3", "(lambda t: t.b > 3), ['a']", "lambda t: t['b'].gt(3), 'a':'a'"])
def test_a_function_in_brackets_is_asked_which_rows_are_meant(wrote: Wrote, key: str) -> None:
    found = wrote(f"df.loc[{key}][['a']].to_csv('o')\n")
    assert found == {"a": "a", "rows": "b filter"}
    assert wrote("df[lambda t: t.b > 3][['a']].to_csv('o')\n") == found


def test_a_list_of_first_levels_has_all_columns_below_each(wrote: Wrote) -> None:
    """pandas keeps the levels: there are three columns, which a text has as ``a``, ``b`` and ``b#2``."""
    made = 'g = orders.groupby("k").agg({"b": ["sum", "mean"], "a": ["max"]})[["a", "b"]]\n'
    found = wrote(made + 'g.to_csv("o")\n')
    assert list(found) == ["('a', 'max')", "('b', 'sum')", "('b', 'mean')", "index.k", "rows"]
    assert (found["('a', 'max')"], found["('b', 'mean')"]) == ("a aggregation", "b aggregation")
    found = wrote(made + 'g.columns = ["x", "y", "z"]\ng.to_csv("o")\n')
    assert (found["x"], found["y"], found["z"]) == ("a aggregation", "b aggregation", "b aggregation")
