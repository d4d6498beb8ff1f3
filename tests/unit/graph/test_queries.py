"""How the SQL of a job differs, in words. Expected words by hand."""

import pytest

from driftline.graph import queries


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        ("select a, b\n  from t", "select * from t", "'select a, b from t' became 'select * from t'"),
        ("select a from t", "select  a\nfrom t", ""),  # laid out otherwise
        ("select a from t", "select a from t;\nselect b from u", "'select b from u' came"),
        ("select a from t;\nselect b from u", "select b from u", "'select a from t' went"),
        ("", "select a from t", ""),  # nobody told of the one before
        ("one;\ntwo;\nthree", "four", "'one', 'two' and 1 more became 'four'"),
        ("one", "two;\nthree", "'one' became 'two' and 'three'"),
    ],
)
def test_statements_that_came_and_went_are_quoted(before: str, after: str, said: str) -> None:
    assert queries.differing(before, after) == said


def test_a_long_statement_is_cut() -> None:
    assert queries.differing("select " + "a" * 200, "b") == f"'select {'a' * 113}…' became 'b'"
