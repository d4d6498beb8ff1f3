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


def test_a_column_whose_name_data_tells_is_a_hedge(wrote: Wrote) -> None:
    text = """
        name = df[["a", "b"]].mean().idxmax()
        pd.DataFrame({"v": df[name] * 2, "w": df.iloc[:, some] * 2}).to_csv("o")
    """
    found = wrote(text)
    assert set(found["v"].split(", ")) == {"a conditional", "a transformation ?", "b conditional", "b transformation ?"}
    assert found["w"] == "a transformation ?, b transformation ?"


def test_a_column_is_found_by_its_place(wrote: Wrote) -> None:
    text = 'pd.DataFrame({"v": orders.iloc[:, orders.columns.get_loc("b")] * 2}).to_csv("o")\n'
    assert wrote(text) == {"v": "b transformation"}
