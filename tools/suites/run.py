"""Run the test suites of other libraries without Driftline and with its hooks on, and print what differs.

Enters: names of suites (none: all), ``--mode``, ``--most``, ``--setup`` (only make the environment). Leaves:
``.venv-suites``, an environment of its own; a table; below it each test that came out otherwise, twice; exit code 1
where one did.
What differs is run again, both ways: tests that also differ from themselves are named as such.
"""

import argparse
import json
import os
import re
import signal
import subprocess
import sys
import tarfile
import tempfile
import venv
from pathlib import Path
from typing import Any, NamedTuple

sys.path.insert(0, str(Path(__file__).resolve().parent))
from catalogue import PACKAGES, SOURCES, SUITES, Suite

ROOT = Path(__file__).resolve().parent.parent.parent
VENV = Path(os.environ.get("SUITES_VENV", ROOT / ".venv-suites"))
PLUGIN = Path(__file__).resolve().parent / "plugin"
PATIENCE_SECONDS = 3600
_NAMES = re.compile(r"(?<=^unattributed read ).*|(?<=^unattributed write ).*|(?<=^not measured: )\S+")
_ELSE = "the process was killed while the end of the run was measured"  # what is left in writing before the end
_ORDER = ("passed", "skipped", "xfailed", "xpassed", "failed", "error")


class Ran(NamedTuple):
    """One run of a suite."""

    tests: dict[str, dict[str, Any]]
    during: float  # CPU seconds of the tests
    cpu: float  # those of the whole process, its end and its children
    peak: int  # MiB of memory
    rest: dict[str, Any]  # what was left behind

    def summary(self) -> str:
        """How many tests ended how."""
        every = [one["outcome"] for one in self.tests.values()]
        return ", ".join(f"{every.count(name):,} {name}" for name in _ORDER if name in every)


