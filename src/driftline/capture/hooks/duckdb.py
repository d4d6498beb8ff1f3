"""DuckDB: files and tables that SQL reads and writes are recorded, with the columns that reach which.

Enters: the loaded duckdb module, 1.2 to 2.x. Leaves: patches on the methods of connections and relations, and
on the module's own functions. A statement is understood before it runs (a file may be overwritten by the
statement that reads it) and recorded once it has succeeded. DuckDB looks for frames among the variables of its
caller: the original is therefore called in a frame that has the caller's variables.
"""

import functools
import sys
from collections.abc import Callable, Mapping
from typing import Any

from driftline.capture import fault, own
from driftline.capture.around import active
from driftline.capture.hooks import patch
from driftline.capture.hooks.patch import Patch
from driftline.capture.hooks.session import Session

STATEMENTS = ("execute", "sql", "query", "from_query")
READERS = ("read_parquet", "from_parquet", "read_csv", "from_csv_auto", "read_json")
WRITERS = ("write_parquet", "to_parquet", "write_csv", "to_csv")
MAKERS = ("create", "to_table", "create_view", "to_view")

_CALL = compile("__driftline_call()", patch.UNSEEN, "eval")

Before = Callable[[tuple[Any, ...], Mapping[str, Any], Any], Any]


def install(duckdb: Any) -> list[Patch]:
    """Put the hooks on and return what was replaced."""
    connection, relation = duckdb.DuckDBPyConnection, duckdb.DuckDBPyRelation
    session = Session(duckdb)
    patches = []
    for name in STATEMENTS:
        patches += _around(connection, name, session.statement)
        patches += _around(duckdb, name, session.module_statement)
    for name in READERS:
        patches += _around(connection, name, session.reader)
        patches += _around(duckdb, name, session.module_reader)
    for name in WRITERS:
        patches += _around(relation, name, session.writer)
    for name in MAKERS:
        patches += _around(relation, name, session.maker)
    return patches


def _around(owner: Any, attribute: str, before: Before) -> list[Patch]:
    """Have ``before`` look at each call; what it returns is called once the original has returned."""
    original = owner.__dict__.get(attribute)
    if original is None:
        return []
    piece = f"hook {owner.__name__}.{attribute}"

    @functools.wraps(original)
    def call(*args: Any, **kwargs: Any) -> Any:
        run = active()
        record = None
        caller = sys._getframe(1)
        if run is not None and not fault.off(piece):
            record = patch.noted(piece, run, before, args, kwargs, caller)
        inside = {**caller.f_locals, "__driftline_call": functools.partial(original, *args, **kwargs)}
        span = own.Span()
        token = None if run is None else own.enter(span)
        try:
            result = eval(_CALL, caller.f_globals, inside)  # noqa: S307 - our own constant, in the caller's variables
        except BaseException:
            if run is not None and record is not None:
                patch.noted(piece, run, functools.partial(record, failed=True), run)
            raise
        finally:
            if run is not None and token is not None:
                own.leave(token)
                span.closed = True
                run.attribute(span.opened)
        if run is not None and record is not None:
            patch.noted(piece, run, record, run)
        return result

    setattr(owner, attribute, patch.unseen(call, original))
    return [Patch(owner, attribute, original)]
