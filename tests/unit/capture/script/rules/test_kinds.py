import textwrap
from collections.abc import Callable

import pytest

from driftline.capture.script.rules.kinds import kind

Wrote = Callable[..., dict[str, str]]
TYPED = 'typed = pd.read_csv("typed")\n'
UPPER = 'orders["u"] = orders.s.map(lambda x: x.upper())\n'  # a column whose type the text does not tell


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("int64", "int"),
        ("Float32", "float"),
        ("decimal(10,2)", "float"),
        ("object", "text"),
        ("string", "text"),
        ("category", "category"),
        ("datetime64[ns]", "datetime"),
        ("timedelta64[ns]", "timedelta"),
        ("complex128", "complex"),
        ("bool", "bool"),
        ("numpy.number", "number"),
    ],
)
def test_names_of_types_mean_few_sorts(name: str, expected: str) -> None:
    assert kind(name) == expected


@pytest.mark.parametrize(
    ("chosen", "expected"),
    [
        ('select_dtypes("number")', "n aggregation, t aggregation"),
        ('select_dtypes(include=["int", "bool"])', "f aggregation, n aggregation"),
        ('select_dtypes("object")', "s aggregation"),
        ('select_dtypes("category")', "c aggregation"),
        ('select_dtypes("datetime")', "d aggregation"),
        ('select_dtypes("timedelta")', "t aggregation"),
        ('select_dtypes(exclude="number")', "c aggregation, d aggregation, f aggregation, s aggregation"),
        ('select_dtypes(exclude=["object", "category"])', "d aggregation, f aggregation, n aggregation, t aggregation"),
    ],
)
def test_types_choose_columns_as_pandas_says(wrote: Wrote, chosen: str, expected: str) -> None:
    """What pandas 3 keeps of such a frame."""
    assert wrote(f'{TYPED}typed.{chosen}.max().to_frame("m").to_csv("o")\n')["m"] == expected


def test_numbers_only_are_those_that_pandas_takes_for_numbers(wrote: Wrote) -> None:
    """``_get_numeric_data`` has flags, and no spans of time; ``describe`` has times and spans, and no flags."""
    found = wrote(TYPED + 'typed.mean(numeric_only=True).to_frame("m").to_csv("o")\n')
    assert found["m"] == "f aggregation, n aggregation"
    found = wrote(TYPED + 'typed.describe().T.to_csv("o")\n')
    assert found["..."] == "d aggregation, n aggregation, t aggregation"


def test_where_it_is_not_known_whether_there_are_numbers_texts_are_perhaps_described(wrote: Wrote) -> None:
    text = 'orders["n"] = orders.apply(lambda r: r.a / r.b, axis=1)\n'
    found = wrote(text + 'orders[["s", "n"]].describe().T.to_csv("o")\n')
    assert found["..."] == "a aggregation, b aggregation, s aggregation ?"
    found = wrote(
        f'{text}orders["m"] = orders.k.map(lambda x: x.upper())\norders[["m", "n"]].describe().T.to_csv("o")\n'
    )
    assert found["..."] == "a aggregation ?, b aggregation ?, k aggregation ?"
    assert wrote('orders[["k", "s"]].describe().T.to_csv("o")\n')["..."] == "k aggregation, s aggregation"


@pytest.mark.parametrize(
    "chosen", ['select_dtypes("number").mean()', "mean(numeric_only=True)", 'select_dtypes("number").agg("mean")']
)
def test_a_column_whose_type_is_not_known_is_perhaps_among_those_that_a_type_chooses(wrote: Wrote, chosen: str) -> None:
    found = wrote(f'{UPPER}orders.{chosen}.to_frame("m").to_csv("o")\n')
    assert found["m"] == "a aggregation, b aggregation, oid aggregation, s aggregation ?"


