"""The exit code after Ctrl-C; what is expected is what the same script ends with unwatched."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

WATCH = "import driftline; driftline.watch('x')\n"
DEATHS = {
    "raised": "raise KeyboardInterrupt",
    "own work at the end": "import atexit; atexit.register(exec, 'pass')\nraise KeyboardInterrupt",
    "signal": "import os, signal, time; os.kill(os.getpid(), signal.SIGINT); time.sleep(5)",
    "subclass": "class Own(KeyboardInterrupt): pass\nraise Own",
    "caught": "try: raise KeyboardInterrupt\nexcept KeyboardInterrupt: pass",
    "exit": "try: raise KeyboardInterrupt\nexcept KeyboardInterrupt: raise SystemExit(7)",
    "error": "try: raise KeyboardInterrupt\nexcept KeyboardInterrupt: raise ValueError",
}


def _code(text: str, folder: Path, **more: str) -> int:
    script = folder / "script.py"
    script.write_text(text, encoding="utf-8")
    done = subprocess.run(
        [sys.executable, str(script)], cwd=folder, env={**os.environ, **more}, capture_output=True, check=False
    )
    return done.returncode


@pytest.mark.skipif(sys.platform == "win32", reason="a process of Windows does not end by a signal")
@pytest.mark.parametrize("measure", ["", "names"])
@pytest.mark.parametrize("death", ["raised", "signal"])
def test_a_script_that_ctrl_c_ends_has_the_exit_code_it_has_unwatched(death: str, measure: str, tmp_path: Path) -> None:
    more = {"DRIFTLINE_MEASURE": measure} if measure else {}
    assert _code(DEATHS[death], tmp_path) == -signal.SIGINT
    assert _code(WATCH + DEATHS[death], tmp_path, **more) == -signal.SIGINT


@pytest.mark.parametrize("death", ["own work at the end", "subclass", "caught", "exit", "error"])
def test_a_script_that_ends_otherwise_keeps_its_exit_code_too(death: str, tmp_path: Path) -> None:
    assert _code(WATCH + DEATHS[death], tmp_path) == _code(DEATHS[death], tmp_path)
