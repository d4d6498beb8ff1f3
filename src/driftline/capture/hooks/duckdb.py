"""DuckDB: files and tables that SQL reads and writes are recorded, with the columns that reach which.

Enters: the loaded duckdb module, 1.2 to 2.x. Leaves: patches on the methods of connections and relations, and
on the module's own functions. A statement is understood before it runs (a file may be overwritten by the
statement that reads it) and recorded once it has succeeded. DuckDB looks for frames among the variables of its
caller: the original is therefore called in a frame that has the caller's variables.
"""

import functools
import sys
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from driftline.capture import fault, own, transactions
from driftline.capture.around import active
from driftline.capture.hooks import commits, patch
from driftline.capture.hooks.patch import Patch
from driftline.capture.hooks.session import Session
from driftline.capture.run import Run

STATEMENTS = ("execute", "sql", "query", "from_query")
READERS = ("read_parquet", "from_parquet", "read_csv", "from_csv_auto", "read_json")
WRITERS = ("write_parquet", "to_parquet", "write_csv", "to_csv")
ENDINGS = {
    "begin": transactions.begin,
    "commit": transactions.commit,
    "rollback": transactions.rollback,
    "close": transactions.rollback,
    "__exit__": transactions.rollback,
}
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
    for name, act in ENDINGS.items():
        patches += _ending(connection, name, lambda made, *_, act=act: act(made))
        patches += _ending(duckdb, name, lambda *_, act=act: act(session.default({})))
    return patches


def _ending(owner: Any, attribute: str, act: Callable[..., None]) -> list[Patch]:
    """Tell of a transaction that begins or ends by a call."""
    original = owner.__dict__.get(attribute)
    if original is None:
        return []
    setattr(owner, attribute, commits.telling(original, act, always=attribute == "begin"))
    return [Patch(owner, attribute, original)]


def _around(owner: Any, attribute: str, before: Before) -> list[Patch]:
    """Have ``before`` look at each call; what it returns is called once the original has returned."""
    original = owner.__dict__.get(attribute)
    if original is None:
        return []
    piece = f"hook {owner.__name__}.{attribute}"

    @functools.wraps(original)
    def call(*args: Any, **kwargs: Any) -> Any:
        caller = sys._getframe(1)
        begun = fault.attempt(piece, _begin, piece, before, args, kwargs, caller)
        inside = {**caller.f_locals, "__driftline_call": functools.partial(original, *args, **kwargs)}
        try:
            result = eval(_CALL, caller.f_globals, inside)  # noqa: S307 - our own constant, in the caller's variables
        except BaseException:
            if begun is not None:
                begun.span.closed = True
                fault.attempt(piece, _end, piece, begun, failed=True)
            raise
        if begun is not None:
            begun.span.closed = True
            fault.attempt(piece, _end, piece, begun)
        return result

    setattr(owner, attribute, patch.unseen(call, original))
    return [Patch(owner, attribute, original)]


class _Begun(NamedTuple):
    """A call inside a run, while it lasts."""

    run: Run
    span: own.Span
    token: Any
    record: Any  # None = nothing is to be recorded


def _begin(piece: str, before: Before, args: tuple[Any, ...], kwargs: Mapping[str, Any], caller: Any) -> _Begun | None:
    run = active()
    if run is None:
        return None
    record = None if fault.off(piece) else patch.noted(piece, run, before, args, kwargs, caller)
    span = own.Span()
    try:
        return _Begun(run, span, own.enter(span), record)
    except BaseException:
        span.closed = True
        raise


def _end(piece: str, begun: _Begun, *, failed: bool = False) -> None:
    own.leave(begun.token)
    begun.run.attribute(begun.span.opened)
    if begun.record is not None:
        patch.noted(piece, begun.run, functools.partial(begun.record, failed=failed), begun.run)
