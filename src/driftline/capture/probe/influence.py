"""What reaches what through a function: purity first, then a growing sample, then the ways of each influence.

Enters: a function and its arguments, tables among them. Leaves: a report. The function is run twice on the same data
and must return the same; the sample grows until it shows nothing new; at the end the first result must still come out.
Runs in the child, and calls the function many times.
"""

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import msgspec

from driftline.capture.probe import compare, detect, sample, tables
from driftline.capture.probe.call import Arguments, Budget, Call, OutOfTime, Tables
from driftline.capture.probe.classify import Classifier
from driftline.capture.probe.compare import Result
from driftline.capture.probe.detect import Effect, Found
from driftline.capture.probe.report import Influence, Report

SIZES = (80, 320, 1_000, 2_000)  # rows of each table
COLUMNS = 200  # of all tables together
SURE, UNSURE, GUESS = 0.9, 0.8, 0.6  # confidence: the sample showed nothing new; it did, or time ran out; few rows
_FEW = 20
_OFTEN = "what it returns depends on how often it was called"


class Impure(Exception):
    """The function is not probeable; the message says why."""


class _Look(NamedTuple):
    """One size of sample."""

    data: Tables
    call: Call
    base: Sequence[Result]
    effects: list[Effect]


def report(function: Callable[..., Any], arguments: Arguments, data: Tables, seconds: float) -> Report:
    """Return what reaches what; ``reason`` says where that cannot be found out."""
    budget = Budget(seconds)
    try:
        return _report(function, arguments, data, budget)
    except Impure as why:
        return Report(reason=str(why), runs=budget.calls)
    except OutOfTime:
        return Report(reason="it takes too long", runs=budget.calls)


def _report(function: Callable[..., Any], arguments: Arguments, data: Tables, budget: Budget) -> Report:
    if sum(len(tables.names(one)) for one in data.values()) > COLUMNS:
        raise Impure(f"it takes more than {COLUMNS} columns")
    seen: Found = frozenset()
    last: _Look | None = None
    stable = False
    for size in SIZES:
        part = sample.smaller(data, size)
        try:
            look = _look(Call(function, arguments, budget), part)
        except OutOfTime:
            if last is None:
                raise
            break
        found = detect.pairs(look.effects)
        stable = last is not None and found <= seen
        _still(look)
        seen, last = seen | found, look
        if stable or all(tables.height(part[name]) == tables.height(one) for name, one in data.items()):
            stable = stable or _rows(part) < size or _rows(data) <= size
            break
    assert last is not None
    influences, whole = _classified(last)
    _still(last)
    sure = SURE if stable and whole else UNSURE
    if _rows(last.data) < _FEW:
        sure = GUESS
    ways = {msgspec.structs.replace(one, confidence=sure) for one in influences}
    return Report(
        influences=tuple(sorted(ways | _earlier(seen, influences))),
        columns=tuple(tuple(result.columns) for result in last.base),
        rows=_rows(last.data),
        runs=budget.calls,
        stable=stable and whole,
        unclear=tuple(f"{one.argument}.{one.column}" for one in last.effects if one.failed),
    )


def _rows(data: Tables) -> int:
    return max(tables.height(one) for one in data.values())


def _look(call: Call, data: Tables) -> _Look:
    """Run the function on a sample, and with each column changed.

    Raises:
        Impure: two runs differ, or it fails.
    """
    try:
        base = call.plain(data)
        again = call.plain(data)
    except OutOfTime:
        raise
    except tables.NotATable as error:
        raise Impure(f"it returns no table ({error})") from error
    except Exception as error:  # a function may fail on a sample in any way it likes
        raise Impure(f"it fails on a sample ({type(error).__name__}: {str(error)[:80]})") from error
    if not compare.same(base, again):
        raise Impure("two runs on the same data differ")
    call.thread(data, base)
    keyed = call.results(data)
    if not compare.same(base, keyed):
        raise Impure(_OFTEN)
    effects = [
        detect.effect(call, data, keyed, name, column) for name, one in data.items() for column in tables.names(one)
    ]
    return _Look(data, call, keyed, effects)


def _classified(look: _Look) -> tuple[list[Influence], bool]:
    """The ways of all influences, and whether there was time for all."""
    classifier = Classifier(look.call, look.data, look.base, look.effects)
    found: list[Influence] = []
    for effect in look.effects:
        try:
            found += classifier.influences(effect)
        except OutOfTime:
            return found, False
    return found, True


def _earlier(seen: Found, classified: Sequence[Influence]) -> set[Influence]:
    """What only a smaller sample showed, or there was no time to tell the way of."""
    known = {(one.argument, one.column) for one in classified}
    return {
        Influence(argument, column, output, target, "DIRECT" if target else "INDIRECT", "", GUESS)
        for argument, column, output, target in seen
        if (argument, column) not in known
    }


def _still(look: _Look) -> None:
    try:
        after = look.call.results(look.data)
    except OutOfTime:
        return
    if not compare.same(look.base, after):
        raise Impure(_OFTEN)
