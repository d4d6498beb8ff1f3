"""What watching loads is set aside from garbage collection where nothing of the user's is, and given back at the end.

That ``gc.freeze`` passes over whatever there is, and what then is never finalized, is what Python's reference says of
it and what the control here shows.
"""

import os
import subprocess
import sys
from pathlib import Path

import pytest

_WATCH = "import driftline\ndriftline.watch('job')\n"
_COUNT = "import gc\nprint(gc.get_freeze_count() > 10_000, gc.isenabled())\n"
_ENVIRONMENT = {"DRIFTLINE_URL": "http://127.0.0.1:9", "DRIFTLINE_FLUSH_SECONDS": "0", "DRIFTLINE_CONSOLE": "false"}


def ran(text: str, folder: Path, *, status: int = 0, **variables: str) -> str:
    """Run a script that stands in a file and return what it has printed."""
    (folder / "script.py").write_text(text, "utf-8")
    return started([sys.executable, "script.py"], folder, status=status, **variables)


def started(command: list[str], folder: Path, *, status: int = 0, **variables: str) -> str:
    environment = {**os.environ, **_ENVIRONMENT, **variables}
    done = subprocess.run(
        command, cwd=folder, env=environment, capture_output=True, text=True, check=False, timeout=120
    )
    assert done.returncode == status, done.stderr
    return done.stdout


@pytest.mark.parametrize(
    "before",
    [
        "",
        "from __future__ import annotations\nimport os, json\n"
        "from pathlib import Path\nfrom typing import Any, Optional\n",
        "'Text.'\nimport argparse\nDEBUG, LIMIT, NAME, NOTHING = True, 3, 'x', None\n",
    ],
)
def test_at_the_top_of_a_script_what_is_loaded_is_set_aside_and_the_collector_goes_on(
    before: str, tmp_path: Path
) -> None:
    assert ran(before + _WATCH + _COUNT, tmp_path) == "True True\n"


@pytest.mark.parametrize("way", [["-c", _WATCH + _COUNT], ["-m", "script"]])
def test_a_command_and_a_module_are_scripts_as_well(way: list[str], tmp_path: Path) -> None:
    (tmp_path / "script.py").write_text(_WATCH + _COUNT, "utf-8")
    assert started([sys.executable, *way], tmp_path) == "True True\n"


@pytest.mark.parametrize(
    "before",
    [
        "held = {}",
        "from functools import partial\nheld = partial(print)",
        "class Own: pass",
        "def own(): pass",
        "import own_module",
        "import gc; gc.set_debug(gc.DEBUG_SAVEALL)",
        "import gc; gc.callbacks.append(print.__class__)",
        "import gc; gc.freeze()",
        "import threading; threading.Thread(target=threading.Event().wait, daemon=True).start()",
        "import sys; sys.ps1 = '>>> '",
        "import numpy, asyncio, sqlite3, http.client, unittest.mock, multiprocessing.pool",
    ],
    ids=[
        "an object", "an instance", "a class", "a function", "a module", "debugging", "a callback", "frozen",
        "a thread", "a session", "a large heap",
    ],
)  # fmt: skip
def test_where_anything_is_the_users_or_someone_has_an_opinion_of_the_collector_nothing_is_set_aside(
    before: str, tmp_path: Path
) -> None:
    (tmp_path / "own_module.py").write_text("one = object()\n", "utf-8")
    count = "import gc\nBEFORE = gc.get_freeze_count()\n"
    after = "print(gc.get_freeze_count() <= BEFORE, gc.isenabled())\n"  # some of it ends meanwhile
    told = ran(f"{before}\n{count}{_WATCH}{after}", tmp_path)
    assert told.splitlines()[-1] == "True True"


