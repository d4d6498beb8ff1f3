"""Make .venv-dbt, where tests/acceptance/test_dbt.py finds dbt: its requirements and ours do not fit into one.

Enters: nothing. Leaves: a virtual environment that is left alone as long as the versions below stay the same. Where it
cannot be made, for want of a package index, that is said, and the tests that need it are skipped: the exit code is 0.
"""

import os
import shutil
import subprocess
import sys
import time
import venv
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv-dbt"
STAMP = VENV / ".complete"
# dbt-core 1.12 and later download a parser when they first run.
WANTED = ["openlineage-dbt==1.54.0", "dbt-core==1.11.16", "dbt-duckdb==1.11.1"]
PATIENCE_SECONDS = 900


def main() -> int:
    """Set it up unless it is there; return the exit code."""
    key = " ".join([*WANTED, f"{sys.version_info.major}.{sys.version_info.minor}", str(VENV)])
    if STAMP.is_file() and STAMP.read_text() == key:
        return 0
    print("Installing dbt for its acceptance tests into .venv-dbt (once, 220 MB)", flush=True)
    began = time.monotonic()
    failure = _install()
    if failure:
        shutil.rmtree(VENV, ignore_errors=True)
        print(f"That failed ({failure}); tests that need dbt will be skipped", flush=True)
        return 0
    STAMP.write_text(key)
    print(f"Installed in {time.monotonic() - began:.0f} s", flush=True)
    return 0


def _install() -> str:
    """Return what went wrong."""
    pip = [str(VENV / "bin" / "python"), "-m", "pip", "install", "--no-input", "--quiet", "--retries", "1"]
    quiet = {**os.environ, "PIP_DISABLE_PIP_VERSION_CHECK": "1", "PIP_ROOT_USER_ACTION": "ignore"}
    try:
        venv.create(VENV, with_pip=True, clear=True, symlinks=True)
        done = subprocess.run(
            [*pip, *WANTED],
            env=quiet,
            capture_output=True,
            text=True,
            stdin=subprocess.DEVNULL,
            timeout=PATIENCE_SECONDS,
            check=False,
        )
    except (OSError, subprocess.SubprocessError) as error:
        return str(error)
    said = done.stderr.strip().splitlines() or ["no reason given"]
    return said[-1] if done.returncode else ""


if __name__ == "__main__":
    sys.exit(main())
