"""A short part of the drill; ``python bench/faults.py`` is the whole of it, with 100,000 faults and more.

What users see without Driftline is the expected value, in every case.
"""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from tests.drills import processes

pytestmark = pytest.mark.acceptance


def drill(*words: str) -> tuple[int, dict[str, Any]]:
    command = [sys.executable, "-m", "tests.drills.drill", "--json", *words]
    done = subprocess.run(
        command, cwd=processes.ROOT, env=processes.environment(), capture_output=True, text=True, timeout=300
    )
    assert done.stdout, done.stderr
    died = any(line.startswith("Traceback") for line in done.stderr.splitlines())
    assert "--mutant" in words or not died, done.stderr  # a mutant's threads may die of it
    return done.returncode, json.loads(done.stdout)


def test_whatever_fails_inside_of_capture_users_see_the_same() -> None:
    code, said = drill("--seed", "7", "--injections", "2500", "--seconds", "90")
    assert said["differences"] == []
    assert code == said["changes_in_the_users_results"] == 0
    assert said["shells_missing"] == []  # the functions without points are those that are named
    assert said["injections"] >= 1_000
    assert len(said["kinds"]) >= 25
    assert said["functions_failed"] >= 100


def test_the_drill_notices_where_one_class_of_exceptions_gets_through() -> None:
    code, said = drill("--seed", "7", "--injections", "600", "--mutant", "KeyError", "steps", "runs", "answers")
    assert code == 1
    assert said["changes_in_the_users_results"] > 0


@pytest.mark.parametrize(
    ("script", "seed"),
    [
        (("forks.py",), 3),
        (("probes.py",), 4),
        (("ends.py", "order"), 2),
        (("ends.py", "order"), 3),
        (("ends.py", "interrupt"), 3),
        (("ends.py", "signal"), 2),
        (("ends.py", "hard"), 2),
    ],
)
def test_scripts_with_children_end_as_they_would(tmp_path: Path, script: tuple[str, ...], seed: int) -> None:
    plain = processes.plain(tmp_path / "plain", *script)
    seen, injected = processes.watched(tmp_path / "watched", *script, seed=seed, rate=0.2)
    assert seen == plain
    assert injected.kinds


@pytest.mark.parametrize("home", ["a file", "a full disk"])
def test_a_script_whose_home_cannot_be_written_ends_as_it_would(tmp_path: Path, home: str) -> None:
    script = ("ends.py", "order")
    plain = processes.plain(tmp_path / "plain", *script)
    if home == "a file":
        (tmp_path / "home").write_text("")
        seen, _ = processes.watched(tmp_path / "watched", *script, seed=1, rate=0, DRIFTLINE_HOME=tmp_path / "home")
    else:  # no file of the process may grow beyond a page: the store cannot be made, nor anything spooled
        seen, _ = processes.watched(tmp_path / "watched", *script, seed=1, rate=0, DRILL_LIMIT=2048)
    assert seen == plain
