"""What only starts the user's code; expected values by hand."""

import subprocess
import sys
from pathlib import Path

from driftline.capture.ground.launch import launches, own

CALLED = """\
import driftline
import pandas as pd


def work():
    driftline.watch("job")
    frame = pd.read_csv("a.csv")
    frame["x"] = frame.n + frame.m
    frame.to_csv("b.csv", index=False)
"""


def test_scripts_of_commands_and_commands_that_run_what_they_are_sent_launch() -> None:
    command = str(Path(sys.executable).parent / "airflow")
    assert launches(compile("main()", command, "exec"))
    assert launches(compile("exec(eval(read()))", "<string>", "exec"))
    assert not launches(compile("import job; job.main()", "<string>", "exec"))
    assert not launches(compile("main()", "job.py", "exec"))


def test_what_a_launcher_was_sent_is_no_part_of_the_program_either() -> None:
    sent = compile("serve()", "<string>", "exec")
    launcher = compile("exec(eval(read()))", "<string>", "exec")
    work = compile("def work(): pass", "job.py", "exec").co_consts[0]
    assert own((work, sent, launcher)) == 1
    assert own((work, sent)) == 2  # ``python -c`` with the user's own text
    assert own((launcher,)) == 1


def test_code_that_a_launcher_calls_is_followed_from_its_own_function(tmp_path: Path) -> None:
    """The launcher hands it to a library, here ``functools``, of which nothing leads on to the user's text."""
    (tmp_path / "job.py").write_text(CALLED)
    (tmp_path / "a.csv").write_text("n,m\n1,2\n3,4\n")
    start = "import functools, sys; exec(sys.argv[1]); functools.partial(sys.modules['job'].work)()"
    done = subprocess.run(
        [sys.executable, "-c", start, "import job"], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    ask = "import driftline; print(sorted(one.source for one in driftline.lineage('b.csv.x', columns=True).edges))"
    told = subprocess.run([sys.executable, "-c", ask], cwd=tmp_path, capture_output=True, text=True, check=True)
    assert told.stdout == "['datasetField:file:a.csv:m', 'datasetField:file:a.csv:n']\n"
