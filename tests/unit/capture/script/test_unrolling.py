from collections.abc import Callable

from driftline.capture.script.follow import follow
from driftline.capture.script.reading import Came, Entry, Source, Table
from driftline.capture.script.site import PREVIOUS, Path, Site, numbered, turn_of

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


def test_reads_of_a_loop_are_told_apart_where_the_run_can_tell_them() -> None:
    text = """\
import pandas as pd
t = {n: pd.read_csv(n) for n in ["x", "y"]}
t["x"].merge(t["y"], on="k").to_csv("o")
"""
    read: Path = (Site("s.py", 2, 22),)
    schemas = {numbered(read, 0): {"k": "int", "a": "int"}, numbered(read, 1): {"k": "int", "b": "int"}}
    both = {read: {"k": "int", "a": "int", "b": "int"}}
    found = follow(Entry("s.py"), lambda name: Source(name, text) if name == "s.py" else None, {**both, **schemas}.get)
    table = found.given((Site("s.py", 3, 40),))
    assert table is not None
    assert table.columns == {
        "k": {Came(numbered(read, 0), "k")},
        "a": {Came(numbered(read, 0), "a")},
        "b": {Came(read, "b")},
    }
    assert turn_of(numbered(read, 1)) == (read, 1)


def test_what_was_kept_from_the_turn_before_is_the_read_before_the_latest_one(given: Callable[..., Table]) -> None:
    text = """
        prev = None
        for path in paths():
            cur = pd.read_csv("users")
            if prev is not None:
                pd.DataFrame({"d": cur.age - prev.age}).to_csv("o")
            prev = cur
    """
    found = given(text).columns["d"]
    assert {(turn_of(one.read)[1], one.every) for one in found} == {(None, False), (PREVIOUS, False)}


def test_a_read_that_a_turn_may_leave_out_is_any_of_them_afterwards(given: Callable[..., Table]) -> None:
    text = """
        prev = cur = users
        for path in paths():
            if path > "b":
                cur = pd.read_csv("users")
            pd.DataFrame({"d": prev.age}).to_csv("o")
            prev = cur
    """
    found = given(text).columns["d"]
    assert PREVIOUS not in {turn_of(one.read)[1] for one in found}
    assert any(one.every for one in found)


def test_several_values_of_an_unknown_function_come_from_what_it_was_given(
    wrote: Callable[..., dict[str, str]],
) -> None:
    text = """
        import somewhere
        near, far = somewhere.distances(orders[["a", "b"]])
        pd.DataFrame({"n": near, "f": far[:, 1]}).to_csv("o")
    """
    both = "a transformation ?, b transformation ?"
    assert wrote(text) == {"n": both, "f": both}
