"""Scripts whose columns were followed by hand: each expected edge is what pandas' reference says of the call."""

from collections.abc import Mapping

from driftline.capture.script.follow import Followed, follow
from driftline.capture.script.reading import Came, Entry, Source, Table
from driftline.capture.script.site import Path, Site


def followed(text: str, reads: Mapping[int, Mapping[str, str]] | None = None) -> Followed:
    """Follow a script; the reads are known by the last line of their calls."""
    schemas = reads or {}
    return follow(
        Entry("script.py"),
        lambda name: Source("script.py", text, "__main__") if name == "script.py" else None,
        lambda path: schemas.get(path[-1].line),
    )


def given(found: Followed, line: int) -> Table:
    [path] = [one for one in found.paths() if one[-1].line == line and len(one) == 1]
    table = found.given(path)
    assert table is not None
    return table


def test_a_computed_column_comes_from_both_columns() -> None:
    text = 'import pandas as pd\ndf = pd.read_csv("a.csv")\ndf["x"] = df.a + df.b\ndf.to_csv("out.csv")\n'
    read: Path = (Site("script.py", 2, 25),)
    table = followed(text, {2: {"a": "int64", "b": "int64"}}).given((Site("script.py", 4, 20),))
    assert table is not None
    assert table.closed
    assert table.columns == {
        "a": {Came(read, "a")},
        "b": {Came(read, "b")},
        "x": {Came(read, "a", subtype="TRANSFORMATION"), Came(read, "b", subtype="TRANSFORMATION")},
    }


def test_columns_of_which_nothing_is_known_pass_under_their_own_names() -> None:
    text = 'import pandas as pd\ndf = pd.read_csv("a.csv")\ndf["x"] = df.a + df.b\ndf.to_csv("out.csv")\n'
    table = given(followed(text), 4)
    assert not table.closed
    assert [one.column for one in table.of("c")] == ["c"]
    assert {one.column for one in table.of("x")} == {"a", "b"}
