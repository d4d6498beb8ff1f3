"""What a hooked call raises has the traceback that it has without hooks. Expected: what the same call gave before."""

import asyncio
import builtins
import contextlib
import dis
import io
import json
import sqlite3
import sys
import threading
import traceback
import types
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import duckdb
import fsspec
import joblib
import numpy as np
import pandas as pd
import polars as pl
import pytest
from sklearn.linear_model import LinearRegression

import driftline
from driftline.capture.hooks import patch, raised
from driftline.capture.watching import hooking
from driftline.testing import MemorySink


@dataclass(frozen=True)
class Frozen(Exception):
    """An exception that allows no attribute to be set, and says that it has no traceback."""

    why: str
    __traceback__ = None


def refuse(*_: Any) -> None:
    raise Frozen("no")


def with_sqlite(act: Callable[[sqlite3.Connection], Any]) -> None:
    """Closed at the end: since Python 3.13 one that is only dropped is warned of."""
    with contextlib.closing(sqlite3.connect(":memory:")) as made:
        act(made)


CALLS: dict[str, Callable[[], Any]] = {
    "pandas reads": lambda: pd.read_csv("absent.csv"),
    "pandas writes": lambda: pd.DataFrame({"a": [1]}).to_csv("absent/x.csv"),
    "pandas among the callers": lambda: pd.read_hdf("absent.h5"),
    "polars reads": lambda: pl.read_csv("absent.csv"),
    "polars collects": lambda: pl.scan_csv("absent.csv").collect(),
    "polars plans": lambda: pl.DataFrame({"a": [1]}).select("b"),
    "duckdb": lambda: duckdb.sql("SELECT * FROM absent"),
    "a connection of duckdb": lambda: duckdb.connect().execute("SELECT * FROM absent"),
    "a transaction of duckdb": lambda: [twice := duckdb.connect(), twice.begin(), twice.begin()],
    "sqlite3 connects": lambda: sqlite3.connect("absent/a.db"),
    "sqlite3": lambda: with_sqlite(lambda made: made.execute("SELECT absent")),
    "a cursor of sqlite3": lambda: with_sqlite(lambda made: made.cursor().execute("SELECT absent")),
    "a closed connection of sqlite3": lambda: [shut := sqlite3.connect(":memory:"), shut.close(), shut.cursor()],
    "json": lambda: json.load(io.StringIO()),
    "fsspec": lambda: fsspec.filesystem("memory").open("/absent"),
    "numpy": lambda: np.load("absent.npy"),
    "joblib": lambda: joblib.load("absent"),
    "sklearn": lambda: LinearRegression().fit([[1]], [1, 2]),
    "the end": lambda: sys.exit(3),
    "a thread that has been started": lambda: [thread := threading.Thread(target=int), thread.start(), thread.start()],
    "a task of a pool": lambda: ThreadPoolExecutor(1).submit(refuse).result(),
}


def frames(call: Callable[[], Any]) -> list[tuple[str, str, str | None]]:
    """The frames of what ``call`` raises: file, function, line."""
    with pytest.raises(BaseException) as caught:
        call()
    trace = BaseException.__dict__["__traceback__"].__get__(caught.value)
    return [(frame.filename, frame.name, frame.line) for frame in traceback.extract_tb(trace)]


def test_a_traceback_is_as_without_hooks_with_and_without_a_run(sink: MemorySink) -> None:
    bare = {name: frames(call) for name, call in CALLS.items()}
    driftline.watch()
    assert {name: frames(call) for name, call in CALLS.items()} == bare
    with driftline.run("job"):
        assert {name: frames(call) for name, call in CALLS.items()} == bare


def test_frames_of_the_hook_alone_are_taken_off(sink: MemorySink) -> None:
    library = types.ModuleType("library")

    async def later() -> None:
        refuse()

    library.refuse, library.later = refuse, later
    acts: tuple[Callable[[], Any], ...] = (lambda: library.refuse(), lambda: asyncio.run(library.later()))
    before = [frames(act) for act in acts]
    inner = patch.around(library, "refuse", lambda run, call: None)
    outer = patch.around(library, "refuse", lambda run, call: None, looks=1)
    late = patch.around(library, "later", lambda run, call: None)
    with driftline.run("job"):
        assert [frames(act) for act in acts] == before
    for one in (*outer, *inner, *late):
        one.undo()


def test_what_is_raised_is_the_same_object_with_its_cause(sink: MemorySink) -> None:
    library = types.ModuleType("library")
    given = Frozen("no")

    def fails() -> None:
        try:
            raise KeyError("cause")
        except KeyError as error:
            raise given from error

    library.fails = fails
    patches = patch.around(library, "fails", lambda run, call: None)
    with driftline.run("job"), pytest.raises(Frozen) as caught:
        library.fails()
    assert caught.value is given
    assert repr(given.__cause__) == repr(given.__context__) == "KeyError('cause')"
    patches[0].undo()


def test_an_exception_without_a_traceback_passes() -> None:
    error = ValueError()
    raised.through(error)
    assert error.__traceback__ is None


def named(given: Any, seen: set[Any]) -> set[str]:
    """The builtins that are named in a function, in those in its closure and in those that it names.

    What ``dill.detect.globalvars(function, recurse=True, builtin=True)`` finds, in own words.
    """
    found: set[str] = set()
    if not isinstance(given, types.FunctionType) or given in seen:
        return found
    seen.add(given)
    for cell in given.__closure__ or ():
        if cell != types.CellType():
            found |= named(cell.cell_contents, seen)
    codes = [given.__code__]
    for code in codes:
        codes += [one for one in code.co_consts if isinstance(one, types.CodeType)]
        for name in {one.argval for one in dis.get_instructions(code) if one.opname == "LOAD_GLOBAL"}:
            found |= (
                named(given.__globals__[name], seen) if name in given.__globals__ else {name} & builtins.__dict__.keys()
            )
    return found


def test_a_hook_adds_no_builtin_to_those_by_which_dill_tells_a_function_of_the_user(sink: MemorySink) -> None:
    driftline.watch()
    put = [one for patches in hooking._patches.values() for one in patches if isinstance(one, patch.Patch)]
    assert len(put) > 200
    more = {}
    for one in put:
        made = one.owner.__dict__.get(one.attribute)
        made, original = (getattr(given, "__func__", given) for given in (made, one.original))
        more[f"{one.owner.__name__}.{one.attribute}"] = named(made, set()) - named(original, set())
    assert {name: found for name, found in more.items() if found} == {}
