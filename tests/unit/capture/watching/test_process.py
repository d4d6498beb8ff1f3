"""``watch(name)``: an unchanged script is one run, whatever it starts and however it ends."""

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import xxhash

import driftline
from driftline.capture.runs import around
from driftline.capture.watching import process
from driftline.event import facets, openlineage
from driftline.event.facets import CodeFacet
from driftline.graph import fold
from driftline.testing import MemorySink

Script = Callable[..., list[dict[str, Any]]]

PIPELINE = """import driftline; driftline.watch("churn")
import argparse, pickle
import pandas as pd
import features

parser = argparse.ArgumentParser()
parser.add_argument("--alpha", type=float, default=0.5)
parser.add_argument("--api-key")
options = parser.parse_args()
frame = pd.read_csv("orders.csv")
features.made(frame).to_parquet("features.parquet")
with driftline.run("train", params={"depth": 3}) as run:
    table = pd.read_parquet("features.parquet")
    table.to_pickle("model.pkl")
"""


def names(event: dict[str, Any], side: str) -> list[str]:
    return sorted(part["name"] for part in event[side])


def pipeline(folder: Path) -> None:
    (folder / "orders.csv").write_text("id,amount\n" + "".join(f"{n},{n * 2.5}\n" for n in range(100)))
    (folder / "features.py").write_text("def made(frame):\n    return frame.assign(double=frame.amount * 2)\n")


def test_an_unchanged_script_is_recorded_whole(script: Script, tmp_path: Path) -> None:
    pipeline(tmp_path)
    command = ["git", "-c", "user.name=a", "-c", "user.email=a@b", "-c", "commit.gpgsign=false"]
    for arguments in (["init", "-q", "-b", "main"], ["add", "-A"], ["commit", "-q", "-m", "first"]):
        subprocess.run([*command, *arguments], cwd=tmp_path, check=True)
    head = subprocess.run(["git", "rev-parse", "HEAD"], cwd=tmp_path, check=True, capture_output=True, text=True)
    train, churn = script(PIPELINE, "--alpha", "0.7", "--api-key", "s3cret")
    assert (churn["eventType"], churn["job"]["name"]) == ("COMPLETE", "churn")
    assert names(churn, "inputs") == ["orders.csv"]
    assert names(churn, "outputs") == ["features.parquet"]
    on_run, on_job = churn["run"]["facets"], churn["job"]["facets"]
    assert on_run["driftline_code"]["parameters"] == {"alpha": "0.7", "api_key": "***"}
    assert on_run["driftline_code"]["version"].startswith("src:")
    assert on_run["driftline_environment"]["packages"]["pandas"]
    assert on_run["driftline_environment"]["python"] == sys.version.split()[0]
    assert on_run["driftline_environment"]["files"] == 2
    assert on_job["sourceCodeLocation"]["version"] == head.stdout.strip()
    assert on_job["sourceCodeLocation"]["branch"] == "main"
    assert on_run["driftline_completeness"]["completeness"] == 1.0
    for part in (*churn["inputs"], *churn["outputs"]):
        facets = part["facets"]
        assert facets["driftline_state"]["version"].startswith("xxh3:")
        assert facets["driftline_state"]["fingerprint"]
        assert [field["name"] for field in facets["schema"]["fields"]][:2] == ["id", "amount"]
    profiled = {
        part["name"] for one in (train, churn) for part in one["outputs"] + one["inputs"]
        if "driftline_profile" in part["facets"]
    }  # fmt: skip
    assert profiled >= {"orders.csv", "features.parquet"}  # once per version and process
    assert (train["job"]["name"], train["run"]["facets"]["parent"]["run"]["runId"]) == ("train", churn["run"]["runId"])
    assert (names(train, "inputs"), names(train, "outputs")) == (["features.parquet"], ["model.pkl"])


def test_a_change_in_a_module_beside_the_script_is_other_code(script: Script, tmp_path: Path) -> None:
    pipeline(tmp_path)
    first = script(PIPELINE)[-1]["run"]["facets"]["driftline_code"]["version"]
    again = script(PIPELINE)[-1]["run"]["facets"]["driftline_code"]["version"]
    (tmp_path / "features.py").write_text("def made(frame):\n    return frame.assign(double=frame.amount * 3)\n")
    changed = script(PIPELINE)[-1]["run"]["facets"]["driftline_code"]["version"]
    assert first == again != changed


