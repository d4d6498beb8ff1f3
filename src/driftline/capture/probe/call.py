"""One function with its arguments, called again and again with tables that were changed.

Enters: the function, its tables and its other arguments. Leaves: results, with the ids of rows where these come through
the function: in a column of their own, or in the index of a pandas table. Ids are only used where the function returns
with them what it returns without. Each call gets copies; how often and how long is bounded by a budget.
"""

import copy
import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

from driftline.capture.probe import compare, tables
from driftline.capture.probe.compare import ID, Result


class OutOfTime(Exception):
    """The budget is used up."""


class Budget:
    """Seconds that all calls may take."""

    def __init__(self, seconds: float) -> None:
        self.calls = 0
        self._until = time.monotonic() + seconds

    def take(self) -> None:
        """Count one call.

        Raises:
            OutOfTime: there is no time left.
        """
        if time.monotonic() > self._until:
            raise OutOfTime
        self.calls += 1


class Arguments(NamedTuple):
    """How a function is called: names of parameters in their places, and by keyword."""

    positional: Sequence[str]
    keywords: Sequence[str]
    plain: Mapping[str, Any]  # arguments that are no tables


Tables = Mapping[str, Any]


class Call:
    """A function and its arguments."""

    def __init__(self, function: Callable[..., Any], arguments: Arguments, budget: Budget) -> None:
        self._function = function
        self._arguments = arguments
        self.budget = budget
        self._hidden: tuple[str, ...] = ()
        self._index = ""
        self._besides: frozenset[int] = frozenset()  # results whose index is none of ids

    def plain(self, data: Tables) -> list[Result]:
        """Return the results for these tables, without ids."""
        return compare.results(self._run(data))

    def results(self, data: Tables, number: Callable[[int], int] = int) -> list[Result]:
        """Return the results for these tables, with ids where they come through; ``number`` makes ids of places."""
        given = dict(data)
        for name in self._hidden:
            ids = [number(place) for place in range(tables.height(data[name]))]
            given[name] = tables.added(data[name], ID + name, ids)
        if self._index:
            ids = [number(place) for place in range(tables.height(data[self._index]))]
            given[self._index] = tables.indexed(data[self._index], ids)
        return compare.results(self._run(given), self._hidden, self._index, self._besides)

    def attempt(self, data: Tables) -> list[Result] | None:
        """Return the results with ids; None where the function fails.

        Raises:
            OutOfTime: the budget is used up.
        """
        try:
            return self.results(data)
        except OutOfTime:
            raise
        except Exception:  # a function may refuse changed values in any way it likes
            return None

    def thread(self, data: Tables, base: Sequence[Result]) -> None:
        """Find out through which tables ids can be threaded, given the results without."""
        hidden = tuple(name for name in data if self._comes_through(data, base, (name,), ""))
        if len(hidden) > 1 and not self._comes_through(data, base, hidden, ""):
            hidden = hidden[:1]
        self._hidden = hidden
        if self._through(data):
            return
        index = next((name for name in data if self._comes_through(data, base, (), name)), "")
        self._hidden, self._index = (), index
        if index:
            pairs = enumerate(zip(self.results(data), self.results(data, _sparse), strict=True))
            self._besides = frozenset(place for place, pair in pairs if not _are_ids(*pair))

    def _through(self, data: Tables) -> bool:
        return bool(self._hidden) and any(result.keys is not None for result in self.results(data))

    def _comes_through(self, data: Tables, base: Sequence[Result], hidden: tuple[str, ...], index: str) -> bool:
        """Whether the results stay the same, and ids are those of rows: other numbers come out as such."""
        self._hidden, self._index = hidden, index
        try:
            found = self.results(data)
            other = self.results(data, _sparse)
        except OutOfTime:
            raise
        except Exception:  # a function may refuse a further column in any way it likes
            return False
        finally:
            self._hidden, self._index = (), ""
        if not compare.same(base, found) or not compare.same(base, other):
            return False
        kept = [_are_ids(*pair) for pair in zip(found, other, strict=True)]
        return (
            any(kept) if index else all(fine or result.keys is None for fine, result in zip(kept, found, strict=True))
        )

    def _run(self, data: Tables) -> Any:
        self.budget.take()
        values = {**self._arguments.plain, **data}
        given = [_copied(values[name]) for name in self._arguments.positional]
        named = {name: _copied(values[name]) for name in self._arguments.keywords}
        return self._function(*given, **named)


def _copied(value: Any) -> Any:
    kind = tables.library(value)
    if kind == "pandas":
        return value.copy(deep=True)
    return value if kind == "pyarrow" else value.clone() if kind == "polars" else copy.deepcopy(value)


def _sparse(place: int) -> int:
    """Another number for a row; sums and differences of such numbers are none."""
    return 1_000_003 + place * place * 7 + place * 31


def _are_ids(one: Result, other: Result) -> bool:
    """Whether the ids of two runs, in which rows had other numbers, are those of the same rows."""
    if one.keys is None or other.keys is None or one.carried != other.carried:
        return False
    return len(one.keys) == len(other.keys) and all(
        isinstance(first, int) and first >= 0 and _sparse(first) == second
        for key, found in zip(one.keys, other.keys, strict=True)
        for first, second in zip(key, found, strict=True)
        if first is not None or second is not None
    )
