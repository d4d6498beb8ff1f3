"""Tables of Delta and Iceberg, read and written through their own Python libraries.

Enters: the loaded module deltalake or pyiceberg.table. Leaves: patches on what reads rows from a table or commits to
it. A table goes by its place, as it does where another library reads that folder, and its version is the commit or the
snapshot that the library itself says it is at. What changes rows where they are has read the state before. Asks no
catalog and no store.
"""

from collections.abc import Callable
from typing import Any

from driftline.capture.ground.beside import Beside
from driftline.capture.hooks import table, whole
from driftline.capture.hooks.patch import Before, Call, Patch, around
from driftline.capture.runs.recording import Recording
from driftline.capture.tables import lake
from driftline.capture.tables.lake import State

_DELTA_READS = ("DeltaTable.to_pandas", "DeltaTable.to_pyarrow_table", "DeltaTable.to_pyarrow_dataset")
_DELTA_CHANGES = ("DeltaTable.update", "DeltaTable.delete")
_SCANS = ("to_arrow", "to_arrow_batch_reader", "to_pandas", "to_polars")
_PUTS = ("append", "overwrite", "dynamic_partition_overwrite")
_CHANGES = ("upsert", "delete")

_merges: Beside[tuple[Any, Any]] = Beside()  # a merge that has not run yet -> its table, and what is merged into it


def install(module: Any) -> list[Patch]:
    """Put the hooks on and return what was replaced."""
    return _delta(module) if module.__name__ == "deltalake" else _iceberg(module)


def _delta(module: Any) -> list[Patch]:
    patches = around(module, "write_deltalake", _delta_written)
    for name in _DELTA_READS:
        patches += around(module, name, _delta_read)
    for name in _DELTA_CHANGES:
        patches += around(module, name, _changed(lake.state), _before(lake.state))
    patches += around(module, "DeltaTable.merge", _merging)
    return patches + around(module.table, "TableMerger.execute", _changed(_of_merge), _before(_of_merge))


def _iceberg(module: Any) -> list[Patch]:
    patches: list[Patch] = []
    for name in _SCANS:
        patches += around(module, f"DataScan.{name}", _scanned)
    for name in _PUTS:
        patches += around(module, f"Table.{name}", _put)
    for name in _CHANGES:
        patches += around(module, f"Table.{name}", _changed(lake.state), _before(lake.state))
    patches += around(module, "Table.add_files", _put)
    return patches + around(module, "Transaction.commit_transaction", _committed)


def _of_merge(merge: Any) -> State | None:
    known = _merges.get(merge)
    return None if known is None else lake.state(known[0])  # None: it was begun before the hooks were on


def _note(run: Recording, way: Any, state: State | None, call: Call, data: Any = None, *, frame: Any = None) -> bool:
    if state is None:
        return False
    return table.note(run, way, state.place, call, kind="table", data=data, frame=frame, version=state.version)


def _delta_written(run: Recording, call: Call) -> bool:
    given, data = call.argument(0, "table_or_uri"), call.argument(1, "data")
    frame = data if whole.call(call.args, call.kwargs, 2, "table_or_uri", "data", "partition_by") else None
    return table.note(run, "write", given, call, kind="table", data=data, frame=frame)


def _delta_read(run: Recording, call: Call) -> bool:
    frame = call.result if len(call.args) == 1 and not call.kwargs else None
    lazy = type(call.result).__name__ == "FileSystemDataset"
    return _note(run, "read", lake.state(call.args[0]), call, call.result, frame=None if lazy else frame)


def _merging(run: Recording, call: Call) -> bool:  # noqa: ARG001 - nothing is merged yet
    _merges.put(call.result, (call.args[0], call.argument(1, "source")))
    return True


def _before(state: Callable[[Any], State | None]) -> Before:
    """Find the state that a table is in before it is changed."""
    return lambda args, kwargs: state(args[0])  # noqa: ARG005 - the signature is Before's


def _changed(state: Callable[[Any], State | None]) -> Callable[[Recording, Call], bool]:
    """Record that rows of a table were changed where they are: its state before was read, and another one written."""

    def record(run: Recording, call: Call) -> bool:
        after = state(call.args[0])
        if call.before == after:
            return True  # no row met the condition
        if call.before is not None and call.before.version:
            _note(run, "read", call.before, call)
        return _note(run, "write", after, call, _given(call))

    return record


def _given(call: Call) -> Any:
    """Return the rows that a table is changed by; None where it is changed by a condition alone."""
    merged = _merges.get(call.args[0])
    given = call.argument(1, "df") if merged is None else merged[1]
    return given if hasattr(given, "columns") else None


def _scanned(run: Recording, call: Call) -> bool:
    scan = call.args[0]
    found = scan.snapshot()
    if found is None:
        return True  # nothing was ever written to it
    everything = (
        scan.selected_fields == ("*",) and scan.limit is None and type(scan.row_filter).__name__ == "AlwaysTrue"
    )
    frame = call.result if everything and type(call.result).__name__ != "RecordBatchReader" else None
    return _note(run, "read", lake.snapshot(scan.table_metadata.location, found), call, call.result, frame=frame)


def _put(run: Recording, call: Call) -> bool:
    data = call.argument(1, "df")
    return _note(run, "write", lake.state(call.args[0]), call, data, frame=data if _all_there(call, data) else None)


def _all_there(call: Call, data: Any) -> bool:
    """Whether what was put into a table is all that it holds, by the number of rows that its snapshot tells."""
    found = call.args[0].current_snapshot()
    summary = None if found is None else found.summary
    total = None if summary is None else summary.additional_properties.get("total-records")
    return total is not None and str(getattr(data, "num_rows", "")) == str(total)


def _committed(run: Recording, call: Call) -> bool:
    return _note(run, "write", lake.state(call.result), call)
