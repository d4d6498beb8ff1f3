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


def main() -> int:
    """Run and print; 1 = something changed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--injections", type=int, default=100_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--scripts", type=int, default=8, help="rounds of whole scripts")
    given = parser.parse_args()
    kinds: Counter[str] = Counter()
    functions: set[str] = set()  # that failed in scripts
    changes: list[str] = []
    runs = 0
    with tempfile.TemporaryDirectory() as folder:
        for script in processes.SCRIPTS:
            name = " ".join(script)
            plain = processes.plain(Path(folder) / "plain" / name, *script)
            for number in range(given.scripts):
                there = Path(folder) / str(number) / name
                rate = RATES[number % len(RATES)]
                seen, injected = processes.watched(there, *script, seed=given.seed + number, rate=rate)
                kinds.update(injected.kinds)
                functions |= injected.functions
                runs += 1
                if seen != plain:
                    changes.append(f"{name}, seed {given.seed + number}, rate {rate}\n  {plain}\n  {seen}")
    each = (given.injections - sum(kinds.values())) // PARTS
    command = [sys.executable, "-m", "tests.drills.drill", "--json", "--every-point", "--injections", str(each)]
    processes_ = [
        subprocess.Popen(
            [*command, "--seed", str(given.seed + part), "--part", f"{part}/{PARTS}"],
            cwd=ROOT,
            env=processes.environment(),
            stdout=subprocess.PIPE,
            text=True,
        )
        for part in range(PARTS)
    ]
    said: list[dict[str, Any]] = []
    for one in processes_:
        printed, _ = one.communicate()
        if not printed:
            return 1
        said.append(json.loads(printed))
    points = {tuple(point) for one in said for point in one["points_failed"]}
    functions |= {point[0] for point in points}
    for one in said:
        kinds.update(one["kinds"])
        changes += one["differences"]
    print("\nFaults inside of capture\n\n| kind | times |\n| --- | ---: |")
    for kind, times in sorted(kinds.items()):
        print(f"| {kind} | {times:,} |")
    print(f"| **all** | **{sum(kinds.values()):,}** |")
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    print(
        f"\n{sum(one['iterations'] for one in said):,} runs of {len(said[0]['workloads'])} sorts of work, {runs} of "
        f"whole scripts, in {used.ru_utime + used.ru_stime:,.0f} CPU seconds; "
        f"{len(functions):,} of {max(one['functions'] for one in said):,} functions failed, at {len(points):,} points. "
        f"Changes in the users' results: {len(changes)}."
    )
    for change in changes:
        print(change)
    return 1 if changes else 0


if __name__ == "__main__":
    sys.exit(main())
