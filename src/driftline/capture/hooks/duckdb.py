"""DuckDB: files and tables that SQL reads and writes are recorded, with the columns that reach which.

Enters: the loaded duckdb module, 1.2 to 2.x. Leaves: patches on the methods of connections and relations, and
on the module's own functions. A statement is understood before it runs (a file may be overwritten by the
statement that reads it) and recorded once it has succeeded. DuckDB looks for frames among the variables of its
caller: the original is therefore called in a frame that has the caller's variables.
"""

import functools
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from driftline.capture.ground import fault, own
from driftline.capture.hooks import commits, patch, raised
from driftline.capture.hooks.duckdb_calls import Calls
from driftline.capture.hooks.duckdb_frames import FETCHERS, OF_THE_MODULE
from driftline.capture.hooks.duckdb_names import Meanings
from driftline.capture.hooks.duckdb_relations import Relations
from driftline.capture.hooks.patch import Patch
from driftline.capture.hooks.session import Session
from driftline.capture.runs import transactions
from driftline.capture.runs.around import recording

STATEMENTS = ("execute", "executemany", "sql", "query", "from_query")
READERS = ("read_parquet", "from_parquet", "read_csv", "from_csv_auto", "read_json")
WRITERS = ("write_parquet", "to_parquet", "write_csv", "to_csv")
ENDINGS = {
    "begin": transactions.begin,
    "commit": transactions.commit,
    "rollback": transactions.rollback,
    "close": transactions.rollback,
    "__exit__": transactions.rollback,
}
_VERBS = {"begin": "begin", "commit": "commit"}  # others take back what was not committed
MAKERS = ("create", "to_table", "create_view", "to_view")
TABLES = ("table", "view")
COPIES = ("cursor", "duplicate")  # of a connection
GIVERS = ("values", "table_function", "from_df", "from_arrow")  # of relations, from nothing that has a name
DERIVED = (
    "filter", "project", "select", "aggregate", "order", "sort", "limit", "join", "cross", "union", "except_",
    "intersect", "distinct", "set_alias", "query", "materialize", "head", "pivot", "rename", "sample", "union_by_name",
    "unique", "unnest", "unpivot", "with_columns",
)  # fmt: skip

_CHANGING = frozenset((*STATEMENTS, *MAKERS, "query"))  # what may change which tables there are, and of which columns

_CALL = compile("__driftline_call()", patch.UNSEEN, "eval")

Before = Callable[[tuple[Any, ...], Mapping[str, Any], Any], Any]


def install(duckdb: Any) -> list[Patch]:
    """Put the hooks on and return what was replaced."""
    connection, relation = duckdb.DuckDBPyConnection, duckdb.DuckDBPyRelation
    session = Session(duckdb)
    relations, calls = Relations(duckdb, session), Calls(session)
    hooks: list[tuple[Any, Iterable[str], Before]] = [
        (connection, STATEMENTS, calls.statement),
        (duckdb, STATEMENTS, calls.module_statement),
        (connection, READERS, calls.reader),
        (duckdb, READERS, calls.module_reader),
        (connection, TABLES, relations.table),
        (duckdb, TABLES, relations.module_table),
        (connection, ("register",), calls.register),
        (duckdb, ("register",), calls.module_register),
        (connection, ("unregister",), calls.unregister),
        (duckdb, ("unregister",), calls.module_unregister),
        (relation, WRITERS, relations.writer),
        (relation, MAKERS, relations.maker),
        (relation, ("insert_into",), relations.inserter),
        *((owner, GIVERS, _nothing) for owner in (connection, duckdb)),
        (relation, DERIVED, _nothing),
    ]
    fetching = [
        (connection, FETCHERS, _nothing, relations.fetched),
        (duckdb, OF_THE_MODULE, _nothing, relations.module_fetched),
        (relation, FETCHERS, relations.fetching, relations.fetched),
    ]
    patches = [
        one
        for owner, names, before in hooks
        for name in names
        for one in _around(owner, name, before, relations.belongs, relations.ran if name in _CHANGING else _unchanged)
    ]
    patches += [
        one for owner, names, before, after in fetching for name in names for one in _around(owner, name, before, after)
    ]
    patches += _openings(duckdb, session.names)
    for name, act in ENDINGS.items():

        def ended(made: Any, *_: Any, act: Callable[..., Any] = act, verb: str = _VERBS.get(name, "rollback")) -> None:
            session.ended(made, verb)
            act(made)

        def undone(made: Any, *_: Any) -> None:
            session.ended(made, "rollback")
            transactions.rollback(made)

        patches += _ending(connection, name, ended, lambda made, *_: session.lost(made), undone)
        patches += _ending(
            duckdb,
            name,
            lambda *_, ended=ended: ended(session.default({})),
            lambda *_: session.lost(session.default({})),
            lambda *_: undone(session.default({})),
        )
    return patches