def test_a_column_that_is_asked_for_by_name_is_there(wrote: Wrote) -> None:
    text = 'orders["c"] = orders.a * 2\nsome = orders.select_dtypes("number")\n'
    assert wrote(text + 'some[["c"]].sum().to_frame("m").to_csv("o")\n')["m"] == "a aggregation"
    assert wrote(text + 'some.rename(columns={"c": "d"})[["d"]].to_csv("o")\n') == {"d": "a transformation"}
    text = UPPER + 'some = orders.select_dtypes("number")\nsome["u"] = orders.b\n'
    assert wrote(text + 'some[["a", "u"]].sum().to_frame("m").to_csv("o")\n')["m"] == "a aggregation, b aggregation"
    assert wrote(text + 'some.sum().to_frame("m").to_csv("o")\n')["m"] == (
        "a aggregation, b aggregation, oid aggregation"
    )


@pytest.mark.parametrize("names", ["columns", "columns.tolist()", "columns.drop('oid')"])
def test_the_names_of_columns_that_are_perhaps_chosen_choose_them_perhaps(wrote: Wrote, names: str) -> None:
    text = f'{UPPER}names = orders.select_dtypes("number").{names}\n'
    found = wrote(text + 'orders[names].sum().to_frame("m").to_csv("o")\n')["m"]
    assert found.replace("oid aggregation, ", "") == "a aggregation, b aggregation, s aggregation ?"


def test_groups_summed_up_have_numbers_alone_where_that_is_asked_for(wrote: Wrote) -> None:
    found = wrote('orders.groupby("k").mean(numeric_only=True).to_csv("o")\n')
    assert found == {
        "index.k": "k", "oid": "oid aggregation", "a": "a aggregation", "b": "b aggregation", "rows": "k group_by",
    }  # fmt: skip
    found = wrote(UPPER + 'orders.groupby("k").mean(numeric_only=True).sum().to_frame("m").to_csv("o")\n')
    assert found["m"] == "a aggregation, b aggregation, oid aggregation, s aggregation ?"


def test_a_type_that_is_asked_for_is_known_of_what_is_as_it_was_read(wrote: Wrote) -> None:
    text = """
        from pandas.api.types import is_numeric_dtype
        names = [c for c in typed.columns if is_numeric_dtype(typed[c])]
        typed[names].max().to_frame("m").to_csv("o")
    """
    assert wrote(TYPED + textwrap.dedent(text))["m"] == "f aggregation, n aggregation"
    found = wrote(UPPER + textwrap.dedent(text).replace("typed", "orders"))["m"]
    assert (
        found.replace("s filter ?", "").strip(", ") == "a aggregation, b aggregation, oid aggregation, s aggregation ?"
    )


@pytest.mark.parametrize("test", ['orders[c].dtype != "object"', "orders[c].nunique() > 1", "c in given_by_somebody()"])
def test_names_that_are_perhaps_chosen_by_something_else_choose_perhaps(wrote: Wrote, test: str) -> None:
    text = f"names = [c for c in orders.columns if {test}]\n"
    found = wrote(text + 'orders[names].sum().to_frame("m").to_csv("o")\n')["m"].split(", ")
    assert "s aggregation" not in found
    assert "s aggregation ?" in found
    assert "s" in wrote(text + 'orders[names].to_csv("o")\n')["s"].split(", ")


@pytest.mark.parametrize("chosen", ["orders.select_dtypes('number').columns", "orders.select_dtypes('number')"])
def test_what_is_perhaps_chosen_is_perhaps_among_the_others(wrote: Wrote, chosen: str) -> None:
    text = f"{UPPER}numbers = {chosen}\nothers = [c for c in orders.columns if c not in numbers]\n"
    found = wrote(text + 'orders[others].nunique().to_frame("m").to_csv("o")\n')["m"]
    assert found == "k aggregation, s aggregation"  # of s itself, which is a text
    found = wrote(text + 'orders[others].drop(columns="s").nunique().to_frame("m").to_csv("o")\n')["m"]
    assert found == "k aggregation, s aggregation ?"


def test_a_name_that_is_perhaps_chosen_is_taken_out_of_the_list(wrote: Wrote) -> None:
    text = UPPER + 'names = orders.select_dtypes("number").columns.tolist()\nnames.remove("u")\nnames.remove("oid")\n'
    assert wrote(text + 'orders[names].sum().to_frame("m").to_csv("o")\n')["m"] == "a aggregation, b aggregation"
