from collections.abc import Callable

Wrote = Callable[..., dict[str, str]]


def test_a_call_that_read_something_is_that_read_whatever_its_name(wrote: Wrote) -> None:
    assert wrote('import strange\nstrange.load("users")[["age"]].to_csv("o")\n') == {"age": "age"}


def test_methods_are_called_through_their_class(wrote: Wrote) -> None:
    assert wrote('pd.DataFrame.assign(df, c=df.a).to_csv("o")\n') == {"a": "a", "b": "b", "c": "a"}