ABOVE = "import driftline, sys; driftline.watch('job')\nimport pandas\npandas.read_csv('a.csv')\n"


@pytest.mark.parametrize(
    ("end", "status", "state", "message"),
    [
        ("raise ValueError('no data')", 1, "FAIL", "ValueError: no data"),
        ("sys.exit('bad configuration')", 1, "FAIL", "SystemExit: bad configuration"),
        ("sys.exit(3)", 3, "FAIL", "SystemExit: 3"),
        ("raise SystemExit(2)", 2, "FAIL", "SystemExit: 2"),
        ("def main(): return 4\nraise SystemExit(main())", 4, "FAIL", "SystemExit: 4"),
        ("def deep(): raise SystemExit('deep')\ndeep()", 1, "FAIL", "SystemExit: deep"),
        ("exit(5)", 5, "FAIL", "SystemExit: 5"),
        ("try: 1 / 0\nexcept ZeroDivisionError: sys.exit(6)", 6, "FAIL", "SystemExit: 6"),
        ("with driftline.run('inner'): pass\nraise KeyboardInterrupt", None, "ABORT", "KeyboardInterrupt"),
        ("sys.exit(0)", 0, "COMPLETE", None),
        ("sys.exit()", 0, "COMPLETE", None),
        ("raise SystemExit(0)", 0, "COMPLETE", None),
        ("raise SystemExit", 0, "COMPLETE", None),
    ],
)
def test_a_run_ends_as_its_script_does(
    script: Script, tmp_path: Path, end: str, status: int, state: str, message: str | None
) -> None:
    (tmp_path / "a.csv").write_text("x\n1\n")
    event = script(ABOVE + end + "\n", status=status)[-1]
    assert event["run"]["facets"].get("errorMessage", {}).get("message") == message
    assert event["eventType"] == state
    assert names(event, "inputs") == ["a.csv"]


@pytest.mark.parametrize(
    "end",
    [
        "try: sys.exit(3)\nexcept SystemExit: pass",
        "try: sys.exit(3)\nexcept SystemExit as error: print(error.code)",
        "import threading\nthread = threading.Thread(target=sys.exit, args=(3,))\nthread.start()\nthread.join()",
    ],
)
def test_an_exit_that_does_not_end_the_process_is_no_failure(script: Script, tmp_path: Path, end: str) -> None:
    (tmp_path / "a.csv").write_text("x\n1\n")
    assert script(ABOVE + end + "\n")[0]["eventType"] == "COMPLETE"


WORKERS = """import driftline; driftline.watch("pool")
import multiprocessing, os, sys
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
import threading
import pandas as pd

def work(number):
    pd.read_csv("a.csv").head(number).to_csv(f"out{number}.csv", index=False)

if __name__ == "__main__":
    way = sys.argv[1]
    if way == "threads":
        thread = threading.Thread(target=work, args=(1,))
        thread.start(); thread.join()
        with driftline.run("inner"), ThreadPoolExecutor(2) as pool:
            list(pool.map(work, [2, 3]))
    else:
        context = multiprocessing.get_context(way)
        with context.Pool(1) as pool:  # ends its workers by a signal
            pool.map(work, [1, 2])
        with ProcessPoolExecutor(1, mp_context=context) as pool:
            list(pool.map(work, [3]))
        if way == "fork":
            child = os.fork()
            if not child:
                work(4); sys.exit(0)
            os.waitpid(child, 0)
"""


@pytest.mark.parametrize(("way", "last"), [("fork", 4), ("spawn", 3)])
def test_child_processes_record_as_part_of_the_same_run(script: Script, tmp_path: Path, way: str, last: int) -> None:
    (tmp_path / "a.csv").write_text("x\n1\n2\n3\n4\n")
    (event,) = script(WORKERS, way)
    assert (event["eventType"], names(event, "inputs")) == ("COMPLETE", ["a.csv"])
    assert names(event, "outputs") == [f"out{number}.csv" for number in range(1, last + 1)]
    assert all("schema" in part["facets"] for part in event["outputs"])
    assert list((tmp_path / ".driftline" / "runs").iterdir()) == []


