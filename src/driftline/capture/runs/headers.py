"""The columns of files as their headers say, for statements whose columns cannot be told without them.

Enters: paths or globs. Leaves: column names with those that a folder's ``key=value`` parts add, or None where
the files differ, are missing or have no header that is cheap to read. Cached by path and state. Reads headers only.
"""

import codecs
import functools
import io
import os
from collections.abc import Callable, Iterable, Sequence
from typing import Any, TypeVar

import msgspec

from driftline import hidden
from driftline.capture.runs import observe
from driftline.capture.runs.trace import Seen
from driftline.capture.tables import endings, footer
from driftline.capture.tables.form import Form

_CACHE = 10_000
_HEADER = 1 << 16  # bytes in which a header ends
_LINES = 1 << 18  # bytes of records of JSON that are looked at
_FORMATS = "driftline.capture.tables.formats"
_FILES = 8  # of a source that are looked at; the rest is taken to be alike

T = TypeVar("T")
Reads = Callable[[str, str], Form | None]  # of a name and a file

_File = tuple[str, tuple[int | str, ...], Form | None]  # its path, what tells its state from others, and how it is read

_known: dict[_File, tuple[str, ...] | None] = {}


def columns(paths: Sequence[str], form: Reads | None = None) -> tuple[str, ...] | None:
    """Return the columns that all files of a source have in common order; None where that cannot be told.

    ``form`` tells of a name and a file that it stands for how a text table is read.
    """
    files = _some([(path, file) for path in paths for file in observe.files(path)])
    if not all(os.path.isfile(file) for _, file in files):  # what is read from a pipe is gone
        return None
    return _shared((file, _state(file), form(path, file) if form else None) for path, file in files)


def of_seen(files: Sequence[Seen]) -> tuple[str, ...] | None:
    """Return the same of files that were looked at a moment ago."""
    if len(files) == 1:
        return _columns(_seen(files[0]))
    return _shared(map(_seen, _some(files)))


def _state(path: str) -> tuple[int | str, ...]:
    found = os.stat(path)
    return found.st_size, found.st_mtime_ns, found.st_ctime_ns, found.st_ino


def _seen(one: Seen) -> _File:
    return one.path, (one.touched.version, one.size, one.modified_ns), one.form


def _some(files: Sequence[T]) -> Sequence[T]:
    return files if len(files) <= _FILES else [*files[: _FILES // 2], *files[-_FILES // 2 :]]


def _shared(files: Iterable[_File]) -> tuple[str, ...] | None:
    found: tuple[str, ...] | None = None
    for file in files:
        mine = _columns(file)
        if mine is None or (found is not None and mine != found):
            return None
        found = mine
    return found


def of_file(path: str, said: Form | None = None) -> tuple[str, ...] | None:
    """Return the column names of a file as its header says; None where none is cheap to read, or it is gone."""
    kind = endings.form(path) if said is None else ""
    if not os.path.isfile(path):
        return None
    try:
        found = footer.columns(path) if kind == "parquet" else _of_text(path) if kind == "csv" else None
        if found is None:
            found = hidden.module(_FORMATS).columns(path, said)
    except FileNotFoundError:  # a program may remove what it has written
        return None
    return found


def between(path: str) -> str:
    """Return what stands between the cells of a text table; "" where its header does not tell, or it is gone."""
    try:
        header = _plain(path) if os.path.isfile(path) else ""
    except FileNotFoundError:
        return ""
    return endings.separator(path, header) if header else ""


def of_lines(path: str) -> tuple[str, ...] | None:
    """Return the names that the first records of a file of JSON have, one a line; None where it is no such file."""
    if endings.form(path) != "lines" or not os.path.isfile(path):
        return None
    try:
        state = os.stat(path)
        return _named(path, (state.st_size, state.st_mtime_ns, state.st_ino))
    except OSError:  # it is gone
        return None


@functools.lru_cache(_CACHE)
def _named(path: str, _state: tuple[int, ...]) -> tuple[str, ...] | None:
    """Return the names of the first records of a file in this state: of each output it is asked several times."""
    try:
        with io.FileIO(path) as file:
            text = file.read(_LINES)
        lines = text.splitlines() if len(text) < _LINES else text.splitlines()[:-1]
        found = [msgspec.json.decode(line, type=dict[str, Any]) for line in lines if line.strip()]
    except (OSError, ValueError):  # it is gone, packed, or holds something else
        return None
    return tuple(dict.fromkeys(name for one in found for name in one)) or None


def goes_on(path: str) -> bool:
    """Return whether a file of records has some that ``of_lines`` does not look at, which may have further names."""
    return endings.form(path) == "lines" and os.path.isfile(path) and os.path.getsize(path) >= _LINES


def _of_text(path: str) -> tuple[str, ...] | None:
    """Return the columns of a text table whose header is plain.

    A program that has not loaded pyarrow would pay a hundred milliseconds for it, for one line.
    """
    header = _plain(path)
    return tuple(header.split(endings.separator(path, header))) if header else None


def _plain(path: str) -> str:
    """Return the header of a text table: on the first line, in UTF-8, without quotes; "" where it is something else."""
    if not path.lower().endswith((".csv", ".tsv")):
        return ""  # it is packed
    with io.FileIO(path) as file:  # who replaces ``open``, to count, hears nothing of it
        line, end, _ = file.read(_HEADER).partition(b"\n")
    try:
        header = line.removesuffix(b"\r").removeprefix(codecs.BOM_UTF8).decode()
    except UnicodeDecodeError:
        return ""
    return "" if not end or '"' in header or "\r" in header or "\0" in header else header


def _columns(file: _File) -> tuple[str, ...] | None:
    if file not in _known:
        if len(_known) >= _CACHE:
            _known.clear()
        _known[file] = of_file(file[0], file[-1])
    found = _known[file]
    if found is None or "=" not in file[0]:
        return found
    parts = [part.partition("=") for part in file[0].split(os.sep)[:-1]]
    keys = tuple(key for key, sign, _ in parts if sign and key.isidentifier() and key not in found)
    return (*found, *keys)
