"""Containers in object files; ``state``, ``records`` and ``pair`` are what the run says of three such files."""

from collections.abc import Callable

import pytest
from tests.unit.capture.script.conftest import told

Wrote = Callable[..., dict[str, str]]


def test_a_part_of_a_dict_comes_from_its_own_fields_alone(wrote: Wrote) -> None:
    text = """
        import pickle
        state = pickle.load("state")
        out = state["people"].assign(double=state["people"].a * 2, limit=state["limit"])
        out.to_csv("o")
    """
    assert wrote(text) == {
        "k": "people.k", "a": "people.a", "double": "people.a transformation", "limit": "limit",
    }  # fmt: skip


def test_records_in_a_list_have_their_fields(wrote: Wrote) -> None:
    text = """
        import joblib
        names = {one["k"]: one["name"] for one in joblib.load("records")}
        orders["name"] = orders["k"].map(names)
        orders[["name"]].to_csv("o")
    """
    assert wrote(text) == {"name": "k join, name"}


def test_tables_in_a_tuple_are_told_apart(wrote: Wrote) -> None:
    text = """
        import joblib
        first, second = joblib.load("pair")
        first.assign(b=second["b"]).to_csv("o")
    """
    assert wrote(text) == {"a": "0.a", "b": "1.b"}


def test_what_is_kept_under_keys_from_data_is_found_by_them(wrote: Wrote) -> None:
    text = """
        import pickle
        before = pickle.load("by_id")
        rows = []
        for row in orders.to_dict("records"):
            rows.append({"k": row["k"], "was": before[row["k"]]["a"]})
        pd.DataFrame(rows).to_csv("o")
    """
    assert wrote(text) == {"k": "k", "was": "a, k join, key join"}


def test_objects_of_a_class_of_the_script_are_told_by_their_attributes(wrote: Wrote) -> None:
    text = """
        import pickle
        class Item:
            def __init__(self, a, b):
                self.a, self.b = a, b
            def product(self):
                return self.a * self.b
        out = [{"a": one.a, "p": one.product()} for one in pickle.load("items")]
        pd.DataFrame(out).to_csv("o")
    """
    assert wrote(text) == {"a": "a", "p": "a transformation, b transformation"}


def test_objects_of_a_class_that_the_script_has_not_are_a_hedge(wrote: Wrote) -> None:
    text = """
        import pickle
        pd.DataFrame([{"a": one.a} for one in pickle.load("items")]).to_csv("o")
    """
    assert wrote(text) == {"a": "a transformation ?, b transformation ?"}


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ('{"x": orders[["a"]], "n": 3, "m": orders.b.mean()}', {"x.a": "a", "n": "", "m": "b aggregation"}),
        ('{"x": orders[orders.s == "q"][["a"]], "y": df[["b"]]}', {"x.a": "a, s filter", "y.b": "b"}),
        ('(orders[["a"]], [{"k": one} for one in users["name"]])', {"0.a": "a", "1.k": "name"}),
        ('[orders[["a"]], users[["age"]]]', {"0.a": "a", "1.age": "age"}),
        ('[orders[["a"]], df[["a"]]]', {"a": "a"}),
        ('{row["k"]: row["a"] for row in orders.to_dict("records")}', {"key": "k", "value": "a"}),
        ('{"day 1": orders["a"].sum(), "day 2": 0}', {"value": "a aggregation"}),
        (
            '{"n": 1, "by": {row["k"]: {"a": row["a"]} for row in orders.to_dict("records")}}',
            {"n": "", "by.key": "k", "by.a": "a"},
        ),
    ],
)
def test_what_is_kept_has_a_field_for_each_of_its_columns(
    follows: Callable[..., object], value: str, expected: dict[str, str]
) -> None:
    found = follows(f'import joblib\njoblib.dump({value}, "o.joblib")\n')
    tables = [found.given(path) for path in found.paths() if path[-1].line > 6]
    kept = [told(one) for one in tables if one is not None]
    assert any(expected.items() <= one.items() for one in kept)
