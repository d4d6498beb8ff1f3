"""What a watched process loads, and what it does without."""

import http.server
import json
import os
import subprocess
import sys
import threading
from pathlib import Path

import pytest


def ran(script: str, folder: Path) -> str:
    done = subprocess.run([sys.executable, "-c", script], cwd=folder, capture_output=True, text=True, check=True)
    return done.stdout


def test_watching_loads_no_library(tmp_path: Path) -> None:
    script = (
        "import driftline, sys, time\n"
        "start = time.process_time()\n"
        "driftline.watch()\n"
        "with driftline.run('job', at=1) as run: run.id\n"
        "heavy = {'numpy', 'pandas', 'pyarrow', 'duckdb', 'sqlglot'}\n"
        "print(sorted(heavy & set(sys.modules)), time.process_time() - start)\n"
        "import os; os._exit(0)\n"
    )
    loaded, seconds = ran(script, tmp_path).rsplit(" ", 1)
    assert loaded == "[]"
    assert float(seconds) < 0.5  # measured 0.05 s


PLAIN = (
    "import driftline, sys, json\n"
    "driftline.watch('plain')\n"
    "{body}\n"
    "from driftline.capture.watching import process; process.end()\n"
    "assert driftline.flush()\n"
    "print(json.dumps(sorted(sys.modules)))\n"
)


# What only programs need that read or write, have children, ask by TLS or misspell a setting.
NEEDLESS = frozenset(("http.client", "ssl", "email", "pickle", "csv", "ctypes", "tempfile", "shutil", "difflib"))
PANDAS = "import pandas; open('in.csv', 'w').write('a,b\\n1,2\\n'); pandas.read_csv('in.csv').to_csv('out.csv')"


def loaded(body: str, folder: Path, **settings: str) -> set[str]:
    """Return the modules that a watched script has loaded once all that it recorded is where it belongs."""
    names = {"DRIFTLINE_MEASURE": "names", "DRIFTLINE_CONSOLE": "0", **settings}
    script = PLAIN.format(body=body)
    env = {**os.environ, **names}
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=folder, env=env, capture_output=True, text=True, check=True
    )
    return set(json.loads(done.stdout.splitlines()[-1]))


def rooms(found: set[str]) -> set[str]:
    return {name.split(".")[1] for name in found if name.startswith("driftline.")}


def test_recording_into_the_embedded_store_loads_neither_arrays_nor_the_comparison(tmp_path: Path) -> None:
    found = loaded("", tmp_path)
    assert (tmp_path / ".driftline" / "driftline.db").exists()
    assert "driftline.engine.fold" in found  # what follows was worked out in this process
    assert found & {"numpy", "pyarrow", "duckdb", "pandas", "sqlglot", "ssl", "http.client", "email"} == set()
    assert rooms(found) & {"profile", "drift", "serve", "cli"} == set()
    assert "driftline.engine.compare" not in found


def test_a_script_without_sql_never_loads_the_parser_of_sql(tmp_path: Path) -> None:
    found = loaded(PANDAS, tmp_path)
    assert "pandas" in found
    assert "driftline.capture.hooks.pandas" in found
    assert {name for name in found if name.split(".")[0] in ("sqlglot", "duckdb")} == set()
    assert rooms(found) & {"profile", "drift"} == set()


@pytest.mark.parametrize("body", ["", PANDAS], ids=["empty", "pandas"])
def test_with_a_server_the_engine_and_the_store_are_never_loaded(body: str, tmp_path: Path) -> None:
    taken: list[bytes] = []

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            taken.append(self.rfile.read(int(self.headers["Content-Length"])))
            self.send_response(204)
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the name is the base class's
            """Say nothing."""

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        found = loaded(body, tmp_path, DRIFTLINE_URL=f"http://127.0.0.1:{server.server_address[1]}")
        server.shutdown()
    events = [event for batch in taken for event in json.loads(batch)]
    told = [event["eventType"] for event in events]
    assert told in (["COMPLETE"], ["START", "COMPLETE"])  # a start of its own where the machine is slow
    assert rooms(found) & {"engine", "store", "graph", "cause", "alert", "profile", "drift"} == set()
    assert {name for name in found if name.split(".")[0] in ("sqlglot", "duckdb")} == set()
    assert "http.client" not in found
    assert body or found & NEEDLESS == set()
