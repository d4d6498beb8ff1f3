"""Files of the user that are called like modules that we import: nobody runs them but the program itself."""

import os
import subprocess
import sys
from importlib.machinery import EXTENSION_SUFFIXES
from pathlib import Path
from types import ModuleType

import pytest

from driftline import hidden

BODY = """
import driftline
PATH = list(__import__("sys").path)
driftline.watch("x")
with open("a.csv", "w") as file:
    file.write("a,b\\n1,2\\n")
with driftline.run("copy"):
    with open("a.csv") as file:
        text = file.read()
    with open("b.csv", "w") as file:
        file.write(text)
import sqlite3
with sqlite3.connect("x.db") as db:
    db.execute("create table t as select 1 as a")
db.close()
assert driftline.flush(60)
told = driftline.capture.sending.client.status()
assert told["delivered"] and not [name for name in told if name.startswith("failed")], told
"""


def done(folder: Path, body: str, *before: str, script: str = "main.py") -> str:
    (folder / script).write_text(body)
    ran = subprocess.run(
        [sys.executable, *before, script], cwd=folder, capture_output=True, text=True, timeout=120,
        env={**os.environ, "DRIFTLINE_CONSOLE": "false", "DRIFTLINE_FLUSH_SECONDS": "60"},
    )  # fmt: skip
    assert (ran.returncode, ran.stderr) == (0, "")
    return ran.stdout


@pytest.mark.parametrize(
    "names", [("queue", "csv", "calendar", "random", "copy"), ("types", "token", "platform", "logging", "pickle")]
)
def test_a_script_is_recorded_and_nothing_that_lies_beside_it_is_run(tmp_path: Path, names: tuple[str, ...]) -> None:
    """As without us: of those names Python itself has loaded none before the script begins, and it needs none."""
    for name in names:
        (tmp_path / f"{name}.py").write_text(f"print('{name} is run')\n")
    (tmp_path / "email").mkdir()
    (tmp_path / "email" / "__init__.py").write_text("print('email is run')\n")
    assert done(tmp_path, BODY) == ""


NEEDED = ("duckdb", "msgspec", "numpy", "pyarrow", "scipy", "sqlglot", "xxhash", "yaml")


@pytest.mark.parametrize("names", [NEEDED, ("numpy",), ("yaml", "queue"), ("decimal",)])
def test_where_a_package_that_we_need_is_hidden_nothing_of_the_user_is_run_and_nothing_recorded(
    tmp_path: Path, names: tuple[str, ...]
) -> None:
    """Packages ask for their own modules while they work, and would get the user's file."""
    for name in names:
        (tmp_path / f"{name}.py").write_text(f"print('{name} is run')\ndef load(file):\n    return file\n")
    (tmp_path / "main.py").write_text(
        "import driftline\ndriftline.watch('x')\nimport sys\n"
        "open('a.txt', 'w').write('a')\nwith driftline.run('job') as run:\n    open('a.txt').read()\n"
        "print(driftline.record_answer('desk', text='a'), driftline.flush(), run.inputs, 'numpy' in sys.modules)\n"
        f"import {names[0]} as own\nassert own.load(5) == 5 and not hasattr(own.load, '__wrapped__')\n"
    )
    ran = subprocess.run([sys.executable, "main.py"], cwd=tmp_path, capture_output=True, text=True, timeout=120)
    files = ", ".join(f"{name}.py" for name in sorted(set(names) & {*NEEDED, "decimal"}))
    said = f"nothing is recorded: Driftline needs what is hidden here by {files}. Give your file another name."
    assert (ran.returncode, ran.stderr) == (0, f"driftline: {said}\n")
    assert ran.stdout.splitlines()[1:] == [f"{names[0]} is run"]
    assert ran.stdout.splitlines()[0].endswith("True () False" if "numpy" in names else "True () True")
    assert {one.name for one in tmp_path.iterdir() if one.suffix != ".py"} - {"__pycache__"} == {"a.txt"}


@pytest.mark.parametrize("script", ["queue.py", "calendar.py", "csv.py"])
def test_a_script_that_is_called_so_itself_is_run_once(tmp_path: Path, script: str) -> None:
    """Who imports a module of that name would run it a second time, as that module."""
    assert done(tmp_path, "print('it begins')" + BODY, script=script) == "it begins\n"


@pytest.mark.parametrize("first", [True, False])
def test_a_program_that_imports_its_own_file_gets_it_once_and_whole(tmp_path: Path, *, first: bool) -> None:
    (tmp_path / "queue.py").write_text("print('mine is run')\ndef Queue():\n    return 'mine'\n")
    (tmp_path / "pickle.py").write_text("def load(file):\n    return file\n")
    own = "import queue, pickle, sys\nassert queue.Queue() == 'mine'\n"
    after = "import queue, pickle, sys\nassert sys.modules['queue'] is queue and queue.Queue() == 'mine'\n"
    after += "assert pickle.load(5) == 5 and not hasattr(pickle.load, '__wrapped__') and sys.path == PATH\n"
    assert done(tmp_path, (own if first else "") + BODY + after) == "mine is run\n"


