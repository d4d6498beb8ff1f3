"""The switch file: exact about what it stops, whole or not at all, and known to every process."""

import os
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from driftline.config import Settings
from driftline.event.lineage import Dataset, Version
from driftline.guard import counters, switch
from driftline.guard.switch import Entry, Switch, SwitchState, publish

FEED = Dataset("file", "feed")


def version(name: str, text: str) -> Version:
    return Version(Dataset("file", name), text)


def seen(found: Switch, *versions: Version) -> list[tuple[str, str, str]]:
    time.sleep(0.005)  # longer than a process goes without looking
    return [(match.version, match.entry.id, match.via) for match in found.decide(versions)]


def test_nothing_is_quarantined_where_there_is_no_file(home: str) -> None:
    found = Switch(home)
    assert seen(found, version("feed", "1")) == []
    assert (found.blind, found.mode, found.state.sequence) == ("", "enforce", 0)


def test_a_version_is_stopped_itself_and_another_is_not(home: str) -> None:
    publish(home, SwitchState(entries=(Entry(id="q", node=version("feed", "2").node),)))
    feed = [version("feed", text) for text in ("1", "2", "3", "")]
    assert seen(Switch(home), *feed) == [("dataset:file:feed#2", "q", "itself")]


def test_a_dataset_is_stopped_but_for_the_versions_that_are_spared(home: str) -> None:
    entry = Entry(id="q", node=FEED.node, since_us=5, spared=(version("feed", "1").node,))
    publish(home, SwitchState(entries=(entry,)))
    found = seen(Switch(home), version("feed", "1"), version("feed", "2"), version("feed", ""), version("fee", "2"))
    assert found == [("dataset:file:feed#2", "q", "dataset"), ("dataset:file:feed", "q", "itself")]


def test_what_derives_from_it_is_stopped_and_says_from_what(home: str) -> None:
    entry = Entry(id="q", node=version("feed", "2").node, reason="seconds, not minutes")
    publish(home, SwitchState(entries=(entry,), affected={version("features", "9").node: ("q", "gone")}))
    (match,) = Switch(home).decide([version("features", "8"), version("features", "9")])
    assert match.sentence == (
        "dataset:file:features#9 derives from dataset:file:feed#2, which is quarantined (seconds, not minutes)"
    )


@given(st.sets(st.integers(0, 9)), st.sets(st.integers(0, 9)), st.lists(st.integers(0, 9), max_size=5))
def test_exactly_the_listed_versions_are_stopped(
    tmp_path_factory: pytest.TempPathFactory, bad: set[int], derived: set[int], asked: list[int]
) -> None:
    # the oracle is set membership
    home = tmp_path_factory.mktemp("home")
    state = SwitchState(
        entries=tuple(Entry(id=f"q{n}", node=version("feed", str(n)).node) for n in sorted(bad)),
        affected={version("features", str(n)).node: tuple(f"q{b}" for b in sorted(bad)) for n in derived},
    )
    publish(home, state)
    found = Switch(home)
    hit = {m.version for m in found.decide([version("feed", str(n)) for n in asked])}
    assert hit == {version("feed", str(n)).node for n in asked if n in bad}
    hit = {m.version for m in found.decide([version("features", str(n)) for n in asked])}
    assert hit == {version("features", str(n)).node for n in asked if n in derived and bad}


def test_the_sequence_rises_with_every_publication(home: str) -> None:
    assert [publish(home, SwitchState()).sequence for _ in range(3)] == [1, 2, 3]
    assert publish(home, SwitchState(sequence=10)).sequence == 10
    assert Switch(home).state.sequence == 10


def test_a_release_reaches_a_reader_that_has_seen_the_quarantine(home: str) -> None:
    entry = Entry(id="q", node=version("feed", "2").node)
    found = Switch(home)
    for _ in range(20):  # faster than a file system's clock ticks
        publish(home, SwitchState(entries=(entry,)))
        assert len(seen(found, version("feed", "2"))) == 1
        publish(home, SwitchState(entries=()))
        assert seen(found, version("feed", "2")) == []


@pytest.mark.parametrize("content", [b"", b'{"sequence": 3, "entr', b"null", b"\xff\xfe", b'{"entries": [{"id": 1}]}'])
def test_a_broken_file_leaves_the_last_good_state_in_force(home: str, content: bytes) -> None:
    publish(home, SwitchState(entries=(Entry(id="q", node=version("feed", "2").node),)))
    found = Switch(home)
    assert len(seen(found, version("feed", "2"))) == 1
    (Path(home) / switch.FILE).write_bytes(content)
    for _ in range(3):
        assert len(seen(found, version("feed", "2"))) == 1
    assert found.blind == ""
    assert counters.total("driftline_guard_file_errors_total", file="switch") == 1