def _openings(duckdb: Any, names: Meanings) -> list[Patch]:
    """Tell of each connection that is made, and of which one it was made."""

    def opened(made: Any, database: Any = ":memory:", *_: Any, **__: Any) -> None:
        names.opened(made, str(database))

    def again(made: Any, of: Any) -> None:
        names.opened_again(of, made)

    copies = [one for name in COPIES for one in _opening(duckdb.DuckDBPyConnection, name, again)]
    return _opening(duckdb, "connect", opened) + copies


def _opening(owner: Any, attribute: str, act: Callable[..., None]) -> list[Patch]:
    """Tell of a connection that is made, with what its maker was given."""
    original = owner.__dict__.get(attribute)
    if original is None:
        return []
    piece, act = f"hook {owner.__name__}.{attribute}", raised.held(act)

    @functools.wraps(original)
    def call(*args: Any, **kwargs: Any) -> Any:
        try:
            made = original(*args, **kwargs)
        except raised.ANY as error:
            raised.through(error)
            raise
        fault.attempt(piece, act, made, *args, **kwargs)
        return made

    made = patch.unbound(patch.unseen(call, original), original)
    setattr(owner, attribute, made)
    return [Patch(owner, attribute, original), *patch.found_by_name(owner, attribute, original, made)]


def _ending(
    owner: Any, attribute: str, act: Callable[..., None], lost: Callable[..., Any], undone: Callable[..., None]
) -> list[Patch]:
    """Tell of a transaction that begins or ends by a call; where it fails to end, none lasts either."""
    original = owner.__dict__.get(attribute)
    if original is None:
        return []
    setattr(
        owner,
        attribute,
        commits.telling(
            original,
            act,
            failing=undone if attribute in ("commit", "rollback") else None,
            lost=lost if attribute == "commit" else None,
            always=attribute == "begin",
        ),
    )
    return [Patch(owner, attribute, original)]


def _nothing(args: tuple[Any, ...], kwargs: Mapping[str, Any], caller: Any) -> None:
    """Record nothing: only whose relation it is is remembered."""


def _unchanged(args: tuple[Any, ...], kwargs: Mapping[str, Any], *, failed: bool = False) -> None:
    """Nothing of a catalog can have changed."""


def _around(
    owner: Any,
    attribute: str,
    before: Before,
    after: Callable[..., Any],
    ran: Callable[..., None] = _unchanged,
) -> list[Patch]:
    """Have ``before`` look at each call; what it returns is called once the original has returned, ``after`` always.

    ``ran`` is told what was given as soon as the original has ended, however it did.
    """
    original = owner.__dict__.get(attribute)
    if original is None:
        return []
    piece = f"hook {owner.__name__}.{attribute}"
    begin, end, after = raised.held(_begin, piece, before), raised.held(_end, piece), raised.held(after)
    ran = raised.held(ran)

    @functools.wraps(original)
    def call(*args: Any, **kwargs: Any) -> Any:
        caller = raised.frame(1)
        begun = fault.attempt(piece, begin, args, kwargs, caller)
        inside = {**caller.f_locals, "__driftline_call": raised.held(original, *args, **kwargs)}
        try:
            result = raised.evaluated(_CALL, caller.f_globals, inside)  # our own constant, in the caller's variables
        except raised.ANY as error:
            fault.attempt(piece, ran, args, kwargs, failed=True)
            if begun is not None:
                begun.inside.closed = True
                fault.attempt(piece, end, begun, failed=True)
            raised.through(error)
            raise
        fault.attempt(piece, ran, args, kwargs)
        if begun is not None:
            begun.inside.closed = True
            fault.attempt(piece, end, begun)
        fault.attempt(piece, after, args, kwargs, result, caller)
        return result

    made = patch.unbound(patch.unseen(call, original), original)
    setattr(owner, attribute, made)
    return [Patch(owner, attribute, original), *patch.found_by_name(owner, attribute, original, made)]


def _begin(
    piece: str, before: Before, args: tuple[Any, ...], kwargs: Mapping[str, Any], caller: Any
) -> patch.Begun | None:
    run = recording()
    if run is None:
        return None
    record = None if fault.off(piece) else patch.noted(piece, run, before, args, kwargs, caller)
    return patch.entered(run, record)


def _end(piece: str, begun: patch.Begun, *, failed: bool = False) -> None:
    own.leave(begun.token)
    begun.run.attribute(begun.inside.opened)
    if begun.found is not None:
        patch.noted(piece, begun.run, functools.partial(begun.found, failed=failed), begun.run)
