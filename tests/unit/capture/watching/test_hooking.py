"""Hooks go on for libraries that are loaded or get loaded, once, and come off again."""

import subprocess
import sys
import time
from importlib.machinery import ModuleSpec
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

import driftline
from driftline.capture.watching import hooking, watch
from driftline.testing import MemorySink


def ran(script: str, folder: Path) -> str:
    done = subprocess.run([sys.executable, "-c", script], cwd=folder, capture_output=True, text=True, check=True)
    return done.stdout


def test_a_library_that_the_hooks_of_another_one_import_is_hooked_as_well(tmp_path: Path) -> None:
    script = (
        "import sys, driftline; driftline.configure(url='http://127.0.0.1:9', flush_seconds=0); driftline.watch()\n"
        "print('sqlite3' in sys.modules); import psycopg; print('sqlite3' in sys.modules)\n"
        "import sqlite3\n"
        "with driftline.run('job') as run:\n"
        "    made = sqlite3.connect('x.db'); made.execute('CREATE TABLE t AS SELECT 1 AS a'); made.commit()\n"
        "print([one.dataset.name for one in run.outputs], psycopg.Cursor.execute.__code__.co_filename)\n"
        "from driftline.capture.ground import fault\n"
        "print({piece: n for piece, n in fault.counts().items() if piece != 'sink'})\n"  # which a slow machine tries
    )
    assert ran(script, tmp_path).splitlines() == [
        "False", "True", "['t'] <driftline importlib._bootstrap>", "{}",
    ]  # fmt: skip


def test_a_library_that_is_imported_later_is_hooked_then(tmp_path: Path) -> None:
    script = (
        "import driftline, sys\n"
        "from driftline.testing import MemorySink, use_sink\n"
        "sink = MemorySink()\n"
        "with use_sink(sink):\n"
        "    driftline.watch(); driftline.watch()\n"
        "    assert 'pandas' not in sys.modules and 'duckdb' not in sys.modules\n"
        "    import pandas, duckdb\n"
        "    assert type(pandas.__spec__.loader).__name__ == 'SourceFileLoader', pandas.__spec__.loader\n"
        "    pandas.DataFrame({'a': [1]}).to_csv('x.csv')\n"
        "    with driftline.run('job') as run:\n"
        "        pandas.read_csv('x.csv')\n"
        "        duckdb.sql(\"copy (select 1 as a) to 'y.parquet'\")\n"
        "    print([one.dataset.name.rsplit('/')[-1] for one in (*run.inputs, *run.outputs)])\n"
        "from driftline.capture.watching import watch\n"
        "watch.unwatch(); print(hasattr(pandas.read_csv, '__wrapped__'), len(sys.meta_path))\n"
        "import subprocess; print(len(sys.meta_path))\n"
    )
    first, second, third = ran(script, tmp_path).splitlines()
    assert first == "['x.csv', 'y.parquet']"
    assert second.startswith("False")
    assert second.split()[1] == third


@pytest.mark.parametrize("file", ["datasets.py", "datasets/__init__.py"])
def test_a_file_of_the_users_that_is_called_as_a_library_is_none(file: str, tmp_path: Path) -> None:
    (tmp_path / file).parent.mkdir(exist_ok=True)
    (tmp_path / file).write_text("def load_dataset(name):\n    return [name]\n")
    (tmp_path / "polars.py").write_text("def read_csv(name):\n    return name\n")
    script = (
        "import driftline; driftline.configure(url='http://127.0.0.1:9', flush_seconds=0); driftline.watch()\n"
        "import datasets, polars\n"
        "with driftline.run('job') as run:\n"
        "    print(datasets.load_dataset('iris'), polars.read_csv('x'))\n"
        "print(run.inputs, hasattr(datasets.load_dataset, '__wrapped__'))\n"
        "from driftline.capture.ground import fault\n"
        "print({piece: n for piece, n in fault.counts().items() if piece != 'sink'})\n"
    )
    assert ran(script, tmp_path).splitlines() == ["['iris'] x", "() False", "{}"]


