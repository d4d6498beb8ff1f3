"""Which text it is that runs; expected lines were counted by hand."""

import linecache
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from types import CodeType, ModuleType

import pytest

from driftline.capture.program import texts
from driftline.capture.program.sites import Way
from driftline.capture.program.texts import CELLS, Texts
from driftline.capture.script.reading import Entry, Source
from driftline.capture.script.site import Site


def compiled(file: Path, text: str) -> CodeType:
    file.write_text(text)
    return compile(text, str(file), "exec")


def long_ago(file: Path) -> None:
    os.utime(file, (time.time() - 10_000,) * 2)


def test_the_text_of_a_file_is_what_runs_if_it_is_older_than_the_process(tmp_path: Path) -> None:
    file = tmp_path / "old.py"
    code = compiled(file, "x = 1\n")
    long_ago(file)
    assert Texts([code]).of(str(file)) == Source(str(file), "x = 1\n", "__main__")


def test_a_script_is_called_as_it_calls_itself(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "script.py"
    code = compiled(file, "x = 1\n")
    long_ago(file)
    for name in ("__main__", "__mp_main__"):  # as it was started, and in a process that it has spawned
        module = ModuleType(name)
        module.__file__ = str(file)
        monkeypatch.setitem(sys.modules, "__main__", module)
        assert Texts([code]).of(str(file)) == Source(str(file), "x = 1\n", name)


def test_a_script_that_is_called_as_a_command_has_a_text(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file, other = tmp_path / "nightly", tmp_path / "notes"
    code = compiled(file, "x = 1\n")
    other.write_text("x = 1\n")
    long_ago(file)
    long_ago(other)
    main = ModuleType("__main__")
    main.__file__ = str(file)
    monkeypatch.setitem(sys.modules, "__main__", main)
    assert Texts([code]).of(str(file)) == Source(str(file), "x = 1\n", "__main__")
    assert Texts([code]).of(str(other)) is None


def test_a_text_that_was_changed_since_counts_only_where_it_compiles_to_what_runs(tmp_path: Path) -> None:
    file = tmp_path / "new.py"
    code = compiled(file, "def f():\n    return 1\n")
    inner = next(one for one in code.co_consts if isinstance(one, CodeType))
    assert Texts([inner]).of(str(file)) is not None
    assert Texts([]).of(str(file)) is None  # nobody knows whether it is what runs
    file.write_text("def f():\n    return 1 + 1\n")
    linecache.checkcache(str(file))
    assert Texts([inner]).of(str(file)) is None


def test_libraries_and_what_has_no_text_have_none(tmp_path: Path) -> None:
    found = Texts([])
    assert [found.of(name) for name in ("pytest", "os", "driftline", "nowhere", str(tmp_path / "gone.py"))] == [
        None
    ] * 5


def test_a_function_is_entered_by_its_name_and_line() -> None:
    code = compile("def outer():\n    def f(): pass\n", "some.py", "exec")
    outer = next(one for one in code.co_consts if isinstance(one, CodeType))
    inner = next(one for one in outer.co_consts if isinstance(one, CodeType))
    assert Texts([]).entry(Way((inner,), (0,)).entry()) == Entry("some.py", "outer.<locals>.f", 2)
    assert Texts([]).entry(Way((code,), (0,)).entry()) == Entry("some.py")


@pytest.fixture
def cells() -> Iterator[list[str]]:
    """Two cells of a notebook and one that is not Python, as IPython tells of them."""
    names = []
    for number, text in enumerate(("import a\nb = 1\n", "%%bash\nls", "c = read(b)")):
        name = f"<ipython-input-{number}-x>"
        linecache.cache[name] = (len(text), None, text.splitlines(keepends=True), name)
        names.append(name)
    yield names
    for name in names:
        linecache.cache.pop(name)


def test_cells_are_one_text_in_the_order_in_which_they_ran(cells: list[str]) -> None:
    found = Texts([])
    source = found.of(CELLS)
    assert source is not None
    assert "import a\nb = 1\nc = read(b)\n" in source.text
    before = source.text.split("import a")[0].count("\n")  # of cells of others
    path = (Site(cells[2], 1, 11),)
    assert found.placed(path) == (Site(CELLS, before + 3, 11),)
    assert found.taken(found.placed(path)) == path
    assert found.entry(Entry(cells[2])) == Entry(CELLS)
    plain = (Site("script.py", 1, 1),)
    assert found.placed(plain) == found.taken(plain) == plain


def test_the_text_of_a_command_is_what_python_was_given(monkeypatch: pytest.MonkeyPatch) -> None:
    text = "from driftline.capture.program import texts; print(texts.Texts([]).of('__main__').text)"
    done = subprocess.run([sys.executable, "-W", "ignore", "-c", text], capture_output=True, text=True, check=True)
    assert done.stdout == f"{text}\n"
    monkeypatch.setattr(sys, "argv", ["job.py"])
    assert texts._command() == ""  # of a program that is no command


def test_a_module_of_a_package_that_was_started_by_its_name_is_followed_into_its_neighbours(tmp_path: Path) -> None:
    """It is called ``__main__``, of which no relative import can be told; its package can."""
    package = tmp_path / "shop"
    package.mkdir()
    (package / "__init__.py").write_text("from .loads import load\n")
    (package / "loads.py").write_text("import pandas as pd\n\n\ndef load():\n    return pd.read_csv('a.csv')\n")
    (package / "job.py").write_text(
        "import driftline\n\ndriftline.watch('job')\n"
        "from . import load\nfrom .loads import load as again\n"
        "frame = load()\nframe['x'] = frame['n'] + again()['m']\nframe.to_csv('b.csv', index=False)\n"
    )
    (tmp_path / "a.csv").write_text("n,m\n1,2\n3,4\n")
    done = subprocess.run([sys.executable, "-m", "shop.job"], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    ask = "import driftline; print(sorted(one.source for one in driftline.lineage('b.csv.x', columns=True).edges))"
    told = subprocess.run([sys.executable, "-c", ask], cwd=tmp_path, capture_output=True, text=True, check=True)
    assert told.stdout == "['datasetField:file:a.csv:m', 'datasetField:file:a.csv:n']\n"