def test_a_file_that_vanishes_leaves_the_last_good_state_in_force(home: str) -> None:
    publish(home, SwitchState(entries=(Entry(id="q", node=version("feed", "2").node),)))
    found = Switch(home)
    assert len(seen(found, version("feed", "2"))) == 1
    (Path(home) / switch.FILE).unlink()
    assert len(seen(found, version("feed", "2"))) == 1
    assert counters.total("driftline_guard_file_errors_total", file="switch") == 1
    publish(home, SwitchState())
    assert seen(found, version("feed", "2")) == []


def test_a_process_that_never_saw_a_good_file_says_that_it_is_blind(home: str) -> None:
    Path(home).mkdir()
    (Path(home) / switch.FILE).write_bytes(b"{")
    found = Switch(home)
    assert seen(found, version("feed", "2")) == []
    assert "DecodeError" in found.blind


def test_a_publication_that_fails_leaves_the_file_and_no_litter(home: str) -> None:
    publish(home, SwitchState(mode="observe"))
    entry = Entry(id="q", node="n", since_us=object())
    with pytest.raises(TypeError):
        publish(home, SwitchState(entries=(entry,)))
    assert [path.name for path in Path(home).iterdir()] == [switch.FILE]
    assert Switch(home).mode == "observe"


def test_other_users_processes_can_read_the_file(home: str) -> None:
    publish(home, SwitchState())
    assert (Path(home) / switch.FILE).stat().st_mode & 0o044 == 0o044


def test_a_reader_never_sees_half_a_file(home: str) -> None:
    states = [SwitchState(entries=tuple(Entry(id=f"{n}", node=f"n{n}") for n in range(size))) for size in (1, 400)]
    publish(home, states[0])
    stop = threading.Event()

    def write() -> None:
        while not stop.is_set():
            for state in states:
                publish(home, state)

    writer = threading.Thread(target=write)
    writer.start()
    found = Switch(home)
    sizes = {len(found.state.entries) for _ in range(300)}
    stop.set()
    writer.join()
    assert sizes <= {1, 400}
    assert counters.total("driftline_guard_file_errors_total") == 0


READER = """
import sys, time
from driftline.event.lineage import Dataset, Version
from driftline.guard.switch import Switch
switch, bad = Switch(sys.argv[1]), Version(Dataset("file", "feed"), "2")
for wanted in (1, 0):
    while len(switch.decide([bad])) != wanted:
        time.sleep(0.002)
    print("stopped" if wanted else "flows", flush=True)
assert not {"numpy", "driftline.store", "driftline.graph", "driftline.serve"} & set(sys.modules)
"""


def test_a_switch_reaches_every_process_without_a_server(home: str) -> None:
    publish(home, SwitchState())
    readers = [
        subprocess.Popen([sys.executable, "-c", READER, home], stdout=subprocess.PIPE, text=True) for _ in range(3)
    ]
    try:
        for state, word in (
            (SwitchState(entries=(Entry(id="q", node=version("feed", "2").node),)), "stopped\n"),
            (SwitchState(), "flows\n"),
        ):
            publish(home, state)
            assert [reader.stdout.readline() for reader in readers if reader.stdout] == [word] * 3
        assert [reader.wait(10) for reader in readers] == [0, 0, 0]
    finally:
        for reader in readers:
            reader.kill()
            reader.communicate()


def test_a_forked_child_follows_the_switch_by_itself(home: str) -> None:
    code = f"""
import os, time
from driftline.event.lineage import Dataset, Version
from driftline.guard.switch import *
bad = Version(Dataset("file", "feed"), "2")
switch = Switch({home!r})
publish({home!r}, SwitchState())
assert switch.decide([bad]) == []
child = os.fork()
if child == 0:
    limit = time.monotonic() + 5
    while not switch.decide([bad]) and time.monotonic() < limit:
        time.sleep(0.002)
    os._exit(0 if switch.decide([bad]) else 1)
publish({home!r}, SwitchState(entries=(Entry(id="q", node=bad.node),)))
raise SystemExit(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
"""
    assert subprocess.run([sys.executable, "-c", code], timeout=20, check=False).returncode == 0


def test_the_settings_in_use_name_the_home_and_can_turn_guards_off(home: str, tmp_path: Path) -> None:
    publish(home, SwitchState(entries=(Entry(id="q", node=version("feed", "2").node),)))
    former = switch._settings
    try:
        switch.use(Settings(home=home))
        assert len(switch.shared().decide([version("feed", "2")])) == 1
        assert switch.shared() is switch.shared(home)
        assert switch.shared(str(tmp_path)).decide([version("feed", "2")]) == []
        switch.use(Settings(home=home, enabled=False))
        assert switch.shared().mode == "off"
    finally:
        switch._settings = former


def test_a_relative_home_stays_the_same_place_when_the_program_moves(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    publish("home", SwitchState(mode="observe"))
    found = Switch("home")
    (tmp_path / "elsewhere").mkdir()
    os.chdir("elsewhere")
    assert found.mode == "observe"
