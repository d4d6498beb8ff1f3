"""What users do, written once and run twice: with Driftline and without it.

Enters: a kit: an empty folder, and either Driftline's public functions or ones that do nothing (``Plain``). Leaves:
what the user sees: values, exceptions, how often the user's own functions were called; files lie in the folder.
"""

from collections.abc import Callable
from typing import Any

from tests.drills.kit import Kit, Plain
from tests.drills.on_calls import (
    answers,
    asynchronous,
    deployed,
    generators,
    guarded,
    middleware,
    runs,
    served,
    spans,
    steps,
    threads,
)
from tests.drills.on_files import (
    duckdb_files,
    files_by_address,
    objects_in_files,
    pandas_files,
    pandas_parquet,
    polars_files,
    pyarrow_files,
    sqlalchemy_statements,
    sqlite_statements,
)

__all__ = ["WORKLOADS", "Kit", "Plain"]

WORKLOADS: dict[str, Callable[[Kit], Any]] = {
    one.__name__: one
    for one in (
        pandas_files, pandas_parquet, polars_files, duckdb_files, pyarrow_files, sqlite_statements,
        sqlalchemy_statements, objects_in_files, files_by_address, spans, steps, runs, generators, asynchronous,
        threads, answers, middleware, served, guarded, deployed,
    )
}  # fmt: skip
