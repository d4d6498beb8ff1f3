"""Watched scripts that are killed at any moment, and a real server that is killed and comes back: what arrives.

Enters: a seed, a number of rounds or of seconds. Leaves: what was told to have arrived or lay in the spool and is not
in the store, what is there twice, answers that have neither arrived nor are told as lost, runs without one end, exit
codes that are not those of a script that nobody watches: there must be none. Run it as
``python -m tests.drills.kills --seconds 600``.
"""

import argparse
import json
import random
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Collection, Iterator
from pathlib import Path
from typing import Any

import msgspec
from tests.acceptance.serving import Server, start
from tests.drills import processes

from driftline.config import Settings
from driftline.engine.engine import Engine
from driftline.event.answer import Answer

SCRIPTS = processes.HERE / "scripts"
SIGNALS = (signal.SIGKILL, signal.SIGTERM, signal.SIGINT)
MOMENTS = ("start", "middle", "end", "never")
ENDS = {"COMPLETE", "FAIL", "ABORT"}
_ANSWER = b"A "  # before an answer in the spool
PATIENCE = 60.0  # seconds that what is spooled may take to arrive


class Kills:
    """One drill."""

    def __init__(self, folder: Path, seed: int) -> None:
        self.folder = folder
        self.chance = random.Random(seed)
        self.wrong: list[str] = []
        self.done: Counter[str] = Counter()
        self.arrived: set[str] = set()  # answers that a script was told have arrived
        self.spooled: set[str] = set()  # and those that were found in the spool
        self.begun = 0  # answers that were to be recorded
        self.made = 0  # and those of which the call has come back
        self._processes: list[subprocess.Popen[bytes]] = []
        self._place = 0
        for one in ("server", "work"):
            (folder / one).mkdir()
        self.server = self._serve()

    def _spawn(self, *arguments: Any, **options: Any) -> "subprocess.Popen[bytes]":
        found: subprocess.Popen[bytes] = subprocess.Popen(*arguments, start_new_session=True, **options)
        self._processes.append(found)
        return found

    def _serve(self, port: int = 0) -> Server:
        return start(self._spawn, self.folder / "server", port=port)

    def close(self) -> None:
        """End what is left."""
        for one in self._processes:
            if one.poll() is None:
                one.kill()
            one.wait()
            for stream in (one.stdout, one.stderr):
                if stream is not None:
                    stream.close()

    def round(self, number: int) -> None:
        """Run a script, kill it or not, kill the server meanwhile or not."""
        moment, sign = self.chance.choice(MOMENTS), self.chance.choice(SIGNALS)
        dies = self.chance.random() < 0.4
        killer = threading.Timer(self.chance.uniform(0.2, 2.5), self.server.process.kill)
        if dies:
            killer.start()
        code = self.chance.choice((0, 3))
        self._work(f"r{number}", self.chance.randrange(3, 10), code, moment, sign)
        if number % 3 == 2:
            self._run(
                f"m{number}", ["many.py", f"m{number}", str(number)], 0, self.chance.choice(("never", "end")), sign
            )
        if number % 3 == 1:
            middle = f"made {self.chance.randrange(4)}"
            self._run(f"w{number}", ["waits.py", f"w{number}", "4"], 0, moment, sign, middle)
        if dies:
            killer.join()
            self.server.process.wait()
            if self.chance.random() < 0.5:  # the next one meets no server
                self._work(f"d{number}", 3, 0, self.chance.choice(MOMENTS), sign)
            self.server = self._serve(self.server.port)
            self.done["a server that is killed"] += 1
        self.spooled |= set(self._in_spool())

    def _work(self, name: str, steps: int, code: int, moment: str, sign: signal.Signals) -> None:
        middle = f"made {self.chance.randrange(steps)}"
        self._run(name, ["works.py", name, str(steps), "0.03", str(code)], code, moment, sign, middle)

    def _run(
        self, name: str, command: list[str], code: int, moment: str, sign: signal.Signals, middle: str = ""
    ) -> None:
        script = self._spawn(
            [sys.executable, str(SCRIPTS / command[0]), *command[1:]], cwd=self.folder / "work",
            env=self._environment(), stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        if moment == "start":
            time.sleep(self.chance.uniform(0.02, 1.5))
            script.send_signal(sign)
        wanted = {"middle": middle, "end": "end"}.get(moment)
        said: list[str] = []
        assert script.stdout is not None
        for raw in script.stdout:
            said.append(raw.decode().strip())
            if said[-1] == wanted:
                time.sleep(self.chance.uniform(0.0, 0.2))
                script.send_signal(sign)
        found = script.wait(PATIENCE)
        self.begun += sum(line.startswith("making ") for line in said)
        self.made += sum(line.startswith("made ") for line in said)
        self.done[f"{sign.name}: {moment}" if moment != "never" else moment] += 1
        told = [int(line.split()[1]) for line in said if line.startswith("arrived ")]
        self.arrived |= {f"{name} {number}" for number in range(max(told, default=-1) + 1)}
        may = {code} if moment == "never" else {-sign, code} if "end" in said else {-sign}
        if moment == "start" and sign is signal.SIGINT:
            may |= {1}  # Python itself, where it is interrupted before it has begun
        if found not in may:
            self.wrong.append(f"{name}: {sign.name} at {moment} ended with {found}, not {may}: {said[-2:]}")

    def _environment(self) -> dict[str, str]:
        ours = {"DRILL_WATCHED": "1", "DRIFTLINE_URL": self.server.address, "DRIFTLINE_FLUSH_SECONDS": "2"}
        found = processes.environment(processes.HERE / "site", processes.HERE / "scripts")
        return {**found, **ours, "DRIFTLINE_HOME": str(self.folder / "sender")}

    def _in_spool(self) -> Iterator[str]:
        for path in (self.folder / "sender" / "spool").glob("*.jsonl"):
            try:
                lines = path.read_bytes().splitlines(keepends=True)
            except FileNotFoundError:  # delivered just now
                continue
            for line in lines:
                if line.startswith(_ANSWER) and line.endswith(b"\n"):
                    yield _name(msgspec.json.decode(line.removeprefix(_ANSWER), type=Answer))

    def last(self) -> None:
        """Deliver what is left, and look at what has arrived."""
        end = time.monotonic() + PATIENCE
        number = 0
        while number < 2 or (any(self._in_spool()) and time.monotonic() < end):
            self._work(f"last{number}", 3, 0, "never", signal.SIGKILL)
            number += 1
        if left := sorted(self._in_spool()):
            self.wrong.append(f"still in the spool: {left}")
        self.server.end()
        with Engine.open(Settings(home=str(self.server.home), console=False)) as engine:
            self._look(engine)

    def _look(self, engine: Engine) -> None:
        answers: list[Any] = []
        while found := engine.answers(limit=500, before=answers[-1].id if answers else ""):
            answers += found
        counts = Counter(map(_name, answers))
        events = [json.loads(entry.raw) for entry in engine.house.store.log.read()]
        runs: dict[str, set[str]] = {}
        told: Counter[tuple[str, str]] = Counter()
        gaps: dict[str, dict[str, int]] = {}
        jobs: dict[str, set[str]] = {}
        for event in (one for one in events if "run" in one):
            key, kind = event["run"]["runId"], event["eventType"]
            runs.setdefault(key, set()).add(kind)
            jobs.setdefault(event["job"]["name"], set()).add(key)
            told[key, kind] += kind in ENDS
            if kind in ENDS:
                gaps.setdefault(key, event["run"].get("facets", {}).get("driftline_gaps", {}).get("gaps", {}))
        self.done["answers that are there"] = len(answers)
        self.done["answers that had arrived"], self.done["in the spool"] = len(self.arrived), len(self.spooled)
        self.done["ends that were told twice"] = sum(
            times > 1 for times in told.values()
        )  # killed before it was marked
        self.done["events"], self.done["runs"] = len(events), len(runs)
        said = {
            "arrived and lost": sorted(self.arrived - set(counts)),
            "spooled and lost": sorted(self.spooled - set(counts)),
            "answers that are there twice": [one for one, times in counts.items() if times > 1],
            "jobs that had arrived and are lost": [
                one for one in sorted(self.arrived) if f"job-{one.replace(' ', '-')}" not in jobs
            ],
            "jobs with two runs": [one for one, of in jobs.items() if one.startswith("job-") and len(of) > 1],
            "runs with two ends": [one for one, kinds in runs.items() if len(kinds & ENDS) > 1],
            "runs without an end": [one for one, kinds in runs.items() if not kinds & ENDS],
        }
        self.wrong += [f"{what}: {found}" for what, found in said.items() if found]
        self._count(len(answers), gaps.values())

    def _count(self, arrived: int, gaps: Collection[dict[str, int]]) -> None:
        """Hold what has arrived and what is told as lost against what was recorded."""
        lost, perhaps = (
            sum(one.get(f"answers {how}lost with a process", 0) for one in gaps) for how in ("", "perhaps ")
        )
        self.done["answers that are lost, and told"], self.done["and perhaps"] = lost, perhaps
        self.done["answers that were recorded"] = self.made
        if arrived + lost > self.begun or arrived + lost + perhaps < self.made:
            self.wrong.append(
                f"{arrived} have arrived, {lost} and perhaps {perhaps} are lost, of {self.made} to {self.begun}"
            )


def _name(answer: Answer) -> str:
    return answer.decision or answer.text


def drill(folder: Path, seed: int, rounds: int, seconds: float) -> Kills:
    """Do it, and return what was found."""
    began = time.monotonic()
    found = Kills(folder, seed)
    try:
        number = 0
        while number < rounds and time.monotonic() - began < seconds:
            found.round(number)
            number += 1
        found.last()
    finally:
        found.close()
    return found


def main() -> int:
    """Run and print; 1 = something is wrong."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--rounds", type=int, default=1_000_000)
    parser.add_argument("--seconds", type=float, default=600.0, help="after which no more rounds begin")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        found = drill(Path(folder), given.seed, given.rounds, given.seconds)
    for what, times in sorted(found.done.items()):
        print(f"{what}: {times}")
    print(f"wrong: {len(found.wrong)}")
    for one in found.wrong:
        print(one)
    return 1 if found.wrong else 0


if __name__ == "__main__":
    sys.exit(main())
