"""The TPC-H and TPC-DS queries and data that sqlglot's source distribution carries, fetched into a cache.

Enters: the version of sqlglot that is installed. Leaves: queries, and DuckDB connections with the tables; None where
the distribution cannot be fetched. Nothing of it is kept in this repository.
"""

import gzip
import subprocess
import sys
import tarfile
from pathlib import Path
from typing import NamedTuple

import duckdb
import sqlglot

CACHE = Path(__file__).resolve().parent.parent / ".bench-cache"
SUITES = ("tpc-h", "tpc-ds")


class Query(NamedTuple):
    """One query, by its number in the suite."""

    number: int
    sql: str


class Suite(NamedTuple):
    """Queries, and the columns of the tables that they read."""

    name: str
    folder: Path
    queries: list[Query]
    schema: dict[str, list[str]]


def fetch() -> Path | None:
    """Return the folder of the suites, downloaded at the first time; None where that is not possible."""
    folder = CACHE / f"sqlglot-{sqlglot.__version__}" / "tests" / "fixtures" / "optimizer"
    if folder.is_dir():
        return folder
    CACHE.mkdir(exist_ok=True)
    wanted = f"sqlglot=={sqlglot.__version__}"
    command = [sys.executable, "-m", "pip", "download", "-q", "--no-deps", "--no-binary", ":all:", "-d", str(CACHE)]
    got = subprocess.run([*command, wanted], capture_output=True, text=True, timeout=600, check=False)
    archives = sorted(CACHE.glob(f"sqlglot-{sqlglot.__version__}.tar.gz"))
    if got.returncode or not archives:
        print(f"The source distribution of {wanted} cannot be fetched; what needs it is skipped.", file=sys.stderr)
        return None
    with tarfile.open(archives[0]) as archive:
        members = [member for member in archive.getmembers() if "/tests/fixtures/optimizer/tpc-" in member.name]
        archive.extractall(CACHE, members, filter="data")
    archives[0].unlink()
    return folder


def suite(name: str) -> Suite | None:
    """Return the suite ``tpc-h`` or ``tpc-ds``."""
    folder = fetch()
    if folder is None:
        return None
    folder = folder / name
    lines = [
        line for line in (folder / f"{name}.sql").read_text("utf-8").splitlines() if not line.startswith(("--", "#"))
    ]
    statements = [text.strip() for text in "\n".join(lines).split(";")]
    queries = [Query(number, sql) for number, sql in enumerate(statements[:-1:2], 1) if sql]
    schema = {}
    for file in sorted(folder.glob("*.csv.gz")):
        with gzip.open(file, "rt") as stream:
            schema[file.name.removesuffix(".csv.gz")] = stream.readline().strip().split("|")
    return Suite(name, folder, queries, schema)


def connect(one: Suite) -> duckdb.DuckDBPyConnection:
    """Return a connection with the tables of a suite; what looks like a date in every row is one."""
    connection = duckdb.connect()
    connection.execute("SET threads = 1")
    for table in one.schema:
        file = str(one.folder / f"{table}.csv.gz").replace("'", "''")
        texts = ", ".join(f"'{column}': 'VARCHAR'" for column in one.schema[table] if column.endswith("_zip"))
        options = "delim = '|', header = true, sample_size = -1" + (f", types = {{{texts}}}" if texts else "")
        connection.execute(f"CREATE TABLE {table} AS FROM read_csv('{file}', {options})")
    return connection
