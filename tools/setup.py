"""Make the environment that `make` works in: a virtual environment with Driftline and one extra installed.

Enters: the extra (``demo`` or ``dev``), and ``system`` where the acceptance tests want programs from Debian.
Leaves: a folder that is left alone as long as pyproject.toml and its own place stay the same.
"""

import hashlib
import importlib.util
import os
import shutil
import subprocess
import sys
import time
import venv
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = Path(os.environ.get("VENV", ".venv"))
VENV = VENV if VENV.is_absolute() else ROOT / VENV
COVERED_BY = {"demo": ("demo", "dev"), "dev": ("dev",)}  # extra -> installations that contain it
PROGRAMS = {
    "chromium": "chromium",
    "prometheus": "prometheus",
    "prometheus-alertmanager": "prometheus-alertmanager",
}


def main(arguments: list[str]) -> int:
    """Set up what ``arguments`` name; return the exit code."""
    extra, *rest = arguments
    key = hashlib.sha256((ROOT / "pyproject.toml").read_bytes() + str(VENV).encode()).hexdigest()
    if not any(_stamp(name).is_file() and _stamp(name).read_text() == key for name in COVERED_BY[extra]):
        failure = _create() or _install(extra)
        if failure:
            sys.stderr.write(f"{failure}\n")
            return 1
        _stamp(extra).write_text(key)
    if "system" in rest:
        _install_programs()
    return 0


def _stamp(extra: str) -> Path:
    return VENV / f".driftline-{extra}"


def _create() -> str:
    """Make the virtual environment unless a working one is there; return what went wrong."""
    python = VENV / "bin" / "python"
    pip = VENV / "bin" / "pip"
    if python.exists() and pip.is_file() and str(VENV).encode() in pip.read_bytes()[:500]:
        return ""
    if importlib.util.find_spec("ensurepip") is None:
        version = f"{sys.version_info.major}.{sys.version_info.minor}"
        return (
            f"{sys.executable} cannot make virtual environments: its ensurepip module is missing.\n"
            f"Hint: on Debian or Ubuntu run 'apt-get install python{version}-venv', then try again."
        )
    try:
        venv.create(VENV, with_pip=True, clear=True, symlinks=True)
    except (OSError, subprocess.CalledProcessError) as error:
        return f"The virtual environment {VENV} could not be made: {error}\nHint: remove it and try again."
    return ""


def _install(extra: str) -> str:
    """Install Driftline with ``extra``; return what went wrong. pip's own output goes to a file."""
    command = [str(VENV / "bin" / "python"), "-m", "pip", "install", "--no-input", "-e", f".[{extra}]"]
    environment = {**os.environ, "PIP_DISABLE_PIP_VERSION_CHECK": "1", "PIP_ROOT_USER_ACTION": "ignore"}
    log = VENV / "install.log"
    began = time.monotonic()
    shown = sys.stdout.isatty()
    print(
        f"Installing Driftline with its '{extra}' packages into {VENV.name} (once, a minute or two)",
        flush=True,
    )
    lines: list[str] = []
    with subprocess.Popen(
        command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    ) as process:
        for line in process.stdout or ():
            lines.append(line)
            if shown and line.startswith(("Collecting", "Installing")):
                step = " ".join(line.split()[:2])
                print(f"\r  {time.monotonic() - began:4.0f} s  {step[:60]:<60}", end="", flush=True)
    log.write_text("".join(lines))
    if shown:
        print(f"\r{'':<72}\r", end="")
    if process.returncode:
        return f"{''.join(lines[-25:])}\nInstalling failed; the whole output is in {log}."
    print(f"Installed in {time.monotonic() - began:.0f} s", flush=True)
    return ""


def _install_programs() -> None:
    """Install from Debian what acceptance tests start; where that cannot be, those tests are skipped."""
    missing = [package for package, program in PROGRAMS.items() if shutil.which(program) is None]
    if not missing:
        return
    names = ", ".join(missing)
    if shutil.which("apt-get") is None or os.geteuid() != 0:
        print(
            f"Not installed: {names}. The tests that need them will be skipped and listed at the end.",
            flush=True,
        )
        return
    print(f"Installing {names} for the acceptance tests", flush=True)
    # A run level of 1 keeps Debian from starting the services that it installs.
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive", "RUNLEVEL": "1"}
    for command in (["update", "-qq"], ["install", "-qq", "-y", "--no-install-recommends", *missing]):
        done = subprocess.run(
            ["apt-get", *command],
            env=environment,
            capture_output=True,
            text=True,
            stdin=subprocess.DEVNULL,
            check=False,
        )
        if done.returncode:
            reason = done.stderr.strip().splitlines()[-1:] or ["no reason given"]
            print(
                f"apt-get {command[0]} failed ({reason[0]}); tests that need {names} will be skipped",
                flush=True,
            )
            return


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
