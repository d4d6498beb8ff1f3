"""Columns of files for statements that need them: only what is sure."""

import gzip
import os
import subprocess
import sys
from pathlib import Path

import pyarrow as pa
import pytest
from pyarrow import parquet

from driftline.capture.runs import headers
from driftline.capture.runs.observe import Given, observe
from driftline.capture.tables import formats
from driftline.capture.tables.form import Form


def test_files_that_agree_have_columns_and_others_do_not(tmp_path: Path) -> None:
    for name, text in (("a.csv", "x,y\n1,2\n"), ("b.csv", "x,y\n3,4\n"), ("c.csv", "x\n1\n")):
        (tmp_path / name).write_text(text)
    assert headers.columns([str(tmp_path / "a.csv"), str(tmp_path / "b.csv")]) == ("x", "y")
    assert headers.columns([str(tmp_path / "*.csv")]) is None
    assert headers.columns([str(tmp_path / "nothing.csv")]) is None
    assert headers.of_file(str(tmp_path / "nothing.csv")) is None


@pytest.mark.parametrize("name", ["x.csv", "x.csv.gz", "x.parquet", "x.jsonl"])
def test_a_file_that_is_gone_has_no_columns(name: str, tmp_path: Path) -> None:
    assert headers.of_file(str(tmp_path / name)) is None


def test_the_keys_of_a_folder_are_columns_too(tmp_path: Path) -> None:
    folder = tmp_path / "year=2013" / "x=1"
    folder.mkdir(parents=True)
    (folder / "part-0.csv").write_text("x,y\n1,2\n")
    assert headers.columns([str(tmp_path)]) == ("x", "y", "year")


def test_a_text_table_has_the_columns_of_its_form(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("1,2\n")
    path = str(tmp_path / "a.csv")
    assert headers.columns([path]) == ("1", "2")
    assert headers.columns([path], lambda *_: Form(bare="duckdb")) == ("column0", "column1")
    assert headers.columns([path], lambda name, file: Form(names=("x", "y")) if name == file else None) == ("x", "y")


@pytest.mark.parametrize(
    "text",
    [
        b"x,y\n1,2\n", b"x;y\r\n1;2\r\n", b"x|y\n", b"a b,\xc3\xbc, c \n1,2,3\n", b"\xef\xbb\xbfx,y\n1,2\n", b"x\n1\n",
        b"x,x\n1,2\n", b",x\n0,1\n", b'"x,1",y\n1,2\n', b"\nx,y\n1,2\n", b"x\ty\n1\t2\n", b"x,y\r1,2\r",
        b"x;y,z\n1,2\n",
    ],
)  # fmt: skip
def test_the_header_of_a_text_table_says_what_pyarrow_reads(text: bytes, tmp_path: Path) -> None:
    for name in ("x.csv", "x.tsv"):
        (tmp_path / name).write_bytes(text)
        assert headers.of_file(str(tmp_path / name)) == formats.columns(str(tmp_path / name))


def test_the_header_of_a_packed_table_is_read_too(tmp_path: Path) -> None:
    (tmp_path / "x.csv.gz").write_bytes(gzip.compress(b"x,y\n1,2\n"))
    assert headers.of_file(str(tmp_path / "x.csv.gz")) == ("x", "y")


def test_plain_headers_are_read_without_a_library(tmp_path: Path) -> None:
    (tmp_path / "x.csv").write_text("x,y\n1,2\n")
    parquet.write_table(pa.table({"a": [1], "b": [2]}), tmp_path / "x.parquet")
    script = (
        "import sys\nfrom driftline.capture.runs import headers\n"
        "print(headers.columns(['x.csv']), headers.columns(['x.parquet']), 'pyarrow' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", script], cwd=tmp_path, capture_output=True, text=True, check=True)
    assert done.stdout == "('x', 'y') ('a', 'b') False\n"


@pytest.mark.parametrize("way", ["renamed", "in place"])
def test_another_header_of_the_same_size_and_time_is_read(way: str, tmp_path: Path) -> None:
    path, other = tmp_path / "a.csv", tmp_path / "b.csv"
    folder = str(tmp_path)
    for file, text in ((path, "a,b\n1,2\n"), (other, "c,d\n1,2\n")):
        file.write_text(text)
        os.utime(file, ns=(1, 1))
    looks = [observe(str(path), None, Given(), folder)]
    assert headers.columns([str(path)]) == headers.of_seen(looks[0]) == ("a", "b")
    if way == "renamed":
        other.replace(path)
    else:
        path.write_text("c,d\n1,2\n")
        os.utime(path, ns=(1, 1))
    looks.append(observe(str(path), None, Given(), folder))
    assert looks[0][0].touched.version != looks[1][0].touched.version
    assert headers.columns([str(path)]) == headers.of_seen(looks[1]) == ("c", "d")


def test_what_stands_between_cells_is_told_where_a_plain_header_tells_it(tmp_path: Path) -> None:
    for name, text in (
        ("a.csv", "x,y\n"),
        ("b.csv", "x;y\n"),
        ("c.tsv", "x;y\n"),
        ("d.csv", '"x";y\n'),
        ("e.txt", "x;y\n"),
    ):
        (tmp_path / name).write_text(text)
    files = ("a.csv", "b.csv", "c.tsv", "d.csv", "e.txt", "nothing.csv")
    assert [headers.between(str(tmp_path / name)) for name in files] == [",", ";", "\t", "", "", ""]


def test_a_pipe_is_not_opened_for_its_header(tmp_path: Path) -> None:
    """One that is opened without a writer hangs."""
    os.mkfifo(tmp_path / "x.csv")
    assert headers.of_file(str(tmp_path / "x.csv")) is None
    assert headers.columns([str(tmp_path)], lambda *_: pytest.fail("it was looked at")) is None


def test_records_of_json_have_the_names_of_all_that_are_looked_at(tmp_path: Path) -> None:
    lines, other, packed = (tmp_path / name for name in ("x.jsonl", "y.jsonl", "z.jsonl.gz"))
    lines.write_text('{"a": 1, "b": {"c": 2}}\n\n{"a": 2, "d": 3}\n')
    other.write_text('{"a": 1}\n[1, 2]\n')
    packed.write_bytes(gzip.compress(b'{"a": 1}\n'))
    assert headers.of_lines(str(lines)) == ("a", "b", "d")
    assert [headers.of_lines(str(one)) for one in (other, packed, tmp_path / "none.jsonl")] == [None, None, None]
    assert not headers.goes_on(str(lines))
    long = '{"a": 1}\n' * ((1 << 18) // 9 + 1)  # of nine bytes each, so that it is more than 256 KiB
    lines.write_text(long + '{"last": 1}\n')
    assert headers.of_lines(str(lines)) == ("a",)
    assert headers.goes_on(str(lines))
