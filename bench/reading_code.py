"""What does it cost to read columns from the user's code? CPU time of each part, the least of several tries.

Enters: the pipelines in ``bench/pipelines``. Leaves: what a hook adds on the user's thread to note where in the code a
call was made, from a function of a script; what loading the follower costs a process once, when its first run is
reported; and what following each pipeline costs, without columns of files being known.
"""

import argparse
import os
import subprocess
import sys
import threading
import time
import timeit
from pathlib import Path

from driftline.capture.program import sites
from driftline.capture.script.follow import follow
from driftline.capture.script.reading import Entry, Source

PIPELINES = sorted((Path(__file__).parent / "pipelines").glob("*.py"))
LOADING = (
    "import time, driftline.capture.runs.emit, driftline.capture.runs.kept, driftline.capture.frames.origin; "
    "begin = time.process_time(); import driftline.capture.explaining.code_edges; print(time.process_time() - begin)"
)
CALL = "def noted():\n    return visit()\n\n\ndef called():\n    return noted()\n\n\nspent.append(timed(called))\n"


def timed(call: object) -> float:
    """Return the seconds of one call."""
    return min(timeit.repeat(call, number=20_000, repeat=5, timer=time.process_time)) / 20_000  # type: ignore[arg-type] # any call


def noting() -> float:
    """Return the seconds that noting a call takes, which a script makes in a function that a function calls."""
    spent: list[float] = []
    code = compile(CALL, "script.py", "exec")
    thread = threading.Thread(target=exec, args=(code, {"visit": sites.visit, "timed": timed, "spent": spent}))
    thread.start()
    thread.join()
    return spent[0]


def loading(tries: int) -> float:
    """Return the seconds that loading the follower takes, where it was compiled before."""
    kept = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    found = [
        float(subprocess.run([sys.executable, "-c", LOADING], env=kept, capture_output=True, check=True).stdout)
        for _ in range(tries)
    ]
    return min(found)


def following(file: Path) -> float:
    """Return the seconds that following one script takes."""
    source = Source(str(file), file.read_text(), "__main__")
    begin = time.process_time()
    follow(Entry(str(file)), lambda name: source if name == str(file) else None, lambda _: None)
    return time.process_time() - begin


def main() -> int:
    """Run and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=5)
    runs = parser.parse_args().runs
    print(f"noting where a call is made: {noting() * 1e6:.1f} µs")
    print(f"loading the follower, once: {loading(runs) * 1e3:.0f} ms")
    for file in PIPELINES:
        print(f"following {file.stem}: {min(following(file) for _ in range(runs)) * 1e3:.1f} ms")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
