"""What users do, written once and run twice: with Driftline and without it.

Enters: a kit: an empty folder, and either Driftline's public functions or ones that do nothing (``Plain``). Leaves:
what the user sees: values, exceptions, how often the user's own functions were called; files lie in the folder. Nothing
here depends on the clock, on chance or on the name of the folder.
"""

from collections.abc import Callable
from typing import Any

from tests.drills import calls, libraries, replies
from tests.drills.kit import Kit, Plain

__all__ = ["WORKLOADS", "Kit", "Plain"]

WORKLOADS: dict[str, Callable[[Kit], Any]] = {
    one.__name__: one
    for one in (
        libraries.pandas_files,
        libraries.pandas_parquet,
        libraries.polars_files,
        libraries.duckdb_files,
        libraries.pyarrow_files,
        libraries.sqlite_statements,
        libraries.sqlalchemy_statements,
        libraries.objects_in_files,
        libraries.files_by_address,
        libraries.spans,
        calls.steps,
        calls.runs,
        calls.generators,
        calls.asynchronous,
        calls.threads,
        replies.answers,
        replies.middleware,
        replies.served,
        replies.guarded,
        replies.deployed,
    )
}
