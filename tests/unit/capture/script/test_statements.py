import sys
from collections.abc import Callable

import pytest

Wrote = Callable[..., dict[str, str]]


def test_either_branch_may_have_happened_and_the_condition_decides(wrote: Wrote) -> None:
    text = """
        if df["b"].sum() > 3:
            df["x"] = df["a"] * 2
        else:
            df["x"] = df["b"]
        df.to_csv("o")
    """
    assert wrote(text)["x"] == "a transformation, b, b conditional"


def test_a_test_that_the_text_answers_leaves_one_branch(wrote: Wrote) -> None:
    text = """
        DEBUG = False
        if DEBUG:
            df["a"] = 0
        if __name__ == "__main__":
            df["x"] = df.b
        df.to_csv("o")
    """
    assert wrote(text) == {"a": "a", "b": "b", "x": "b"}


def test_a_script_knows_that_it_is_the_one_that_was_started(wrote: Wrote) -> None:
    text = """
        if __name__ == "__main__":
            df["x"] = df.b
        else:
            df["x"] = df.a
        df.to_csv("o")
    """
    assert wrote(text)["x"] == "b"


def test_every_case_of_a_match_may_have_happened(wrote: Wrote) -> None:
    text = """
        match mode:
            case "x":
                df["c"] = df.a
            case _:
                df["c"] = df.b
        df.to_csv("o")
    """
    assert wrote(text)["c"] == "a, b"


def test_a_match_of_a_plain_value_takes_its_case(wrote: Wrote) -> None:
    text = """
        def pick(mode):
            match mode:
                case "a":
                    return df.a + 1
                case "b":
                    return df.b + 1
                case _:
                    return df.a * df.b

        pd.DataFrame({"v": pick("b"), "w": pick("c"), "x": pick(mode_of_today)}).to_csv("o")
    """
    found = wrote(text)
    assert found["v"] == "b transformation"
    assert found["w"] == found["x"] == "a transformation, b transformation"


def test_functions_for_several_types_may_each_be_meant(wrote: Wrote) -> None:
    text = """
        from functools import singledispatch

        @singledispatch
        def of(x):
            return x["a"] * 2

        @of.register(pd.DataFrame)
        def _(x):
            return x["b"] * 2

        pd.DataFrame({"v": of(df)}).to_csv("o")
    """
    assert wrote(text) == {"v": "a transformation ?, b transformation ?"}


def test_a_function_that_is_perhaps_defined_again_is_a_hedge(wrote: Wrote) -> None:
    text = """
        def of(x):
            return x["a"] * 2

        if len(df) > 10:
            def of(x):
                return x["b"] * 2

        pd.DataFrame({"v": of(df)}).to_csv("o")
    """
    assert wrote(text) == {"v": "a transformation ?, b transformation ?"}


def test_functions_that_only_exec_makes_are_a_hedge(wrote: Wrote) -> None:
    text = """
        exec("def of(x): return x['b'] * 3")
        pd.DataFrame({"v": of(df)}).to_csv("o")
    """
    assert wrote(text) == {"v": "a transformation ?, b transformation ?"}


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        ('df[["a"]]', 'df[["b"]]', {"a": "a", "b": "b"}),
        ('pd.DataFrame({"x": df["a"]})', 'pd.DataFrame({"x": df["b"]})', {"x": "a, b"}),
        ('pd.DataFrame([[df["a"]]][0], columns=["x"])', 'pd.DataFrame({"x": df["b"]})', {"x": "a, b"}),
        ("df * 2", "df", {"a": "a transformation", "b": "b transformation"}),
    ],
)
def test_a_table_that_each_branch_makes_anew_is_that_of_either(
    wrote: Wrote, one: str, other: str, expected: dict[str, str]
) -> None:
    for first, second in ((one, other), (other, one)):
        text = f"if input():\n    out = {first}\nelse:\n    out = {second}\nout.to_csv('o')\n"
        assert wrote(text) == expected


def test_a_list_of_tables_that_each_branch_makes_anew_is_that_of_either(wrote: Wrote) -> None:
    text = """
        if input():
            out = {"k": [df[["a"]]]}
        elif input():
            out = {"k": [df[["b"]]]}
        else:
            out = {"k": [orders[["s"]]]}
        out["k"][0].to_csv("o")
    """
    assert wrote(text) == {"a": "a", "b": "b", "s": "s"}


def test_what_is_called_for_the_code_of_an_exit_is_followed(wrote: Wrote) -> None:
    text = """
        def main():
            df["x"] = df["a"]
            df[["x"]].to_csv("o")

        if __name__ == "__main__":
            raise SystemExit(main())
    """
    assert wrote(text) == {"x": "a"}


def test_what_a_choice_has_chosen_is_changed(wrote: Wrote) -> None:
    """By hand: a row is in the first list where ``a`` says so."""
    text = """
        good, bad = [], []
        for row in df.to_dict("records"):
            (good if row["a"] > 1 else bad).append({"x": row["b"]})
        pd.DataFrame(good).to_csv("o")
    """
    assert wrote(text) == {"x": "b", "rows": "a filter"}


@pytest.mark.skipif(sys.version_info < (3, 12), reason="Python reads this from 3.12 on")
def test_names_and_parameters_of_types_change_nothing(wrote: Wrote) -> None:
    text = """
        type Rows = dict[str, int]
        def halved[T](frame: T, by: int = 2) -> T:
            return frame.assign(x=frame.a / by)
        class Box[T]:
            def __init__(self, held: T) -> None:
                self.held = held
        df = Box(halved(df)).held
        df[f"{"y"}"] = df.b
        df.to_csv("o")
    """
    assert wrote(text) == {"a": "a", "b": "b", "x": "a transformation", "y": "b"}
