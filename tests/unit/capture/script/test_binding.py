from collections.abc import Callable

Wrote = Callable[..., dict[str, str]]


def test_names_are_unpacked_and_columns_deleted(wrote: Wrote) -> None:
    text = """
        first, *rest = [df["a"], df["b"], 3]
        df["x"] = first
        df["y"], df["z"] = rest
        del df["a"]
        df.to_csv("o")
    """
    assert wrote(text) == {"b": "b", "x": "a", "y": "b", "z": ""}


def test_augmented_assignment_changes_the_column(wrote: Wrote) -> None:
    text = """
        df["a"] += df["b"]
        df.to_csv("o")
    """
    assert wrote(text)["a"] == "a transformation, b transformation"


def test_a_name_that_was_deleted_holds_nothing(wrote: Wrote) -> None:
    text = """
        one = df.a
        del one
        try:
            one
        except NameError:
            one = df.b * 2
        pd.DataFrame({"v": one}).to_csv("o")
    """
    assert wrote(text) == {"v": "b transformation"}
