"""Which columns of the arguments move anything in the results at all.

Enters: a call, its tables and the results as they are. Leaves: per column what each way of changing it did; columns of
which every change made the function fail. A change that has no effect proves nothing: that is why there are several.
"""

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any, NamedTuple

from driftline.capture.probe import compare, mutate, tables
from driftline.capture.probe.call import Call, Tables
from driftline.capture.probe.compare import Difference, Result

KEEPING = ("moved", "turned")  # equal stays equal, different stays different


class Effect(NamedTuple):
    """What changing one column did, by the way in which it was changed."""

    argument: str
    column: Any
    results: dict[str, list[Result]]
    differences: dict[str, list[Difference]]  # one per result
    failed: bool = False  # each change made the function fail

    def any(self, output: int) -> bool:
        """Whether anything moved in a result."""
        return any(found[output] for found in self.differences.values())


Found = frozenset[tuple[str, str, int, str]]


def changes(data: Any, name: Any) -> dict[str, Callable[[], Any]]:
    """Return the ways of changing a column, each as a function that makes the changed table."""
    values = tables.column(data, name)
    found: dict[str, Callable[[], Any]] = {}
    if len(values) > 1 and any(value != values[0] for value in map(compare.cell, values)):
        found["permuted"] = lambda: tables.permuted(data, name, mutate.order(len(values)))
        found["coarse"] = lambda: tables.replaced(data, name, mutate.coarse(values))
    for way, make in (("moved", mutate.moved), ("turned", mutate.turned)):
        by = make(values)
        if by is not None:
            found[way] = partial(_mapped, data, name, by)
    found["holed"] = lambda: tables.replaced(data, name, mutate.holed(values))
    return found


def _mapped(data: Any, name: Any, by: mutate.Map) -> Any:
    return _held(data, name, mutate.mapped(tables.column(data, name), by))


def _held(data: Any, name: Any, values: Sequence[Any]) -> Any:
    """The table with these values; refused where its type makes others of them."""
    made = tables.replaced(data, name, values)
    kept = tables.column(made, name)
    if len(set(map(compare.cell, kept))) != len(set(map(compare.cell, values))):
        raise tables.CannotHold("values were lost")
    if sum(map(mutate.missing, kept)) != sum(map(mutate.missing, values)):
        raise tables.CannotHold("values were lost")
    return made


def effect(call: Call, data: Tables, base: Sequence[Result], argument: str, column: Any) -> Effect:
    """Return what changing a column does."""
    results: dict[str, list[Result]] = {}
    differences: dict[str, list[Difference]] = {}
    tried = 0
    for way, make in changes(data[argument], column).items():
        try:
            changed = {**data, argument: make()}
        except tables.CannotHold:
            continue
        tried += 1
        found = call.attempt(changed)
        if found is not None and len(found) == len(base):
            results[way] = found
            differences[way] = [compare.difference(*pair) for pair in zip(base, found, strict=True)]
    return Effect(argument, column, results, differences, failed=tried > 0 and not results)


def pairs(effects: Sequence[Effect]) -> Found:
    """Return which column reaches which column of which result, in whatever way."""
    return frozenset(
        (one.argument, str(one.column), output, target)
        for one in effects
        for found in one.differences.values()
        for output, difference in enumerate(found)
        for target in (*difference.columns, *difference.names, *([""] if difference.rows or difference.order else []))
    )
