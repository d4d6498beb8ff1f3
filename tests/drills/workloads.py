"""What users do, written once and run twice: with Driftline and without it.

Enters: a kit: an empty folder, and either Driftline's public functions or ones that do nothing (``Plain``). Leaves:
what the user sees: values, exceptions, how often the user's own functions were called; files lie in the folder.
"""

from collections.abc import Callable
from typing import Any

from tests.drills import (
    on_answers,
    on_calls,
    on_dialects,
    on_examples,
    on_files,
    on_formats,
    on_frames,
    on_guards,
    on_lasting,
    on_programs,
    on_scripts,
    on_shapes,
    on_sql,
    on_values,
)
from tests.drills.kit import Kit, Plain

__all__ = ["LIMITS", "WORKLOADS", "Kit", "Plain"]

_WORK = {
    on_files: (
        "pandas_files pandas_parquet polars_files duckdb_files pyarrow_files sqlite_statements sqlalchemy_statements "
        "objects_in_files files_of_the_standard_library files_by_address"
    ),
    on_formats: "typed_tables many_formats large_files moved_files stores",
    on_frames: "polars_rules polars_joins polars_formats pipelines probed probed_rows probed_arrays probed_polars",
    on_sql: (
        "duckdb_queries duckdb_turns duckdb_joins duckdb_changes duckdb_relations sqlite_transactions "
        "alchemy_transactions"
    ),
    on_dialects: "postgres copies warehouses blocks others",
    on_programs: "watching parameters lasting versions dialects documents",
    on_calls: "spans steps runs generators asynchronous threads answers middleware served deployed",
    on_answers: "promises twice streams",
    on_lasting: "endless children many_files",
    on_scripts: "computed computed_books computed_sundries",
    on_shapes: "texts_of_all_kinds arrow_folders polars_sundries models_of_words renamed_by_children",
    on_values: "features contexts odd_tables",
    on_guards: "guarded guarded_open guarded_async guarded_closed injected files_of_guards",
}
WORKLOADS: dict[str, Callable[[Kit], Any]] = {
    name: getattr(module, name) for module, names in _WORK.items() for name in names.split()
} | on_examples.EXAMPLES
LIMITS: dict[str, dict[str, dict[str, Any]]] = {
    **on_formats.LIMITS,
    **on_lasting.LIMITS,
    **on_programs.LIMITS,
}  # of workload, module, name
