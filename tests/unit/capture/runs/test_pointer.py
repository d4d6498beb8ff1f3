import json
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

import driftline
from driftline.capture.runs.pointer import in_use, in_use_then, then, version_of
from driftline.capture.tables import measure
from driftline.event import ids
from driftline.event.lineage import Dataset, Touched, Version
from driftline.testing import MemorySink


def test_a_version_is_meant_by_itself_by_what_was_touched_or_by_a_name(sink: MemorySink) -> None:
    version = Version(Dataset("file", "a"), "v1")
    assert version_of(version) is version
    assert version_of(Touched(dataset=version.dataset, version="v1")) == version
    assert version_of(Touched(dataset=version.dataset, version="v1"), "v2") == Version(version.dataset, "v2")
    assert version_of("a", "v3").version == "v3"


def test_of_a_name_alone_the_version_counts_that_the_run_has_touched_last(sink: MemorySink) -> None:
    with driftline.run("serve") as run:
        assert in_use("index").version == ""
        run.read("index", version="v1")
        run.read("other", version="v7")
        run.read("index", version="v2")
        assert in_use("index") == Version(Dataset("file", "index"), "v2")
        assert in_use("index", "v9").version == "v9"  # what was said counts
        with driftline.answer("support") as answer:
            answer.uses("index", "index")
            assert answer.draft.sources[0].version.version == "v2"
    assert in_use("index").version == ""


def test_a_file_that_was_written_and_closed_has_its_hash_and_an_open_one_none(
    sink: MemorySink, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    driftline.watch()
    with driftline.run("index"):
        with Path("docs.json").open("w") as file:
            json.dump([{"text": "a"}], file)
            assert in_use("docs.json").version == ""
        assert in_use("docs.json").version == measure.of_file("docs.json").version
    driftline.unwatch()


def test_of_a_file_that_the_run_opened_itself_the_hash_counts_unless_it_changed_since(
    sink: MemorySink, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    file = Path("refunds.md")
    file.write_text("Refunds within 30 days.")
    with driftline.run("chat") as run:
        assert in_use("refunds.md").version == ids.text("Refunds within 30 days.")  # a file is named by its bytes
        assert in_use("elsewhere.md").version == ""
        assert in_use("refunds.md", "v9").version == "v9"
        with driftline.answer("support") as answer:
            answer.uses("doc", "refunds.md")
            assert answer.draft.sources[0].version.version == ids.text("Refunds within 30 days.")
        run.trace.opened[str(file.resolve()), "read"] = file.stat().st_mtime_ns - 1
        assert in_use("refunds.md").version == ""


def test_of_a_file_that_was_written_or_put_in_place_after_the_run_opened_it_nothing_is_said_within_a_tick_either(
    sink: MemorySink, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By hand: the clock that stamps files stands still for some milliseconds, so that the newer file looks older."""
    monkeypatch.chdir(tmp_path)
    file, other = tmp_path / "refunds.md", tmp_path / "other.md"
    file.write_text("Refunds within 10 days.")
    with driftline.run("chat") as run:
        stamped_ns = file.stat().st_mtime_ns
        run.trace.opened |= {(str(file), "read"): stamped_ns + 1}
        assert in_use("refunds.md").version == ids.text("Refunds within 10 days.")  # written just before
        run.trace.opened |= {(str(file), "write"): stamped_ns + 2}
        assert in_use("refunds.md").version == ""
        other.write_text("Refunds within 30 days.")
        os.utime(other, ns=(stamped_ns, stamped_ns))
        time.sleep(0.1)
        other.replace(file)
        run.trace.opened = {(str(file), "read"): file.stat().st_ctime_ns + 1}
        assert in_use("refunds.md").version == ""
        run.trace.opened = {(str(file), "read"): file.stat().st_ctime_ns + 100_000_000}  # two of the longest ticks
        assert in_use("refunds.md").version == ids.text("Refunds within 30 days.")


def test_of_a_name_that_a_run_has_not_touched_the_version_counts_that_the_run_around_it_has(sink: MemorySink) -> None:
    with driftline.run("serve") as run:
        run.read("index", version="v1")
        with driftline.run("step") as inner:
            assert in_use("index").version == "v1"
            inner.read("index", version="v2")
            assert in_use("index").version == "v2"


def test_what_is_looked_up_later_is_what_it_would_have_been_then(sink: MemorySink) -> None:
    with driftline.run("serve") as run:
        run.read("index", version="v1")
        asked = then()
        run.read("index", version="v2")
    assert in_use_then("index", asked).version == "v1"
    assert in_use_then(Version(Dataset("file", "m"), "7"), asked).version == "7"


def test_without_a_run_a_file_has_its_hash_where_it_was_there_as_it_is_before_the_process_began(tmp_path: Path) -> None:
    (tmp_path / "old.md").write_text("old")
    time.sleep(0.05)
    text = (
        "from pathlib import Path\n"
        "from driftline.capture.runs.pointer import in_use\n"
        "Path('new.md').write_text('new')\n"
        "print(in_use('old.md').version, repr(in_use('new.md').version))\n"
        "Path('new.md').replace('old.md')\n"  # which keeps the time at which it was written
        "print(repr(in_use('old.md').version), repr(in_use('no.md').version))\n"
    )
    done = subprocess.run([sys.executable, "-c", text], cwd=tmp_path, capture_output=True, text=True, check=True)
    assert done.stdout.split() == [ids.text("old"), "''", "''", "''"]


def test_a_file_that_is_large_is_read_when_the_answer_is_made(
    watched: MemorySink, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(measure, "BUDGET", 10)
    Path("large.md").write_text("a" * 100)
    with driftline.run("serve"):
        assert in_use("large.md").version == ""
        with driftline.answer("desk") as answer:
            answer.uses("index", "large.md")
        driftline.record_answer("desk", uses={"index": "large.md"})
        Path("large.md").read_text()
        driftline.record_answer("desk", uses={"index": "large.md"})
        assert driftline.flush()
    assert [one.sources[0].version.version for one in watched.recorded] == [ids.text("a" * 100)] * 3
