from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from driftline.capture.ground import fault
from driftline.capture.probe import cache
from driftline.capture.probe.report import Report


@pytest.fixture(autouse=True)
def fresh() -> None:
    cache.forget()
    fault.reset()


def test_a_report_is_found_again_in_memory_and_on_disk(tmp_path: Path) -> None:
    cache.put("k", Report(rows=7), str(tmp_path))
    assert cache.get("k") == Report(rows=7)
    cache.forget()
    assert cache.get("k") is None
    assert cache.get("k", str(tmp_path)) == Report(rows=7)


def test_a_report_of_another_form_or_a_broken_one_is_none(tmp_path: Path) -> None:
    cache.put("old", Report(form=0), str(tmp_path))
    cache.put("torn", Report(), str(tmp_path))
    (tmp_path / cache.FOLDER / "torn.json").write_text("{")
    cache.forget()
    assert cache.get("old", str(tmp_path)) is None
    assert cache.get("torn", str(tmp_path)) is None
    assert fault.counts() == {"probe cache": 1}


def test_who_waits_is_called_once_all_is_there(tmp_path: Path) -> None:
    called: list[str] = []
    cache.when(["a", "b"], lambda: called.append("both"))
    cache.put("a", Report(), str(tmp_path))
    assert called == []
    cache.put("b", Report(), str(tmp_path))
    assert called == ["both"]
    cache.when(["a"], lambda: called.append("at once"))
    assert called == ["both", "at once"]


def test_a_folder_that_cannot_be_written_is_no_failure_of_the_probe(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    cache.put("k", Report(), str(tmp_path / "file"))
    assert cache.get("k") == Report()
    assert fault.counts() == {"probe cache": 1}


def test_a_forked_child_is_not_held_up_by_what_a_thread_of_its_parent_was_doing(
    child_takes: Callable[[Callable[[], Any]], bool],
) -> None:
    assert child_takes(lambda: cache._lock)