@pytest.mark.parametrize(
    "text",
    [
        f"def main():\n    driftline.watch('job')\nimport driftline\nmain()\n{_COUNT}",
        f"exec({_WATCH!r})\n{_COUNT}",
        f"import runpy\nrunpy.run_path('other.py')\n{_COUNT}",
        f"import other\n{_COUNT}",
    ],
    ids=["a function", "a text", "a script that another one runs", "a module"],
)
def test_where_something_else_than_the_script_calls_it_nothing_is_set_aside(text: str, tmp_path: Path) -> None:
    (tmp_path / "other.py").write_text(_WATCH, "utf-8")
    assert ran(text, tmp_path) == "False True\n"


def test_a_collector_that_is_switched_off_stays_off(tmp_path: Path) -> None:
    assert ran("import gc\ngc.disable()\n" + _WATCH + _COUNT, tmp_path) == "False False\n"


def test_thresholds_stay_as_they_are(tmp_path: Path) -> None:
    text = (
        "import gc\ngc.set_threshold(500, 7, 9)\n" + _WATCH + "print(gc.get_threshold(), gc.get_freeze_count() > 0)\n"
    )
    assert ran(text, tmp_path) == "(500, 7, 9) True\n"


def test_where_driftline_is_switched_off_nothing_is_set_aside(tmp_path: Path) -> None:
    assert ran(_WATCH + _COUNT, tmp_path, DRIFTLINE_DISABLED="1") == "False True\n"


def test_ctrl_c_while_it_loads_leaves_the_collector_on(tmp_path: Path) -> None:
    text = (
        "import sys\n"
        "def interrupted(event, arguments):\n"
        "    if event == 'import' and arguments[0] == 'driftline.capture.sending.delivery': raise KeyboardInterrupt\n"
        "sys.addaudithook(interrupted)\n"
        "del interrupted\n"
        "import driftline\n"
        "try:\n"
        "    driftline.watch('job')\n"
        "except KeyboardInterrupt:\n"
        "    print('interrupted')\n"
    )
    assert ran(text + _COUNT, tmp_path) == "interrupted\nFalse True\n"


_END = (
    "class Last:\n"
    "    def __del__(self): print('gone', Last.__name__)\n"
    "def function(): return out\n"
    "out = open('out.txt', 'w'); out.write('all of it')\n"
    "last = Last(); last.self = last\n"
)


def test_what_is_open_at_the_end_is_written_and_what_is_in_a_cycle_is_finalized(tmp_path: Path) -> None:
    assert ran(_END, tmp_path) == "gone Last\n"  # as Python does it
    (tmp_path / "out.txt").unlink()
    assert ran(_WATCH + "import gc; assert gc.get_freeze_count()\n" + _END, tmp_path) == "gone Last\n"
    assert (tmp_path / "out.txt").read_text() == "all of it"


def test_without_being_given_back_it_would_not_be(tmp_path: Path) -> None:
    """The control: why it is given back before the interpreter takes its modules apart."""
    assert ran("import gc; gc.freeze()\n" + _END, tmp_path) == ""
    assert (tmp_path / "out.txt").read_text() == ""


@pytest.mark.parametrize(("end", "status"), [("raise SystemExit(3)", 3), ("raise ValueError", 1), ("1 / 0", 1)])
def test_it_is_given_back_however_the_script_ends(end: str, status: int, tmp_path: Path) -> None:
    assert ran(f"{_WATCH}{_END}{end}\n", tmp_path, status=status) == "gone Last\n"
    assert (tmp_path / "out.txt").read_text() == "all of it"


@pytest.mark.parametrize("between", ["", "import gc; gc.collect()\n"])
def test_objects_are_finalized_in_the_order_that_they_have_without_watching(between: str, tmp_path: Path) -> None:
    """What an older object still writes to a younger file, when it goes at the end, is in the file."""
    text = (
        "class Last:\n"
        "    def __init__(self): self.me = self\n"
        "    def __del__(self): file.write('all of it')\n"
        f"last = Last()\n{between}file = open('out.txt', 'w')\n"
    )
    for before in ("", _WATCH + "import gc; assert gc.get_freeze_count()\n"):
        ran(before + text, tmp_path)
        assert (tmp_path / "out.txt").read_text() == "all of it"
        (tmp_path / "out.txt").unlink()


