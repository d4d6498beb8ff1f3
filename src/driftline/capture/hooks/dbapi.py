"""DB-API connections: the statements that sqlite3 and psycopg execute.

Enters: one of these modules, once it is loaded. Leaves: ``sqlite3.connect`` gives connections and cursors of subclasses
that record what they executed; psycopg's cursors are patched. Statements that come through SQLAlchemy are recorded
there (``claimed``). Rows stay lazy: nothing is fetched that the user does not fetch.
"""

import functools
import os
import sqlite3
import weakref
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote, urlsplit

from driftline import later
from driftline.capture.ground import fault, own
from driftline.capture.hooks import patch, raised
from driftline.capture.hooks.patch import Patch
from driftline.capture.runs import transactions
from driftline.capture.runs.around import recording

if TYPE_CHECKING:
    from driftline.capture.hooks import (
        addresses,
        attached,
        backups,
        commits,
        executed,
        memory,
        psycopg,
        psycopg2,
        sqlite_asked,
    )
else:  # sqlite3 is loaded by many who open no database
    addresses = later.module("driftline.capture.hooks.addresses")
    attached = later.module("driftline.capture.hooks.attached")
    backups = later.module("driftline.capture.hooks.backups")
    commits = later.module("driftline.capture.hooks.commits")
    executed = later.module("driftline.capture.hooks.executed")
    memory = later.module("driftline.capture.hooks.memory")
    psycopg = later.module("driftline.capture.hooks.psycopg")
    psycopg2 = later.module("driftline.capture.hooks.psycopg2")
    sqlite_asked = later.module("driftline.capture.hooks.sqlite_asked")

_FACTORY = 5  # place of ``factory`` among the arguments of ``sqlite3.connect``
_EXECUTES = ("execute", "executemany", "executescript")
_PIECE = "hook sqlite3.execute"

_TOOLS = frozenset(
    ("IPython", "ipykernel", "coverage", "diskcache", "huey")
)  # what they keep for themselves is no data

claimed: "weakref.WeakSet[Any]" = weakref.WeakSet()  # cursors whose statements somebody else records


def install(module: Any) -> list[Patch]:
    """Put the hooks on and return what was replaced."""
    if module.__name__ == "psycopg":
        return psycopg.install(module, claimed)
    if module.__name__ == "psycopg2":
        return psycopg2.install(module, claimed)
    original, factory_of, name = module.connect, raised.held(_factory), raised.held(_name)

    @functools.wraps(original)
    def connect(*args: Any, **kwargs: Any) -> Any:
        caller = raised.frame(1).f_globals.get("__name__")
        factory = fault.attempt("hook sqlite3.connect", factory_of, args, kwargs, caller)
        given = kwargs if factory is None else {**kwargs, "factory": factory}
        try:
            made = original(*args, **given)
        except raised.ANY as error:
            raised.through(error)
            raise
        if factory is not None:
            fault.attempt(_PIECE, name, made, args[0] if args else kwargs.get("database"), kwargs.get("uri"))
        return made

    made = patch.unbound(patch.unseen(connect, original), original)
    put: list[Patch] = []
    for owner in (module, module.dbapi2):
        if owner.connect is original:
            owner.connect = made
            put.append(Patch(owner, "connect", original))
    return put + patch.found_by_name(module, "connect", original, made)


def _factory(args: tuple[Any, ...], kwargs: Mapping[str, Any], caller: Any) -> type | None:
    """The class that a connection is to be of; None = the one that it would be of anyway."""
    if own.inside() is own.OURS or len(args) > _FACTORY or str(caller).partition(".")[0] in _TOOLS:
        return None
    factory = kwargs.get("factory", sqlite3.Connection)
    if not isinstance(factory, type) or not issubclass(factory, sqlite3.Connection):
        return None
    return _connection(factory)  # type: ignore[arg-type]  # its __hash__ is object's


