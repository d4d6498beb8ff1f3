"""The fence, from inside: each attempt is made in a process of its own, as nothing takes the fence down again."""

import subprocess
import sys
from pathlib import Path

import pytest

HEAD = """
import os, sys
from driftline.capture.probe.fence import Fence
fence = Fence()
fence.close(20)
fence.watching = True
def attempt(act):
    try:
        act()
    except BaseException as error:
        return type(error).__name__
    return "done"
"""


def inside(code: str, folder: Path) -> str:
    made = subprocess.run(
        [sys.executable, "-c", HEAD + code], cwd=folder, capture_output=True, text=True, timeout=60, check=True
    )
    return made.stdout.strip()


ATTEMPTS = {
    "open('x', 'w')": "writing x",
    "open('held', 'r+')": "writing held",
    "os.open('x', os.O_CREAT | os.O_WRONLY)": "writing x",
    "os.remove('held')": "os.remove",
    "os.mkdir('folder')": "os.mkdir",
    "os.rename('held', 'other')": "os.rename",
    "os.system('true')": "os.system",
    "os.fork()": "os.fork",
    "__import__('socket').create_connection(('127.0.0.1', 9))": "socket.getaddrinfo",
    "__import__('sqlite3').connect('held')": "sqlite3.connect",
    "__import__('shutil').copy('held', 'other')": "shutil.copyfile",
    "__import__('resource').setrlimit(__import__('resource').RLIMIT_CORE, (0, 0))": "resource.setrlimit",
}


@pytest.mark.parametrize(("attempt", "event"), ATTEMPTS.items(), ids=ATTEMPTS)
def test_what_python_asks_for_is_refused_and_remembered(attempt: str, event: str, tmp_path: Path) -> None:
    (tmp_path / "held").write_text("held")
    found = inside(f"print(attempt(lambda: {attempt}), fence.refused[0])", tmp_path)
    assert found == f"Refused {event}"
    assert [path.name for path in tmp_path.iterdir()] == ["held"]
    assert (tmp_path / "held").read_text() == "held"


def test_reading_is_allowed_and_remembered(tmp_path: Path) -> None:
    (tmp_path / "held").write_text("held")
    assert inside("print(open('held').read(), list(fence.reads), fence.refused)", tmp_path) == "held ['held'] []"
    memory = "__import__('sqlite3').connect(':memory:').execute('select 1').fetchone()"
    assert inside(f"print({memory}, fence.refused)", tmp_path) == "(1,) []"


@pytest.mark.skipif(sys.platform != "linux", reason="Landlock and network namespaces are Linux's")
def test_the_kernel_refuses_what_no_audit_hook_sees(tmp_path: Path) -> None:
    (tmp_path / "held").write_text("held")
    if "landlock" not in inside("print(fence.parts)", tmp_path):
        pytest.skip("this kernel has no Landlock")
    arrow = "__import__('pyarrow').OSFile('held', 'wb')"
    assert inside(f"print(attempt(lambda: {arrow}), fence.refused)", tmp_path) == "PermissionError []"
    other = "__import__('pyarrow').OSFile('other', 'wb')"
    assert inside(f"print(attempt(lambda: {other}), fence.refused)", tmp_path) == "PermissionError []"
    assert [path.name for path in tmp_path.iterdir()] == ["held"]
    assert (tmp_path / "held").read_text() == "held"


def test_memory_is_bounded(tmp_path: Path) -> None:
    assert inside("print(attempt(lambda: bytearray(1 << 36)))", tmp_path) == "MemoryError"