def test_threads_belong_to_the_run_that_started_them(script: Script, tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("x\n1\n2\n3\n4\n")
    inner, pool = script(WORKERS, "threads")
    assert (inner["job"]["name"], names(inner, "outputs")) == ("inner", ["out2.csv", "out3.csv"])
    assert (pool["job"]["name"], names(pool, "outputs")) == ("pool", ["out1.csv"])


@pytest.mark.parametrize("variable", ["DRIFTLINE_DISABLED", "DRIFTLINE_ENABLED"])
def test_the_kill_switch_leaves_nothing_patched(script: Script, tmp_path: Path, variable: str) -> None:
    text = (
        "import driftline, sys, threading, sqlite3, pandas, numpy, pickle, argparse\n"
        "before = [(module, name, value) for module in list(sys.modules.values()) if module is not None\n"
        "          for name, value in list(vars(module).items())]\n"
        "driftline.watch('job')\n"
        "changed = [name for module, name, value in before if vars(module).get(name) is not value]\n"
        "assert not [name for name in changed if not name.startswith('_')], changed\n"
        "assert not any(type(finder).__module__.startswith('driftline') for finder in sys.meta_path)\n"
        "assert type(sqlite3.connect(':memory:')) is sqlite3.Connection\n"
    )
    assert script(text, **{variable: "1" if variable.endswith("DISABLED") else "false"}) == []
    assert not (tmp_path / ".driftline").exists()


def test_a_second_name_ends_the_first_run(watched: MemorySink, tmp_path: Path) -> None:
    driftline.watch("first")
    first = around.process.run
    driftline.watch("first")
    assert around.process.run is first  # nothing was recorded yet: the cell was only run again
    assert first is not None
    first.read("orders", version="1")
    driftline.watch("second")
    driftline.unwatch()
    driftline.flush()
    jobs = [event.job.name for event in watched.decoded() if event.job and event.event_type == "COMPLETE"]
    assert jobs == ["first", "second"]
    assert around.process.run is None


def test_a_command_line_becomes_parameters() -> None:
    given = ["--rows=3", "data.csv", "-v", "--depth", "-4", "--token", "abc", "--dry-run"]
    assert process.arguments(given) == {
        "rows": "3", "argument 1": "data.csv", "v": "true", "depth": "-4", "token": "***", "dry-run": "true",
    }  # fmt: skip


@pytest.mark.parametrize("program", ["lib/site-packages/ipykernel_launcher.py", "colab_kernel_launcher.py"])
def test_what_a_kernel_was_started_with_is_no_parameter_of_the_notebook(
    watched: MemorySink, monkeypatch: pytest.MonkeyPatch, program: str
) -> None:
    monkeypatch.setattr(sys, "argv", [program, "-f", "kernel-1.json"])
    driftline.watch("notebook", params={"n": 3})
    driftline.unwatch()
    monkeypatch.setattr(sys, "argv", ["train.py", "-f", "rows.json"])
    driftline.watch("script")
    driftline.unwatch()
    assert driftline.flush()
    told = {one.job.name: facets.unpack(one.run.facets, "driftline_code", CodeFacet) for one in watched.decoded()
            if one.job and one.run}  # fmt: skip
    assert {name: code and code.parameters for name, code in told.items()} == {
        "notebook": {"n": "3"}, "script": {"f": "rows.json"}}  # fmt: skip


def test_another_name_begins_a_run_that_is_no_child_and_says_so(script: Script, tmp_path: Path) -> None:
    (tmp_path / "orders.csv").write_text("id\n1\n")
    text = (
        "import driftline; driftline.watch('a')\nimport pandas as pd\npd.read_csv('orders.csv').to_csv('x.csv')\n"
        "driftline.watch('b')\npd.read_csv('orders.csv').to_csv('y.csv')\n"
    )
    a, b = script(text)
    assert (a["job"]["name"], names(a, "outputs"), a["eventType"]) == ("a", ["x.csv"], "COMPLETE")
    assert (b["job"]["name"], names(b, "outputs")) == ("b", ["y.csv"])
    assert "parent" not in b["run"]["facets"]


def test_the_same_name_again_keeps_a_run_that_has_recorded_something(
    watched: MemorySink, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    driftline.watch("cells")
    first = around.process.run
    assert first is not None
    first.read("a.csv")
    driftline.watch("cells")
    first.write("b.csv")
    driftline.unwatch()
    assert driftline.flush()
    assert [[part.name for part in event.inputs] for event in watched.decoded() if event.event_type == "COMPLETE"] == [
        ["a.csv"]
    ]
    assert caplog.messages == []


def test_an_imported_module_does_not_take_over_the_run_of_the_script(script: Script, tmp_path: Path) -> None:
    (tmp_path / "orders.csv").write_text("id\n1\n")
    (tmp_path / "library.py").write_text("import driftline; driftline.watch('library')\n")
    text = (
        "import driftline, logging, sys; driftline.watch('main')\nimport pandas as pd\nimport library\n"
        "pd.read_csv('orders.csv').to_csv('x.csv')\n"
    )
    (event,) = script(text)
    assert (event["job"]["name"], names(event, "inputs"), names(event, "outputs")) == (
        "main",
        ["orders.csv"],
        ["x.csv"],
    )
    swapped = "import driftline, library\ndriftline.watch('main')\nimport pandas as pd\npd.read_csv('orders.csv')\n"
    done = subprocess.run(
        [sys.executable, "-c", swapped], cwd=tmp_path, capture_output=True, text=True, check=True
    )  # the script itself does
    assert done.stderr == ("driftline: watch('main') ends the run of 'library', which was open, and begins another\n")
    done = subprocess.run(
        [sys.executable, "-c", "import driftline; driftline.watch('main'); import library"],
        cwd=tmp_path, capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert done.stderr == (
        "driftline: watch('library') in library changes nothing: the run of 'main' is open and goes on\n"
    )


@pytest.mark.parametrize(("name", "states"), [("__main__", ["START", "COMPLETE"]), ("__mp_main__", ["COMPLETE"])])
def test_a_spawned_child_announces_no_run_that_it_may_not_keep(sink: MemorySink, name: str, states: list[str]) -> None:
    exec("import driftline\ndriftline.watch('job')\n", {"__name__": name})
    run = around.process.run
    assert run is not None
    run._opened_us -= 2_000_000
    run.announce()
    driftline.unwatch()
    assert driftline.flush()
    assert [event.event_type for event in sink.decoded()] == states


PING_PONG = """
import driftline
driftline.watch("pingpong")
import pandas as pd
for number in range(2):
    frame = pd.read_csv("a.csv")
    (frame**2 + number).to_csv("b.csv", index=False)
    frame = pd.read_csv("b.csv")
    (frame * 3 + 1 + number).to_csv("a.csv", index=False)
"""


@pytest.mark.parametrize(
    ("code_is_read", "more"),
    [
        ("true", set()),
        ("false", {(2, 13), (4, 170), (13, 512)}),  # the state before it, which was read as well: a guess
    ],
)
def test_files_that_are_overwritten_in_turns_feed_each_other_forward_in_time_only(
    script: Script, tmp_path: Path, code_is_read: str, more: set[tuple[int, int]]
) -> None:
    """By hand: v = 2 becomes 4 in b, 13 in a, 170 in b, 512 in a; each state stands on those last read before it."""

    def named(value: int) -> str:
        return f"xxh3:{xxhash.xxh3_64_hexdigest(f'v{chr(10)}{value}{chr(10)}'.encode())}"

    (tmp_path / "a.csv").write_text("v\n2\n")
    events = script(PING_PONG, DRIFTLINE_READ_CODE=code_is_read)
    (history,) = fold.fold(openlineage.decode(json.dumps(event).encode()) for event in events)
    states = {named(value): value for value in (2, 4, 13, 170, 512)}
    edges = {(states[edge.source.version], states[edge.target.version]) for edge in history.shape.edges}
    assert edges == {(2, 4), (4, 13), (13, 170), (170, 512)} | more
