"""``watch()`` without a name: who opens no run is told so, once. Real scripts and a real session; names by hand."""

import os
import subprocess
import sys
from importlib.machinery import ModuleSpec
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from driftline.capture.watching import unnamed

WATCHED = "import driftline\ndriftline.watch()\nimport pandas as pd\n"
SAID = "watch() without a name records only what runs read and write, and none is open: nothing is recorded"


def run(folder: Path, text: str, *options: str, **variables: str) -> subprocess.CompletedProcess[str]:
    (folder / "a.csv").write_text("x\n1\n")
    file = folder / "churn.py"
    file.write_text(text)
    command = [sys.executable, *options] + ([] if options else [str(file)])
    given = text if options else None
    environment = {**os.environ, **variables}
    return subprocess.run(command, cwd=folder, env=environment, input=given, capture_output=True, text=True, check=True)


def test_a_script_that_opens_no_run_is_told_once_with_the_name_that_it_could_have(tmp_path: Path) -> None:
    done = run(tmp_path, WATCHED + "driftline.watch()\npd.read_csv('a.csv')\npd.read_csv('a.csv')\n")
    assert done.stderr.count("\n") == 1
    assert SAID in done.stderr
    assert "driftline.watch('churn')" in done.stderr
    assert not (tmp_path / ".driftline").exists()


@pytest.mark.parametrize(
    "rest",
    [
        "with driftline.run('job'): pd.read_csv('a.csv')\n",
        "pd.read_csv('a.csv')\nwith driftline.run('job'): pass\n",
        "driftline.watch('job')\npd.read_csv('a.csv')\n",
        "print(open('a.csv').read())\n",
    ],
)
def test_who_opens_a_run_or_touches_no_data_is_told_nothing(tmp_path: Path, rest: str) -> None:
    assert run(tmp_path, WATCHED + rest).stderr == ""


def test_who_has_switched_it_off_is_told_nothing(tmp_path: Path) -> None:
    assert run(tmp_path, WATCHED + "pd.read_csv('a.csv')\n", DRIFTLINE_DISABLED="1").stderr == ""


def test_a_session_is_told_when_data_is_first_missed(tmp_path: Path) -> None:
    done = run(tmp_path, WATCHED + "pd.read_csv('a.csv')\nprint('after')\npd.read_csv('a.csv')\n", "-i", "-q")
    assert done.stderr.count(SAID) == 1
    assert "driftline.watch('session')" in done.stderr


# By hand, from what the programs that run it leave behind.
@pytest.mark.parametrize(
    ("inside", "variables", "expected"),
    [
        ({"__file__": "/jobs/churn.py"}, {}, "churn"),
        (
            {"__file__": "/x/pipeline/__main__.py", "__spec__": ModuleSpec("shop.pipeline.__main__", None)},
            {},
            "pipeline",
        ),
        ({"__spec__": ModuleSpec("shop.train", None)}, {}, "train"),
        ({"In": [], "__vsc_ipynb_file__": "/n/eda.ipynb"}, {}, "eda"),
        ({"In": []}, {"JPY_SESSION_NAME": "/n/first look.ipynb"}, "first look"),
        ({"In": []}, {}, "notebook"),
        ({"__file__": "<stdin>"}, {}, "session"),
        ({}, {}, "session"),
    ],
)
def test_the_name_is_that_of_the_script_the_module_or_the_notebook(
    inside: dict[str, Any], variables: dict[str, str], expected: str
) -> None:
    main = ModuleType("__main__")
    vars(main).update(inside)
    assert unnamed.job_name(main, variables) == expected
    assert unnamed.job_name(None, {}) == "session"
