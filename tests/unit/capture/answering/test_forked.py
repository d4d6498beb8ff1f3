"""One answer that is being made while its process forks is recorded once. Counted in a file of both processes."""

import subprocess
import sys
from pathlib import Path

import pytest

SCRIPT = """
import os, sys
import driftline
from driftline import config
from driftline.capture.sending import client

class Files:
    def events(self, batch): pass
    def answers(self, batch):
        with open(sys.argv[1], "a") as file:
            for one in batch:
                file.write(f"{one.id} {one.endpoint} {one.decision} {int(one.money)}\\n")
    def close(self): pass

client.install(config.load({"home": sys.argv[2]}), lambda _: Files())
with driftline.answer("outer") as outer:
    outer.decide("kept", money=1.0)
    with driftline.answer("inner") as inner:
        asked = [outer.id, inner.id] if sys.argv[3] == "asked" else []
        child = os.fork()
        if child == 0:
            inner.decide("refund", money=300.0)
            driftline.record_answer("own", decision="of the child")
        else:
            os.waitpid(child, 0)
            inner.decide("refund", money=300.0)
print("child" if child == 0 else "parent", outer.id, inner.id, *asked)
"""


@pytest.mark.parametrize("when", ["asked", "unasked"])
def test_an_answer_around_a_fork_is_recorded_once_by_the_parent_and_both_know_its_id(when: str, tmp_path: Path) -> None:
    answers = tmp_path / "answers"
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT, str(answers), str(tmp_path / "home"), when],
        capture_output=True, text=True, check=True, timeout=60,
    )  # fmt: skip
    said = {line.split()[0]: line.split()[1:] for line in done.stdout.splitlines()}
    assert said["child"] == said["parent"]
    outer, inner = said["parent"][:2]
    lines = [line.split() for line in answers.read_text().splitlines()]
    assert [line[1:] for line in lines if line[0] == inner] == [["inner", "refund", "300"]]
    assert [line[1:] for line in lines if line[0] == outer] == [["outer", "kept", "1"]]
    (own,) = [line for line in lines if line[0] not in (outer, inner)]
    assert own[1] == "own"  # what the child records by itself is nobody else's
    assert done.stderr.count("the answer of inner is recorded by the process that began it") == 1
