"""Writes ``tests/fixtures/tables``: the metadata of a Delta and an Iceberg table, as their own libraries lay it out.

Data files are left out, and the folder that the tables were made in is written as ``file:///warehouse``.
"""

import json
import shutil
import sys
import tempfile
from pathlib import Path

import deltalake
import pyarrow as pa
from pyiceberg.catalog.sql import SqlCatalog

TARGET = Path(__file__).parents[1] / "tests" / "fixtures" / "tables"
ROWS = pa.table({"a": [1, 2, 3]})


def delta(folder: Path, target: Path) -> int:
    """Make a table of three commits and a checkpoint, then one commit more; return its version."""
    for commit in range(3):
        deltalake.write_deltalake(str(folder), ROWS, mode="append" if commit else "error")
    deltalake.DeltaTable(str(folder)).create_checkpoint()
    deltalake.write_deltalake(str(folder), ROWS, mode="append")
    shutil.copytree(folder / "_delta_log", target / "_delta_log")
    return deltalake.DeltaTable(str(folder)).version()


def iceberg(folder: Path, target: Path) -> int:
    """Make a table of two snapshots; return the id of the newer one."""
    catalog = SqlCatalog("fixture", uri=f"sqlite:///{folder}/catalog.db", warehouse=f"file://{folder}")
    catalog.create_namespace("db")
    table = catalog.create_table("db.t", schema=ROWS.schema)
    table.append(ROWS)
    table.append(ROWS)
    (target / "metadata").mkdir(parents=True)
    for path in sorted((folder / "db" / "t" / "metadata").glob("*.metadata.json")):
        (target / "metadata" / path.name).write_text(path.read_text().replace(str(folder), "/warehouse"))
    return int(table.current_snapshot().snapshot_id)


def main() -> None:
    """Write the fixtures anew, with what their libraries call the newest state of each."""
    shutil.rmtree(TARGET, ignore_errors=True)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "iceberg").mkdir()
        known = {
            "delta": delta(folder / "delta", TARGET / "delta"),
            "iceberg": iceberg(folder / "iceberg", TARGET / "iceberg"),
        }
    (TARGET / "newest.json").write_text(json.dumps(known) + "\n")


if __name__ == "__main__":
    sys.exit(main())
