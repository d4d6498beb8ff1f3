"""What the tests of the follower share: scripts over two known files, and what a call was given, as words."""

import ast
import re
import textwrap
from collections.abc import Callable, Mapping

import pytest

from driftline.capture.script.follow import Followed, follow
from driftline.capture.script.reading import BETWEEN, Cames, Entry, Source, Table, Unseen
from driftline.capture.script.site import Path, turn_of
from driftline.capture.script.steps import DICT, EACH, FRAME, KEY, LIST, OBJECT, TUPLE, VALUE, spelled

FILES: dict[str, dict[str, str]] = {
    "orders": {"oid": "int64", "k": "string", "a": "float64", "b": "float64", "s": "string"},
    "users": {"k": "string", "name": "string", "age": "int64"},
    "objects": {"User\0k": "string", "User\0age": "int64", "Order\0a": "float64", "total": "float64"},
    "people": {"Person\0name": "string", "Person\0team_id": "int64"},
    "along": dict.fromkeys(
        ("Person\0name", "Person\0team_id", "Person\0team\0Team\0id", "Person\0team\0Team\0title"), "string"
    ),
    "teams": {"Team\0id": "int64", "Team\0title": "string"},
    "\0Team.people": {"Person\0name": "string", "Person\0team_id": "int64"},  # what a library reads for a relation
    "semicolons": {"a": "int64", "b": "int64", BETWEEN: ";"},
    "one": {"a": "float64"},
    "typed": {
        "n": "int64",
        "f": "bool",
        "c": "category",
        "d": "datetime64[ns]",
        "t": "timedelta64[ns]",
        "s": "str",
    },
    "sheets": {"a": "int64", "b": "int64", "Two!x": "int64", "Two!y": "int64"},
    "state": dict(
        map(
            spelled,
            ([(DICT, "people"), (FRAME, "k")], [(DICT, "people"), (FRAME, "a")], [(DICT, "limit"), (VALUE, "")]),
        )
    ),
    "records": dict(map(spelled, ([(LIST, ""), (DICT, "k"), (VALUE, "")], [(LIST, ""), (DICT, "name"), (VALUE, "")]))),
    "by_id": dict(map(spelled, ([(EACH, KEY), (VALUE, "")], [(EACH, ""), (DICT, "a"), (VALUE, "")]))),
    "items": dict(
        map(
            spelled,
            (
                [(LIST, ""), (OBJECT, "Item"), (DICT, "a"), (VALUE, "")],
                [(LIST, ""), (OBJECT, "Item"), (DICT, "b"), (VALUE, "")],
            ),
        )
    ),
    "pair": dict(map(spelled, ([(TUPLE, "0"), (FRAME, "a")], [(TUPLE, "1"), (FRAME, "b")]))),
}
STARS = {"sqlalchemy.orm": ("Mapped", "mapped_column", "relationship"), "library": ("sqrt", "sum")}
HEAD = """\
import pandas as pd
import numpy as np
orders = pd.read_csv("orders")
users = pd.read_csv("users")
df = orders[["a", "b"]]
"""
READ = re.compile(
    r'(?:read_\w+|open|ZipFile|load\w*|genfromtxt|execute|scalars|scalar|query|fetchall)\("(\w+)[^()]*\)$'
)
WROTE = re.compile(r"\.open\([^()]*\)$")
Told = dict[str, str]


def words(cames: Cames) -> str:
    """Origins as words: ``a``, ``a transformation``, ``a filter``; ``?`` for not sure, ``*`` for every execution."""
    found = set()
    for one in cames:
        kind = "" if one.subtype == "IDENTITY" else f" {one.subtype.lower()}"
        found.add(f"{one.column}{kind}{' ?' if one.confidence < 0.9 else ''}{' *' if one.every else ''}")
    return ", ".join(sorted(found))


def told(table: Table) -> Told:
    """A table as words by column; ``index.`` before a level of the index, ``rows`` for what shapes the rows."""
    found = {str(name): words(cames) for name, cames in table.columns.items()}
    found |= {f"index.{name}": words(cames) for name, cames in table.labels.items()}
    found |= {f"{prefix}...": words(cames) for prefix, cames in table.families}
    if table.spread:
        found["..."] = words(table.spread)
    return found | ({"rows": words(table.rows)} if table.rows else {})


def followed(text: str, modules: Mapping[str, str] | None = None) -> Followed:
    """Follow a script, after two reads; a read has the columns of the file that it names."""
    texts = {"script.py": HEAD + textwrap.dedent(text), **(modules or {})}

    def columns(path: Path) -> Mapping[str, str] | None:
        if turn_of(path)[1] is not None:
            return None
        if path[-1].file not in texts:
            return FILES.get(path[-1].file)
        read = READ.search(texts[path[-1].file].splitlines()[path[-1].line - 1][: path[-1].column])
        return FILES.get(read[1]) if read else None

    def source_of(name: str) -> Source | None:
        file = name if name in texts else f"{name}.py"
        return Source(file, texts[file], "__main__" if file == "script.py" else name) if file in texts else None

    class Outside(Unseen):
        def levels(self, path: Path) -> tuple[str, ...]:
            return ("k", "name") if "index_col=given" in texts[path[-1].file].splitlines()[path[-1].line - 1] else ()

        def happened(self, path: Path) -> bool:
            line = texts[path[-1].file].splitlines()[path[-1].line - 1] if path[-1].file in texts else ""
            return columns(path) is not None or WROTE.search(line[: path[-1].column]) is not None

        def variable(self, name: str) -> tuple[str | None]:
            return ({"COLUMN": "b"}.get(name),)

        def arguments(self) -> tuple[str, ...]:
            return ("script.py", "b")

        def names(self, module: str) -> tuple[str, ...] | None:
            return STARS.get(module)

    return follow(Entry("script.py"), source_of, columns, Outside())


def table_given(text: str, modules: Mapping[str, str] | None = None) -> Table:
    """The table that the last ``.to_csv()`` of a script was given, wherever it stands."""
    found = followed(text, modules)
    assert found.complete
    sites = {
        (name, node.end_lineno, node.end_col_offset)
        for name, one in {"script.py": HEAD + textwrap.dedent(text), **(modules or {})}.items()
        for node in ast.walk(ast.parse(one))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "to_csv"
    }
    path = [one for one in found.paths() if tuple(one[-1]) in sites][-1]
    table = found.given(path)
    assert table is not None
    return table


@pytest.fixture
def follows() -> Callable[..., Followed]:
    """Follow a script that begins after the imports."""
    return followed


@pytest.fixture
def given() -> Callable[..., Table]:
    """The table that the last ``.to_csv()`` of a script was given."""
    return table_given


@pytest.fixture
def wrote() -> Callable[..., Told]:
    """The same as words."""

    def told_of(text: str, modules: Mapping[str, str] | None = None) -> Told:
        return told(table_given(text, modules))

    return told_of
