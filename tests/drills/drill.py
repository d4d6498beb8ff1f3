"""The drill: users' work with capture on and failing at every point, beside the same work without Driftline.

Enters: a seed, a number of injections, perhaps the names of workloads. Leaves: how many faults of which kind were put
where, and every difference in what the user saw: there must be none. Run it as ``python -m tests.drills.drill``, in a
process of its own: the points are put into modules as they are imported.
"""

import argparse
import contextlib
import hashlib
import io
import json
import logging
import random
import shutil
import sys
import tempfile
import time
import traceback
import zlib
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

from tests.drills import points
from tests.drills.faults import INTERRUPTS, Faults
from tests.drills.modes import LISTED, Mode, drawn, patience

RATES = (0.002, 0.01, 0.05, 0.2, 0.6, 1.0)
INTERRUPTED = 0.08  # of the iterations
TRIES = 4  # more of them, where it depends on chance or on the clock whether the point is met
VARYING = (".duckdb", ".wal", "-journal", ".xlsx")  # files whose bytes differ from run to run without us


class Outcome(NamedTuple):
    """What the user saw."""

    value: str
    calls: dict[str, int]
    printed: str
    files: dict[str, str]


class Drill:
    """One process of it."""

    def __init__(self, seed: int) -> None:
        self.faults = Faults(seed)
        self.random = random.Random(seed)
        self.differences: list[str] = []
        self.iterations: Counter[str] = Counter()
        self.root = Path(tempfile.mkdtemp(prefix="drill-"))
        self.expected: dict[str, Outcome] = {}
        self.cost: dict[tuple[str, Mode], float] = {}  # seconds of an iteration without faults
        self.untold: BaseException | None = None  # what Python itself could not let through
        sys.unraisablehook = self._unraisable
        self._only = -1
        points.install(self.faults)
        logging.disable(logging.CRITICAL)
        from tests.drills import setting, workloads

        import driftline
        import driftline.capture.tables.formats
        from driftline.capture.ground import fault

        self._api, self._fault, self._workloads = driftline, fault, workloads
        self._setting = setting.Setting(self.faults, self.random, self.root)
        self.number = len(points.points)

    def _unraisable(self, said: Any) -> None:
        """A Ctrl-C that is pressed while Python collects a generator that nobody holds: Python tells it and goes on."""
        if said.exc_value is not None and said.exc_value is self.faults.raised:
            self.untold = said.exc_value
        else:
            sys.__unraisablehook__(said)

    def leak(self, name: str) -> None:
        """Have ``fault.attempt`` catch all exceptions but those of one class."""
        fault = self._fault
        sound = fault.attempt

        def attempt(piece: str, act: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
            leaked: list[Exception] = []

            def watched() -> Any:
                try:
                    return act(*args, **kwargs)
                except Exception as error:
                    leaked.extend([error] if type(error).__name__ == name else [])
                    raise

            found = sound(piece, watched)
            if leaked:
                raise leaked[0]
            return found

        fault.attempt = attempt

    def baseline(self, names: list[str]) -> None:
        """What the user sees without Driftline; twice, since what differs by itself says nothing."""
        for name in names:
            first, second = (self._run(name, self._workloads.Plain(), lambda _: False) for _ in range(2))
            assert first == second, f"{name} is not the same twice: {first} {second}"
            self.expected[name] = first

    def _run(self, name: str, api: Any, passes: Callable[[BaseException], bool]) -> Outcome:
        shutil.rmtree(self.root / "work", ignore_errors=True)
        folder = self.root / "work"
        folder.mkdir()
        faults = self.faults
        kit = self._workloads.Kit(api, folder, passes, faults.quiet, faults.tell, faults.hear)
        printed = io.StringIO()
        with contextlib.redirect_stdout(printed):
            value = repr(self._workloads.WORKLOADS[name](kit))
        self.faults.disarm()
        return Outcome(value, kit.calls, printed.getvalue(), dict(_files(folder)))

    def iterate(self, name: str, mode: Mode, *, only: int = -1, rate: float = 0.0) -> None:
        """Once with faults."""
        interrupt = self.random.choice(list(INTERRUPTS)) if only < 0 and self.random.random() < INTERRUPTED else ""
        if rate == 0:
            interrupt = ""
        self._only = only
        self.iterations["interrupted" if interrupt else name] += 1
        self.iterations[f"with a sink that is {mode.sink}"] += 1
        with self._setting.around(name, mode):
            self.faults.arm(rate=min(rate, 0.02) if interrupt else rate, only=only, interrupt=interrupt)
            try:
                if mode.around != "block":
                    self._api.watch(name if mode.around == "process" else "")
                    outcome = self._run(name, self._api, self._is_interrupt)
                else:
                    with self._api.run(name):
                        outcome = self._run(name, self._api, self._is_interrupt)
                if interrupt and self.faults.raised is not None and self.faults.raised is not self.untold:
                    self._differ(name, f"{interrupt} was swallowed", "it arrives", "it does not")
            except BaseException as error:  # nothing may arrive but the user's own Ctrl-C
                self.faults.disarm()
                if not self._is_interrupt(error):
                    self._differ(name, "an exception came out", "none", "".join(traceback.format_exception(error)))
                outcome = None
            if mode.late and not interrupt:
                self.faults.arm(rate=rate, only=only)
            try:
                self._setting.end(mode, patience(name))
            except Exception as error:
                self._differ(name, "an exception came out at the end", "none", repr(error))
            self.faults.disarm()
        if outcome is not None and outcome != self.expected[name]:
            self._differ(name, "what the user sees", str(self.expected[name]), str(outcome))

    def reach(self, names: list[str]) -> dict[int, list[tuple[str, Mode]]]:
        """Run each piece of work without faults, in several ways, and return where each point is reached."""
        found: dict[int, list[tuple[str, Mode]]] = {}
        for name in names:
            for mode in LISTED:
                before, self.faults.reached = self.faults.reached, set()
                began = time.monotonic()
                self.iterate(name, mode)
                self.cost[name, mode] = time.monotonic() - began
                for one in self.faults.reached:
                    found.setdefault(one, []).append((name, mode))
                self.faults.reached |= before
        return found

    def each(self, names: list[str], part: int = 0, of: int = 1, most: int = 0) -> None:
        """Have points fail that are reached, one by one, in the cheapest work that reaches them.

        Args:
            names: of the pieces of work.
            part: of the functions, whose points are made to fail.
            of: how many parts there are.
            most: points of each function, at random; 0 = all.
        """
        where = self.reach(names)
        functions: dict[str, list[int]] = {}
        for one in sorted(where):
            functions.setdefault(points.points[one].function, []).append(one)
        for function, mine in sorted(functions.items()):
            if zlib.crc32(function.encode()) % of == part:
                for one in self.random.sample(mine, min(most, len(mine))) if most else mine:
                    self._alone(one, where[one])
                if not any(self.faults.failed[one] for one in mine):  # what only chance has led to, or the clock
                    self._alone(mine[0], where[mine[0]], TRIES)

    def _alone(self, one: int, where: list[tuple[str, Mode]], tries: int = 1) -> None:
        """Have one point fail; where it is not met, in the next cheapest work."""
        cheap = sorted(where, key=lambda found: (found[1].sink == "unusable", self.cost[found]))
        for name, mode in cheap[:tries]:
            if not self.faults.failed[one]:
                self.iterate(name, mode, only=one)

    def _is_interrupt(self, error: BaseException) -> bool:
        return error is self.faults.raised

    def _differ(self, name: str, what: str, expected: str, found: str) -> None:
        place = points.points[self._only] if self._only >= 0 else "a storm"
        said = f"{name}: {what}\n  expected {expected}\n  found    {found}\n  ({place})"
        self.differences.append(said)
        print(said, file=sys.stderr, flush=True)  # at once: the whole takes long

    def report(self) -> dict[str, Any]:
        """What was done and found."""
        reached = {points.points[one].function for one in self.faults.reached}
        return {
            "injections": sum(self.faults.counts.values()),
            "kinds": dict(sorted(self.faults.counts.items())),
            "iterations": sum(n for name, n in self.iterations.items() if not name.startswith("with a")),
            "workloads": {name: n for name, n in sorted(self.iterations.items()) if name in self.expected},
            "modes": {name: n for name, n in sorted(self.iterations.items()) if name not in self.expected},
            "points": self.number,
            "points_failed": sorted(points.points[one] for one in self.faults.failed),
            "functions_failed": len({points.points[one].function for one in self.faults.failed}),
            "functions_reached": len(reached),
            "functions_not_reached": sorted({point.function for point in points.points} - reached),
            "functions": len({point.function for point in points.points}),
            "shells": len(points.SHELLS),
            "shells_missing": sorted(points.SHELLS - points.shells_met - {f"{m}:{n}" for m, n in _unloaded()}),
            "changes_in_the_users_results": len(self.differences),
            "differences": self.differences,
        }


def _unloaded() -> Iterator[tuple[str, str]]:
    """Shells of modules that were not imported."""
    for shell in points.SHELLS:
        module, _, name = shell.partition(":")
        if module not in sys.modules:
            yield module, name


def _files(folder: Path) -> Iterator[tuple[str, str]]:
    for path in sorted(folder.rglob("*")):
        if path.is_file() and not path.name.endswith(VARYING):
            yield str(path.relative_to(folder)), hashlib.sha256(path.read_bytes()).hexdigest()


def main(arguments: list[str] | None = None) -> int:
    """Run and print; 1 = something differed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--injections", type=int, default=5_000, help="at least so many")
    parser.add_argument("--seconds", type=float, default=1e9, help="or until then")
    parser.add_argument("--every-point", action="store_true", help="have each point fail by itself first")
    parser.add_argument("--most", type=int, default=0, help="so many points of each function; 0 = all")
    parser.add_argument("--part", default="0/1", help="of the functions: 0/2 and 1/2 are the halves, for two processes")
    parser.add_argument("--mutant", default="", help="let exceptions of this class through: the drill must notice")
    parser.add_argument("--json", action="store_true")
    parser.add_argument("workloads", nargs="*")
    given = parser.parse_args(arguments)
    began = time.monotonic()
    drill = Drill(given.seed)
    names = given.workloads or list(drill._workloads.WORKLOADS)
    drill.baseline(names)
    if given.mutant:
        drill.leak(given.mutant)
    try:
        if given.every_point:
            drill.each(names, *map(int, given.part.split("/")), given.most)
        for name in names:  # else each once without faults: hooks alone change nothing
            drill.iterate(name, drawn(drill.random)) if not given.every_point else None
        while sum(drill.faults.counts.values()) < given.injections and time.monotonic() - began < given.seconds:
            drill.iterate(drill.random.choice(names), drawn(drill.random), rate=drill.random.choice(RATES))
    finally:
        shutil.rmtree(drill.root, ignore_errors=True)
    report = {
        "seed": given.seed,
        "seconds": round(time.monotonic() - began, 1),
        **drill.report(),
    }
    if given.json:
        print(json.dumps(report))
    else:
        report["points_failed"] = len(report["points_failed"])
        report["functions_not_reached"] = " ".join(report["functions_not_reached"])
        for key, value in report.items():
            print(f"{key}: {value}")
    return 1 if drill.differences else 0


if __name__ == "__main__":
    sys.exit(main())
