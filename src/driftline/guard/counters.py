"""What the guards of this process have counted, for ``/metrics``.

Enters: one ``add`` per event, without a lock on the hot path (an append that is folded in later). Leaves:
``samples()``, each a metric name, its labels and its value. Counts belong to one process: a forked child starts at
zero, so that summing over processes counts nothing twice. Never raises, never does input or output.
"""

import os
import threading
from collections import deque
from collections.abc import Iterable
from typing import NamedTuple

METRICS: dict[str, tuple[str, tuple[str, ...]]] = {
    "driftline_guard_decisions_total": ("Answers and batches judged.", ("endpoint", "action", "mode")),
    "driftline_guard_errors_total": (
        "Rules that failed; their failure mode applied.",
        ("endpoint", "rule", "on_error"),
    ),
    "driftline_guard_fail_open_total": (
        "Answers let through although a rule failed.",
        ("endpoint", "rule"),
    ),
    "driftline_guard_late_total": ("Checks that ended after their deadline.", ("endpoint", "rule", "result")),
    "driftline_guard_money_avoided_total": ("What held-back answers would have paid.", ("endpoint",)),
    "driftline_guard_file_reloads_total": ("Switch and policy files read anew.", ("file",)),
    "driftline_guard_file_errors_total": (
        "Switch and policy files that could not be used; the last good one stays in force.",
        ("file",),
    ),
}
_FOLD_AT = 4096


class Sample(NamedTuple):
    """One value of one metric."""

    metric: str
    labels: dict[str, str]
    value: float


class _Counts:
    """Increments wait in a deque (appending is atomic) until someone folds them in."""

    def __init__(self) -> None:
        self.pending: deque[tuple[tuple[str, ...], float]] = deque()
        self.totals: dict[tuple[str, ...], float] = {}
        self.folding = threading.Lock()

    def fold(self, *, wait: bool) -> None:
        if not self.folding.acquire(blocking=wait):
            return
        try:
            for _ in range(len(self.pending)):
                key, amount = self.pending.popleft()
                self.totals[key] = self.totals.get(key, 0.0) + amount
        finally:
            self.folding.release()


_counts = _Counts()


def add(metric: str, *labels: str, by: float = 1.0) -> None:
    """Count ``by`` more of ``metric``; ``labels`` are in the order that ``METRICS`` states."""
    _counts.pending.append(((metric, *labels), by))
    if len(_counts.pending) >= _FOLD_AT:
        _counts.fold(wait=False)


def samples() -> list[Sample]:
    """Return everything counted so far in this process, sorted by metric and labels."""
    _counts.fold(wait=True)
    return [
        Sample(key[0], dict(zip(METRICS[key[0]][1], key[1:], strict=True)), value)
        for key, value in sorted(_counts.totals.items())
    ]


def total(metric: str, **labels: str) -> float:
    """Return the sum of ``metric`` over all samples that carry ``labels``."""
    return sum(_matching(samples(), metric, labels))


def _matching(found: Iterable[Sample], metric: str, labels: dict[str, str]) -> Iterable[float]:
    return (s.value for s in found if s.metric == metric and labels.items() <= s.labels.items())


def reset() -> None:
    """Start again at zero."""
    global _counts
    _counts = _Counts()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=reset)
