"""What ``run.read(name, data=frame)`` makes of a frame; expected origins are read off the texts."""

from collections.abc import Mapping

import pytest

from driftline.capture.script.follow import follow
from driftline.capture.script.reading import Entry, Source
from driftline.capture.script.site import Path


def origins(text: str) -> dict[str, set[tuple[int, str]]]:
    """The line of the read and the column behind each column of what line 9 writes; lines 2 and 7 read a and b."""
    lines = f"import pandas as pd\nfile = pd.read_csv('x')\n{text}"
    assert lines.splitlines()[6].startswith("run.read(")

    def columns(path: Path) -> Mapping[str, str] | None:
        return {"a": "int64", "b": "int64"} if path[-1].line in (2, 7) else None

    found = follow(Entry("s.py"), lambda name: Source("s.py", lines, "__main__") if name == "s.py" else None, columns)
    assert found.problem is None
    (path,) = [one for one in found.paths() if one[-1].line == 9]
    table = found.given(path)
    assert table is not None
    return {
        name: {(one.read[-1].line, one.column) for one in cames if one.type == "DIRECT"}
        for name, cames in table.columns.items()
    }


@pytest.mark.parametrize(
    "made",
    [
        "import away\ndf = away.fetch()",
        "import away\ndf = away.fetch().frame",
        "df = None\ndf = pd.DataFrame({'a': [1], 'b': [2]})",
        "import away\ndf = other(away)",
    ],
)
def test_a_frame_of_unknown_origin_is_what_the_run_says_that_it_read(made: str) -> None:
    text = f"{made}\n\n\nrun.read('name', data=df)\ndf = df.assign(c=df.a + df.b)[['c']]\ndf.to_csv('o')\n"
    assert origins(text) == {"c": {(7, "a"), (7, "b")}}


def test_a_frame_that_was_read_from_a_file_still_comes_from_there() -> None:
    text = "df = file[['a']]\n\n\n\nrun.read('name', data=df)\ndf = df.rename(columns={'a': 'c'})\ndf.to_csv('o')\n"
    assert origins(text) == {"c": {(2, "a")}}
