"""The command line and the environment; ``conftest`` says what they are: ``script.py b``, and ``COLUMN=b``."""

from collections.abc import Callable, Mapping
from typing import Any

import pytest

from driftline.capture.script.follow import follow
from driftline.capture.script.reading import Entry, Source, Unseen
from driftline.capture.script.site import Path, Site

Wrote = Callable[..., dict[str, str]]


@pytest.mark.parametrize(
    ("name", "column"),
    [
        ('os.environ.get("COLUMN", "a")', "b"),
        ('os.getenv("COLUMN")', "b"),
        ('os.environ["COLUMN"]', "b"),
        ('os.environ.get("NOT_SET", "a")', "a"),
        ("sys.argv[1]", "b"),
        ('sys.argv[2] if len(sys.argv) > 2 else "a"', "a"),
    ],
)
def test_a_column_that_is_named_from_outside_is_the_one_that_was_meant(wrote: Wrote, name: str, column: str) -> None:
    text = f'import os, sys\nname = {name}\npd.DataFrame({{"v": df[name] * 2}}).to_csv("o")\n'
    assert wrote(text) == {"v": f"{column} transformation"}


TEXT = """\
import argparse
import pandas as pd
parser = argparse.ArgumentParser()
parser.add_argument("--col", default="a")
args = parser.parse_args()
df = pd.read_csv("in")
if args.double:
    df[args.col] = df[args.col] * 2
df[[args.col]].to_csv("o")
"""


def columns_of(values: Mapping[str, Any] | None) -> dict[str, set[tuple[str, str, float]]]:
    class Outside(Unseen):
        def parsed(self, path: Path) -> Mapping[str, Any] | None:
            return values if path == (Site("s.py", 5, 26),) else None

    source = Source("s.py", TEXT, "__main__")
    found = follow(
        Entry("s.py"),
        lambda name: source if name == "s.py" else None,
        lambda path: {"a": "int", "b": "int"} if path[-1].line == 6 else None,
        Outside(),
    ).given((Site("s.py", 9, 26),))
    assert found is not None
    return {name: {(one.column, one.subtype, one.confidence) for one in cames} for name, cames in found.columns.items()}


def test_a_command_line_is_what_it_was_parsed_to() -> None:
    assert columns_of({"col": "b", "double": False}) == {"b": {("b", "IDENTITY", 0.9)}}
    assert columns_of({"col": "b", "double": True}) == {"b": {("b", "TRANSFORMATION", 0.9)}}


def test_of_one_that_was_not_seen_any_column_may_be_meant(wrote: Wrote) -> None:
    text = "import argparse\nargs = argparse.ArgumentParser().parse_args()\n"
    assert wrote(text + 'pd.DataFrame({"x": df[args.col] * 2}).to_csv("o")\n') == {
        "x": "a transformation ?, b transformation ?"
    }
