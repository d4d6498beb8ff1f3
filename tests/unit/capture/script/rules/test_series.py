from collections.abc import Callable

import pytest

Wrote = Callable[..., dict[str, str]]


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ('df["a"].round(2)', "a transformation"),
        ('df["a"].fillna(df["b"])', "a transformation, b transformation"),
        ('df["a"].where(df["b"] > 0, 0)', "a, b conditional"),
        ('orders["s"].str.lower().str.strip()', "s transformation"),
        ('orders["s"].str[0:3]', "s transformation"),
        ('pd.to_datetime(orders["s"]).dt.year', "s transformation"),
        ('orders["s"].astype("category").cat.codes', "s transformation"),
        ('df["a"].shift(1) - df["a"]', "a transformation"),
        ('df["a"].rolling(3, min_periods=1).mean()', "a aggregation"),
        ('df["a"].between(1, df["b"])', "a transformation, b transformation"),
        ('df["a"].apply(lambda x: "big" if x > 1 else "small")', "a conditional"),
        ('df["a"].apply(np.sqrt)', "a transformation"),
        ('orders["k"].map({"x": 1, "y": 2})', "k transformation"),
        ('orders["k"].map(users.set_index("k")["age"])', "age, k join"),
        ('orders["k"].map(dict(zip(users["k"], users["name"])))', "k join, name"),
        ('df["a"] / df["a"].sum()', "a transformation"),
        ('df["a"].mean()', "a aggregation"),
        ('df["a"].combine_first(df["b"])', "a transformation, b transformation"),
        ('pd.cut(df["a"], bins=[0, 1], labels=["x"])', "a transformation"),
        ('df["a"].isin(users["age"])', "a transformation, age transformation"),
        ("[x * 2 for x in df['a']]", "a transformation"),
    ],
)
def test_a_column_comes_from(wrote: Wrote, expression: str, expected: str) -> None:
    assert wrote(f'df["x"] = {expression}\ndf.to_csv("o")\n')["x"] == expected


def test_changes_in_place_reach_the_table(wrote: Wrote) -> None:
    text = 'df["a"].fillna(df["b"], inplace=True)\ndf["b"][df["a"] > 3] = 0\ndf.to_csv("o")\n'
    assert wrote(text) == {"a": "a transformation, b transformation", "b": "a conditional, b, b conditional"}


def test_a_text_is_split_into_columns(wrote: Wrote) -> None:
    text = 'df[["x", "y"]] = orders["s"].str.split("-", expand=True)\ndf.to_csv("o")\n'
    assert wrote(text) == {"a": "a", "b": "b", "x": "s transformation", "y": "s transformation"}


def test_a_column_becomes_a_table(wrote: Wrote) -> None:
    assert wrote('df["a"].rename("x").to_frame().to_csv("o")\n') == {"x": "a"}
    assert wrote('df["a"].dropna().to_csv("o")\n') == {"a": "a", "rows": "a filter"}


def test_values_that_were_chosen_by_others_are_compared_with(wrote: Wrote) -> None:
    text = """
        top = orders.groupby("k")["a"].sum().nlargest(2).index
        orders[orders["k"].isin(top)][["b"]].to_csv("o")
    """
    assert wrote(text) == {"b": "b", "rows": "a filter, k filter, k group_by"}


def test_levels_of_the_index_get_names(wrote: Wrote) -> None:
    text = 'orders["k"].value_counts().rename_axis("key").reset_index(name="n").to_csv("o")\n'
    assert set(wrote(text)) == {"key", "n", "rows"}
    text = 'orders.set_index(["k", "s"])["a"].rename_axis(["x", "y"]).reset_index().to_csv("o")\n'
    assert wrote(text) == {"x": "k", "y": "s", "a": "a"}


def test_values_under_one_label_lose_a_level(wrote: Wrote) -> None:
    text = 'orders.set_index(["k", "s"])["a"].xs("y", level="k").to_frame().to_csv("o")\n'
    assert wrote(text) == {"a": "a", "index.s": "s", "rows": "k filter"}


def test_a_column_is_grouped_by_one_level_of_its_index(wrote: Wrote) -> None:
    text = """
        t = orders.groupby(["k", "s"])["a"].sum()
        t.groupby(level="s").max().reset_index().to_csv("o")
    """
    assert wrote(text) == {"s": "s", "a": "a aggregation", "rows": "k group_by, s group_by"}
    text = """
        t = orders.groupby(["k", "s"])["a"].sum()
        t.groupby(level=0).cumsum().reset_index().to_csv("o")
    """
    assert wrote(text)["k"] == "k"


def test_levels_of_an_index_are_told_apart(wrote: Wrote) -> None:
    text = """
        t = orders.groupby(["k", "s"])["a"].sum()
        pd.DataFrame({"x": t.index.get_level_values("s"), "y": t.index.get_level_values(0)}).to_csv("o")
    """
    found = wrote(text)
    assert (found["x"], found["y"]) == ("s", "k")


def test_several_quantiles_are_a_column_beside_numbers_of_the_script(wrote: Wrote) -> None:
    text = 'orders["a"].quantile([0.1, 0.9]).rename_axis("q").reset_index(name="v").to_csv("o")\n'
    assert wrote(text) == {"q": "", "v": "a aggregation"}


@pytest.mark.parametrize("few", ["head(3)", "[:3]", "iloc[:3]"])
def test_what_values_were_sorted_by_tells_which_of_them_are_summed_up(wrote: Wrote, few: str) -> None:
    """By hand: with other values of b, other rows are the first."""
    few = few if few[0] == "[" else f".{few}"
    text = f"""
        pd.DataFrame({{"x": [orders.sort_values("b")["a"]{few}.sum()]}}).to_csv("o")
    """
    assert wrote(text) == {"x": "a aggregation", "rows": "b filter"}
