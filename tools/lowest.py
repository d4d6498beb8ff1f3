"""Run unit tests with the lowest version of each package that pyproject.toml allows.

Enters: what pytest is to be given (nothing: all unit tests). Leaves: ``.venv-lowest``, an environment of its own, and
the exit code of pytest. What these versions warn of themselves is no failure. uv chooses the versions: pip always takes
the newest.
"""

import os
import subprocess
import sys
import venv
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv-lowest"
PYTHON = str(VENV / "bin" / "python")
_CHOSEN = ("--resolution", "lowest-direct", "-q", "-e", ".[dev]")


def main(arguments: list[str]) -> int:
    """Set up what is missing, run the tests and return the exit code."""
    stamp, wanted = VENV / ".complete", (ROOT / "pyproject.toml").read_text()
    if not stamp.is_file() or stamp.read_text() != wanted:
        print(f"Installing the lowest versions into {VENV.name} (once, a minute or two)", flush=True)
        venv.create(VENV, with_pip=True, clear=True, symlinks=True)
        subprocess.run([PYTHON, "-m", "pip", "--disable-pip-version-check", "-q", "install", "uv>=0.5"], check=True)
        uv = [PYTHON, "-m", "uv", "pip", "install", "--python", PYTHON, *_CHOSEN]
        subprocess.run(uv, check=True, cwd=ROOT, env={**os.environ, "UV_LINK_MODE": "copy"})
        stamp.write_text(wanted)
    tests = [PYTHON, "-m", "pytest", "-q", "-W", "default", *(arguments or ["tests/unit"])]
    return subprocess.run(tests, check=False, cwd=ROOT).returncode


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
