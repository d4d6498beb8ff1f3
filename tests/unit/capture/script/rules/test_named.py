from collections.abc import Callable

Wrote = Callable[..., dict[str, str]]


def test_attributes_are_asked_for_by_name(wrote: Wrote) -> None:
    assert wrote('df["x"] = getattr(df, "a")\nsetattr(df, "b", df["a"])\ndf.to_csv("o")\n') == {
        "a": "a",
        "b": "a",
        "x": "a",
    }


def test_getters_are_functions(wrote: Wrote) -> None:
    text = """
        from operator import attrgetter, itemgetter

        pd.DataFrame({"v": itemgetter("b")(df) * 2, "w": attrgetter("a")(df) * 2}).to_csv("o")
    """
    assert wrote(text) == {"v": "b transformation", "w": "a transformation"}


def test_fields_that_data_names_are_a_hedge(wrote: Wrote) -> None:
    text = """
        class T:
            def __init__(self):
                self.x = 0.0
                self.y = 0.0
        t = T()
        for row in orders.to_dict("records"):
            setattr(t, row["s"], getattr(t, row["s"]) + row["a"])
        pd.DataFrame([{"v": t.x}]).to_csv("o")
    """
    assert wrote(text) == {"v": "a transformation ?, s conditional ?"}
