"""The text of a table's file; expected values by hand."""

import gzip
import lzma
import zipfile
from pathlib import Path

import pytest

from driftline.capture.tables import text_source
from driftline.capture.tables.form import Form


def read(path: Path, size: int, said: Form = Form(), *, across: bool = False) -> list[str]:  # noqa: B008 - it is frozen
    found = text_source.pieces(str(path), said, across=across, size=size)
    return [bytes(piece[:end]).decode() for piece, end in found]


def test_pieces_are_of_whole_rows_and_the_last_one_has_an_end(tmp_path: Path) -> None:
    file = tmp_path / "x.csv"
    file.write_bytes(b"a,b\n1,22\n3,4\n5,6")
    assert read(file, 10) == ["a,b\n1,22\n", "3,4\n", "5,6\n"]
    assert read(file, 3) == ["a,b\n", "1,22\n", "3,4\n", "5,6\n"]  # there is room for the longest
    assert read(file, 100) == ["a,b\n1,22\n3,4\n", "5,6\n"]
    file.write_bytes(b"")
    assert read(file, 10) == []


def test_a_line_break_within_quotes_ends_no_piece(tmp_path: Path) -> None:
    file = tmp_path / "x.csv"
    file.write_bytes(b'1,"x\ny"\n2,zzzzzz\n3,z\n')
    assert read(file, 6, across=True) == ['1,"x\ny"\n', "2,zzzzzz\n", "3,z\n"]
    assert read(file, 6) == ['1,"x\n', 'y"\n', "2,zzzzzz\n", "3,z\n"]


@pytest.mark.parametrize("encoding", ["utf-8", "latin-1", "utf-16", "utf-8-sig"])
@pytest.mark.parametrize("size", [5, 64])
def test_pieces_are_utf_8(tmp_path: Path, encoding: str, size: int) -> None:
    file = tmp_path / "x.csv"
    file.write_bytes("a,é\n1,ßß\n".encode(encoding))
    assert "".join(read(file, size, Form(encoding=encoding))).lstrip("\ufeff") == "a,é\n1,ßß\n"


@pytest.mark.parametrize("packing", ["gzip", "zip", "xz"])
def test_a_packed_file_is_unpacked_on_the_way(tmp_path: Path, packing: str) -> None:
    file, body = tmp_path / "x", b"a,b\n1,2\n3,4\n"
    if packing == "zip":
        with zipfile.ZipFile(file, "w") as archive:
            archive.writestr("x.csv", body)
    else:
        file.write_bytes(gzip.compress(body) if packing == "gzip" else lzma.compress(body))
    assert read(file, 8) == ["a,b\n1,2\n", "3,4\n"]


def test_lines_that_are_left_out_are_in_no_piece(tmp_path: Path) -> None:
    file = tmp_path / "x.csv"
    file.write_bytes(b"a,b\n# no\n1,2\nthe end\n")
    assert read(file, 8, Form(comment="#", footer=1)) == ["a,b\n1,2\n"]