@functools.cache
def _connection(own_class: type[sqlite3.Connection]) -> type:
    """The class of connections that record, made from the user's own."""

    @functools.wraps(sqlite3.Connection.cursor)
    def cursor(self: Any, factory: Any = sqlite3.Cursor) -> Any:
        recording = isinstance(factory, type) and issubclass(factory, sqlite3.Cursor)
        kind = fault.attempt(_PIECE, _cursor, factory) if recording else None
        try:
            return own_class.cursor(self, factory if kind is None else kind)
        except raised.ANY as error:
            raised.through(error)
            raise

    patch.unseen(cursor, sqlite3.Connection.cursor)
    methods = {name: _through_cursor(own_class, name) for name in _EXECUTES}
    methods |= commits.of_sqlite(own_class) | backups.of_sqlite(own_class)
    return type(own_class.__name__, (own_class,), {"cursor": cursor, **methods, **_names(own_class)})


def _name(connection: Any, given: Any, uri: Any) -> None:
    """Remember which file it is, so that the connection need not be asked."""
    text = os.fsdecode(given)
    if uri and text.startswith("file:"):
        parts = urlsplit(text)
        text = "" if "mode=memory" in parts.query else unquote(parts.path)
        if "cache=shared" in parts.query and text in ("", ":memory:"):  # those to a file share no temporary tables
            connection.__dict__[attached.MEMORY] = memory.shared("sqlite", parts.path)
    connection.__dict__[addresses.TELLS] = True
    passing = text in ("", ":memory:")
    connection.__dict__[sqlite_asked.FILE] = "" if passing else os.path.abspath(text)
    connection.__dict__[transactions.PASSING] = passing and attached.MEMORY not in connection.__dict__


def _through_cursor(factory: type, name: str) -> Any:
    """``connection.execute`` and its kin make a cursor in C; here it is one that records, but for the user's own."""
    original, cursor, kind = getattr(factory, name), sqlite3.Connection.cursor, _cursor(sqlite3.Cursor)
    if original is not getattr(sqlite3.Connection, name):
        return original

    @functools.wraps(original)
    def call(self: Any, *args: Any, **kwargs: Any) -> Any:
        try:
            if kwargs:
                return original(self, *args, **kwargs)  # an error, in its words
            return getattr(cursor(self, kind), name)(*args)
        except raised.ANY as error:
            raised.through(error)
            raise

    return patch.unseen(call, original)


@functools.cache
def _cursor(factory: type) -> type:
    """The class of cursors that record."""
    if getattr(factory, "_driftline", False):
        return factory
    methods = {name: _recording(getattr(factory, name)) for name in _EXECUTES}
    return type(factory.__name__, (factory,), {**methods, "_driftline": True, **_names(factory)})


def _names(kind: type) -> dict[str, Any]:
    return {"__module__": kind.__module__, "__qualname__": kind.__qualname__, "__doc__": kind.__doc__}


def _recording(original: Callable[..., Any]) -> Callable[..., Any]:
    @functools.wraps(original)
    def call(self: Any, *args: Any, **kwargs: Any) -> Any:
        try:
            result = original(self, *args, **kwargs)
        except raised.ANY as error:
            fault.attempt(_PIECE, _failed, self, original.__name__, args)
            raised.through(error)
            raise
        if args:
            fault.attempt(_PIECE, _seen, self, args)
        return result

    return patch.unseen(call, original)


def _failed(cursor: Any, name: str, args: tuple[Any, ...]) -> None:
    if name == "executescript" and args:  # some of its statements may have been executed
        attached.heard(cursor.connection, args[0])
    commits.failed(cursor, name)


def _seen(cursor: Any, args: tuple[Any, ...]) -> None:
    text = args[0]
    attached.heard(cursor.connection, *args)
    if transactions.any_open() and commits.ended(cursor.connection, text):
        return
    run = recording()
    if run is not None and not fault.off(_PIECE) and cursor not in claimed:
        patch.noted(_PIECE, run, executed.record, run, cursor, text)
