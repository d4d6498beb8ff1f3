from collections.abc import Callable

Wrote = Callable[..., dict[str, str]]


def test_the_greatest_of_plain_values_is_known(wrote: Wrote) -> None:
    text = """
        names = ["a", "b"]
        v, w, x = max(names), min(names, key=lambda one: -ord(one)), next(iter(names))
        pd.DataFrame({"v": df[v] * 2, "w": df[w], "x": df[x]}).to_csv("o")
    """
    assert wrote(text) == {"v": "b transformation", "w": "b", "x": "a"}  # "b" > "a", as Python says
