import json
from pathlib import Path

import pytest

import driftline
from driftline.capture.runs.pointer import in_use, version_of
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
