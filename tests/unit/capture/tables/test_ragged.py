"""Short lines are filled up; expected texts by hand, and once what pandas reads."""

from pathlib import Path

import pandas as pd
import pytest

from driftline import profile
from driftline.capture.tables import measure, ragged, text
from driftline.capture.tables.form import Form


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (b"a,b,c\n1,2\n3,4,5\n6", b"a,b,c\n1,2,\n3,4,5\n6,,"),
        (b"a,b\r\n1\r\n", b"a,b\r\n1,\r\n"),
        (b'a,b\n"x,y"\n"x\nz"\n', b'a,b\n"x,y",\n"x\nz",\n'),  # a comma and a line break within quotes
        (b"a,b\n\n  \n1,2\n", b"a,b\n\n\n1,2\n"),  # a line of blanks is no row
        (b"a\n \n", b"a\n \n"),  # but where it is a cell
        (b'\xef\xbb\xbf"a,x",b\n1\n', b'\xef\xbb\xbf"a,x",b\n1,\n'),
    ],
)
def test_what_a_line_lacks_is_empty(before: bytes, after: bytes) -> None:
    assert ragged.filled(before, Form()) == after


def test_names_that_were_given_say_how_many_cells_there_are_and_lines_above_are_left_alone() -> None:
    assert ragged.filled(b"about it\n1;2\n3\n", Form(";", names=("a", "b", "c"), skip=1)) == b"about it\n1;2;\n3;;\n"


@pytest.mark.parametrize(
    ("body", "why"),
    [
        (b"a,b\n1,2\n3,4,5\n", "line 3 has 3 cells where the header has 2"),
        (b"a,b\n1,\xff\n", "line 2 is not written in UTF-8"),
        (b"", "it is empty"),
    ],
)
def test_what_cannot_be_filled_up_is_told_in_plain_words(body: bytes, why: str) -> None:
    with pytest.raises(measure.Unreadable) as told:
        ragged.filled(body, Form())
    assert str(told.value) == why


def test_a_text_that_is_too_long_is_not_filled_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ragged, "LIMIT", 3)
    with pytest.raises(measure.Unreadable, match="too long"):
        ragged.filled(b"a,b\n1\n", Form())


def test_a_file_with_a_short_line_is_measured_as_pandas_reads_it(tmp_path: Path) -> None:
    file = tmp_path / "x.csv"
    file.write_text("id,name,n\n" + "".join(f"{n},x{n},{n % 7}\n" for n in range(3_000)) + "3000,short\n")
    found = text.of_text(str(file), file.stat().st_size, Form(), 1 << 20)
    frame = pd.read_csv(file)
    columns = profile.decode(found.profile).columns
    assert found.rows == len(frame) == 3_001
    assert {name: one.nulls for name, one in columns.items()} == frame.isna().sum().to_dict()
    assert columns["n"].mean == pytest.approx(frame["n"].mean())
    file.write_text(file.read_text().replace("3000,short", "3000,short,"))
    assert text.of_text(str(file), file.stat().st_size, Form(), 1 << 20).fingerprint == found.fingerprint


def test_every_size_of_file_has_its_short_lines_filled_up(tmp_path: Path) -> None:
    file = tmp_path / "x.csv"
    file.write_text("a,b\n" + "1,22\n" * 1_000_000 + "3\n")
    found = text.of_text(str(file), file.stat().st_size, Form(), 1 << 30)
    in_blocks = text.of_text(str(file), file.stat().st_size, Form(), 1 << 20)
    assert (found.rows, in_blocks.rows) == (1_000_001, 1_000_001)
    assert found.fingerprint == in_blocks.fingerprint
