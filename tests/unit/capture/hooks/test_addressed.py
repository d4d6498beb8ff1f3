"""What readers and writers are given becomes paths and addresses; content and buffers have no name."""

import codecs
import io
import tarfile
import zipfile
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from driftline.capture.hooks import addressed, stated


@pytest.mark.parametrize(
    ("given", "found"),
    [
        ("a.csv", ["a.csv"]),
        (Path("a.csv"), ["a.csv"]),
        (["a.csv", Path("b.csv")], ["a.csv", "b.csv"]),
        ({"train": ["a"], "test": "b"}, ["a", "b"]),
        ("s3a://bucket/key", ["s3://bucket/key"]),
        ("https://user:word@example.org/x.csv?token=1", ["https://example.org/x.csv"]),
        ("memory://a/b", ["memory:///a/b"]),
        ("file:///a/b", ["/a/b"]),
        ('{"a": 1}', []),
        ("a,b\n1,2\n", []),
        ("<xml/>", []),
        (b"abc", []),
        (io.BytesIO(), []),
        (io.StringIO(), []),
        (None, []),
        (3, []),
    ],
)
def test_what_is_given_becomes_names(given: Any, found: list[str]) -> None:
    assert list(addressed.places(given)) == found


def test_an_open_file_is_its_path(tmp_path: Path) -> None:
    file = tmp_path / "x"
    for mode in ("w", "rb", "r"):
        with file.open(mode) as opened:
            assert list(addressed.places(opened)) == [str(file)]


def test_a_file_in_an_archive_has_no_path_even_where_one_is_called_like_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("x").write_text("a\n")
    with zipfile.ZipFile("x.zip", "w") as archive, tarfile.open("x.tar", "w") as other:
        archive.write("x")
        other.add("x")
    with zipfile.ZipFile("x.zip") as archive, tarfile.open("x.tar") as other:
        for opened in (archive.open("x"), other.extractfile("x")):
            assert opened is not None
            assert list(addressed.places(opened)) == []
            assert list(addressed.places(io.TextIOWrapper(opened))) == []


def test_a_file_that_codecs_has_opened_is_its_path(tmp_path: Path) -> None:
    with codecs.open(str(tmp_path / "x"), "w", "utf-8") as opened:
        assert list(addressed.places(opened)) == [str(tmp_path / "x")]


def test_a_text_that_was_detached_from_its_file_has_no_name_any_more(tmp_path: Path) -> None:
    (tmp_path / "x").touch()
    text = (tmp_path / "x").open()
    with text.detach():
        assert (list(addressed.places(text)), stated.details(text)) == ([], None)


@pytest.mark.skipif(not Path("/proc/self/fd").is_dir(), reason="only there the system tells what Arrow has opened")
def test_a_file_that_arrow_has_opened_is_its_path_until_it_is_closed(tmp_path: Path) -> None:
    with pa.OSFile(str(tmp_path / "x.csv"), "wb") as opened:
        assert list(addressed.places(opened)) == [str(tmp_path / "x.csv")]
    assert list(addressed.places(opened)) == []


def test_an_address_through_others_is_the_last_one() -> None:
    assert addressed.address("zip://a.csv::b/c.zip") == "b/c.zip"
    assert addressed.address("zip://*.csv::simplecache::s3a://b/c.zip") == "s3://b/c.zip"
    assert addressed.address("filecache::file:///b/c.csv") == "/b/c.csv"
    for plain in ("http://[::1]/a.csv", "a::b.csv", "s3://b/a::c.csv"):
        assert addressed.address(plain) == plain