def test_where_nothing_is_hidden_nothing_is_loaded_and_nothing_changes(tmp_path: Path) -> None:
    for name in ("logging", "calendar"):  # folders that are no packages hide nothing
        (tmp_path / name).mkdir()
    (tmp_path / "sys.py").write_text("print('never')\n")  # it is built in
    said = "import sys\nbefore = list(sys.path)\nimport driftline\n"
    said += "print(driftline.hidden.kept, sys.path == before, 'driftline.capture' in sys.modules)\n"
    assert done(tmp_path, said) == "{} True False\n"
    (tmp_path / "calendar" / "__init__.py").touch()
    assert done(tmp_path, said).endswith("True True\n")
    assert done(tmp_path, said, "-P") == "{} True False\n"  # the folder of the script is not looked at


def test_a_python_that_lies_in_no_folder_hides_nothing(tmp_path: Path) -> None:
    """As in a program that is one file: its modules do not say where they are from."""
    (tmp_path / "queue.py").touch()
    asked = "import driftline\nprint(driftline.hidden.kept, driftline.hidden.is_users('pickle', json))"
    for said in ("del os.__file__", "os.__file__ = '/nowhere/os.py'", "del os.__file__; sys.path.append(None)"):
        assert done(tmp_path, f"import json, os, sys\n{said}\n{asked}") == "{} False\n"


def test_what_python_passes_over_in_its_path_is_passed_over(tmp_path: Path) -> None:
    said = "import sys\nsys.path[:0] = [None, b'x', 5]\nimport driftline\nprint(driftline.hidden.kept)\n"
    assert done(tmp_path, said) == "{}\n"


@pytest.mark.skipif(sys.platform == "win32", reason="a folder that a process is in cannot be removed there")
def test_a_program_whose_folder_was_removed_goes_on(tmp_path: Path) -> None:
    """``python -c`` has that folder in its path, as an empty text; Python looks for nothing there any more."""
    gone = tmp_path / "gone"
    gone.mkdir()
    body = f"import os\nos.rmdir({str(gone)!r})\nimport driftline\nprint(driftline.hidden.kept)\n"
    ran = subprocess.run([sys.executable, "-c", body], cwd=gone, capture_output=True, text=True, timeout=60)
    assert (ran.stdout, ran.stderr) == ("{}\n", "")


def test_a_module_that_loads_itself_when_it_is_asked_is_not_asked() -> None:
    class Lazy(ModuleType):
        def __getattr__(self, name: str) -> object:
            raise AssertionError(f"asked for {name}")

    assert not hidden.is_users("pandas", Lazy("pandas"))


def test_among_many_files_those_are_found_that_hide_something(tmp_path: Path) -> None:
    for number in range(2_100):
        (tmp_path / f"{number}.csv").touch()
    (tmp_path / "queue.py").touch()
    (tmp_path / "csv").mkdir()
    (tmp_path / "csv" / "__init__.py").touch()
    (tmp_path / f"tempfile{EXTENSION_SUFFIXES[0]}").touch()
    said = "import driftline\nprint(*sorted(driftline.hidden.kept))\n"
    assert done(tmp_path, said).split() == ["csv", "queue", "tempfile"]


def test_a_folder_that_python_has_not_looked_at_itself_is_looked_at(tmp_path: Path) -> None:
    (tmp_path / "queue.py").touch()
    assert str(tmp_path) not in sys.path_importer_cache
    assert hidden._inside(str(tmp_path)) == {"queue"}


BROKEN_OFF = """
import sys, threading, time
from driftline import hidden
import builtins
class Stop(BaseException): pass
builtins.fired, builtins.Stop, builtins.entered = [], Stop, threading.Event()
def first():
    try: hidden.module("broken.main")
    except Stop: builtins.fired.append("stopped")
other = []
def second():
    builtins.entered.wait()
    import broken.main
    other.append(broken.parts.WORD)
threads = [threading.Thread(target=first), threading.Thread(target=second)]
for one in threads: one.start()
for one in threads: one.join()
assert builtins.fired == [1, "stopped"], builtins.fired
assert other == ["loaded"], other
import broken
assert broken.parts.WORD == "loaded" and hidden.module("broken.main").broken is broken
"""


def test_an_import_that_is_broken_off_leaves_nothing_and_harms_no_other_thread(tmp_path: Path) -> None:
    """As with a Ctrl-C in the midst of ours: the package has loaded a part, and begins anew for whoever comes next."""
    package = tmp_path / "broken"
    package.mkdir()
    (package / "__init__.py").write_text(
        "import builtins, time\nimport broken.parts\n"
        "if not builtins.fired:\n    builtins.fired.append(1)\n    builtins.entered.set()\n"
        "    time.sleep(0.2)\n    raise builtins.Stop\n"
    )
    (package / "parts.py").write_text("WORD = 'loaded'\n")
    (package / "main.py").write_text("import broken\n")
    done(tmp_path, BROKEN_OFF)
