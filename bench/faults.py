"""The whole fault drill: at least 100,000 faults inside of capture, and what changed in the users' results.

Every function of the SDK is made to fail at its beginning, before each statement that calls something, and behind each
result: one by one at every point that users' work reaches, then in seeded storms. Beside it run whole scripts with
forked and spawned children, and every way in which a process ends. ``--injections`` and ``--seed`` change the amount.
"""

import argparse
import json
import resource
import subprocess
import sys
import tempfile
from collections import Counter
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "src")]

from tests.drills import processes  # noqa: E402 - found by the line above

RATES = (0.003, 0.01, 0.05, 0.3)
PARTS = 2  # processes at a time


class Told:
    """What was made to fail, and what came of it."""

    def __init__(self) -> None:
        self.kinds: Counter[str] = Counter()
        self.functions: set[str] = set()  # in scripts
        self.points: set[tuple[Any, ...]] = set()
        self.changes: list[str] = []


def main() -> int:
    """Run and print; 1 = something changed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--injections", type=int, default=100_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--scripts", type=int, default=8, help="rounds of whole scripts")
    given = parser.parse_args()
    told = Told()
    with tempfile.TemporaryDirectory() as folder:
        runs = _scripts(Path(folder), given.seed, given.scripts, told)
    said = _drills(given.seed, given.injections, told)
    if not said:
        return 1
    kinds, functions, changes = told.kinds, told.functions | {point[0] for point in told.points}, told.changes
    print("\nFaults inside of capture\n\n| kind | times |\n| --- | ---: |")
    for kind, times in sorted(kinds.items()):
        print(f"| {kind} | {times:,} |")
    print(f"| **all** | **{sum(kinds.values()):,}** |")
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    print(
        f"\n{sum(one['iterations'] for one in said):,} runs of {len(said[0]['workloads'])} sorts of work, {runs} of "
        f"whole scripts, in {used.ru_utime + used.ru_stime:,.0f} CPU seconds; "
        f"{len(functions):,} of {max(one['functions'] for one in said):,} functions failed, "
        f"at {len(told.points):,} points. Changes in the users' results: {len(changes)}."
    )
    for change in changes:
        print(change)
    return 1 if changes else 0


def _scripts(folder: Path, seed: int, rounds: int, told: Told) -> int:
    """Run whole scripts; returns how often."""
    for script in processes.SCRIPTS:
        name = " ".join(script)
        plain = processes.plain(folder / "plain" / name, *script)
        for number in range(rounds):
            rate = RATES[number % len(RATES)]
            seen, injected = processes.watched(folder / str(number) / name, *script, seed=seed + number, rate=rate)
            told.kinds.update(injected.kinds)
            told.functions |= injected.functions
            if seen != plain:
                told.changes.append(f"{name}, seed {seed + number}, rate {rate}\n  {plain}\n  {seen}")
    return rounds * len(processes.SCRIPTS)


def _drills(seed: int, injections: int, told: Told) -> list[dict[str, Any]]:
    """Run the drill itself, in several processes; returns their reports, none where one of them died."""
    each = (injections - sum(told.kinds.values())) // PARTS
    command = [sys.executable, "-m", "tests.drills.drill", "--json", "--every-point", "--injections", str(each)]
    running = [
        subprocess.Popen(
            [*command, "--seed", str(seed + part), "--part", f"{part}/{PARTS}"],
            cwd=ROOT,
            env=processes.environment(),
            stdout=subprocess.PIPE,
            text=True,
        )
        for part in range(PARTS)
    ]
    printed = [one.communicate()[0] for one in running]
    said: list[dict[str, Any]] = [json.loads(one) for one in printed] if all(printed) else []
    for one in said:
        told.kinds.update(one["kinds"])
        told.points |= {tuple(point) for point in one["points_failed"]}
        told.changes += one["differences"]
    return said


if __name__ == "__main__":
    sys.exit(main())
