"""What a run has written is what stood there as it ended, whatever the next one has made of it. By hand."""

import json
import pickle
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest

import driftline
from driftline.capture.runs import by_hand, parts, standing
from driftline.capture.tables import measure
from driftline.event.openlineage import DatasetPart
from driftline.testing import MemorySink

STATE = Path("state")


def version(found: DatasetPart) -> str:
    return str(json.loads(bytes(found.facets["driftline_state"]))["version"])


def moved(text: str) -> bytes:
    with Path("state.new").open("w") as file:
        file.write(text)
    Path("state.new").replace(STATE)
    return text.encode()


def in_place(text: str) -> bytes:
    with STATE.open("w") as file:
        file.write(text)
    return text.encode()


def pickled(text: str) -> bytes:
    with STATE.open("wb") as file:
        pickle.dump(text, file)
    return pickle.dumps(text)


def spelled(text: str) -> bytes:
    with STATE.open("w") as file:
        json.dump(text, file)
    return json.dumps(text).encode()


@pytest.mark.parametrize("write", [moved, in_place, pickled, spelled])
def test_what_the_next_run_writes_at_once_is_no_output_of_the_one_before(
    watched: MemorySink, write: Callable[[str], bytes]
) -> None:
    """As a loop keeps its state: five turns in a few milliseconds, whose events are made later."""
    written = {}
    for turn in "12345":
        with driftline.run(f"turn {turn}"):
            written[f"turn {turn}"] = write(turn)
    driftline.flush()
    told = {event.job.name: event.outputs for event in watched.decoded()}
    for name, data in written.items():
        (output,) = told[name]
        assert (output.name, version(output)) == ("state", measure.of_bytes(data))


@pytest.mark.parametrize("by_hand", [True, False])
def test_what_is_too_large_to_be_hashed_at_once_and_was_written_anew_is_not_told_by_what_it_is_now(
    watched: MemorySink, monkeypatch: pytest.MonkeyPatch, *, by_hand: bool
) -> None:
    monkeypatch.setattr(measure, "BUDGET", 70_000)
    large = "x" * 70_000
    with driftline.run("first"):
        (in_place if by_hand else pickled)(large)
    (in_place if by_hand else pickled)(large + "y")
    driftline.flush()
    (event,) = [event for event in watched.decoded() if event.job.name == "first"]
    assert [one.name for one in event.outputs if version(one).startswith(measure.BYTES)] == []
    assert event.run is not None
    assert "driftline_gaps" in event.run.facets


def test_a_file_that_is_still_written_when_its_run_ends_is_taken_as_it_is_later(watched: MemorySink) -> None:
    for opened, data in ((STATE, b"123"), (Path("other.pkl"), pickle.dumps(1) + b"3")):
        with driftline.run("job"):
            file = opened.open("wb")
            file.write(b"12") if opened == STATE else pickle.dump(1, file)
        file.write(b"3")
        file.close()
        driftline.flush()
        (output,) = watched.decoded()[-1].outputs
        assert version(output) == measure.of_bytes(data)


def test_what_was_read_by_hand_is_known_though_it_is_written_anew_before_the_event_is_made(watched: MemorySink) -> None:
    STATE.write_text("first")
    time.sleep(0.02)  # a file that is changed in the same tick of the clock as it is read could have been read then
    with driftline.run("reads"):
        STATE.read_text()
    STATE.write_text("later")
    driftline.flush()
    (event,) = [event for event in watched.decoded() if event.job.name == "reads"]
    assert [version(one) for one in event.inputs] == [measure.of_bytes(b"first")]


def test_a_file_that_was_written_and_is_written_anew_as_its_run_ends_is_taken_as_it_is_later(
    watched: MemorySink,
) -> None:
    with driftline.run("job"):
        pickled("draft")
        file = STATE.open("wb")
        pickle.dump("text", file)
    file.close()
    driftline.flush()
    (output,) = watched.decoded()[-1].outputs
    assert version(output) == measure.of_bytes(pickle.dumps("text"))


def test_of_many_files_those_that_were_written_anew_are_no_output(
    watched: MemorySink, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two of four are looked at as the run ends; one of the others is changed a few ticks of the clock later."""
    written, follow = threading.Event(), by_hand.follow
    monkeypatch.setattr(standing, "_FILES", 2)
    monkeypatch.setattr(by_hand, "follow", lambda *args: written.wait(10) and follow(*args))
    with driftline.run("job"):
        for name in "abcd":
            Path(name).write_text(name)
    time.sleep(0.02)
    for name in "bd":
        Path(name).write_text("later")
    written.set()
    driftline.flush()
    (event,) = [event for event in watched.decoded() if event.job.name == "job"]
    assert {one.name: version(one) for one in event.outputs} == {
        name: measure.of_bytes(name.encode()) for name in "abc"
    }
    assert event.run is not None
    assert b'"unattributed write d":1' in bytes(event.run.facets["driftline_gaps"])


@pytest.mark.skipif(not Path(parts._HANDLES).is_dir(), reason="only Linux tells what is open")
def test_among_very_many_open_files_none_is_looked_for_and_what_was_written_anew_is_no_output(
    watched: MemorySink, monkeypatch: pytest.MonkeyPatch
) -> None:
    written, follow = threading.Event(), by_hand.follow
    monkeypatch.setattr(standing, "_HANDLES", 2)  # this process has more
    monkeypatch.setattr(parts, "still_open", lambda opened: pytest.fail("looked for"))
    monkeypatch.setattr(by_hand, "follow", lambda *args: written.wait(10) and follow(*args))
    Path("read").write_text("first")
    time.sleep(0.02)
    with driftline.run("job"):
        Path("read").read_text()
        for name in "ab":
            Path(name).write_text(name)
    time.sleep(0.02)
    for name in ("b", "read"):
        Path(name).write_text("later")
    written.set()
    driftline.flush()
    (event,) = [event for event in watched.decoded() if event.job.name == "job"]
    assert [(one.name, version(one)) for one in event.inputs] == [("read", measure.of_bytes(b"first"))]
    assert [(one.name, version(one)) for one in event.outputs] == [("a", measure.of_bytes(b"a"))]


def test_what_is_looked_at_for_a_run_is_nothing_that_the_runs_around_it_have_read(
    watched: MemorySink, tmp_path: Path
) -> None:
    """At its end, of what it opened by hand; and where it is named to one run while another one is at work."""
    (tmp_path / "by hand.txt").write_text("1")
    (tmp_path / "named.txt").write_text("2")
    (tmp_path / "named.txt.dvc").write_text("outs:\n- md5: c81e728d9d4c2f636f067f89cc14862c\n  path: named.txt\n")
    with driftline.run("outer") as outer:
        with driftline.run("reader"):
            (tmp_path / "by hand.txt").read_text()
        with driftline.run("other"):
            outer.read(tmp_path / "named.txt")
    driftline.flush()
    read = {event.job.name: [Path(one.name).name for one in event.inputs] for event in watched.decoded()}
    assert read == {"outer": ["named.txt"], "reader": ["by hand.txt"], "other": []}
