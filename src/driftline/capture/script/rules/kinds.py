"""Columns chosen by their type or by what their names look like.

Enters: a table and what is wanted of it. Leaves: a table. Types are known of columns that are as they were read, or as
the program has told.
"""

import re
from collections.abc import Callable
from typing import Any

from driftline.capture.script.call import UNKNOWN, Call, Rules, names
from driftline.capture.script.reading import Table
from driftline.capture.script.sorts import NUMBERS, kind, of_origins
from driftline.capture.script.values import Const, Items, Library, Series, Value

_NUMERIC = NUMBERS | {"bool"}  # what pandas takes for numbers where it is told to look at these alone
_DESCRIBED = NUMBERS | {"datetime", "timedelta"}  # what it describes where there are any


_ASKED = {
    "is_numeric_dtype": _NUMERIC,
    "is_bool_dtype": frozenset({"bool"}),
    "is_datetime64_any_dtype": frozenset({"datetime"}),
    "is_float_dtype": frozenset({"float"}),
    "is_integer_dtype": frozenset({"int"}),
}


def _wanted(call: Call, place: int, name: str) -> set[str] | None:
    value = call.argument(place, name)
    if value is None:
        return set()
    content = call.see(value)
    several = content.known if isinstance(content, Items) else [value]
    found: set[str] = set()
    for one in several:
        texts = [one.name] if isinstance(one, Library) else names(call.machine, one)
        if texts is None:
            return None
        found |= {kind(str(text)) for text in texts}
    return found


def _among(sort: str, wanted: set[str]) -> bool:
    return sort in wanted or (sort in NUMBERS | {"timedelta"} and "number" in wanted)


def selected(call: Call, table: Table) -> Table:
    """``select_dtypes``: perhaps more columns than there are, where a type is not known."""
    include, exclude = _wanted(call, 0, "include"), _wanted(call, 1, "exclude")
    if include is None or exclude is None:
        return table
    return _of_sorts(call, table, lambda sort: (not include or _among(sort, include)) and not _among(sort, exclude))


def _of_sorts(call: Call, table: Table, wanted: Callable[[str], bool]) -> Table:
    """Return the columns of some sorts; those whose sort is not known are perhaps among them."""
    sorts = {name: of_origins(call.machine, cames) for name, cames in table.columns.items()}
    kept = {name: table.columns[name] for name, sort in sorts.items() if sort is None or wanted(sort)}
    unknown = frozenset(name for name, sort in sorts.items() if sort is None)
    return table._replace(columns=kept, maybe=table.maybe | unknown)


def numeric(call: Call, table: Table) -> Table:
    """Return the columns that are left with ``numeric_only``, where that is asked for."""
    return _of_sorts(call, table, _NUMERIC.__contains__) if call.plain(-1, "numeric_only") is True else table


def described(call: Call, table: Table) -> Table:
    """Return the columns that ``describe`` looks at by itself: numbers and times where there are any, else all."""
    sorts = {name: of_origins(call.machine, cames) for name, cames in table.columns.items()}
    if _DESCRIBED & set(sorts.values()):
        return _of_sorts(call, table, _DESCRIBED.__contains__)
    unknown = [name for name, sort in sorts.items() if sort is None]
    others = sorts.keys() - unknown if len(unknown) == 1 else sorts.keys() if unknown else ()  # one is there anyway
    return table._replace(maybe=table.maybe.union(others))


def asked(call: Call) -> Value | None:
    """``is_numeric_dtype`` and its kin, of a column whose type is known."""
    content = call.see(call.argument(0, "arr_or_dtype"))
    sort = of_origins(call.machine, content.cames) if isinstance(content, Series) else None
    return None if sort is None else Const(sort in _ASKED[call.name.rpartition(".")[2]])


def like(call: Call, table: Table) -> list[Any] | None:
    """Return the columns that ``filter`` means by ``like`` or ``regex``; None if not known."""
    part, pattern = call.plain(1, "like"), call.plain(2, "regex")
    if not table.closed or part is UNKNOWN or pattern is UNKNOWN:
        return None
    if isinstance(part, str):
        return [name for name in table.columns if part in str(name)]
    if isinstance(pattern, str) and len(pattern) < 100:
        try:
            compiled = re.compile(pattern)
        except re.error:
            return None
        return [name for name in table.columns if compiled.search(str(name))]
    return None


FUNCTIONS: Rules = {f"pandas.{name}": asked for name in _ASKED}
