"""Run every check of the house and every test, and say at the end which of them failed.

Enters: names of gates (none: all). Leaves: their output, pytest's own summary lines, an exit code. A gate
that fails does not hide the ones after it.
"""

import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
BIN = Path(sys.executable).parent
ACCEPTANCE = ROOT / "tests" / "acceptance"

GATES: dict[str, list[str]] = {
    "lint": [str(BIN / "ruff"), "check", "--quiet"],
    "format": [str(BIN / "ruff"), "format", "--check", "--quiet"],
    "types": [sys.executable, "-m", "mypy"],
    "imports": [str(BIN / "lint-imports")],
    "ui": [sys.executable, "ui/fresh.py"],
    "docs": [sys.executable, "docs/generate.py", "--check"],
    "tests": [sys.executable, "-m", "pytest", "-n", "2", "--ignore=tests/acceptance"],
    "acceptance": [sys.executable, "-m", "pytest", "tests/acceptance"],
}
QUIET = ("types", "imports")  # worth reading only when they fail


def main(names: list[str]) -> int:
    """Run the gates called ``names``; return 0 when all of them hold."""
    failed = [name for name in names or GATES if not _holds(name)]
    if failed:
        print(f"\nFailed: {', '.join(failed)}")
    return 1 if failed else 0


def _holds(name: str) -> bool:
    if name == "acceptance" and not any(ACCEPTANCE.glob("test_*.py")):
        return True
    print(f"── {name}", flush=True)
    began = time.monotonic()
    run: Callable[..., subprocess.CompletedProcess[str]] = subprocess.run
    done = run(GATES[name], cwd=ROOT, check=False, text=True, capture_output=name in QUIET, stdin=subprocess.DEVNULL)
    if done.returncode and name in QUIET:
        print(done.stdout, done.stderr, sep="", end="")
    print(f"   {'ok' if not done.returncode else 'FAILED'}, {time.monotonic() - began:.0f} s", flush=True)
    return done.returncode == 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
