"""The fault matrix: whatever a rule does, wherever it is called from, the declared failure mode and a record."""

import asyncio
import subprocess
import sys
import threading
import time
from typing import Any

import pytest

from driftline.errors import BadInput, Blocked
from driftline.event.answer import Verdict
from driftline.guard import counters, faults
from driftline.guard.wrap import checked, guard

FAULTS = ["raise", "hang", "none", "nan", "malformed"]
EXPECTED = {"closed": ("block", None), "open": ("allow", "answer"), "fallback": ("fallback", "by hand")}
DEADLINE_MS = 25


def policy(on_error: str) -> dict[str, Any]:
    rule = {"id": "cap", "check": "money", "limit": 1, "action": "block", "deadline_ms": DEADLINE_MS}
    return {"endpoint": "desk", "rules": [{**rule, "on_error": on_error}]}


def answer() -> str:
    return "answer"


async def answer_later() -> str:
    return "answer"


def by_hand() -> str:
    return "by hand"


def sync(fn: Any) -> tuple[Any, Verdict]:
    found: tuple[Any, Verdict] = checked(fn)
    return found


def threads(fn: Any) -> tuple[Any, Verdict]:
    found: list[tuple[Any, Verdict]] = []
    running = [threading.Thread(target=lambda: found.append(checked(fn))) for _ in range(4)]
    for thread in running:
        thread.start()
    for thread in running:
        thread.join()
    assert len({(value, verdict.action) for value, verdict in found}) == 1
    return found[0]


def tasks(fn: Any) -> tuple[Any, Verdict]:
    async def main() -> tuple[Any, Verdict]:
        beats = 0

        async def beat() -> None:
            nonlocal beats
            while True:
                await asyncio.sleep(0.002)
                beats += 1

        heart = asyncio.create_task(beat())
        found: tuple[Any, Verdict] = await checked(fn)
        if "deadline" in found[1].error:
            assert beats > 0  # a hanging check does not hold up the event loop
        heart.cancel()
        return found

    return asyncio.run(main())


@pytest.mark.parametrize("where", [sync, threads, tasks])
@pytest.mark.parametrize("on_error", EXPECTED)
@pytest.mark.parametrize("fault", FAULTS)
def test_the_declared_mode_and_a_record_every_time(home: str, where: Any, on_error: str, fault: Any) -> None:
    fn = answer_later if where is tasks else answer
    guarded = guard(fn, policy=policy(on_error), fallback=by_hand, home=home)
    start = time.monotonic()
    with faults.inject(fault, rule="cap"):
        value, verdict = where(guarded)
    assert time.monotonic() - start < 5.0
    assert (verdict.action, value) == EXPECTED[on_error]
    assert verdict.error.startswith("cap: ")
    assert verdict.error.endswith(f"; {on_error}")
    calls = 4 if where is threads else 1
    assert counters.total("driftline_guard_errors_total", endpoint="desk", on_error=on_error) == calls
    assert counters.total("driftline_guard_fail_open_total", endpoint="desk") == (calls if on_error == "open" else 0)


FORKED = """
import os, sys
from driftline.guard.wrap import checked, guard
from driftline.guard import faults
expected = {"closed": ("block", None), "open": ("allow", "answer"), "fallback": ("fallback", "by hand")}
def policy(on_error):
    return {"rules": [{"id": "cap", "check": "money", "limit": 1, "action": "block", "deadline_ms": 25,
                       "on_error": on_error}]}
desks = {mode: guard(lambda: "answer", policy=policy(mode), fallback=lambda: "by hand", home=sys.argv[1])
         for mode in expected}
if sys.version_info < (3, 12):  # later ones warn of a fork beside threads
    with faults.inject("hang"):
        checked(desks["open"])  # leaves a check behind that hangs
children = {}
for fault in ("raise", "hang", "none", "nan", "malformed"):
    for mode, (action, value) in expected.items():
        child = os.fork()
        if child == 0:
            with faults.inject(fault):
                found = checked(desks[mode])
            right = (found.verdict.action, found.value) == (action, value) and mode in found.verdict.error
            os._exit(0 if right else 1)
        children[child] = (fault, mode)
wrong = [children[child] for child in children if os.waitpid(child, 0)[1]]
assert wrong == [], wrong
"""


def test_the_matrix_holds_in_forked_children(home: str) -> None:
    done = subprocess.run([sys.executable, "-c", FORKED, home], capture_output=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr.decode()


def test_a_fault_is_over_with_its_block_and_inner_ones_win(home: str) -> None:
    guarded = guard(answer, policy=policy("closed"), home=home)
    with faults.inject("raise"):
        with faults.inject("none"):
            assert "answered None" in checked(guarded).verdict.error
        assert "on purpose" in checked(guarded).verdict.error
        with pytest.raises(Blocked):
            guarded()
    assert guarded() == "answer"
    assert not faults.active("cap")


def test_an_unknown_fault_is_refused_with_the_known_ones() -> None:
    with pytest.raises(BadInput, match="known are raise, hang, none, nan, malformed"), faults.inject("melt"):
        pass