def main() -> int:
    """Do what the command line says."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("names", nargs="*", choices=[[], *(suite.name for suite in SUITES)], metavar="SUITE")
    modes = ("watched", "runs", "both")
    parser.add_argument(
        "--mode", choices=modes, default="watched", help="runs: each test is a run; both: one and other"
    )
    parser.add_argument(
        "--most", type=int, default=0, help="so many tests of each suite, chosen by a hash of their ids"
    )
    parser.add_argument("--setup", action="store_true", help="only make the environment")
    parser.add_argument("--out", type=Path, help="folder for what was found, as JSON")
    given = parser.parse_args()
    signal.signal(signal.SIGINT, signal.default_int_handler)  # in the background it is ignored, and so by suites
    set_up()
    if given.setup:
        return 0
    differing = 0
    print("| suite | tests | without | with Driftline | differ | CPU s of the tests | to the end | peak MiB |")
    print("|---|---|---|---|---|---|---|---|", flush=True)
    details: list[str] = []
    for suite in SUITES:
        if given.names and suite.name not in given.names:
            continue
        bare = run(suite, "bare", most=given.most)
        _keep(given.out, suite, "bare", bare)
        for mode in modes[:2] if given.mode == "both" else [given.mode]:
            watched = run(suite, mode, most=given.most)
            _keep(given.out, suite, mode, watched)
            found, unsteady = different(suite, bare, watched, mode)
            differing += len(found)
            print(row(f"{suite.name}, {mode}", bare, watched, len(found)), flush=True)
            details += told(suite, bare, watched, found, unsteady)
    print("\n".join(["", *details]))
    return 1 if differing else 0


def row(name: str, bare: Ran, watched: Ran, differ: int) -> str:
    """Return the line of the table for a suite."""
    return (
        f"| {name} | {len(bare.tests):,} | {bare.summary()} | {watched.summary()} | {differ} "
        f"| {bare.during:.1f} → {watched.during:.1f} | {bare.cpu:.1f} → {watched.cpu:.1f} "
        f"| {bare.peak} → {watched.peak} |"
    )


def _keep(out: Path | None, suite: Suite, mode: str, ran: Ran) -> None:
    if out is not None:
        out.mkdir(parents=True, exist_ok=True)
        (out / f"{suite.name}-{mode}.json").write_text(json.dumps(ran._asdict(), indent=1))


def set_up() -> None:
    """Make the environment, and fetch the sources that carry tests."""
    key = "\n".join([*PACKAGES, *SOURCES, str(VENV)])
    stamp = VENV / ".complete"
    if stamp.is_file() and stamp.read_text() == key:
        return
    python = VENV / "bin" / "python"
    if not python.exists():
        venv.create(VENV, with_pip=True, symlinks=True)
    pip = [str(python), "-m", "pip", "--disable-pip-version-check", "-q"]
    print(f"Installing into {VENV.name} (once, some minutes, 1 GB)", flush=True)
    subprocess.run([*pip, "install", "-e", str(ROOT), *PACKAGES], check=True)
    for name in SOURCES:
        version = subprocess.run(
            [python, "-c", f"import importlib.metadata as m; print(m.version({name!r}))"],
            check=True, capture_output=True, text=True,
        ).stdout.strip()  # fmt: skip
        subprocess.run(
            [*pip, "download", "--no-deps", "--no-binary", name, "-d", str(VENV / "src"), f"{name}=={version}"],
            check=True,
        )
        for archive in (VENV / "src").glob(f"{name.replace('-', '_')}-*.tar.gz"):
            with tarfile.open(archive) as opened:
                opened.extractall(VENV / "src", filter="data")
    stamp.write_text(key)


def folder_of(suite: Suite) -> Path:
    """Where the paths of a suite begin."""
    if suite.source:
        return next(one for one in (VENV / "src").glob(f"{suite.source.replace('-', '_')}-*") if one.is_dir())
    code = f"import {suite.package or 'test'} as found; print(found.__path__[0])"
    done = subprocess.run([VENV / "bin" / "python", "-c", code], check=True, capture_output=True, text=True)
    return Path(done.stdout.strip())


def run(suite: Suite, mode: str, only: list[str] | None = None, most: int = 0) -> Ran:
    """Run a suite, or some of its tests, in a process and a folder of its own. ``most``: of so many (0: of all)."""
    folder = folder_of(suite)
    with tempfile.TemporaryDirectory(prefix="suites-") as made:
        home = Path(made) / "home"  # what is opened there is not taken down
        home.mkdir()
        out = home / "out.json"
        environment = {
            **os.environ,
            "PYTHONPATH": os.pathsep.join([str(ROOT / "src"), str(PLUGIN)]),
            "SUITES_MODE": mode,
            "SUITES_OUT": str(out),
            "SUITES_MOST": str(most),
            "SUITES_TESTS": os.pathsep.join(str(folder / path.partition("::")[0]) for path in suite.paths),
            "DRIFTLINE_HOME": str(home),
            "DRIFTLINE_CONSOLE": "0",
            "PYTHONHASHSEED": "0",
            "TMPDIR": made,
        }
        paths = only if only is not None else [str(folder / path) for path in suite.paths]
        command = [
            str(VENV / "bin" / "python"), "-m", "pytest", "-q", "--no-header", "--tb=short", "-p", "no:cacheprovider",
            "-p", "suite_outcomes", "-p", "no:randomly", "--timeout", "120", "--rootdir", str(folder),
            "-o", "asyncio_default_fixture_loop_scope=function",  # without which pytest-asyncio warns everywhere
            "--continue-on-collection-errors", *suite.options, *paths,
        ]  # fmt: skip
        where = folder if suite.source else Path(made)
        with (Path(made) / "log").open("w+") as log:
            process = subprocess.Popen(
                command, cwd=where, env=environment, stdout=log, stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL
            )
            _, status, used = os.wait4(process.pid, 0)
            process.returncode = os.waitstatus_to_exitcode(status)
            log.seek(0)
            said = log.read()
        if not out.exists():
            sys.stderr.write(f"{suite.name} ({mode}) ended with {process.returncode}:\n{said[-800:]}\n")
            return Ran(
                {}, 0, 0, 0, {"files": [], "threads": [], "failed": {}, "faults": {}, "gaps": {}, "log": said[-20000:]}
            )
        found = json.loads(out.read_text())
        rest = {name: found[name] for name in ("files", "threads", "failed", "faults")} | {"log": said[-20000:]}
        rest |= {"gaps": _gaps(home), "told": [line for line in said.splitlines() if "driftline" in line.lower()]}
        return Ran(found["tests"], found["cpu"], used.ru_utime + used.ru_stime, used.ru_maxrss // 1024, rest)


def _gaps(home: Path) -> dict[str, int]:
    """How many gaps of which kind the run told of at its end."""
    file = home / "gaps.json"
    if not file.exists():
        return {}
    told = [json.loads(line) for line in file.read_text().splitlines()]
    ends: list[dict[str, int]] = [gaps for gaps in told if _ELSE not in gaps]
    kinds: dict[str, int] = {}
    for gap, count in (ends or [{}])[-1].items():
        kind = _NAMES.sub("…", gap)
        kinds[kind] = kinds.get(kind, 0) + count
    return kinds


def differing(bare: Ran, watched: Ran) -> list[str]:
    """The tests that came out otherwise."""
    ids = dict.fromkeys([*bare.tests, *watched.tests])
    return [test for test in ids if _essence(bare.tests.get(test)) != _essence(watched.tests.get(test))]


def _essence(one: dict[str, Any] | None) -> Any:
    return None if one is None else (one["outcome"], one["said"], sorted(one["warnings"]))


def different(suite: Suite, bare: Ran, watched: Ran, mode: str) -> tuple[list[str], list[str]]:
    """The tests that came out otherwise, and those of them that do not do so steadily."""
    found = differing(bare, watched)
    tests = [test for test in found if "::" in test]
    if not found or not tests or len(tests) > 2000:
        return found, []
    folder = folder_of(suite)
    again = [run(suite, kind, [str(folder / test) for test in tests]) for kind in ("bare", mode)]
    itself = set(differing(bare, again[0]))  # without Driftline
    steady = (set(differing(*again)) - itself) | {test for test in found if "::" not in test}
    return [test for test in found if test in steady], [test for test in found if test not in steady]


def told(suite: Suite, bare: Ran, watched: Ran, found: list[str], unsteady: list[str]) -> list[str]:
    """Say in words what differs."""
    lines = []
    for test in found:
        lines.append(f"{suite.name}: {test}")
        for name, ran in (("without", bare), ("with", watched)):
            one = ran.tests.get(test, {"outcome": "absent", "said": "", "warnings": []})
            lines.append(f"    {name}: {one['outcome']} {one['said']}")
        before, after = (set(ran.tests.get(test, {}).get("warnings", [])) for ran in (bare, watched))
        lines += [
            f"    warning {sign} {one}" for sign, many in (("-", before - after), ("+", after - before)) for one in many
        ]
    lines += [f"{suite.name}: {test} differed once, and not again" for test in unsteady]
    lines += [f"{suite.name}: thread left: {one}" for one in _more(bare, watched, "threads")]
    lines += [f"{suite.name}: open file left: {one}" for one in _more(bare, watched, "files")]
    lines += [f"{suite.name}: passed over in Driftline: {one} ({n})" for one, n in watched.rest["failed"].items()]
    return lines


def _more(bare: Ran, watched: Ran, name: str) -> list[str]:
    """What was left behind with Driftline only."""
    left = list(bare.rest[name])
    more = []
    for one in watched.rest[name]:
        if one in left:
            left.remove(one)
        else:
            more.append(one)
    return more


if __name__ == "__main__":
    sys.exit(main())
