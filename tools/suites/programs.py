"""Run programs without Driftline and with ``driftline.watch(…)`` as their first statement, and print what differs.

Enters: paths of programs, each perhaps with arguments behind it in the same word (``"run.py --rows 10"``). Leaves: a
line for each, and below it what differs: the exit code, what it printed, its messages, the files that it left. Each run
is in a copy of the program's folder, with as many lines, so that messages name the same ones. What differs is run again
without Driftline: a program that differs from itself is named as unsteady. Exit code 1 where one differs steadily.
"""

import argparse
import ast
import hashlib
import os
import re
import shlex
import shutil
import subprocess
import sys
import tempfile
from itertools import zip_longest
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parent.parent.parent
VENV = Path(os.environ.get("SUITES_VENV", ROOT / ".venv-suites"))
PATIENCE_SECONDS = 300
SHOWN = 40  # lines of each
_WATCH = 'import driftline; driftline.watch("program")\n'
_NAMED = re.compile(r"[0-9a-f]{16,}|programs-\w{8}|\d{6,}")  # ids and folders in the names of files
_OURS = (".driftline", "__pycache__")
_PASSING = re.compile(r"0x[0-9a-f]{6,}|\d{4}-\d\d-\d\d[ T]\d\d:\d\d:\d\d[.,]?\d*|\b\d+\.\d+(?:e-\d+)?s\b")


class Ran(NamedTuple):
    """What came of one run."""

    code: int
    printed: str
    messages: str
    files: dict[str, str]  # path -> hash
    cpu: float


def main() -> int:
    """Do what the command line says."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("programs", nargs="+")
    differing = 0
    print("| program | exit code | lines printed | files | differs | CPU s |\n|---|---|---|---|---|---|", flush=True)
    for given in parser.parse_args().programs:
        bare, watched = run(given, watch=False), run(given, watch=True)
        found = differences(bare, watched)
        again = run(given, watch=False) if found else bare
        unsteady = differences(bare, again)
        steady = differences(*(_settled(one, bare, again) for one in (bare, watched))) if unsteady else found
        differing += bool(steady)
        words = ", ".join(steady) + "".join(f", {name} (unsteady)" for name in found if name in unsteady)
        print(
            f"| {Path(given.split()[0]).name} | {bare.code} | {len(bare.printed.splitlines())} | {len(bare.files)} "
            f"| {words.strip(', ')} | {bare.cpu:.1f} → {watched.cpu:.1f} |",
            flush=True,
        )
        for text in steady.values():
            print(text, flush=True)
    return 1 if differing else 0


def run(given: str, *, watch: bool) -> Ran:
    """Run a program in a copy of its folder."""
    path, *rest = shlex.split(given)
    program = Path(path).resolve()
    with tempfile.TemporaryDirectory(prefix="programs-") as made:
        folder = Path(made) / "here"
        shutil.copytree(program.parent, folder, ignore=shutil.ignore_patterns(*_OURS), symlinks=True)
        copy = folder / program.name
        copy.write_text(begun(copy.read_text(), _WATCH if watch else "# as it is\n"))
        environment = {
            **os.environ, "PYTHONPATH": str(ROOT / "src"), "PYTHONHASHSEED": "0", "MPLBACKEND": "Agg",
            "DRIFTLINE_CONSOLE": "0", "PYTHONDONTWRITEBYTECODE": "1", "TMPDIR": made, "HOME": made,
        }  # fmt: skip
        with (Path(made) / "out").open("w+") as out, (Path(made) / "err").open("w+") as err:
            process = subprocess.Popen(
                ["timeout", str(PATIENCE_SECONDS), VENV / "bin" / "python", copy.name, *rest],
                cwd=folder, env=environment, stdin=subprocess.DEVNULL, stdout=out, stderr=err,
            )  # fmt: skip
            _, status, used = os.wait4(process.pid, 0)
            process.returncode = os.waitstatus_to_exitcode(status)
            printed, messages = ((_said(file.seek(0) or file.read(), made)) for file in (out, err))
        copy.unlink()
        return Ran(process.returncode, printed, messages, _files(folder), used.ru_utime + used.ru_stime)


def begun(source: str, line: str) -> str:
    """Return a program with ``line`` before its first statement, behind its docstring and what is of the future."""
    first = 1
    for one in ast.parse(source).body:
        described = isinstance(one, ast.Expr) and isinstance(one.value, ast.Constant)
        if not described and not (isinstance(one, ast.ImportFrom) and one.module == "__future__"):
            break
        first = (one.end_lineno or 0) + 1
    lines = source.splitlines(keepends=True)
    return "".join([*lines[: first - 1], line, *lines[first - 1 :]])


def _said(text: str, folder: str) -> str:
    return _PASSING.sub("…", text.replace(folder, "…"))


def _files(folder: Path) -> dict[str, str]:
    found: dict[str, str] = {}
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder)
        if not set(name.parts) & set(_OURS):
            content = path.read_bytes() if path.is_file() else b""
            lasting = _NAMED.sub("…", str(name))
            found[lasting] = " ".join(sorted([*found.get(lasting, "").split(), hashlib.sha256(content).hexdigest()]))
    return found


def _settled(one: Ran, first: Ran, second: Ran) -> Ran:
    """Return a run without what differs between two that should be alike."""
    return one._replace(
        code=one.code if first.code == second.code else 0,
        printed=_lasting(one.printed, first.printed, second.printed),
        messages=_lasting(one.messages, first.messages, second.messages),
        files={name: value for name, value in one.files.items() if first.files.get(name) == second.files.get(name)},
    )


def _lasting(text: str, first: str, second: str) -> str:
    """Return the lines of a text at whose places two others have the same; nothing where these are not as long."""
    pairs = list(zip_longest(first.splitlines(), second.splitlines()))
    if any(None in pair for pair in pairs):
        return ""
    lines = zip_longest(text.splitlines(), (one == other for one, other in pairs), fillvalue=None)
    return "\n".join(line or "" for line, same in lines if same is not False)


def differences(one: Ran, other: Ran) -> dict[str, str]:
    """Return in words what differs between two runs."""
    found = {}
    if one.code != other.code:
        found["exit code"] = f"    exit code {one.code} → {other.code}"
    for name, before, after in (
        ("printed", one.printed, other.printed),
        ("messages", one.messages, other.messages),
    ):
        if before != after:
            lines, others = before.splitlines(), after.splitlines()
            less = [f"    - {line}" for line in lines if line not in others][:SHOWN]
            found[name] = "\n".join([*less, *[f"    + {line}" for line in others if line not in lines][:SHOWN]])
    names = [name for name in {**one.files, **other.files} if one.files.get(name) != other.files.get(name)]
    if names:
        found["files"] = "    files: " + ", ".join(names)
    return found


if __name__ == "__main__":
    sys.exit(main())
