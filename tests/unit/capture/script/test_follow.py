"""Scripts whose columns were followed by hand: each expected edge is what pandas' reference says of the call."""

import ast
import inspect
import json
import random
import statistics
import textwrap
import time
from collections.abc import Callable, Mapping

import pytest

from driftline.capture.script import follow as module
from driftline.capture.script.follow import Followed, follow
from driftline.capture.script.reading import Came, Entry, Source
from driftline.capture.script.site import Path, Site

TEXT = 'import pandas as pd\ndf = pd.read_csv("a.csv")\ndf["x"] = df.a + df.b\ndf.to_csv("out.csv")\n'
READ: Path = (Site("script.py", 2, 25),)
WRITE: Path = (Site("script.py", 4, 20),)


def followed(text: str, reads: Mapping[int, Mapping[str, str]] | None = None, entry: Entry | None = None) -> Followed:
    """Follow a script; the reads are known by the last line of their calls."""
    schemas = reads or {}
    return follow(
        entry or Entry("script.py"),
        lambda name: Source("script.py", text, "__main__") if name == "script.py" else None,
        lambda path: schemas.get(path[-1].line),
    )


def test_a_computed_column_comes_from_both_columns() -> None:
    table = followed(TEXT, {2: {"a": "int64", "b": "int64"}}).given(WRITE)
    assert table is not None
    assert table.closed
    assert table.columns == {
        "a": {Came(READ, "a")},
        "b": {Came(READ, "b")},
        "x": {Came(READ, "a", subtype="TRANSFORMATION"), Came(READ, "b", subtype="TRANSFORMATION")},
    }


def test_columns_of_which_nothing_is_known_pass_under_their_own_names() -> None:
    table = followed(TEXT).given(WRITE)
    assert table is not None
    assert not table.closed
    assert table.of("c") == {Came(READ, "c")}
    assert {one.column for one in table.of("x")} == {"a", "b"}


def test_a_function_can_be_the_entry_and_its_parameters_are_unknown() -> None:
    text = 'import pandas as pd\nCOLS = ["a"]\n\n\n@job\ndef run(folder):\n    pd.read_csv(folder)[COLS].to_csv("o")\n'
    for line in (5, 6):  # code objects begin at the decorator
        found = followed(text, entry=Entry("script.py", "run", line))
        table = found.given((Site("script.py", 7, 41),))
        assert table is not None
        assert table.columns == {"a": {Came((Site("script.py", 7, 23),), "a")}}


def test_a_text_that_cannot_be_had_or_read_tells_nothing() -> None:
    assert list(follow(Entry("gone.py"), lambda name: None, lambda path: None).paths()) == []
    broken = followed("def (:\n")
    assert list(broken.paths()) == []
    assert not broken.complete


