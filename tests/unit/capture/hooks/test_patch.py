"""A hook calls the original once, whatever happens, and looks like it."""

import array
import asyncio
import inspect
import pickle
import sqlite3
import sys
import types
import typing
import warnings
from typing import Any

import cloudpickle
import duckdb
import joblib
import pandas as pd
import polars as pl
import pytest

import driftline
from driftline.capture.ground import fault
from driftline.capture.hooks import patch
from driftline.capture.hooks.patch import Call
from driftline.capture.runs.run import Run
from driftline.testing import MemorySink


class Library(types.ModuleType):
    """A module with one of everything."""

    class Frame:
        """A class with methods of every sort."""

        def write(self, path: str) -> str:
            """Write."""
            return f"written {path}"

        @staticmethod
        def load(path: str) -> str:
            return f"loaded {path}"

        @classmethod
        def made(cls, path: str) -> tuple[type, str]:
            return cls, path


class Sub(Library.Frame):
    pass


def read(path: str, *, error: BaseException | None = None) -> str:
    """Read."""
    calls.append(path)
    if error is not None:
        raise error
    return path + "!"


calls: list[str] = []
here = sys.modules[__name__]


@pytest.fixture
def seen(sink: MemorySink) -> Any:
    found: list[Call] = []
    calls.clear()
    library = Library("library")
    patches = [
        *patch.around(here, "read", lambda run, call: found.append(call)),
        *patch.around(library, "Frame.write", lambda run, call: found.append(call)),
        *patch.around(library, "Frame.load", lambda run, call: found.append(call)),
        *patch.around(library, "Frame.made", lambda run, call: found.append(call)),
        *patch.around(library, "nothing.like_this", lambda run, call: found.append(call)),
    ]
    yield found
    for one in reversed(patches):
        one.undo()
    assert read is here.read


def test_calls_of_every_sort_are_seen_and_go_through(seen: list[Call]) -> None:
    with driftline.run("job"):
        assert here.read("a") == "a!"
        assert Sub().write(path="b") == "written b"
        assert Sub.load("c") == "loaded c"
        assert Sub.made("d") == (Sub, "d")
    assert calls == ["a"]
    assert [(call.args[-1:], dict(call.kwargs)) for call in seen] == [
        (("a",), {}), ((call_self := seen[1].args), {"path": "b"}), (("c",), {}), (("d",), {}),
    ]  # fmt: skip
    assert isinstance(call_self[0], Sub)


def test_without_a_run_it_only_calls(seen: list[Call]) -> None:
    assert here.read("a") == "a!"
    assert seen == []


@pytest.mark.parametrize("error", [ValueError("x"), KeyboardInterrupt(), SystemExit(3), GeneratorExit()])
def test_the_same_error_comes_out(seen: list[Call], error: BaseException) -> None:
    with driftline.run("job"), pytest.raises(type(error)) as raised:
        here.read("a", error=error)
    assert raised.value is error
    assert (calls, seen) == (["a"], [])


def test_it_looks_like_the_original(seen: list[Call]) -> None:
    assert here.read.__doc__ == "Read."
    assert list(inspect.signature(here.read).parameters) == ["path", "error"]
    assert inspect.getfullargspec(here.read).kwonlyargs == ["error"]  # it does not follow wrappers
    assert pickle.loads(pickle.dumps(here.read)) is here.read
    assert inspect.isfunction(Library.Frame.__dict__["write"])
    assert isinstance(Library.Frame.__dict__["load"], staticmethod)
    assert isinstance(Library.Frame.__dict__["made"], classmethod)


def test_a_built_in_function_does_not_become_a_method(sink: MemorySink) -> None:
    library = types.ModuleType("library")
    library.size = len
    patches = patch.around(library, "size", lambda run, call: None)

    class Holder:
        size = library.size

    with driftline.run("job"):
        assert Holder().size("abc") == 3
    assert str(inspect.signature(library.size)) == str(inspect.signature(len))
    assert library.size.__text_signature__ == len.__text_signature__
    assert typing.get_type_hints(library.size) == typing.get_type_hints(len) == {}
    for one in reversed(patches):
        one.undo()


def test_a_function_of_duckdb_does_not_become_a_method_either(watched: MemorySink) -> None:
    class Holder:
        execute, begin = duckdb.execute, duckdb.begin

    assert Holder().execute("SELECT 1").fetchall() == [(1,)]  # a class may hold it, as without hooks
    Holder().begin()
    duckdb.rollback()


def test_a_built_in_function_that_two_modules_have_keeps_its_text_signature_in_both(watched: MemorySink) -> None:
    assert pickle.load.__text_signature__ == cloudpickle.load.__text_signature__
    assert str(inspect.signature(cloudpickle.load)).startswith("(file, *, fix_imports=True")  # as of Python itself


def variable(name: str) -> object:
    """As ``pandas.read_hdf`` finds the variables that its ``where`` names."""
    frame = sys._getframe(1)
    return frame.f_locals.get(name, frame.f_globals.get(name))


