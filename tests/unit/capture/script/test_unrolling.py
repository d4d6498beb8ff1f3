from collections.abc import Callable

Wrote = Callable[..., dict[str, str]]


def test_a_long_loop_is_gone_around_and_a_short_one_unrolled(wrote: Wrote) -> None:
    text = 'for n in range({}):\n    df[f"x{{n}}"] = df["a"] * n\ndf.to_csv("o")\n'
    assert set(wrote(text.format(2))) == {"a", "b", "x0", "x1"}
    assert wrote(text.format(1000)) == {"a": "a", "b": "b", "...": "a transformation"}


def test_a_loop_over_a_dict_goes_over_its_keys(wrote: Wrote) -> None:
    text = 'for old in {"a": 1, "b": 2}:\n    df[old.upper()] = df[old]\ndf.to_csv("o")\n'
    assert wrote(text) == {"a": "a", "b": "b", "A": "a", "B": "b"}


def test_files_are_kept_apart_or_together_by_rounds(wrote: Wrote) -> None:
    text = """
        held = {}
        for year in ["2020", "2021"]:
            held[year] = pd.read_csv("users")[["age"]]
        pd.concat(held).to_csv("o")
    """
    assert wrote(text)["age"] == "age *"
