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


def test_a_record_that_a_loop_keeps_is_decided_by_what_was_compared(wrote: Wrote) -> None:
    text = """
        import csv
        best = None
        with open("orders") as file:
            for row in csv.DictReader(file):
                if best is None or float(row["a"]) > float(best["a"]):
                    best = row
        pd.DataFrame([{"k": best["k"]}]).to_csv("o")
    """
    assert wrote(text) == {"k": "a conditional, k"}
    last = text.replace('if best is None or float(row["a"]) > float(best["a"]):\n                    ', "")
    assert wrote(last) == {"k": "k"}