def test_who_looks_at_the_variables_of_its_caller_finds_them(sink: MemorySink) -> None:
    patches = patch.around(here, "variable", lambda run, call: True, looks=1)
    mine = 3
    assert here.variable("mine") == 3  # without a run
    with driftline.run("job"):
        assert here.variable("mine") == 3
        assert here.variable("calls") is calls
        assert [here.variable("one") for one in (4, 5)] == [4, 5]
        mine += 1
        assert here.variable("mine") == 4
    for one in reversed(patches):
        one.undo()


def above(name: str, many: int) -> object:
    """As patsy finds what a formula names, up to so many callers above it, when statsmodels loads a model."""
    frame: Any = sys._getframe(0)
    for _ in range(many):
        frame = frame.f_back
        if name in frame.f_locals:
            return frame.f_locals[name]
    return None


def test_who_looks_at_the_variables_of_the_callers_of_its_caller_finds_them(sink: MemorySink) -> None:
    patches = patch.around(here, "above", lambda run, call: True, looks=2)
    patches += patch.around(here, "above", lambda run, call: True, looks=2)  # another hook around the same

    def outer() -> tuple[object, object]:
        far = "far"  # noqa: F841 - it is looked for

        def caller() -> tuple[object, object]:
            near = "near"  # noqa: F841 - the same
            return here.above("near", 2), here.above("far", 2)

        return caller()

    with driftline.run("job"):
        assert outer() == ("near", "far")
    for one in reversed(patches):
        one.undo()
    assert outer() == ("near", "far")  # as without hooks


def test_a_hook_that_fails_three_times_is_off_and_the_run_says_so(sink: MemorySink) -> None:
    attempts: list[Call] = []

    def fail(run: Run, call: Call) -> None:
        attempts.append(call)
        raise RuntimeError("ours")

    (one,) = patch.around(here, "read", fail)
    with driftline.run("job") as run:
        assert [here.read("a") for _ in range(5)] == ["a!"] * 5
    one.undo()
    assert len(attempts) == fault.OFF_AFTER
    assert list(run._trace.gaps.values()) == [3]


def test_what_is_hooked_inside_a_hooked_call_counts_once(sink: MemorySink) -> None:
    library = types.ModuleType("library")
    library.inner = lambda: 1
    library.outer = lambda: library.inner() + 1
    found: list[str] = []
    patch.around(library, "inner", lambda run, call: found.append("inner"))
    patch.around(library, "outer", lambda run, call: found.append("outer"))
    with driftline.run("job"):
        assert library.outer() == 2
        assert library.inner() == 1
    assert found == ["outer", "inner"]


def test_a_call_that_is_passed_over_leaves_inner_hooks_on(sink: MemorySink) -> None:
    library = types.ModuleType("library")
    library.inner = lambda: 1
    library.outer = lambda: library.inner() + 1
    found: list[str] = []
    patch.around(library, "inner", lambda run, call: found.append("inner"))
    patch.around(library, "outer", lambda run, call: found.append("outer"), lambda args, kwargs: patch.PASS)
    with driftline.run("job"):
        assert library.outer() == 2
    assert found == ["inner"]


def test_coroutines_stay_coroutines(sink: MemorySink) -> None:
    library = types.ModuleType("library")

    async def load(number: int) -> int:
        await asyncio.sleep(0)
        return number

    library.load = load
    found: list[Any] = []
    patch.around(library, "load", lambda run, call: found.append(call.result))
    assert inspect.iscoroutinefunction(library.load)
    with driftline.run("job"):
        assert asyncio.run(library.load(3)) == 3
    assert found == [3]


def test_warnings_name_the_line_that_called(sink: MemorySink) -> None:
    library = types.ModuleType("library")

    def old() -> None:
        warnings.warn("old", DeprecationWarning, stacklevel=2)

    library.old = old
    patch.around(library, "old", lambda run, call: None)
    with driftline.run("job"), pytest.warns(DeprecationWarning, match="old") as caught:
        library.old()
    assert caught[0].filename == __file__


def test_what_is_hooked_is_pickled_as_it_was_by_whatever_name(watched: MemorySink) -> None:
    """As pools of processes pickle the functions that they are to call; without hooks all of these can be pickled."""
    for found in (pl.concat, pl.collect_all, duckdb.sql, duckdb.query, duckdb.read_csv, sqlite3.connect,
                  sqlite3.dbapi2.connect, duckdb.DuckDBPyConnection.sql, duckdb.DuckDBPyConnection.query,
                  cloudpickle.load, pickle.load, joblib.load, pd.read_csv, pd.DataFrame.to_csv):  # fmt: skip
        assert pickle.loads(pickle.dumps(found)) is found
    assert watched.raw == []


def test_what_is_inherited_from_a_class_that_cannot_be_changed_is_put_on_its_heir(watched: MemorySink) -> None:
    class Numbers(array.array):
        pass

    seen: list[int] = []
    module = types.SimpleNamespace(Numbers=Numbers)
    patches = patch.around(module, "Numbers.append", lambda _run, call: seen.append(call.args[1]))
    with driftline.run("numbers"):
        made = Numbers("i")
        made.append(7)
    for one in patches:
        one.undo()
    assert (list(made), seen, "append" in vars(Numbers)) == ([7], [7], False)
