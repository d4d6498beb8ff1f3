import ast
import textwrap

import pytest

from driftline.capture.script.ending import of_one_round


def names(text: str, *grows: str) -> set[str]:
    loop = ast.parse(textwrap.dedent(text)).body[0]
    assert isinstance(loop, ast.For)
    return of_one_round(loop, grows.__contains__)


def test_a_loop_s_own_names_and_what_is_made_of_them_are_of_one_round() -> None:
    text = """
        for name, df in frames.items():
            df = df.merge(prices)
            if len(df) > 3:
                df = df.dropna()
            top = df.head()
    """
    assert names(text) == {"name", "df", "top"}


@pytest.mark.parametrize(
    "line",
    [
        "total = total + df",
        "total += df",
        "total = pd.concat(out)",
        "total = df if total is None else total.merge(df)",
        "last = total\n    total = last + df",
    ],
)
def test_what_a_round_adds_to_is_of_all_of_them(line: str) -> None:
    assert names(f"for df in frames:\n    {line}\n", "out") == {"df"}


def test_what_a_round_keeps_for_later_is_of_one_of_them() -> None:
    text = """
        for df in frames:
            size = len(df)
            if best is None or size > most:
                best, most = df, size
            before = df
    """
    assert names(text) == {"df", "size", "best", "most", "before"}


def test_a_name_that_is_bound_by_other_means_too_is_of_no_round() -> None:
    assert names("for df in frames:\n    with open(df) as best:\n        pass\n    best = df\n") == {"df", "best"}
    assert names("for df in frames:\n    if x:\n        best = df\n    best += df\n") == {"df"}
