"""The scripts themselves decide what influences what: one source column is changed, and the script runs again.

The whole run is ``bench/scripts.py``; here are ten quick scripts of those by which our reading was made. Nothing of
Driftline is consulted for what is true.
"""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parent.parent.parent
# joins, groups, melt, row functions, csv and JSON records, a class, a command line, two steps, columns by name
SOME = ("config_columns", "csv_loop", "etl_class", "json_reviews", "payroll", "report_main", "revenue_by_month",
        "sessions", "survey_melt", "two_steps")  # fmt: skip
COVERED = 0.98  # of what was seen to move, at least; it was all of it when this was written
STATED = 1.4  # pairs for each one that was seen to move, at most; it was 1.3; every column with every column is 3.2


@pytest.fixture(scope="module")
def found() -> dict[str, Any]:
    command = [sys.executable, str(ROOT / "bench" / "scripts.py"), "--json", *SOME]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return {one["script"]: one for one in json.loads(done.stdout)}


@pytest.mark.acceptance
def test_what_mutants_move_is_what_one_works_out_by_hand(found: dict[str, Any]) -> None:
    moved = {pair for pair in found["revenue_by_month"]["moved"] if "-> revenue.csv" in pair}
    # rows are kept by status and grouped by channel and month, which moves every column; the rest is the product
    by_rows = {(source, target) for source in ("status", "channel", "order_date") for target in ("channel", "month")}
    summed = ("quantity", "unit_price", "discount", "status", "channel", "order_date")
    expected = by_rows | {(source, "revenue") for source in summed}
    assert moved == {f"orders.csv.{source} -> revenue.csv.{target}" for source, target in expected}


@pytest.mark.acceptance
def test_nearly_all_that_moves_with_a_source_column_has_an_edge_and_few_edges_are_idle(found: dict[str, Any]) -> None:
    assert {name: one["problem"] for name, one in found.items()} == dict.fromkeys(SOME, "")
    moved = sum(len(one["moved"]) for one in found.values())
    covered = sum(len({*one["moved"]} & {*one["stated"]}) for one in found.values())
    stated = sum(len({*one["stated"]} - {*one["ordered"]}) for one in found.values())
    assert moved >= 200  # a test in which nothing moves proves nothing
    missed = {name: sorted({*one["moved"]} - {*one["stated"]}) for name, one in found.items()}
    assert covered >= COVERED * moved, missed
    assert stated <= STATED * moved
