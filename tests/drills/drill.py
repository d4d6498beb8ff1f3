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
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

from tests.drills import points, servers
from tests.drills.faults import INTERRUPTS, Faults

RATES = (0.002, 0.01, 0.05, 0.2, 0.6, 1.0)
INTERRUPTED = 0.08  # of the iterations
VARYING = (".duckdb", ".wal", "-journal")  # files whose bytes differ from run to run without us


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
        self.misbehaving, self.missing = servers.misbehaving(), servers.missing()
        points.install(self.faults)
        logging.disable(logging.CRITICAL)
        from tests.drills import workloads

        import driftline
        import driftline.capture.formats
        from driftline import config, guard
        from driftline.capture import client, fault, process, watch
        from driftline.event import sink as event_sink

        self._workloads = workloads
        self._capture = client, fault, process, watch, config, event_sink
        self._api = driftline
        assert guard
        self.number = len(points.points)
        self.untold: BaseException | None = None  # what Python itself could not let through
        sys.unraisablehook = self._unraisable
        self.root = Path(tempfile.mkdtemp(prefix="drill-"))
        self.expected: dict[str, Outcome] = {}

    def _unraisable(self, said: Any) -> None:
        """A Ctrl-C that is pressed while Python collects a generator that nobody holds: Python tells it and goes on."""
        if said.exc_value is not None and said.exc_value is self.faults.raised:
            self.untold = said.exc_value
        else:
            sys.__unraisablehook__(said)

    def leak(self, name: str) -> None:
        """Have ``fault.attempt`` catch all exceptions but those of one class."""
        fault = self._capture[1]
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
        kit = self._workloads.Kit(api, folder, passes, self.faults.quiet)
        printed = io.StringIO()
        with contextlib.redirect_stdout(printed):
            value = repr(self._workloads.WORKLOADS[name](kit))
        self.faults.disarm()
        return Outcome(value, kit.calls, printed.getvalue(), dict(_files(folder)))

    def iterate(self, name: str, *, only: int = -1, rate: float = 0.0) -> None:
        """Once with faults."""
        interrupt = self.random.choice(list(INTERRUPTS)) if only < 0 and self.random.random() < INTERRUPTED else ""
        named, late = self.random.random() < 0.4, self.random.random() < 0.5
        self.iterations["interrupted" if interrupt else name] += 1
        with self._installed():
            client, _, process, watch, *_ = self._capture
            watch.hooks_on()
            self.faults.arm(rate=min(rate, 0.02) if interrupt else rate, only=only, interrupt=interrupt)
            try:
                if named:
                    self._api.watch(name)
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
            if late and not interrupt:
                self.faults.arm(rate=rate, only=only)
            try:
                process._at_exit()  # what the end of the interpreter calls
                client.flush(0.3)
            except Exception as error:
                self._differ(name, "an exception came out at the end", "none", repr(error))
            self.faults.disarm()
        if outcome is not None and outcome != self.expected[name]:
            self._differ(name, "what the user sees", str(self.expected[name]), str(outcome))

    @contextlib.contextmanager
    def _installed(self) -> Iterator[None]:
        client, fault, process, _, config, event_sink = self._capture
        fault.reset()
        home = self.root / "home"
        shutil.rmtree(home, ignore_errors=True)
        if self.random.random() < 0.1:
            home.write_text("no folder can be made here")
        elif home.exists():
            home.unlink()
        settings = {"home": str(home / "driftline"), "flush_seconds": 0.3, "queue": self.random.choice((3, 10_000))}
        kind = self.random.random()
        if kind < 0.7:
            client.install(config.load(settings), lambda _: _Sink(self))
        else:
            settings["url"] = self.misbehaving if kind < 0.9 else self.missing
            self.iterations["with a wrong server" if kind < 0.9 else "with a dead server"] += 1
            client.install(config.load(settings), event_sink.open_sink)
        try:
            yield
        finally:
            self.faults.disarm()
            process.end()
            client.forget()
            if home.is_file():
                home.unlink()

    def _is_interrupt(self, error: BaseException) -> bool:
        return error is self.faults.raised

    def _differ(self, name: str, what: str, expected: str, found: str) -> None:
        places = sorted({points.points[one].function for one in self.faults.failed})
        self.differences.append(f"{name}: {what}\n  expected {expected}\n  found    {found}\n  ({len(places)} places)")

    def report(self) -> dict[str, Any]:
        """What was done and found."""
        reached = {points.points[one].function for one in self.faults.reached}
        return {
            "injections": sum(self.faults.counts.values()),
            "kinds": dict(sorted(self.faults.counts.items())),
            "iterations": sum(n for name, n in self.iterations.items() if not name.startswith("with a")),
            "workloads": dict(sorted(self.iterations.items())),
            "points": self.number,
            "points_failed": len(self.faults.failed),
            "functions_failed": len({points.points[one].function for one in self.faults.failed}),
            "functions_reached": len(reached),
            "functions": len({point.function for point in points.points}),
            "shells": len(points.SHELLS),
            "shells_missing": sorted(points.SHELLS - points.shells_met - {f"{m}:{n}" for m, n in _unloaded()}),
            "changes_in_the_users_results": len(self.differences),
            "differences": self.differences[:20],
        }


def _unloaded() -> Iterator[tuple[str, str]]:
    """Shells of modules that were not imported."""
    for shell in points.SHELLS:
        module, _, name = shell.partition(":")
        if module not in sys.modules:
            yield module, name


class _Sink:
    """Takes everything, where no fault says otherwise."""

    def __init__(self, drill: Drill) -> None:
        self._drill = drill

    def _take(self, _: Any) -> None:
        faults = self._drill.faults
        if faults.armed and faults.random.random() < 0.1:
            faults.counts["a sink that fails"] += 1
            raise ConnectionRefusedError("no server there")

    events = answers = _take

    def close(self) -> None:
        return None


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
    parser.add_argument("--every-point", action="store_true", help="fail at each point that is reached, one by one")
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
        for name in names:  # each once without faults: hooks alone change nothing, and the points are known
            drill.iterate(name)
            if given.every_point:
                before = Counter(drill.faults.reached)
                drill.faults.reached.clear()
                drill.iterate(name)
                mine = list(drill.faults.reached)
                drill.faults.reached.update(before)
                for one in mine:
                    drill.iterate(name, only=one)
        while sum(drill.faults.counts.values()) < given.injections and time.monotonic() - began < given.seconds:
            drill.iterate(drill.random.choice(names), rate=drill.random.choice(RATES))
    finally:
        shutil.rmtree(drill.root, ignore_errors=True)
    report = {"seed": given.seed, "seconds": round(time.monotonic() - began, 1), **drill.report()}
    if given.json:
        print(json.dumps(report))
    else:
        for key, value in report.items():
            print(f"{key}: {value}")
    return 1 if drill.differences else 0


if __name__ == "__main__":
    sys.exit(main())
