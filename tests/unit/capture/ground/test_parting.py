"""Whoever may end a process hears nothing from it that is not written down. Counted in real ledgers."""

import json
import os
import pickle
import signal
import subprocess
import sys
from pathlib import Path

import pytest

SCRIPT = """
import multiprocessing, os, signal, sys, time
from concurrent.futures import ProcessPoolExecutor
import driftline

def work(n):
    return driftline.record_answer("desk", features={"n": n})

def leaves(n):
    work(n)
    os._exit(3)

def killed(said):
    said.send(work(1))
    os.kill(os.getpid(), signal.SIGKILL)

if __name__ == "__main__":
    how, way, parent = sys.argv[1:]
    if parent == "records":
        driftline.record_answer("desk")
    context = multiprocessing.get_context(way)
    if how == "pool":
        with context.Pool(2) as pool:
            pool.map(work, range(20), 1)
    elif how == "executor":
        with ProcessPoolExecutor(2, mp_context=context) as pool:
            list(pool.map(work, range(20)))
    elif how == "exit":
        child = context.Process(target=leaves, args=(1,))
        child.start()
        child.join()
        assert child.exitcode == 3
    else:
        heard, said = context.Pipe()
        child = context.Process(target=killed, args=(said,))
        child.start()
        heard.recv()
        child.join()
"""
READ = "import driftline; print(len(driftline.answers(limit=1000)))"


def recorded(folder: Path, *arguments: str) -> int:
    watched = SCRIPT.replace("\nif __name__", '\ndriftline.watch("job")\nif __name__')  # in a spawned child, too
    (folder / "script.py").write_text(watched if "watches" in arguments else SCRIPT)
    environment = {**os.environ, "DRIFTLINE_CONSOLE": "false"}
    done = subprocess.run(
        [sys.executable, "script.py", *arguments], cwd=folder, env=environment, timeout=60, check=False
    )
    assert done.returncode == 0
    read = subprocess.run([sys.executable, "-c", READ], cwd=folder, capture_output=True, text=True, check=True)
    return int(read.stdout)


@pytest.mark.parametrize(
    ("how", "way", "parent", "answers"),
    [
        ("pool", "fork", "silent", 20),
        ("pool", "fork", "records", 21),
        ("pool", "spawn", "silent", 20),
        ("executor", "fork", "records", 21),
        ("exit", "fork", "silent", 1),
        ("exit", "spawn", "records", 2),
        ("killed", "fork", "records", 2),
        ("pool", "spawn", "watches", 20),
        ("pool", "forkserver", "watches", 20),
        ("exit", "spawn", "watches", 1),
        ("killed", "spawn", "watches", 1),
    ],
)
def test_no_answer_of_a_worker_is_lost_that_its_parent_has_heard_of(
    how: str, way: str, parent: str, answers: int, tmp_path: Path
) -> None:
    assert recorded(tmp_path, how, way, parent) == answers


def test_what_the_children_left_is_delivered_by_the_parent_at_its_end(tmp_path: Path) -> None:
    assert recorded(tmp_path, "pool", "fork", "records") == 21
    assert list((tmp_path / ".driftline" / "spool").glob("*.jsonl")) == []


def test_a_script_that_leaves_at_once_has_recorded_its_answer_and_ends_with_its_code(tmp_path: Path) -> None:
    script = "import driftline, os; driftline.record_answer('desk'); os._exit(7)"
    assert subprocess.run([sys.executable, "-c", script], cwd=tmp_path, check=False).returncode == 7
    read = subprocess.run([sys.executable, "-c", READ], cwd=tmp_path, capture_output=True, text=True, check=True)
    assert read.stdout == "1\n"


