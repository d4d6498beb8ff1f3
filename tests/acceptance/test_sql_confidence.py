"""Scripts that nobody changed, with SQL in doubt: the doubt arrives in the store as a confidence and is not dropped."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
from tests.acceptance.serving import command

pytestmark = pytest.mark.acceptance

DUCKDB = """
import driftline, duckdb
driftline.watch("shop")
open("a.json", "w").write('{"k": 1, "v": 2}')
open("b.json", "w").write('{"k": 1, "w": 3}')
duckdb.sql("COPY (SELECT p.k, w AS weight FROM 'a.json' p JOIN 'b.json' q ON p.k = q.k) TO 'out.parquet'")
"""
SQLITE = """
import driftline, sqlite3
driftline.watch("shop")
connection = sqlite3.connect("shop.db")
connection.set_trace_callback(lambda text: None)  # somebody listens: Driftline asks this connection nothing
connection.executescript("CREATE TABLE a (k, v); CREATE TABLE b (k, w); CREATE TABLE m (k, weight);")
connection.execute("INSERT INTO m (k, weight) SELECT a.k, w FROM a JOIN b ON a.k = b.k")
connection.commit()
"""


def columns(folder: Path, script: str, node: str) -> dict[str, tuple[str, float]]:
    """Run a script in a folder; return the columns behind ``node`` with kind and confidence, as the store has them."""
    (folder / "script.py").write_text(script)
    subprocess.run([sys.executable, "script.py"], cwd=folder, check=True, timeout=120)
    graph = json.loads(command(folder / ".driftline", "lineage", node, "--columns", "--up", "--json"))
    labels = {one["id"]: one["label"] for one in graph["nodes"]}
    return {labels[edge["from"]]: (edge["kind"], edge["confidence"]) for edge in graph["edges"]}


def test_a_column_of_one_of_two_files_is_half_sure_of_each(tmp_path: Path) -> None:
    assert columns(tmp_path, DUCKDB, "out.parquet.weight") == {
        "a.json.w": ("DIRECT:IDENTITY", 0.5),
        "b.json.w": ("DIRECT:IDENTITY", 0.5),
        "a.json.k": ("INDIRECT:JOIN", 1.0),
        "b.json.k": ("INDIRECT:JOIN", 1.0),
    }
    shown = command(tmp_path / ".driftline", "lineage", "out.parquet.weight", "--columns", "--up")
    assert "50% sure" in shown


def test_a_column_of_one_of_two_tables_that_may_not_be_asked_is_half_sure_of_each(tmp_path: Path) -> None:
    assert columns(tmp_path, SQLITE, "m.weight") == {
        "a.w": ("DIRECT:IDENTITY", 0.5),
        "b.w": ("DIRECT:IDENTITY", 0.5),
        "a.k": ("INDIRECT:JOIN", 1.0),
        "b.k": ("INDIRECT:JOIN", 1.0),
    }
