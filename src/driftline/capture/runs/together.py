"""Small Parquet files that the events of several runs wait for, measured together before their turns come.

Enters: versions, as the events in the sender's queue hold them. Leaves: their contents, where ``formats.of_file`` finds
them in its turn. A file is read as soon as it is looked at, and what is held at a time is bounded. What cannot be read
here, or is large, or of another format, is left to its turn, where what is wrong with it is said.
"""

import itertools
import time
from collections.abc import Callable, Iterable

import msgspec
import pyarrow as pa

from driftline import later
from driftline.capture.ground.unwarned import unwarned
from driftline.capture.runs.trace import Seen
from driftline.capture.tables import contents, endings, measure, measured
from driftline.capture.tables.measured import Key, Name
from driftline.profile import sheet

parquet = later.module("pyarrow.parquet")  # a program whose tables are texts does without

SMALL = 1 << 18  # bytes of a file that is measured beside others
ROOM = 1 << 23  # bytes of tables that are held at a time
MOST = 256  # files whose contents are still at hand in their turns, with those of others that come between


class _Held(msgspec.Struct):
    """Tables that were read and wait to be measured."""

    names: list[tuple[Key, Name]] = []
    tables: list[pa.Table] = []
    bytes: int = 0
    since_ns: int = 0  # of CPU, when the first was begun


def measure_all(waiting: Iterable[Seen], stop: Callable[[], bool]) -> None:
    """Measure those files among ``waiting`` that are small, unless somebody wants the thread to ``stop``."""
    files = {seen.touched.version: seen for seen in waiting if _fits(seen)}
    if len(files) > 1:
        with unwarned():
            _measure_all(files.values(), stop)


def _fits(seen: Seen) -> bool:
    """Whether a version is that of the bytes of a small Parquet file, and not known yet."""
    return (
        bool(seen.path) and seen.contents is None and seen.size <= SMALL and seen.form is None
        and not (seen.deferred or seen.pending or seen.pointer)
        and seen.touched.version.startswith(measure.BYTES)
        and endings.form(seen.path) == "parquet"
        and measured.key(seen.touched.version) not in measured.at_hand
    )  # fmt: skip


def _measure_all(files: Iterable[Seen], stop: Callable[[], bool]) -> None:
    held = _Held()
    for seen in itertools.islice(files, MOST):
        if stop() or measure.level.enough:
            return
        held.since_ns = held.since_ns or time.thread_time_ns()
        try:
            _read(seen, held)
        except Exception:  # noqa: S112 - it is read again in its turn, and fails there
            continue
        if held.bytes > ROOM:
            _measure(held)
            held = _Held()
    if held.tables:
        _measure(held)


def _read(seen: Seen, held: _Held) -> None:
    """Recall what is in a file, or read it."""
    key = measured.key(seen.touched.version)
    name = measured.name(key, seen.size, "parquet")
    known = measured.recall(name)
    if known is not None:
        measured.hold(key, known)
        return
    measure.unlocked(seen.path)
    table = _short(seen.path, seen.touched.version)
    if table is None:
        return
    held.names.append((key, name))
    held.tables.append(table)
    held.bytes += table.nbytes


def _short(path: str, version: str) -> pa.Table | None:
    """Return the rows of a Parquet file of few cells; None where it has more, or is not as it was any more."""
    with pa.OSFile(path) as opened:
        data = opened.read_buffer()
    if measure.of_bytes(data) != version:
        return None
    with parquet.ParquetFile(pa.BufferReader(data), pre_buffer=False) as file:
        short = sheet.cells(file.metadata.num_rows, len(file.schema_arrow)) <= sheet.SHORT
        return file.read(use_threads=False) if short else None


def _measure(held: _Held) -> None:
    try:
        found = contents.of_tables(held.tables)
    except Exception:  # one of them cannot be measured, and says so in its turn
        return
    spent_ns = (time.thread_time_ns() - held.since_ns) // len(found)
    for (key, name), one in zip(held.names, found, strict=True):
        measured.hold(key, one)
        measured.keep(name, one, spent_ns)
