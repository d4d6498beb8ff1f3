"""What file systems say of files becomes their version; expected ids are those that the vault of the test gave out."""

import io
from typing import Any

import pandas as pd
import pytest
from tests import vault

import driftline
from driftline.capture.hooks import stated
from driftline.testing import MemorySink

fsspec = pytest.importorskip("fsspec")


@pytest.mark.parametrize(
    ("details", "version"),
    [
        ({"VersionId": "3sL4", "ETag": '"abc"', "size": 3}, ("s3:3sL4", 3)),
        ({"VersionId": "null", "ETag": '"abc"', "size": 3}, ("etag:abc", 3)),
        ({"VersionId": None, "ETag": 'W/"abc"', "size": 3}, ("etag:abc", 3)),
        ({"generation": "17", "size": 3, "mtime": 1, "etag": "x", "md5Hash": "y"}, ("gcs:17", 3)),
        ({"version_id": "2024-01-01T00:00:00Z", "etag": "x", "size": 3}, ("azure:2024-01-01T00:00:00Z", 3)),
        ({"checksum": 12, "size": 3}, ("checksum:12", 3)),
        ({"size": 3}, ("", 3)),
        (None, ("", 0)),
    ],
)
def test_the_version_is_the_store_s_own_word(details: dict[str, object] | None, version: tuple[str, int]) -> None:
    assert stated.state(details) == version


def test_without_one_it_is_time_and_size() -> None:
    one, two = stated.state({"mtime": 1.5, "size": 3}), stated.state({"mtime": 2.5, "size": 3})
    assert one[0].startswith("stat:")
    assert one != two


def read_by_path() -> None:
    pd.read_csv("vault://b/x.csv")


def read_open() -> None:
    with fsspec.open("vault://b/x.csv") as file:
        pd.read_csv(file)


def read_as_text() -> None:
    with fsspec.open("vault://b/x.csv", "r") as file:
        pd.read_csv(file)


def read_bytes() -> None:
    with fsspec.open("vault://b/x.csv") as file:
        file.read()


@pytest.mark.parametrize("read", [read_by_path, read_open, read_as_text, read_bytes])
def test_what_is_read_is_named_by_the_version_that_the_store_opened(watched: MemorySink, read: Any) -> None:
    store = vault.install()
    store.objects["b/x.csv"] = [b"a\n1\n", b"a\n2\n"]
    with driftline.run("job") as run:
        read()
    assert [(one.dataset.node, one.version) for one in run.inputs] == [("dataset:vault://b:x.csv", "s3:v2")]


def test_reading_asks_the_store_no_more_than_without_us(watched: MemorySink) -> None:
    store = vault.install()
    store.objects["b/x.csv"] = [b"a\n1\n"]
    read_by_path()  # no run, nothing is recorded
    alone = len(store.asked)
    with driftline.run("job"):
        read_by_path()
    driftline.flush()
    assert len(store.asked) == 2 * alone


def test_what_is_written_is_named_by_the_version_that_the_store_made(watched: MemorySink) -> None:
    store = vault.install()
    store.objects["b/x.csv"] = [b"a\n1\n"]
    frame = pd.DataFrame({"a": [2, 3]})
    with driftline.run("by path") as one:
        frame.to_csv("vault://b/x.csv", index=False)
    assert [(found.version, found.bytes) for found in one.outputs] == [("s3:v2", 6)]
    with driftline.run("open") as two, fsspec.open("vault://b/x.csv", "wb") as file:
        frame.to_csv(file, index=False)
    assert [found.version for found in two.outputs] == ["s3:v3"]
    assert store.objects["b/x.csv"][2] == b"a\n2\n3\n"


def test_a_file_that_is_no_file_of_fsspec_says_nothing() -> None:
    assert stated.details(io.BytesIO(b"x")) is None
    assert stated.details(io.TextIOWrapper(io.BytesIO(b"x"))) is None
    assert stated.details(None) is None