def test_an_interruption_meanwhile_does_not_keep_a_process_that_leaves(tmp_path: Path) -> None:
    """Without us there is no moment for it; a child that a program forks would go on as its parent."""
    script = (
        "import driftline, os; driftline.record_answer('desk'); driftline.flush()\n"
        "from driftline.capture.sending import client\n"
        "def save(seconds, *, last):\n    raise KeyboardInterrupt\n"
        "client.process.client.sender.save = save\n"
        "try:\n    os._exit(7)\nexcept BaseException as error:\n    print('it goes on', type(error))"
    )
    done = subprocess.run([sys.executable, "-c", script], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (7, "")


def test_a_process_that_ends_itself_by_a_signal_as_uvicorn_does_has_recorded_its_answer(tmp_path: Path) -> None:
    script = (
        "import driftline, signal, time\n"
        "driftline.record_answer('first'); driftline.flush()\n"
        "signal.signal(signal.SIGUSR1, lambda *_: print('handled', flush=True)); signal.raise_signal(signal.SIGUSR1)\n"
        "driftline.record_answer('desk'); signal.raise_signal(signal.SIGTERM)"
    )
    done = subprocess.run([sys.executable, "-c", script], cwd=tmp_path, capture_output=True, check=False)
    assert (done.returncode, done.stdout) == (-signal.SIGTERM, b"handled\n")
    read = subprocess.run([sys.executable, "-c", READ], cwd=tmp_path, capture_output=True, text=True, check=True)
    assert read.stdout == "2\n"


@pytest.mark.parametrize(
    ("leave", "code"),
    [
        ("os.kill(os.getpid(), signal.SIGTERM)", -signal.SIGTERM),
        ("os.kill(os.getpid(), sig=signal.SIGKILL)", None),  # it takes no names: refused, and told by nobody else
        ("os.kill(os.getpid(), signal.SIGKILL)", -signal.SIGKILL),
        ("os.kill(0, signal.SIGTERM)", -signal.SIGTERM),
        ("os.killpg(os.getpgrp(), signal.SIGINT)", -signal.SIGINT),
        ("os.abort()", -signal.SIGABRT),
    ],
)
def test_a_process_that_kills_itself_has_recorded_its_answer(tmp_path: Path, leave: str, code: int | None) -> None:
    script = (
        "import driftline, os, signal\n"
        "signal.signal(signal.SIGINT, signal.SIG_DFL)\n"
        "driftline.record_answer('first'); driftline.flush()\n"
        "os.kill(os.getpid(), 0)\n"  # which asks whether it is there
        f"driftline.record_answer('desk')\n"
        f"try: {leave}\n"
        "except TypeError: pass"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=tmp_path, capture_output=True, check=False, start_new_session=True
    )
    assert (done.returncode, done.stderr) == (code or 0, b"")
    read = subprocess.run([sys.executable, "-c", READ], cwd=tmp_path, capture_output=True, text=True, check=True)
    assert read.stdout == "2\n"


def test_what_another_library_has_put_in_place_of_the_function_that_leaves_is_called(tmp_path: Path) -> None:
    script = (
        "import driftline, os\n"
        "original = os._exit\n"
        "def leave(code): print('left', flush=True); original(code)\n"
        "os._exit = leave\n"  # as Logfire does
        "driftline.record_answer('desk'); driftline.flush(); os._exit(7)"
    )
    done = subprocess.run([sys.executable, "-c", script], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr, done.stdout) == (7, "", "left\n")


@pytest.mark.parametrize(
    "call",
    [
        "os.kill(os.getpid(), signal.SIGINT)",
        "signal.raise_signal(signal.SIGINT)",
        "os.killpg(0, signal.SIGINT)",
        "os.kill('x', 1)",
        "os._exit(1, 2, 3)",
    ],
)
def test_what_comes_out_of_such_a_call_has_the_traceback_that_it_has_without_us(tmp_path: Path, call: str) -> None:
    """Expected is what the same script prints without a record."""
    script = (
        "import driftline, os, signal, traceback\n"
        "\n"
        "def handler(*_): raise KeyboardInterrupt('by hand')\n"
        "signal.signal(signal.SIGINT, handler)\n"
        f"try: {call}\n"
        "except BaseException: traceback.print_exc()\n"
    )
    told = []
    for name, text in (
        ("script.py", script),
        ("script.py", script.replace("\n\n", "\ndriftline.record_answer('desk'); driftline.flush()\n", 1)),
    ):
        (tmp_path / name).write_text(text)
        done = subprocess.run(
            [sys.executable, name],
            cwd=tmp_path,
            capture_output=True,
            text=True,
            check=True,
            start_new_session=True,
            env={**os.environ, "DRIFTLINE_CONSOLE": "false"},
        )
        told.append(done.stderr)
    assert told[0].startswith("Traceback")
    assert told[1] == told[0]


def test_the_function_that_leaves_is_pickled_as_before(tmp_path: Path) -> None:
    script = (
        "import driftline, os, pickle, sys; driftline.record_answer('desk'); driftline.flush()\n"
        "assert pickle.loads(pickle.dumps(os._exit)) is os._exit and os._exit.__name__ == '_exit'\n"
        "assert not hasattr(type('Holder', (), {'leave': os._exit})().leave, '__func__')  # no method\n"
        "assert os._exit.__text_signature__ == '($module, /, status)'  # as Python has it\n"
        "sys.stdout.buffer.write(pickle.dumps(os._exit))"
    )
    done = subprocess.run([sys.executable, "-c", script], cwd=tmp_path, capture_output=True, check=True)
    assert pickle.loads(done.stdout) is os._exit  # also where nobody records


def test_a_sink_that_hangs_holds_a_worker_up_once(tmp_path: Path) -> None:
    script = (
        "import json, multiprocessing, sys, threading, time, driftline\n"
        "from driftline import config\n"
        "from driftline.capture.sending import client\n"
        "class Hanging:\n"
        "    def events(self, batch): pass\n"
        "    def answers(self, batch): threading.Event().wait(20)\n"
        "    def close(self): pass\n"
        "def work(n):\n"
        "    driftline.record_answer('desk'); time.sleep(0.4 if n == 0 else 0)\n"
        "if __name__ == '__main__':\n"
        "    client.install(config.load({'home': sys.argv[1]}), lambda _: Hanging())\n"
        "    with multiprocessing.get_context('fork').Pool(1) as pool:\n"
        "        pool.map(work, [0]); begin = time.monotonic(); pool.map(work, range(1, 40), 1)\n"
        "    print(json.dumps(time.monotonic() - begin)); sys.stdout.flush()\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script, str(tmp_path)], capture_output=True, text=True, check=True, timeout=60
    )
    assert json.loads(done.stdout) < 5  # forty times half a second would be twenty


@pytest.mark.parametrize("number", ["999", "'x'", "None", ""])
def test_what_is_no_signal_is_refused_by_the_call_itself_and_told_of_by_nobody_else(
    tmp_path: Path, number: str
) -> None:
    script = (
        "import driftline, signal\n"
        f"try: signal.raise_signal({number})\n"
        "except Exception as error: print(type(error), error)\n"
    )
    bare = subprocess.run([sys.executable, "-c", script], cwd=tmp_path, capture_output=True, text=True, check=False)
    watched = script.replace("\n", "\ndriftline.record_answer('desk'); driftline.flush()\n", 1)
    done = subprocess.run([sys.executable, "-c", watched], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert (done.stdout, done.stderr) == (bare.stdout, "")
    assert bare.stdout != ""


HANGS = """
import os, threading
import driftline
from driftline.testing import MemorySink, use_sink

class Hanging(MemorySink):
    def answers(self, batch):
        entered.set()
        threading.Event().wait()

entered = threading.Event()
with use_sink(Hanging(), home=".driftline"):
    driftline.record_answer("desk", features={"n": 0})
    threading.Thread(target=driftline.flush, args=(30.0,), daemon=True).start()
    entered.wait(30)
    for n in range(1, 700):
        driftline.record_answer("desk", features={"n": n})
    os._exit(7)
"""


def test_what_a_thread_that_is_busy_has_not_written_down_is_written_down_before_the_exit(tmp_path: Path) -> None:
    """The first answer is with the sink, which never comes back; the others wait for it."""
    environment = {**os.environ, "DRIFTLINE_CONSOLE": "false"}
    done = subprocess.run([sys.executable, "-c", HANGS], cwd=tmp_path, env=environment, timeout=60, check=False)
    assert done.returncode == 7
    (spooled,) = (tmp_path / ".driftline" / "spool").glob("*.jsonl")
    lines = spooled.read_text().splitlines()
    assert sorted(json.loads(line.removeprefix("A "))["features"]["n"] for line in lines) == [*range(700)]
