"""What readers and writers are given becomes paths and addresses; content and buffers have no name.

Enters: a path, an address, an open file, a table of a lakehouse, or a list of these. Leaves: each as one address of
several that mean the same. Reads nothing.
"""

import codecs
import io
import os
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import urlsplit, urlunsplit

from driftline.capture.ground.place import absolute
from driftline.capture.tables import lake

FILES = 1_000  # of one call that are named one by one
PLAIN = frozenset((io.BufferedWriter, io.BufferedReader, io.BufferedRandom, io.FileIO))  # files of Python's own
_SCHEMES = {"s3a": "s3", "s3n": "s3", "gcs": "gs", "local": "file", "abfss": "abfs"}
_ARCHIVES = frozenset(("zipfile", "tarfile"))
_WEB = frozenset(("http", "https", "ftp", "sftp"))
_THROUGH = frozenset(
    ("zip", "tar", "libarchive", "dir", "cached", "blockcache", "filecache", "simplecache")
)  # of fsspec


def places(given: Any) -> Iterator[str]:
    """Yield the paths and addresses that ``given`` stands for; nothing for content, and for buffers without a name."""
    if isinstance(given, str | os.PathLike):
        text = os.fspath(given)
        if isinstance(text, bytes):
            text = os.fsdecode(text)
        if text and ("\n" not in text or os.path.isfile(text)) and text.lstrip()[:1] not in ("{", "[", "<"):
            yield address(text)
    elif isinstance(given, bytes | bytearray | io.BytesIO | io.StringIO) or given is None:
        return
    elif isinstance(given, list | tuple):
        for one in given[:FILES]:
            yield from places(one)
    elif isinstance(given, Mapping):
        for one in given.values():
            yield from places(one)
    else:
        yield from _of_open(given)


def _of_open(given: Any) -> Iterator[str]:
    """The path of an open file, of one of fsspec, of what holds one, of a table of Delta or Iceberg."""
    inner = beneath(given)
    if type(inner) in PLAIN:
        name = getattr(inner, "name", None)
        yield from _of_number(inner) if type(name) is int else _there(name)
        return
    if type(inner).__module__ in _ARCHIVES:
        return  # its name is one in the archive
    known = lake.state(given)
    if known is not None:
        yield address(known.place)
        return
    given = inner if inner is None or hasattr(inner, "fs") else given
    fs, path = getattr(given, "fs", None), getattr(given, "path", None)
    if fs is not None and isinstance(path, str) and hasattr(fs, "unstrip_protocol"):
        yield address(fs.unstrip_protocol(path))
        return
    if type(given).__name__ == "OSFile" and type(given).__module__ == "pyarrow.lib":
        yield from _of_number(given)
        return
    held = getattr(given, "__dict__", {})
    for attribute in ("name", "path", "io"):
        inner = held.get(attribute, getattr(type(given), attribute, None) and getattr(given, attribute, None))
        if isinstance(inner, str | os.PathLike):
            yield from _there(inner)
            return


def _there(name: Any) -> Iterator[str]:
    """The path of a file of that name, where there is one."""
    if isinstance(name, str | os.PathLike):
        text = absolute(os.fspath(name))
        if os.path.isfile(text):
            yield text


def _of_number(file: Any) -> Iterator[str]:
    """The path of an open file without a name, by the number of the system: of Arrow, ``os.fdopen``."""
    try:
        path = os.readlink(f"/proc/self/fd/{file.fileno()}")
    except (OSError, ValueError):  # it is closed, or this system has no such folder
        return
    if os.path.isfile(path):
        yield path


def beneath(file: Any) -> Any:
    """Return the file of bytes that an open text is written in; None where it was detached from it."""
    if isinstance(file, codecs.StreamReaderWriter):
        return file.stream
    try:
        return file.buffer if isinstance(file, io.TextIOWrapper) else file
    except ValueError:
        return None


def address(text: str) -> str:
    """Return ``text`` as one address of several that mean the same, without user, password and query.

    ``file://`` becomes a path, ``s3a://`` is ``s3://``, ``memory://a`` is ``memory:///a``. What is read through an
    archive or a cache (``zip://a.csv::s3://b/c.zip``) is what that is made of.
    """
    while "::" in text and text.partition("::")[0].partition("://")[0] in _THROUGH:
        text = text.partition("::")[2]
    scheme, sign, rest = text.partition("://")
    if not sign:
        return text
    scheme = _SCHEMES.get(scheme, scheme)
    if scheme == "file":
        return rest
    if scheme == "memory":
        return f"memory:///{rest.lstrip('/')}"
    if scheme in _WEB:
        try:
            parts = urlsplit(text)
        except ValueError:
            return f"{scheme}://{rest}"
        return urlunsplit((scheme, parts.netloc.rpartition("@")[2], parts.path, "", ""))
    return f"{scheme}://{rest}"
