"""A real dbt build of the shop in dbt_project, told to a server as it is documented, and through a file.

The expected lineage stands in shop.py. dbt's wrapper never names a seed among the inputs: columnLineage alone does.
"""

import json
import os
import shutil
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from tests.acceptance.serving import Edges, Server, command, printed, start
from tests.acceptance.shop import COLUMN_EDGES, EDGES, EVENTS, READS, TABLES, node

ROOT = Path(__file__).resolve().parent.parent.parent
PROJECT = Path(__file__).parent / "dbt_project"
VENV = ROOT / ".venv-dbt"

pytestmark = [
    pytest.mark.acceptance,
    pytest.mark.skipif(not (VENV / ".complete").is_file(), reason="needs dbt: tools/dbt_environment.py installs it"),
]


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


@contextmanager
def running(folder: Path) -> Iterator[Server]:
    """Run a server on the store in ``folder`` for as long as the block lasts."""
    found = start(subprocess.Popen, folder)
    with found.process:
        try:
            yield found
        finally:
            found.end()


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server that was told of one build over HTTP."""
    folder = tmp_path_factory.mktemp("served")
    with running(folder) as found:
        build(folder, OPENLINEAGE_URL=found.address)
        yield found


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
    assert server.events() == {"accepted": EVENTS, "merged": 0, "quarantined": 0}
    assert (overview["runs"], overview["datasets"]) == (EVENTS // 2, len(TABLES))
    assert around(server.edges) == EDGES
    assert around(lambda asked: server.edges(asked, columns=True)) == COLUMN_EDGES


def test_the_same_build_through_a_file_gives_the_same_lineage(home: Path) -> None:
    with running(home.parent) as other:
        assert around(other.edges) == EDGES
        assert around(lambda asked: other.edges(asked, columns=True)) == COLUMN_EDGES
        for table in ("raw_payments", "customer_value"):
            assert printed(home, node(table)) == other.edges(node(table))
            assert printed(home, node(table), "--columns") == other.edges(node(table), columns=True)
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
