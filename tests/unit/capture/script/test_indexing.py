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


def test_a_cell_by_a_label_from_data_is_looked_up(wrote: Wrote) -> None:
    text = """
        by_key = users.set_index("k")
        pd.DataFrame([{"age": by_key.at[k, "age"]} for k in orders["k"]]).to_csv("o")
    """
    assert wrote(text) == {"age": "age", "rows": "k filter, k join"}
