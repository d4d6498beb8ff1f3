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
