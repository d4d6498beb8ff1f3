"""A table in memory that was read or written whole, kept until the sender's thread has measured it.

Enters: a frame of pandas or Polars, or a table of Arrow. Leaves: what is in it, or nothing where it has more cells than
the settings say, or where it might change before it is measured. What cannot change is referred to and never copied: an
Arrow table, the columns of a Polars frame, a frame of pandas under copy-on-write (from 3 on). Another pandas frame is
measured at once if it is small. Never keeps more than ``_ROOM`` times the limit at one time.
"""

import contextlib
import os
import sys
import threading
from collections.abc import Callable
from typing import Any

import msgspec

from driftline import hidden
from driftline.capture.runs import recalled
from driftline.capture.tables import measure
from driftline.errors import shown

_CONTENTS = "driftline.capture.tables.contents"
_ROOM = 4
_SMALL = 50_000  # cells that are measured at once where they might change
_waiting: dict[int, int] = {}  # by the id of a table: cells that wait to be measured


class Table:
    """A table that is measured once, by whoever asks first."""

    __slots__ = ("_contents", "_data", "_error", "_lock", "_shape", "ordered")

    def __init__(self, data: Any, cells: int, shape: Callable[[Any], Any] | None, *, ordered: bool) -> None:
        self._data = data
        self._shape = shape  # what is done to it first
        self._contents: Any = None
        self._error: Exception | None = None
        self._lock = threading.RLock()
        self.ordered = ordered  # False: it came out of a database, in whatever order
        _waiting[id(self)] = cells

    def __del__(self, waiting: dict[int, int] = _waiting) -> None:  # the module may be gone by then
        waiting.pop(id(self), None)

    def contents(self) -> Any:
        """Return the ``contents.Contents`` of it; None where it is forgotten or no table.

        Raises:
            Exception: it cannot be measured; the same at each call.
        """
        with self._lock:
            data, self._data = self._data, None
            if data is not None:
                self._contents = self._measure(data)
        if self._error is not None:
            raise self._error
        return self._contents

    def _measure(self, data: Any) -> Any:
        try:
            shaped = data if self._shape is None else self._shape(data)
            return hidden.module(_CONTENTS).of_data(shaped, rows=not self.ordered)
        except (KeyboardInterrupt, SystemExit, GeneratorExit):
            raise
        except BaseException as error:  # a panic of Polars is no ``Exception``, and must not end the sender
            self._error = error if isinstance(error, Exception) else RuntimeError(shown(error))
            return None
        finally:
            _waiting.pop(id(self), None)

    def name(self) -> str:
        """Return the version that its content makes: of its rows in order, or whatever their order; "" = none."""
        found = self.contents()
        if found is None:
            return ""
        if self.ordered:
            return str(found.fingerprint)
        rows = found.prints.row_set if found.prints is not None else None
        return "" if rows is None else str(rows.total)

    def work(self) -> list[Any]:
        """Measure it, on the sender's thread; what fails is told with the event."""
        with contextlib.suppress(Exception):
            self.contents()
        return []

    def drop(self) -> None:
        """Forget it unmeasured, without waiting: the version holds something else by now."""
        self._data = None
        _waiting.pop(id(self), None)


def take(data: Any, *, ordered: bool = True, shape: Callable[[Any], Any] | None = None) -> "Table | str":
    """Return ``data`` as a table to be measured; a reason where it will not be, "" where it is no table.

    Args:
        data: the frame or table.
        ordered: whether the order of its rows says anything.
        shape: what is done to it before, on the thread that measures it.
    """
    if not measure.level.contents:
        return ""
    library, kind = type(data).__module__.partition(".")[0], type(data).__name__
    if (library, kind) == ("polars", "DataFrame"):
        rows, columns, held = data.height, data.width, data.clone()
    elif (library, kind) in (("pyarrow", "Table"), ("pyarrow", "RecordBatch")):
        rows, columns, held = data.num_rows, data.num_columns, data
    elif library == "pandas" and isinstance(data, sys.modules["pandas"].DataFrame):
        rows, columns, held = len(data), len(data.columns), None
    else:
        return ""
    cells = rows * max(columns, 1)
    if cells > measure.level.cells:
        return f"not measured: {cells:,} cells are more than table_cells"
    if sum(list(_waiting.values())) + cells > _ROOM * measure.level.cells:
        return "not measured: too many tables waited"
    if held is None:
        if _copied_on_write():
            held = data.copy(deep=False)
        elif cells > _SMALL:
            return "not measured: without copy-on-write the table may change"
    made = Table(data if held is None else held, cells, shape, ordered=ordered)
    if held is None:
        made.work()
    return made


def _copied_on_write() -> bool:
    """Whether a frame of pandas that is changed leaves the columns as they are that others refer to."""
    pandas = sys.modules["pandas"]
    if int(str(pandas.__version__).partition(".")[0]) >= 3:
        return True
    return getattr(getattr(pandas.options, "mode", None), "copy_on_write", False) is True


def hold(seen: Any, data: Any, *, ordered: bool = True, shape: Callable[[Any], Any] | None = None) -> None:
    """Have ``seen`` (an ``trace.Seen``) hold ``data``, as ``take`` takes it; if that is not measured, it says so."""
    found = take(data, ordered=ordered, shape=shape)
    if isinstance(found, Table):
        seen.table = found
    elif found:
        told(seen, found)


def told(seen: Any, why: str) -> None:
    """Have ``seen`` say why what it holds is not measured."""
    attributes = {**seen.touched.attributes, "contents": why}
    seen.touched = msgspec.structs.replace(seen.touched, attributes=attributes)


def add(run: Any, way: recalled.Way, seen: Any, put: Callable[[Any], None]) -> Any:
    """Record ``seen`` on ``run`` and have ``put`` queue the measuring of what it holds; returns what is recorded.

    In a child process, which hands over what it has seen, it is measured at once, and its profile is left out.
    """
    table = seen.table
    if table is None:
        return run.add(way, seen)
    if run.inherited:
        seen.table = None
        _describe(seen, table)
        return run.add(way, seen)
    touched = run.add(way, seen)
    if any(one.table is table for _, one in recalled.of(run.trace, way).alike(seen)):
        put((table.work, 0))
    else:
        table.drop()
    return touched


def _describe(seen: Any, table: Table) -> None:
    found = table.contents()
    if found is not None and not seen.part:
        seen.touched = msgspec.structs.replace(
            seen.touched,
            version=seen.touched.version or ("" if seen.path else table.name()),
            fingerprint=found.fingerprint,
            rows=found.rows,
            fields=(seen.touched.fields if seen.declared else None) or found.fields,
        )


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_waiting.clear)
