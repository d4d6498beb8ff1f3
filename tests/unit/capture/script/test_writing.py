from collections.abc import Callable

Wrote = Callable[..., dict[str, str]]


def test_cells_are_set_by_a_mask(wrote: Wrote) -> None:
    text = 'df.loc[df["a"] > 3, "b"] = 0\ndf.loc[df["b"] > 3, "c"] = df["a"]\ndf.to_csv("o")\n'
    assert wrote(text) == {"a": "a", "b": "a conditional, b", "c": "a, a conditional, b conditional"}


def test_several_columns_are_set_at_once(wrote: Wrote) -> None:
    assert wrote('df[["x", "y"]] = df[["b", "a"]]\ndf.to_csv("o")\n') == {"a": "a", "b": "b", "x": "b", "y": "a"}


def test_a_column_under_an_unknown_name_may_be_any_further_one(wrote: Wrote) -> None:
    assert wrote('df[name] = df["a"] * 2\ndf.to_csv("o")\n') == {"a": "a", "b": "b", "...": "a transformation"}


def test_another_name_for_a_table_is_the_same_table(wrote: Wrote) -> None:
    text = 'other = df\nother["c"] = other.a\nfor table in [df, users]:\n    table["d"] = 1\ndf.to_csv("o")\n'
    assert wrote(text) == {"a": "a", "b": "b", "c": "a", "d": ""}
    assert wrote('other = df.copy()\nother["c"] = 1\ndf.to_csv("o")\n') == {"a": "a", "b": "b"}


def test_all_names_are_given_anew(wrote: Wrote) -> None:
    assert wrote('df.columns = ["x", "y"]\ndf.to_csv("o")\n') == {"x": "a", "y": "b"}


def test_parts_of_arrays_are_set_by_place(wrote: Wrote) -> None:
    text = """
        X = df.to_numpy()
        X[:, 0] = X[:, 1] * 2
        X[3, 1] = 5
        pd.DataFrame(X, columns=["x", "y"]).to_csv("o")
    """
    assert wrote(text) == {"x": "b transformation", "y": "b"}


def test_all_names_are_given_anew_in_levels(wrote: Wrote) -> None:
    assert wrote('df.columns = [["x", "x"], ["y", "z"]]\ndf.to_csv("o")\n') == {"('x', 'y')": "a", "('x', 'z')": "b"}
