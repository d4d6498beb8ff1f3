"""One client per process: threads, tasks, forks and the end of the program."""

import asyncio
import contextvars
import logging
import multiprocessing
import os
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

import driftline
from driftline.capture.ground import fault
from driftline.capture.runs.run import current_run
from driftline.capture.sending import client
from driftline.event.answer import Answer
from driftline.testing import MemorySink, use_sink


def test_threads_do_not_share_a_run_and_do_not_lose_one(sink: MemorySink) -> None:
    def work(number: int) -> None:
        assert current_run.get() is None
        with driftline.run(f"job-{number}") as run:
            for count in range(20):
                run.read(f"source-{number}", version=str(count))
            time.sleep(0.001)
            assert current_run.get() is run

    threads = [threading.Thread(target=work, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert driftline.flush()
    events = sink.decoded()
    assert len(events) == 8
    for event in events:
        assert event.job is not None
        assert {part.name for part in event.inputs} == {event.job.name.replace("job", "source")}
        assert len(event.inputs) == 20


def test_tasks_do_not_share_a_run(sink: MemorySink) -> None:
    async def work(name: str) -> None:
        with driftline.run(name) as run:
            await asyncio.sleep(0)
            assert current_run.get() is run

    async def main() -> None:
        await asyncio.gather(*(work(f"job-{number}") for number in range(5)))

    asyncio.run(main())
    driftline.flush()
    assert len(sink.raw) == 5


def test_a_block_that_ends_in_another_context_harms_nobody(sink: MemorySink) -> None:
    run = driftline.run("job")
    contextvars.copy_context().run(run.__enter__)
    run.__exit__(None, None, None)
    answer = driftline.answer("desk")
    contextvars.copy_context().run(answer.__enter__)
    answer.__exit__(None, None, None)
    driftline.flush()
    assert (len(sink.raw), len(sink.recorded)) == (1, 1)


class FileSink:
    """Appends what it is given to a file, so that other processes can look."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def events(self, batch: Sequence[bytes]) -> None:
        with self.path.open("ab") as file:
            file.write(b"".join(raw + b"\n" for raw in batch))

    def answers(self, batch: Sequence[Answer]) -> None:
        """Nobody looks at them."""

    def close(self) -> None:
        """There is nothing to let go of."""


def _in_a_child(name: str) -> None:
    with driftline.run(name):
        pass


def test_a_forked_child_delivers_its_own_and_only_its_own(tmp_path: Path) -> None:
    path = tmp_path / "events"
    with use_sink(FileSink(path), home=str(tmp_path / "home")):
        with driftline.run("parent"):
            pass
        child = multiprocessing.get_context("fork").Process(target=_in_a_child, args=("child",))
        child.start()
        child.join(20)
        assert child.exitcode == 0
        assert driftline.flush()
    names = [
        line.split(b'"job":{"namespace":"default","name":"')[1].split(b'"')[0]
        for line in path.read_bytes().splitlines()
    ]
    assert sorted(names) == [b"child", b"parent"]


def test_the_exit_of_a_program_with_a_hanging_sink_has_a_deadline(tmp_path: Path) -> None:
    script = (
        "import threading, driftline, sys\n"
        "from driftline import config\n"
        "from driftline.capture.sending import client\n"
        "class Hanging:\n"
        "    def events(self, batch): threading.Event().wait(60)\n"
        "    def answers(self, batch): pass\n"
        "    def close(self): pass\n"
        "client.install(config.load({'home': sys.argv[1], 'flush_seconds': 0.3}), lambda _: Hanging())\n"
        "with driftline.run('job'): pass\n"
    )
    start = time.monotonic()
    subprocess.run([sys.executable, "-c", script, str(tmp_path / "home")], check=True, timeout=20, capture_output=True)
    assert time.monotonic() - start < 10
    (file,) = (tmp_path / "home" / "spool").glob("*.jsonl")
    assert b'"name":"job"' in file.read_bytes()


def test_settings_that_cannot_be_read_switch_the_sdk_off_and_stop_nothing(tmp_path: Path) -> None:
    script = (
        "import driftline\n"
        "with driftline.run('job') as run: run.read('a')\n"
        "with driftline.answer('desk') as a: a.decide('x')\n"
        "driftline.watch(); print('reached', driftline.flush())"
    )
    environment = {**os.environ, "DRIFTLINE_QUEUE": "many"}
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=tmp_path, env=environment, capture_output=True, text=True, check=True
    )
    assert done.stdout == "reached True\n"
    assert done.stderr.count("\n") == 1
    assert "nothing is recorded: A setting cannot be used: DRIFTLINE_QUEUE is 'many'" in done.stderr


@pytest.mark.parametrize("begin", ["", "driftline.configure(measure='names'); "])
def test_a_misspelt_variable_is_told_in_one_line_and_nothing_else_changes(tmp_path: Path, begin: str) -> None:
    script = f"import driftline; {begin}driftline.watch('job'); driftline.watch(); print('reached', driftline.flush())"
    for more, lines in (({"DRIFTLINE_MEASUER": "x"}, 1), ({"DRIFTLINE_MEASUER": "x", "DRIFTLINE_DISABLED": "1"}, 0)):
        done = subprocess.run(
            [sys.executable, "-c", script],
            cwd=tmp_path,
            env={**os.environ, **more},
            capture_output=True,
            text=True,
            check=True,
        )
        assert done.stdout == "reached True\n"
        assert done.stderr.count("\n") == lines
        assert ("DRIFTLINE_MEASUER (meant is perhaps DRIFTLINE_MEASURE)" in done.stderr) == bool(lines)


def test_a_number_out_of_its_range_is_said_once_and_recording_goes_on(tmp_path: Path) -> None:
    script = "import driftline\nfor _ in range(3): driftline.record_answer('desk')\nprint(driftline.flush())"
    more = {"DRIFTLINE_ANSWER_SHARE": "2", "DRIFTLINE_FLUSH_SECONDS": "-1", "DRIFTLINE_NONSENSE": "1"}
    done = subprocess.run(
        [sys.executable, "-c", script],
        cwd=tmp_path,
        env={**os.environ, **more},
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout == "True\n"
    told = sorted(line.removeprefix("driftline: ") for line in done.stderr.splitlines())
    assert told == [
        "DRIFTLINE_ANSWER_SHARE is 2.0, allowed is a number from 0 to 1; the default 1.0 is used",
        "DRIFTLINE_FLUSH_SECONDS is -1.0, allowed is a number from 0 to 86,400; the default 5.0 is used",
        "DRIFTLINE_NONSENSE: no such setting, and passed over",
    ]


@pytest.mark.parametrize("value", ["localhost:8620", "some/folder"])
def test_an_address_without_a_scheme_is_never_taken_for_a_local_store(value: str, tmp_path: Path) -> None:
    script = "import driftline\nwith driftline.run('job') as run: run.read('a')\nprint(driftline.flush())"
    environment = {**os.environ, "DRIFTLINE_URL": value}
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=tmp_path, env=environment, capture_output=True, text=True, check=True
    )
    assert f"nothing is recorded: A setting cannot be used: DRIFTLINE_URL is '{value}'" in done.stderr
    assert list(tmp_path.iterdir()) == []


def test_a_program_that_changes_its_folder_keeps_its_store(tmp_path: Path) -> None:
    script = (
        "import driftline, os; driftline.watch('c'); os.mkdir('d'); os.chdir('d')\n"
        "import pandas; pandas.read_csv('../orders.csv').to_csv('x.csv')\n"
    )
    (tmp_path / "orders.csv").write_text("id,amount\n1,2\n")
    subprocess.run([sys.executable, "-c", script], cwd=tmp_path, check=True, capture_output=True)
    assert (tmp_path / ".driftline" / "driftline.db").is_file()
    assert not (tmp_path / "d" / ".driftline").exists()


@pytest.mark.parametrize(("made", "removed", "lines"), [("p/h", "p", 1), ("p", "p", 1), ("p/h", "p/h", 1), ("", "", 0)])
def test_a_home_that_is_removed_before_anything_is_delivered_is_made_anew_and_said_once(
    made: str, removed: str, lines: int, tmp_path: Path
) -> None:
    """By hand: the home or the folder above it is removed; where neither was there before, nothing is missed."""
    script = (
        "import driftline, os, shutil, sys\n"
        "driftline.configure(home='p/h', console=False)\n"
        "if sys.argv[1]: shutil.rmtree(sys.argv[1])\n"
        "driftline.record_answer('desk'); assert driftline.flush()\n"
        "driftline.record_answer('desk'); assert driftline.flush()\n"
        "print(len(driftline.answers()))"
    )
    if made:
        (tmp_path / made).mkdir(parents=True)
    command = [sys.executable, "-c", script, removed]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=True)
    assert done.stdout == "2\n"
    assert done.stderr.count("was removed meanwhile: it is made anew") == done.stderr.count("\n") == lines


def test_what_fails_at_the_end_of_the_process_raises_nothing(sink: MemorySink, monkeypatch: pytest.MonkeyPatch) -> None:
    class Failing(list[Any]):
        def __iter__(self) -> Any:
            raise MemoryError

    assert client.current() is not None
    monkeypatch.setattr(client, "unfinished", Failing())
    client._at_exit()
    assert fault.counts()["exit"] == 1


def test_a_status_that_cannot_be_told_is_empty(monkeypatch: pytest.MonkeyPatch) -> None:
    def counts() -> dict[str, int]:
        raise MemoryError

    monkeypatch.setattr(fault, "counts", counts)
    assert client.status() == {}


def test_nobody_enters_the_sink_while_the_process_forks(tmp_path: Path) -> None:
    """A thread that is in SQLite then would leave its locks locked in the child."""
    with use_sink(MemorySink(), home=str(tmp_path / "home")):
        owner = client.current()
        assert owner is not None
        taken: list[bool] = []

        def enter() -> None:
            taken.append(owner.sender.delivery.hold(0.01))

        client._before_fork()
        thread = threading.Thread(target=enter)
        thread.start()
        thread.join(20)
        client._after_in_parent()
        assert taken == [False]
        assert not client._held
        thread = threading.Thread(target=lambda: (enter(), owner.sender.delivery.let_go()))
        thread.start()
        thread.join(20)
        assert taken == [False, True]


def test_who_records_what_we_tell_while_the_settings_are_read_is_not_held_up(tmp_path: Path) -> None:
    script = (
        "import logging, driftline\n"
        "class Recording(logging.Handler):\n"
        "    def emit(self, record): driftline.record_answer('log')\n"
        "logging.getLogger('driftline').addHandler(Recording())\n"
        "driftline.record_answer('desk')\n"
        "print(driftline.flush(10), driftline.capture.sending.client.status()['delivered'])\n"
    )
    environment = {**os.environ, "DRIFTLINE_MEASUER": "x"}  # of which one line is told
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=tmp_path, env=environment, capture_output=True, text=True, timeout=60
    )
    assert done.stdout == "True 2\n"


def test_what_was_sent_is_remembered_up_to_a_number_and_then_sent_once_more(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(client.Sent, "MOST", 2)
    sent = client.Sent()
    for name in ("a", "b", "c"):
        sent.add(("file", name, "1"))
    assert sent == {("file", "c", "1")}


def test_a_signal_handler_records_whatever_it_interrupts(tmp_path: Path) -> None:
    script = (
        "import signal, sys, driftline\n"
        "from driftline.capture.sending import client\n"
        "from driftline.testing import MemorySink, use_sink\n"
        "handled = 0\n"
        "def handle(*_):\n"
        "    global handled\n"
        "    handled += 1\n"
        "    driftline.record_answer('handler')\n"
        "    with driftline.run('handler') as run: run.read('a', version='1')\n"
        "with use_sink(MemorySink(), home=sys.argv[1]) as sink:\n"
        "    with driftline.run('first') as run: run.read('a', version='1')\n"  # everything is loaded
        "    driftline.record_answer('first')\n"
        "    driftline.flush(30)\n"
        "    signal.signal(signal.SIGALRM, handle)\n"
        "    signal.setitimer(signal.ITIMER_REAL, 0.001, 0.001)\n"
        "    for number in range(600):\n"
        "        with driftline.run('main') as run: run.read(f'x{number}', version='1')\n"
        "        driftline.record_answer('main')\n"
        "        if number % 50 == 0: driftline.flush(1)\n"
        "    signal.setitimer(signal.ITIMER_REAL, 0)\n"
        "    driftline.flush(30)\n"
        "    print(handled > 0, len(sink.raw) - handled, len(sink.recorded) - handled)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script, str(tmp_path / "home")], capture_output=True, text=True, timeout=100
    )
    assert done.stdout == "True 601 601\n"


def test_a_handler_of_the_program_s_that_records_and_a_thread_that_is_told_of_settings_do_not_wait_for_each_other(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The one holds the lock of the handler, as ``logging`` does while it is at work, and the other waits for that."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("DRIFTLINE_NONSENSE", "1")
    monkeypatch.setattr(fault, "_told", set())
    monkeypatch.setattr(client, "process", client._Process())
    monkeypatch.setattr(client.process, "atexit", True)
    handler, holds, asked = logging.Handler(), threading.Event(), threading.Event()
    handler.handle = lambda record: handler.acquire() and handler.release()
    monkeypatch.setattr(fault.logger, "handlers", [handler])

    def at_work() -> None:
        handler.acquire()
        holds.set()
        asked.wait(10)
        time.sleep(0.1)  # the other one tells by now
        client.current()
        handler.release()

    threads = [threading.Thread(target=at_work, daemon=True)]
    threads[0].start()
    assert holds.wait(10)
    threads.append(threading.Thread(target=lambda: (asked.set(), client.current()), daemon=True))
    threads[1].start()
    for thread in threads:
        thread.join(10)
    assert not any(thread.is_alive() for thread in threads)


def test_who_is_told_that_the_home_is_gone_may_wait_for_a_thread_that_records(tmp_path: Path) -> None:
    """As a handler of ``logging`` does that hands what it gets to a thread of the user's."""
    fault.reset()
    home, waited = tmp_path / "above" / "home", []

    class Handler(logging.Handler):
        def emit(self, _: logging.LogRecord) -> None:
            other = threading.Thread(target=driftline.record_answer, args=("desk",), daemon=True)
            other.start()
            other.join(10)
            waited.append(other.is_alive())

    home.mkdir(parents=True)
    handler = Handler()
    with use_sink(MemorySink(), home=str(home)):
        shutil.rmtree(home.parent)
        fault.logger.addHandler(handler)
        try:
            driftline.record_answer("desk")
            assert driftline.flush(30)
        finally:
            fault.logger.removeHandler(handler)
    assert waited == [False]
    fault.reset()


def test_what_no_thread_can_deliver_at_the_end_of_the_script_waits_on_the_disk_and_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """Python 3.12.0 to 3.12.2 start no thread after the last line, not even for what runs at exit."""

    def refuse(_: threading.Thread) -> None:
        raise RuntimeError("can't create new thread at interpreter shutdown")

    fault.reset()
    home = tmp_path / "home"
    with caplog.at_level(logging.WARNING, "driftline"), use_sink(MemorySink(), home=str(home)):
        monkeypatch.setattr(threading.Thread, "start", refuse)
        driftline.record_answer("desk")
    assert [one.getMessage() for one in caplog.records] == [
        f"driftline: not all was delivered in time; the rest waits in {home}/spool, and the next run delivers it"
    ]
    assert [b"desk" in file.read_bytes() for file in (home / "spool").iterdir()] == [True]
    fault.reset()
