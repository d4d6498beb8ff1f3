"""What real emitters said when they were recorded, read by ``driftline ingest``: no emitter has to be installed."""

import json
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from tests.acceptance.serving import Edges, Server, command, printed
from tests.acceptance.shop import COLUMN_EDGES, EDGES, TABLES, node

pytestmark = pytest.mark.acceptance

RECORDED = Path(__file__).resolve().parent.parent / "fixtures" / "openlineage"
# By hand, from docs/guide/airflow/dags/daily_orders.py: join reads two files and writes sales, report reads sales.
DAG: Edges = {
    ("dataset:file:/shop/orders.csv", "job:shop:daily_orders.join"),
    ("dataset:file:/shop/customers.csv", "job:shop:daily_orders.join"),
    ("job:shop:daily_orders.join", "dataset:file:/shop/sales.parquet"),
    ("dataset:file:/shop/sales.parquet", "job:shop:daily_orders.report"),
    ("job:shop:daily_orders.report", "dataset:file:/shop/report.html"),
}


def ingested(name: str, home: Path) -> Path:
    """Ingest a recording twice: the second time nothing of it is new."""
    file = RECORDED / f"{name}.jsonl"
    number = len(file.read_text("utf-8").splitlines())
    for said in (f"{number} events: {number} accepted.", f"{number} events: 0 accepted, {number} known already."):
        assert command(home, "ingest", str(file)).strip() == said
    return home


def test_what_airflow_said_of_two_runs_of_a_dag_gives_its_lineage(tmp_path: Path) -> None:
    home = ingested("airflow", tmp_path)
    assert printed(home, "dataset:file:/shop/sales.parquet") == DAG
    listed = json.loads(command(home, "lineage", "--list", "--json"))
    assert {entry["node"] for entry in listed["datasets"]} == {one for edge in DAG for one in edge if "dataset" in one}


def test_two_runs_of_a_dag_whose_run_ids_are_equal_are_two_versions_of_what_it_wrote(tmp_path: Path) -> None:
    home = ingested("airflow", tmp_path)
    listed = json.loads(command(home, "lineage", "--list", "--json"))
    written = {entry["dataset"]["name"]: entry.get("versions", 0) for entry in listed["datasets"]}
    assert (written["/shop/sales.parquet"], written["/shop/report.html"]) == (2, 2)


def test_what_dbt_said_of_a_build_gives_the_lineage_of_the_sql(serve: Callable[..., Server], tmp_path: Path) -> None:
    home = ingested("dbt", tmp_path / "home")
    server = serve()
    assert server.home == home
    assert {edge for table in TABLES for edge in server.edges(node(table))} == EDGES
    assert {edge for table in TABLES for edge in server.edges(node(table), columns=True)} == COLUMN_EDGES


@pytest.mark.parametrize("file", sorted(RECORDED.glob("*.jsonl")), ids=lambda file: file.name)
def test_a_recording_names_no_person_and_no_folder_of_a_machine(file: Path) -> None:
    text = file.read_text("utf-8")
    assert re.findall(r"[\w.+-]+@[\w-]+\.\w+", text) == []
    assert re.findall(r'"/(?!shop/)[^"]*"', text) == []
