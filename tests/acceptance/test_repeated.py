"""Calls in a loop, bare and watched: a few kinds of ``bench/repeated.py``, quickly, and what it says of trouble."""

import importlib
import sys
from pathlib import Path
from types import ModuleType

import pytest

BENCH = Path(__file__).resolve().parent.parent.parent / "bench"
SOME = ("sqlite3: INSERT, memory", "SQLAlchemy: session.add, flush", "Python: pickle.dump", "Python: a step")


@pytest.fixture
def repeated(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    monkeypatch.syspath_prepend(str(BENCH))
    return importlib.import_module("repeated")


def rows(printed: str) -> dict[str, list[float]]:
    """Return the numbers of each row of the table."""
    lines = [line.strip("| ").split(" | ") for line in printed.splitlines() if line.startswith("| ")][2:]
    return {name: [float(one.replace(",", "")) for one in numbers] for name, *numbers in lines}


@pytest.mark.acceptance
def test_a_call_has_the_same_result_and_its_row_says_what_it_costs(
    repeated: ModuleType, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "argv", ["repeated.py", "--quick", "--kinds", ";".join(SOME)])
    assert repeated.main() == 0
    said = capsys.readouterr()
    found = rows(said.out)
    assert {*found} == {*SOME}
    for bare, watched, added, ratio, _ in found.values():
        assert bare > 0
        assert added == pytest.approx(watched - bare, abs=0.11)
        lowest, highest = (
            (watched - 0.06) / (bare + 0.06),
            (watched + 0.06) / max(bare - 0.06, 0.01),
        )  # as rounded
        assert lowest - 0.01 <= ratio <= highest + 0.01
    assert "Results the same: yes." in said.out
    assert len(said.err.splitlines()) == len(SOME), said.err  # progress alone: nothing of ours has failed
    # a step is a run of its own, which is told while it lasts, and so cannot be as cheap as the bare function
    assert found["Python: a step"][2] > 1.0


@pytest.mark.acceptance
def test_a_result_that_differs_is_an_error_and_a_kind_without_its_library_is_named(
    repeated: ModuleType, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    kinds = {
        "differs": repeated.Kind(5, "", "pass", "'driftline' in globals()"),
        "absent": repeated.Kind(5, "", "pass", "0", ("no_such_library",)),
    }
    monkeypatch.setattr(repeated, "KINDS", kinds)
    monkeypatch.setattr(sys, "argv", ["repeated.py", "--quick"])
    assert repeated.main() == 1
    said = capsys.readouterr()
    assert "Results the same: NO." in said.out
    assert "differs: the results differ: ['False', 'True']" in said.err
    assert "Left out, as a library or PostgreSQL is not installed: absent." in said.out


@pytest.mark.acceptance
def test_a_name_that_stands_for_no_kind_is_an_error_that_says_which_there_are(
    repeated: ModuleType, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for given, unknown in (("Python: a step;no such; nor*this", "no such; nor*this"), (" ; ", " ; ")):
        monkeypatch.setattr(sys, "argv", ["repeated.py", "--quick", "--kinds", given])
        assert repeated.main() == 2
        said = capsys.readouterr()
        assert said.out == ""
        assert said.err.splitlines() == [f"no such kind: {unknown}; there are:", *repeated.KINDS]
