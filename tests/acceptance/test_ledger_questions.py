"""The questions of ``bench/answers.py``, asked of a small ledger: each has its row, and its answers are there."""

import importlib
import sys
from pathlib import Path

import pytest

BENCH = Path(__file__).resolve().parent.parent.parent / "bench"
ANSWERS = 2000


@pytest.mark.acceptance
def test_the_benchmark_fills_a_ledger_of_today_and_asks_it(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    monkeypatch.syspath_prepend(str(BENCH))
    bench = importlib.import_module("answers")
    monkeypatch.setattr(
        sys, "argv", ["answers.py", "--only", "ledger", "--answers", str(ANSWERS), "--home", str(tmp_path)]
    )
    bench.main()
    said = capsys.readouterr().out
    assert f"{ANSWERS:,} answers, 5 documents each" in said
    rows = [line.strip("| ").partition(" | ")[0] for line in said.splitlines() if line.startswith("| ")]
    assert {"why, by id", "newest 50 by document id", "newest 50 by model version", "newest 50 of one hour"} < {*rows}