def test_when_a_bound_is_met_nothing_is_sure(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("driftline.capture.script.machine.MAX_STEPS", 40)
    found = followed(TEXT + "for name in names:\n    print(name)\n" * 9, {2: {"a": "int64", "b": "int64"}})
    table = found.given(WRITE)
    assert not found.complete
    assert table is not None
    assert {one.confidence for one in table.all()} == {0.5}


def test_calls_that_are_reached_in_other_ways_are_found_by_their_last_site() -> None:
    found = followed(TEXT, {2: {"a": "int64", "b": "int64"}})
    assert found.given((Site("other.py", 1, 1), *WRITE)) == found.given(WRITE)
    assert found.given((Site("script.py", 99, 1),)) is None


@pytest.mark.parametrize("source", [ast, inspect, json, random, statistics, module])
def test_other_people_s_code_is_followed_without_an_error(source: object) -> None:
    """Twice as surely: the errors inside are looked for, not only that nothing comes out."""
    text = inspect.getsource(source)
    machine = module._Follower(lambda name: Source(name, text) if name == "script.py" else None, lambda path: None)
    module._enter(machine, Entry("script.py"))


def test_unknown_code_is_never_more_than_half_sure() -> None:
    unknown = (
        f"import strange\n{TEXT}\n"
        'out = strange.join(df, strange.Thing(df).made, key=df["a"])\n'
        'df["y"] = strange.score(df["a"])\nout["z"] = out["q"] * 2\nout.to_csv("o")\ndf.to_csv("p")\n'
    )
    found = followed(unknown, {3: {"a": "int64", "b": "int64"}})
    for line, columns in ((10, "qz"), (11, "y")):
        tables = [found.given(path) for path in found.paths() if path[-1].line == line]
        assert tables
        for table in tables:
            assert table is not None
            for name in columns:
                assert {one.column for one in table.of(name)} >= {"a"}
                assert max(one.confidence for one in table.of(name)) == 0.5


def test_three_hundred_lines_take_a_small_part_of_a_second() -> None:
    block = 'df["x{0}"] = df["a"] * {0}\ndf = df[df["x{0}"] > 0]\ng = df.groupby("b").agg(n=("x{0}", "sum"))\n'
    text = TEXT + "".join(block.format(number) for number in range(99))
    spent: list[float] = []
    for _ in range(5):
        start = time.process_time()
        assert followed(text, {2: {"a": "int64", "b": "int64"}}).complete
        spent.append(time.process_time() - start)
    assert min(spent) < 0.1  # CPU seconds; 0.013 measured


def test_a_call_is_told_time_by_time_where_it_is_reached_as_often(follows: Callable[..., Followed]) -> None:
    found = follows('for name in ["a", "b"]:\n    df[[name]].to_csv(name)\n')
    path = next(one for one in found.paths() if one[-1].line == 7 and one[-1].column == 27)
    first, second = found.in_turn(path, None, 0, 2), found.in_turn(path, None, 1, 2)
    assert [None if one is None else list(one.columns) for one in (first, second)] == [["a"], ["b"]]
    assert found.in_turn(path, None, 0, 3) is None
    together = found.given(path)
    assert together is not None
    assert list(together.columns) == ["a", "b"]


def test_a_call_in_a_loop_of_any_length_or_over_a_set_has_no_turns(follows: Callable[..., Followed]) -> None:
    for over in ("names()", '{"a", "b"}'):
        found = follows(f"for name in {over}:\n    df.to_csv(name)\n")
        path = next(one for one in found.paths() if one[-1].line == 7)
        assert found.given(path) is not None
        assert [found.in_turn(path, None, 0, times) for times in (1, 2, 3)] == [None] * 3


def test_what_is_written_to_an_open_file_counts_for_the_call_that_opened_that_one(
    follows: Callable[..., Followed],
) -> None:
    text = """
        files = [open("x", "w"), open("y", "w")]
        held = {}
        for name in ["a", "b"]:
            held[name] = open(name, "w")
        for name in ["a", "b"]:
            json.dump(list(df[name]), held[name])
    """
    found = follows("import json\n" + textwrap.dedent(text))
    path = next(one for one in found.paths() if one[-1].line == 11)
    told = [found.in_turn(path, None, turn, 2) for turn in (0, 1)]
    assert [{came.column for came in one.all()} for one in told if one is not None] == [{"a"}, {"b"}]


def test_a_function_that_the_script_calls_itself_is_followed_with_what_it_was_given_there() -> None:
    text = (
        "import asyncio\nimport pandas as pd\n"
        'def write(df):\n    df[["a"]].to_csv("o")\n'
        'df = pd.read_csv("i")\nasyncio.to_thread(write, df)\n'
    )
    table = followed(text, {5: {"a": "int64", "b": "int64"}}, Entry("script.py", "write", 3)).given(
        (Site("script.py", 4, 25),)
    )
    assert table is not None
    assert {name: {one.column for one in cames} for name, cames in table.columns.items()} == {"a": {"a"}}


def test_of_calls_that_were_given_different_tables_a_single_one_is_a_hedge() -> None:
    text = (
        "import pandas as pd\n"
        'first, second = pd.read_csv("i"), pd.read_csv("j")\n'
        'for one in (first[["a"]], second[["a"]]):\n'
        '    one.to_csv("o")\n'
    )
    found = followed(text, {2: {"a": "int64"}})
    path = (Site("script.py", 4, 19),)
    sure = [
        {one.confidence for one in table.columns["a"]}
        for times in (0, 1, 2)
        if (table := found.given(path, times)) is not None
    ]
    assert sure == [{0.9}, {0.5}, {0.9}]  # SURE, HEDGED, SURE: one of two; both of two
