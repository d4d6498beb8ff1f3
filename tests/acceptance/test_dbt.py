"""A real dbt build of the shop in dbt_project, told to a server as it is documented, and through a file.

The expected lineage is worked out by hand from the SQL of the models:

* stg_orders      reads raw_orders (seed)
* stg_payments    reads raw_payments (seed)
* order_totals    joins stg_orders and stg_payments
* customer_value  joins raw_customers (seed) and order_totals

dbt's wrapper never names a seed among the inputs; it stands in columnLineage alone.
"""

import json
import os
import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.acceptance.serving import Edges, Server, command, printed, start

ROOT = Path(__file__).resolve().parent.parent.parent
PROJECT = Path(__file__).parent / "dbt_project"
VENV = ROOT / ".venv-dbt"

pytestmark = [
    pytest.mark.acceptance,
    pytest.mark.skipif(not (VENV / ".complete").is_file(), reason="needs dbt: tools/dbt_environment.py installs it"),
]

EVENTS = 16  # a start and an end each of the build, of four models and of the tests of three of them
READS = {
    "stg_orders": {"raw_orders"},
    "stg_payments": {"raw_payments"},
    "order_totals": {"stg_orders", "stg_payments"},
    "customer_value": {"raw_customers", "order_totals"},
}
TESTED = {"stg_orders", "order_totals", "customer_value"}
TABLES = {*READS, "raw_customers", "raw_orders", "raw_payments"}
# What is selected from what. Of joins, filters and groups dbt's wrapper says nothing.
COLUMNS = {
    "stg_orders.order_id": {"raw_orders.order_id"},
    "stg_orders.customer_id": {"raw_orders.customer_id"},
    "stg_orders.order_date": {"raw_orders.ordered_on"},
    "stg_payments.order_id": {"raw_payments.order_id"},
    "stg_payments.amount": {"raw_payments.amount_cents"},
    "order_totals.order_id": {"stg_orders.order_id"},
    "order_totals.customer_id": {"stg_orders.customer_id"},
    "order_totals.order_date": {"stg_orders.order_date"},
    "order_totals.paid": {"stg_payments.amount"},
    "customer_value.customer_id": {"raw_customers.customer_id"},
    "customer_value.country": {"raw_customers.country"},
    "customer_value.orders": {"order_totals.order_id"},
    "customer_value.spent": {"order_totals.paid"},
}


def node(table: str) -> str:
    return f"dataset:duckdb://shop.duckdb:shop.main.{table}"


def column(name: str) -> str:
    table, _, field = name.partition(".")
    return f"datasetField:duckdb://shop.duckdb:shop.main.{table}:{field}"


def job(model: str, what: str = "run") -> str:
    return f"job:dbt:shop.main.shop.{model}.build.{what}"


EDGES: Edges = {
    *((node(source), job(model)) for model, sources in READS.items() for source in sources),
    *((job(model), node(model)) for model in READS),
    *((node(model), job(model, "test")) for model in TESTED),
}
COLUMN_EDGES: Edges = {(column(source), column(target)) for target, found in COLUMNS.items() for source in found}


def build(folder: Path, **variables: str) -> None:
    """Run ``dbt-ol build`` on a copy of the project, with nothing in its environment but what it needs."""
    project = folder / "project"
    shutil.copytree(PROJECT, project)
    environment = {
        "PATH": f"{VENV / 'bin'}{os.pathsep}{os.defpath}",
        "HOME": str(folder),
        "DBT_SEND_ANONYMOUS_USAGE_STATS": "false",
        "DO_NOT_TRACK": "1",
        "NO_PROXY": "*",
        **variables,
    }
    done = subprocess.run(
        ["dbt-ol", "build"], cwd=project, env=environment, capture_output=True, text=True, timeout=300, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert f"Emitted {EVENTS} OpenLineage events" in done.stdout, done.stdout + done.stderr


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server that was told of one build over HTTP."""
    folder = tmp_path_factory.mktemp("served")
    found = start(subprocess.Popen, folder)
    try:
        build(folder, OPENLINEAGE_URL=found.address)
        yield found
    finally:
        found.end()
        assert found.process.stdout is not None
        assert found.process.stderr is not None
        found.process.stdout.close()
        found.process.stderr.close()


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The file that one build was written to."""
    folder = tmp_path_factory.mktemp("written")
    found = folder / "events.jsonl"
    build(
        folder,
        OPENLINEAGE__TRANSPORT__TYPE="file",
        OPENLINEAGE__TRANSPORT__LOG_FILE_PATH=str(found),
        OPENLINEAGE__TRANSPORT__APPEND="true",
    )
    return found


@pytest.fixture(scope="module")
def home(file: Path) -> Path:
    """A store that the file was ingested into, twice."""
    found = file.parent / "home"
    said = [command(found, "ingest", str(file)).strip() for _ in range(2)]
    assert said == [f"{EVENTS} events: {EVENTS} accepted.", f"{EVENTS} events: 0 accepted, {EVENTS} known already."]
    return found


def around(edges: Callable[[str], Edges]) -> Edges:
    """Return every link around any table."""
    return {edge for table in TABLES for edge in edges(node(table))}


def test_a_build_that_is_sent_to_the_server_gives_the_lineage_of_the_sql(server: Server) -> None:
    overview = server.get("/api/v1/overview")
    assert overview["events"] == {"accepted": EVENTS, "merged": 0, "quarantined": 0}
    assert (overview["runs"], overview["datasets"]) == (EVENTS // 2, len(TABLES))
    assert around(server.edges) == EDGES
    assert around(lambda asked: server.edges(asked, columns=True)) == COLUMN_EDGES


def test_the_same_build_through_a_file_gives_the_same_lineage(home: Path) -> None:
    assert around(lambda asked: printed(home, asked)) == EDGES
    assert around(lambda asked: printed(home, asked, "--columns")) == COLUMN_EDGES
    listed = json.loads(command(home, "lineage", "--list", "--json"))
    assert {entry["node"] for entry in listed["datasets"]} == {node(table) for table in TABLES}


def test_a_seed_that_only_column_lineage_names_is_upstream_of_all_that_derives_from_it(server: Server) -> None:
    value = server.get(f"/api/v1/graph?node={node('customer_value')}&direction=up&depth=100")
    assert {node(seed) for seed in ("raw_customers", "raw_orders", "raw_payments")} <= {
        found["id"] for found in value["nodes"]
    }
    hit = server.get(f"/api/v1/impact?node={node('raw_payments')}")
    assert hit["datasets"] == 3  # stg_payments, order_totals, customer_value


def test_what_dbt_sent_leaves_the_seeds_out_of_the_inputs_and_names_the_exposure(file: Path) -> None:
    events: list[Any] = [json.loads(line) for line in file.read_text("utf-8").splitlines()]
    inputs = {part["name"] for event in events for part in event.get("inputs", ())}
    assert inputs == {f"shop.main.{table}" for table in READS}
    exposed = {
        (part["name"], exposure["name"])
        for event in events
        for part in event.get("outputs", ())
        for exposure in part["facets"].get("dbt_exposures", {}).get("exposures", ())
    }
    assert exposed == {("shop.main.customer_value", "revenue_report")}