def test_a_collector_that_somebody_listens_to_is_not_asked_for_more_when_it_is_given_back(tmp_path: Path) -> None:
    text = _WATCH + (
        "import gc\nheard = []\n"
        "gc.callbacks.append(lambda phase, told: heard.append(told['generation']))\n"
        "driftline.unwatch()\nprint(1 in heard, gc.get_freeze_count())\n"
    )
    assert ran(text, tmp_path) == "False 0\n"


def test_what_the_script_has_dropped_before_is_collected_first(tmp_path: Path) -> None:
    text = (
        "import types\n"
        "one = types.ModuleType('one'); one.self = one\n"
        "import weakref; weakref.finalize(one, print, 'gone').atexit = False\n"
        "del one\n"
    )
    assert ran(text + _WATCH + "import gc; print(gc.get_freeze_count() > 0)\n", tmp_path) == "gone\nTrue\n"


def test_what_the_script_drops_later_is_collected_as_ever(tmp_path: Path) -> None:
    text = (
        f"{_WATCH}import gc, weakref\n"
        "def function(): pass\n"
        "class Own: pass\n"
        "one = Own(); one.self = one; kept = weakref.ref(one); kind = weakref.ref(Own)\n"
        "del one, Own; gc.collect(); print(kept(), kind())\n"
    )
    assert ran(text, tmp_path) == "None None\n"


def test_unwatching_gives_it_back(tmp_path: Path) -> None:
    text = _WATCH + "driftline.unwatch()\nimport gc\nprint(gc.get_freeze_count())\ndriftline.unwatch()\n"
    assert ran(text, tmp_path) == "0\n"


def test_unwatching_gives_nothing_back_once_the_script_has_set_aside_more(tmp_path: Path) -> None:
    text = (
        f"{_WATCH}import gc\nheld = [[] for _ in range(1_000)]\ngc.freeze()\n"
        "before = gc.get_freeze_count()\ndriftline.unwatch()\nprint(before - gc.get_freeze_count() < 1_000)\n"
    )
    assert ran(text + _END, tmp_path) == "True\ngone Last\n"
    assert (tmp_path / "out.txt").read_text() == "all of it"


_STANDS = """
class Settings:
    @property
    def __class__(self):
        print('asked')
        return dict
settings = Settings()
"""
_LAZY = """
import importlib.util, sys
spec = importlib.util.find_spec('wave')
spec.loader = importlib.util.LazyLoader(spec.loader)
settings = sys.modules['wave'] = importlib.util.module_from_spec(spec)
spec.loader.exec_module(settings)
"""


@pytest.mark.parametrize("library", [_STANDS, _LAZY], ids=["an object", "a module"])
def test_what_stands_for_something_that_is_made_when_it_is_used_is_not_asked_what_it_is(
    library: str, tmp_path: Path
) -> None:
    folder = tmp_path / "site-packages"
    folder.mkdir()
    (folder / "library.py").write_text(library)
    text = "import sys\nsys.path.append('site-packages')\nimport driftline\nfrom library import settings\n"
    expected = "Settings" if library is _STANDS else "_LazyModule"
    assert ran(f"{text}driftline.watch('job')\nprint(type(settings).__name__)\n", tmp_path) == f"{expected}\n"


def test_what_others_have_set_aside_stays_where_nothing_of_ours_is(tmp_path: Path) -> None:
    text = "import gc\ngc.freeze()\n" + _WATCH + "driftline.unwatch()\nprint(gc.get_freeze_count() > 1_000)\n"
    assert ran(text, tmp_path) == "True\n"


def test_a_forked_child_ends_as_it_would(tmp_path: Path) -> None:
    text = _WATCH + "import os, sys\n" + _END + "sys.stdout.flush()\nif os.fork(): os.wait()\n"
    assert ran(text, tmp_path) == "gone Last\n" * 2
