"""Whole scripts, from the first import to the end of the interpreter, with faults in all their processes.

Enters: a script, a seed, a rate. Leaves: what it printed, how it ended and what its files are, to be compared with the
same without Driftline; the number of faults by kind.
"""

import os
import subprocess
import sys
from collections import Counter
from pathlib import Path
from typing import Any, NamedTuple

from tests.drills.drill import _files

HERE = Path(__file__).parent
ROOT = HERE.parent.parent
SCRIPTS: tuple[tuple[str, ...], ...] = (
    ("forks.py",),
    ("probes.py",),
    *(("ends.py", how) for how in ("order", "message", "code", "raise", "read", "interrupt", "signal", "hard")),
)
OURS = ("driftline:", ".driftline")


class Seen(NamedTuple):
    """What the user sees of a script."""

    code: int
    printed: str
    said: list[str]  # on standard error, without frames of tracebacks and without our own lines
    files: dict[str, str]


def environment(*paths: Path) -> dict[str, str]:
    """The variables of a process that finds these folders, the drill and the source that is drilled."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("DRILL_", "DRIFTLINE_"))}
    source = os.environ.get("PYTHONPATH", "").split(os.pathsep)
    found = [*map(str, paths), str(ROOT), str(ROOT / "src"), *source]
    return {**kept, "PYTHONPATH": os.pathsep.join(filter(None, found)), "PYTHONDONTWRITEBYTECODE": "1"}


def run(folder: Path, *script: str, **variables: Any) -> Seen:
    """Run a script in a folder."""
    folder.mkdir(parents=True)
    done = subprocess.run(
        [sys.executable, str(HERE / "scripts" / script[0]), *script[1:]],
        cwd=folder,
        env={**environment(HERE / "site", HERE / "scripts"), **{name: str(one) for name, one in variables.items()}},
        capture_output=True,
        text=True,
        timeout=120,
    )
    said = [line for line in done.stderr.splitlines() if line[:1].strip() and not line.startswith(OURS)]
    files = {name: digest for name, digest in _files(folder) if not name.startswith(OURS)}
    return Seen(done.returncode, done.stdout, said, files)


def plain(folder: Path, *script: str) -> Seen:
    """What the user sees without Driftline."""
    return run(folder, *script)


class Injected(NamedTuple):
    """What failed in a script and its children."""

    kinds: Counter[str]
    functions: set[str]


def watched(folder: Path, *script: str, seed: int, rate: float, **variables: Any) -> tuple[Seen, Injected]:
    """What the user sees with Driftline failing, and what failed."""
    counts = folder.with_name(f"{folder.name}.counts")
    faults = {"DRILL_SEED": seed, "DRILL_RATE": rate, "DRILL_COUNTS": counts} if rate else {}
    seen = run(folder, *script, DRILL_WATCHED=1, DRIFTLINE_FLUSH_SECONDS=1, **faults, **variables)
    told = [line.split("\t") for line in counts.read_text().splitlines()] if counts.exists() else []
    return seen, Injected(Counter(kind for kind, _ in told), {function for _, function in told})
