"""What does one call cost when a loop repeats it? Calls of hooked libraries, bare and under ``driftline.watch``.

Enters: the kinds of ``repeated_kinds.py``. Each becomes a script of a loop, which runs in a process and a folder of its
own, as it is and with two lines for ``watch`` before it, in turn, several times.
Leaves: for each kind the CPU time of one call on the thread that calls (``thread_time``), and what the other threads of
that process take (``process_time`` less that), ours with the embedded store among them; medians over the turns. What
happens once, at the start and at the end of a process, is not in it: ``bench/overhead.py`` has that. The results of the
calls must be the same.
"""

import argparse
import contextlib
import fnmatch
import importlib.util
import json
import os
import platform
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from repeated_kinds import KINDS, POSTGRES, Kind

sys.path.append(str(Path(__file__).parent.parent))
from tests import postgres_server

WARM = 20  # calls before the clock starts
QUICKER = 20  # times fewer calls with ``--quick``
PATIENCE_SECONDS = 120.0  # for one process
TURNS = {  # the two lines, what lets our threads come to rest, and what they say of themselves
    "bare": ("", "pass", "{}"),
    "watched": ("import driftline\ndriftline.watch('repeated')", "driftline.flush(30.0)", "driftline.status()"),
}
SCRIPT = """{watch}
import json as _json, time as _time
{begin}

for number in range(-{warm}, {calls}):
    if number == 0:
        {settle}
        _began, _all_began = _time.thread_time(), _time.process_time()
{call}
_mine = _time.thread_time() - _began
{settle}
_others = _time.process_time() - _all_began - (_time.thread_time() - _began)
print(_json.dumps([_mine, _others, repr({result}), {status}]))
"""
ONE_THREAD = dict.fromkeys(("OMP_NUM_THREADS", "POLARS_MAX_THREADS", "ARROW_NUM_THREADS"), "1")
HEAD = ("kind", "bare µs", "watched µs", "added µs", "ratio", "added on other threads µs")


def written(one: Kind, turn: str, calls: int) -> str:
    """Return the script of a kind."""
    watch, settle, status = TURNS[turn]
    call = "\n".join(f"    {line}" for line in one.call.splitlines())
    return SCRIPT.format(
        watch=watch, begin=one.begin, warm=WARM, calls=calls, settle=settle, call=call, result=one.result, status=status
    )


def once(one: Kind, turn: str, calls: int, postgres: str) -> tuple[float, float, Any, str]:
    """Run a kind in a process; return microseconds of a call on its thread and on others, its result, and trouble.

    Trouble are our own failures and losses, and what Driftline printed; a hook that fails costs little.
    """
    with tempfile.TemporaryDirectory(prefix="repeated-") as folder:
        (Path(folder) / "job.py").write_text(written(one, turn, calls))
        kept = {name: value for name, value in os.environ.items() if not name.startswith("DRIFTLINE_")}
        done = subprocess.run(
            [sys.executable, "job.py"],
            cwd=folder,
            env={**kept, **ONE_THREAD, "DRIFTLINE_CONSOLE": "0", POSTGRES: postgres},
            capture_output=True,
            text=True,
            check=False,
            timeout=PATIENCE_SECONDS,
        )
    assert done.returncode == 0, done.stderr
    mine, others, result, status = json.loads(done.stdout.splitlines()[-1])
    failed = [f"{name}={number}" for name, number in status.items() if number and name.startswith(("failed", "lost"))]
    said = [line for line in done.stderr.splitlines() if line.startswith("driftline: ")]
    return 1e6 * mine / calls, 1e6 * others / calls, result, "; ".join(failed + said)


@contextlib.contextmanager
def postgres_of(names: list[str]) -> Iterator[postgres_server.PostgresServer | None]:
    """Start a PostgreSQL where a kind needs one and its programs are there; it ends with the block."""
    programs = postgres_server.programs()
    if programs is None or not any("psycopg" in KINDS[name].needs for name in names):
        yield None
        return
    server = postgres_server.PostgresServer(programs)
    try:
        yield server
    finally:
        server.remove()


def compared(name: str, rounds: int, calls: int, server: postgres_server.PostgresServer | None) -> bool:
    """Run a kind in turns and print its row; return whether the results were the same."""
    one = KINDS[name]
    taken: dict[str, list[tuple[float, float]]] = {turn: [] for turn in TURNS}
    results = set()
    for _ in range(rounds):
        for turn, figures in taken.items():
            postgres = server.new_url() if server and "psycopg" in one.needs else ""
            mine, others, result, trouble = once(one, turn, calls, postgres)
            figures.append((mine, others))
            results.add(result)
            if trouble:
                print(f"{name}, {turn}: {trouble}", file=sys.stderr)
    bare, bare_others, watched, others = (
        statistics.median(figure[place] for figure in figures) for figures in taken.values() for place in (0, 1)
    )
    shown = (f"{bare:,.1f}", f"{watched:,.1f}", f"{watched - bare:,.1f}", f"{watched / bare:.2f}")
    print(f"| {name} | {' | '.join(shown)} | {others - bare_others:,.1f} |", flush=True)
    if len(results) > 1:
        print(f"{name}: the results differ: {sorted(results)}", file=sys.stderr)
    return len(results) == 1


def asked(kinds: str) -> tuple[list[str], list[str]]:
    """Return the kinds that names with wildcards, separated by ';', stand for, and those names that stand for none."""
    wanted = [name.strip() for name in kinds.split(";") if name.strip()]
    names = [name for name in KINDS if any(fnmatch.fnmatch(name, one) for one in wanted)]
    unknown = [one for one in wanted if not any(fnmatch.fnmatch(name, one) for name in KINDS)]
    return names, unknown if wanted else [kinds]


def main() -> int:
    """Run and print; 1 = a result differed, 2 = no kind has such a name."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kinds", default="*", help="names with * and ?, separated by ';', such as 'sqlite3*;DuckDB*'")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--calls", type=int, help="of each turn; default: as many as the kind says")
    parser.add_argument("--quick", action="store_true", help="one round of few calls: does it run?")
    given = parser.parse_args()
    names, unknown = asked(given.kinds)
    if unknown:
        print(f"no such kind: {'; '.join(unknown)}; there are:", *KINDS, sep="\n", file=sys.stderr)
        return 2
    same, missing = True, []
    print(
        f"\nOne call in a loop, CPU time, Python {platform.python_version()}, load {os.getloadavg()[0]:.1f} at first\n"
    )
    print(f"| {' | '.join(HEAD)} |\n| --- |{' ---: |' * (len(HEAD) - 1)}", flush=True)
    with postgres_of(names) as server:
        for number, name in enumerate(names, 1):
            wanted = KINDS[name].needs
            if any(importlib.util.find_spec(one) is None for one in wanted) or ("psycopg" in wanted and server is None):
                missing.append(name)
                continue
            print(f"{number} of {len(names)}: {name}", file=sys.stderr, flush=True)
            calls = given.calls or max(1, KINDS[name].calls // (QUICKER if given.quick else 1))
            same &= compared(name, 1 if given.quick else given.rounds, calls, server)
    print(f"\nResults the same: {'yes' if same else 'NO'}. Load {os.getloadavg()[0]:.1f} at last.")
    if missing:
        print(f"Left out, as a library or PostgreSQL is not installed: {', '.join(missing)}.")
    return 0 if same else 1


if __name__ == "__main__":
    sys.exit(main())