def test_what_a_library_warns_of_or_raises_while_it_is_imported_names_the_line_of_the_import(tmp_path: Path) -> None:
    (tmp_path / "dill.py").write_text("import warnings\nwarnings.warn('old', DeprecationWarning, stacklevel=2)\n")
    (tmp_path / "xgboost.py").write_text("raise ValueError('no')\n")
    script = (
        "import traceback, warnings, sys\n"
        "if 'watched' in sys.argv: import driftline; driftline.watch()\n"
        "with warnings.catch_warnings(record=True) as heard:\n"
        "    warnings.simplefilter('always')\n"
        "    import dill\n"
        "print([(one.filename, one.lineno) for one in heard])\n"
        "try:\n"
        "    import xgboost\n"
        "except ValueError as error:\n"
        "    print([(one.name, one.lineno) for one in traceback.extract_tb(error.__traceback__)])\n"
    )
    (tmp_path / "script.py").write_text(script)
    said = [
        subprocess.run(
            [sys.executable, "script.py", *mode], cwd=tmp_path, capture_output=True, text=True, check=True
        ).stdout
        for mode in ([], ["watched"])
    ]
    assert "script.py', 5)" in said[0]
    assert said[1] == said[0]  # as Python says it without hooks


def test_a_library_that_is_not_imported_yet_can_be_asked_for_its_files(tmp_path: Path) -> None:
    (tmp_path / "dill").mkdir()
    (tmp_path / "dill" / "__init__.py").write_text("")
    (tmp_path / "dill" / "data.txt").write_text("kept")
    script = (
        "import driftline, importlib.util, pkgutil, copy\n"
        "driftline.watch()\n"
        "spec = importlib.util.find_spec('dill')\n"
        "print(spec.loader.get_filename() == spec.origin, copy.copy(spec.loader).name)\n"
        "print(pkgutil.get_data('dill', 'data.txt'))\n"
    )
    assert ran(script, tmp_path) == "True dill\nb'kept'\n"


def test_two_threads_that_import_parts_of_one_library_do_not_wait_for_each_other(tmp_path: Path) -> None:
    """Finders are asked with the import lock held: one that imports the parent waits for a thread that waits for it."""
    package = tmp_path / "slowly"
    package.mkdir()
    (package / "__init__.py").write_text(
        "__version__ = '1'\nimport gate, time\ngate.inside.set()\ngate.go.wait(30)\ntime.sleep(0.5)\nimport colorsys\n"
    )
    (package / "part.py").write_text("done = True\n")
    (tmp_path / "gate.py").write_text("import threading\ninside, go = threading.Event(), threading.Event()\n")
    script = (
        "import threading, driftline, gate\n"
        "from driftline.capture.watching import hooking\n"
        "from driftline.testing import MemorySink, use_sink\n"
        "hooking.HOOKS['slowly.part'] = 'driftline.capture.hooks.argparse'\n"
        "with use_sink(MemorySink()):\n"
        "    driftline.watch()\n"
        "    other = threading.Thread(target=__import__, args=('slowly',), daemon=True)\n"
        "    other.start(); gate.inside.wait(30); gate.go.set()\n"
        "    import slowly.part\n"
        "    other.join(30)\n"
        "    print(slowly.part.done, other.is_alive(), 'slowly.part' in hooking._patches)\n"
    )
    command = [sys.executable, "-c", script]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=True, timeout=120)
    assert done.stdout.split() == ["True", "False", "True"]


def test_a_library_that_another_thread_is_importing_is_hooked_once_it_is_there(
    sink: MemorySink, monkeypatch: pytest.MonkeyPatch
) -> None:
    module = ModuleType("h5py")
    spec: Any = ModuleSpec("h5py", None)
    spec._initializing = True  # as the import system says it
    module.__spec__ = spec
    monkeypatch.setitem(sys.modules, "h5py", module)
    watch.unwatch()
    try:
        driftline.watch()
        assert "h5py" not in hooking._patches
        spec._initializing = False
        end = time.monotonic() + 20
        while "h5py" not in hooking._patches and time.monotonic() < end:
            time.sleep(0.01)
        assert "h5py" in hooking._patches
        assert not hooking._loading
    finally:
        watch.unwatch()


def test_a_library_that_the_hooks_for_another_one_load_is_hooked_as_well(tmp_path: Path) -> None:
    """The hooks for SQLAlchemy load sqlite3, whose turn has come before them."""
    pytest.importorskip("sqlalchemy")
    script = (
        "import sys, sqlalchemy\n"
        "assert 'sqlite3' not in sys.modules\n"
        "import driftline\n"
        "from driftline.capture.watching import hooking\n"
        "from driftline.testing import MemorySink, use_sink\n"
        "with use_sink(MemorySink()):\n"
        "    driftline.watch()\n"
        "    print(bool(hooking._patches['sqlite3']))\n"
    )
    command = [sys.executable, "-c", script]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=True, timeout=120)
    assert done.stdout.split() == ["True"]
