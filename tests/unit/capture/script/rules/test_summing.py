"""Groups summed up by functions of the script; expected origins are read off the functions."""

from collections.abc import Callable

import pytest

Wrote = Callable[..., dict[str, str]]
FUNCTIONS = """
def spread(s): return s.max() - s.min()
def number(s): return len(s)
def elsewhere(s): return orders.loc[s.index, "b"].sum()
def both(s): return (s * orders.loc[s.index, "b"]).sum()
def at_most(s): return orders.loc[s.idxmax(), "b"]
def where(s): return orders["b"][s.index][s > 3].sum()
g = orders.groupby("k")
"""
MADE = {
    "spread": "a aggregation",
    "number": "k group_by",
    "elsewhere": "b aggregation",
    "both": "a aggregation, b aggregation",
    "lambda s: orders.loc[s.index, 'b'].mean() if len(s) > 3 else 0": "b aggregation",
    "at_most": "a filter, b aggregation",
    "where": "a filter, b aggregation",
    "lambda s: orders.loc[s.index].query('a > 3')['b'].sum()": "a filter, b aggregation",
    "lambda s: orders[orders.oid <= s.max()].b.sum()": "a filter, b aggregation, oid filter",
    "lambda s: s.size": "k group_by",
    "lambda s: len(set(s))": "a aggregation",
    "unknown(spread)": "a aggregation",
    "np.mean": "a aggregation",
}


@pytest.mark.parametrize(("function", "expected"), MADE.items())
def test_what_a_function_makes_of_a_column_comes_from_what_it_looks_at(
    wrote: Wrote, function: str, expected: str
) -> None:
    for call in (
        f'g.agg(x=("a", {function}))',
        f'g.agg(x=pd.NamedAgg("a", {function}))',
        f'g["a"].agg(x={function})',
        f'g["a"].agg({function}).rename("x").to_frame()',
        f'g.agg({{"a": {function}}}).rename(columns={{"a": "x"}})',
        f'g[["a"]].agg({function}).rename(columns={{"a": "x"}})',
    ):
        assert wrote(f'{FUNCTIONS}{call}.to_csv("o")\n')["x"] == expected, call


def test_each_of_several_functions_has_its_own(wrote: Wrote) -> None:
    found = wrote(FUNCTIONS + 'g["a"].agg([spread, number, "max"]).to_csv("o")\n')
    assert (found["spread"], found["number"], found["max"]) == ("a aggregation", "k group_by", "a aggregation")
    found = wrote(FUNCTIONS + 'g.agg({"a": [elsewhere, "size"], "b": ["sum"]}).to_csv("o")\n')
    assert found["('a', 'elsewhere')"] == "b aggregation"
    assert found["('a', 'size')"] == "k group_by"
    assert found["('b', 'sum')"] == "b aggregation"


def test_a_column_that_is_called_as_a_function_is_is_a_column(wrote: Wrote) -> None:
    text = 'orders.rename(columns={"a": "size"}).groupby("k").agg(x=("size", "sum")).to_csv("o")\n'
    assert wrote(text)["x"] == "a aggregation"


ELSEWHERE = "lambda s: orders.loc[s.index, 'b'].sum()"


@pytest.mark.parametrize(
    ("call", "name", "expected"),
    [
        (f'orders.pivot_table(index="k", values="a", aggfunc={ELSEWHERE})', "a", "b aggregation"),
        (f'pd.pivot_table(orders, index="k", values=["a"], aggfunc={ELSEWHERE})', "a", "b aggregation"),
        (
            f'orders.pivot_table(index="k", columns="s", values="a", aggfunc={ELSEWHERE})',
            "...",
            "b aggregation, s group_by",
        ),
        (
            'orders.pivot_table(index="k", values="a", aggfunc=[elsewhere, "sum"])',
            "('elsewhere', 'a')",
            "b aggregation",
        ),
        ('orders.pivot_table(index="k", values="a", aggfunc=[elsewhere, "sum"])', "('sum', 'a')", "a aggregation"),
        ('orders.pivot_table(index="k", aggfunc={"a": elsewhere, "oid": "sum"})', "a", "b aggregation"),
        ('orders.pivot_table(index="k", values="a", aggfunc={"a": [elsewhere, "max"]})', "elsewhere", "b aggregation"),
        (
            "pd.crosstab(orders.k, orders.s, values=orders.a, aggfunc=elsewhere)",
            "...",
            "b aggregation, k group_by, s group_by",
        ),
        (f'orders.agg({{"a": {ELSEWHERE}}}).to_frame("m")', "m", "b aggregation"),
        (f'orders[["a"]].agg({ELSEWHERE}).to_frame("m")', "m", "b aggregation"),
        ('orders[["a"]].agg([elsewhere, "max"])', "a", "a aggregation, b aggregation"),
        (f'pd.DataFrame({{"m": [orders["a"].agg({ELSEWHERE})]}})', "m", "b aggregation"),
        ('pd.DataFrame([{"m": orders["a"].agg([elsewhere, "max"])["elsewhere"]}])', "m", "b aggregation"),
        (f'orders[["a"]].rolling(3).apply({ELSEWHERE})', "a", "b aggregation"),
        ('orders[["a"]].transform(lambda s: orders.loc[s.index, "b"] * 2)', "a", "b transformation"),
    ],
)
def test_whatever_sums_up_with_a_function_comes_from_what_that_looks_at(
    wrote: Wrote, call: str, name: str, expected: str
) -> None:
    found = wrote(f'{FUNCTIONS}{call}.to_csv("o")\n')
    assert found.get(name, found.get("...")) == expected


def test_along_rows_a_function_is_given_a_row(wrote: Wrote) -> None:
    assert wrote('df.agg(lambda r: r["b"] * 2, axis=1).to_frame("m").to_csv("o")\n')["m"] == "b transformation"
    assert wrote('df.agg("sum", axis=1).to_frame("m").to_csv("o")\n')["m"] == "a transformation, b transformation"


def test_columns_are_called_as_the_script_calls_the_function(wrote: Wrote) -> None:
    """What pandas 3 calls them."""
    text = """\
def quantile(n):
    def inner(s):
        return s.quantile(n / 100)
    inner.__name__ = f"p{n}"
    return inner
spread.__name__ = "range"
"""
    found = wrote(f'{FUNCTIONS}{text}g["a"].agg([quantile(5), quantile(95), spread]).to_csv("o")\n')
    assert list(found) == ["p5", "p95", "range", "index.k", "rows"]
    found = wrote(f'{FUNCTIONS}g["a"].agg([lambda s: s.max(), {ELSEWHERE}]).to_csv("o")\n')
    assert (found["<lambda_0>"], found["<lambda_1>"]) == ("a aggregation", "b aggregation")
    found = wrote(FUNCTIONS + 'g["a"].agg([("x", elsewhere), ("y", "sum")]).to_csv("o")\n')
    assert (found["x"], found["y"]) == ("b aggregation", "a aggregation")
