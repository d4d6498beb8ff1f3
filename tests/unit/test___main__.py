"""The command, called as a module: it says and returns what the command itself does."""

import subprocess
import sys
from pathlib import Path

import driftline


def called(module: str, *words: str) -> tuple[int, str, str]:
    done = subprocess.run([sys.executable, "-m", module, *words], capture_output=True, text=True, check=False)
    return done.returncode, done.stdout, done.stderr


def test_the_module_is_the_command_with_its_name_its_words_and_its_exit_code(tmp_path: Path) -> None:
    assert called("driftline", "--version") == (0, f"driftline, version {driftline.__version__}\n", "")
    code, out, err = called("driftline", "--home", str(tmp_path / "nowhere"), "incidents")
    assert (code, out, err) == called("driftline.cli.main", "--home", str(tmp_path / "nowhere"), "incidents")
    assert code == 74
    assert "nowhere" in err
    assert called("driftline", "no-such-command")[0] == 2


def test_to_import_it_runs_nothing_and_driftline_does_without_it() -> None:
    lines = "import driftline, sys; print([name for name in ('driftline.__main__', 'click') if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", lines], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"
    done = subprocess.run(
        [sys.executable, "-c", "import driftline.__main__"], capture_output=True, text=True, check=True
    )
    assert (done.stdout, done.stderr) == ("", "")
