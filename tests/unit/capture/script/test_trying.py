"""Which of two ways was gone, read off the scripts. ``gone`` is no file: no read of it is seen."""

from collections.abc import Callable

Wrote = Callable[..., dict[str, str]]


def test_where_nothing_tells_which_way_was_gone_both_are_a_hedge(wrote: Wrote) -> None:
    text = """
        try:
            out = df[["a"]]
        except OSError:
            out = users.rename(columns={"age": "a"})[["a"]]
        out.to_csv("o")
    """
    assert wrote(text) == {"a": "a ?, age ?"}


def test_what_both_ways_have_in_common_is_sure(wrote: Wrote) -> None:
    text = """
        try:
            df["x"] = df.a + df.b
        except TypeError:
            df["x"] = df.a + 1
        df.to_csv("o")
    """
    assert wrote(text) == {"a": "a", "b": "b", "x": "a transformation, b transformation ?"}


def test_a_constant_in_place_of_what_failed_leaves_the_other_way_sure(wrote: Wrote) -> None:
    text = """
        def number(row):
            try:
                value = float(row["s"])
            except ValueError:
                value = 0.0
            return value
        pd.DataFrame({"v": [number(row) for row in orders.to_dict("records")]}).to_csv("o")
    """
    assert wrote(text) == {"v": "s conditional, s transformation"}


TWO = """
try:
    out = pd.read_csv("{}")
except OSError:
    out = pd.read_csv("{}").rename(columns={{"age": "a"}})
out[["a"]].to_csv("o")
"""


def test_a_read_that_failed_is_replaced_by_its_handler(wrote: Wrote) -> None:
    assert wrote(TWO.format("gone", "users")) == {"a": "age"}
    assert wrote(TWO.format("orders", "gone")) == {"a": "a"}
    assert wrote(TWO.format("orders", "users")) == {"a": "a ?, age ?"}  # in several turns


def test_a_handler_without_a_read_stands_in_for_one_that_failed(wrote: Wrote) -> None:
    text = """
        try:
            out = pd.read_csv("gone")
        except OSError:
            out = users[["age"]]
        out.to_csv("o")
    """
    assert wrote(text) == {"age": "age"}


def test_a_function_returns_what_was_read(wrote: Wrote) -> None:
    text = """
def load():
    try:
        return pd.read_csv("{}")[["k"]]
    except OSError:
        return pd.read_csv("{}")[["k"]]
load().to_csv("o")
"""
    assert wrote(text.format("gone", "users")) == wrote(text.format("orders", "gone")) == {"k": "k"}
    assert wrote(text.format("orders", "users")) == {"k": "k ?"}  # of either file


def test_a_handler_that_gives_up_changes_nothing(wrote: Wrote) -> None:
    text = """
        out = []
        for row in orders.to_dict("records"):
            try:
                value = float(row["s"])
            except ValueError:
                continue
            out.append({"v": value})
        pd.DataFrame(out).to_csv("o")
    """
    assert wrote(text)["v"] == "s transformation"


def test_what_a_handler_says_of_a_fault_is_what_the_script_has_raised_it_with(wrote: Wrote) -> None:
    text = """
        def checked(row):
            if row["a"] > 3:
                raise ValueError(f"too much of {row['k']}")
            return row["a"]
        bad = []
        for row in orders.to_dict("records"):
            try:
                checked(row)
            except ValueError as error:
                bad.append({"why": str(error), "s": row["s"].upper()})
        pd.DataFrame(bad).to_csv("o")
    """
    assert wrote(text) == {
        "why": "a conditional, k transformation", "s": "s transformation", "rows": "a conditional"
    }  # fmt: skip
