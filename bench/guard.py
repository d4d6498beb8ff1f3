"""What a guarded call costs: the same function bare, guarded by nothing, by lineage, and by lineage and two more rules.

The answer stands on four versions; the switch holds one quarantine with 5,000 affected versions, none of them these.
"""

import tempfile
from collections.abc import Callable
from typing import Any

import driftline
import ratios
from driftline.event.answer import Source
from driftline.event.current import Draft, current_answer
from driftline.event.lineage import Dataset, Version
from driftline.guard import switch

CALLS = 20_000
LINEAGE = {"id": "lineage", "check": "quarantine", "action": "block"}
MONEY = {"id": "cap", "check": "money", "limit": 1000, "action": "block"}
DELAY = {"type": "number", "minimum": 0, "maximum": 2000}
CONTRACT = {"id": "features", "check": "contract", "action": "flag", "features": {"delay": DELAY}}


def answer(_: int) -> dict[str, float]:
    """Stand in for an endpoint that costs nothing."""
    return {"money": 300.0}


def calls(fn: Callable[[int], Any]) -> Callable[[], Callable[[], None]]:
    """Return what prepares ``CALLS`` calls of ``fn`` within an answer in the making."""
    sources = [Source("features", Version(Dataset("file", "features"), f"xxh3:{n:016x}")) for n in range(4)]

    def work() -> None:
        draft = Draft(endpoint="desk", sources=sources, features={"delay": 200.0})
        current_answer.set(draft)
        for number in range(CALLS):
            fn(number)
            draft.verdict = None

    return lambda: work


def main() -> None:
    """Measure and print."""
    with tempfile.TemporaryDirectory() as home:
        affected = {f"dataset:file:other#xxh3:{n:016x}": ("q",) for n in range(5000)}
        entry = switch.Entry(id="q", node="dataset:file:feed#xxh3:01", reason="seconds, not minutes")
        switch.publish(home, switch.SwitchState(entries=(entry,), affected=affected))

        def guarded(*rules: dict[str, Any]) -> Callable[[int], Any]:
            return driftline.guard(answer, policy={"rules": list(rules)}, home=home)

        variants = {
            "bare function": answer,
            "no rule": guarded(),
            "quarantine": guarded(LINEAGE),
            "quarantine, money, contract": guarded(LINEAGE, MONEY, CONTRACT),
        }
        taken = {name: 1e6 * ratios.of_call(calls(fn)) / CALLS for name, fn in variants.items()}
    ratios.show("Guard", "CPU µs a call", taken, floor="bare function")


if __name__ == "__main__":
    main()
