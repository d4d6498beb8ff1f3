"""psycopg2: the statements that its cursors execute, and what COPY brings in and takes out.

Enters: the loaded module. Leaves: ``psycopg2.connect`` gives connections and cursors of subclasses, also of the user's
own classes, that record what they executed; their classes are compiled, and nothing else can be put on them.
Asynchronous connections, and those that a function makes, are left as they are. Of a long INSERT, as ``execute_values``
makes them, the rows are not looked at. Rows stay where they are: nothing is fetched.
"""

import functools
import threading
from collections.abc import Callable, Container, Mapping
from typing import Any

from driftline import later
from driftline.capture.ground import fault
from driftline.capture.hooks import addresses, commits, database, patch, raised, schemas
from driftline.capture.hooks.patch import Patch
from driftline.capture.runs import transactions
from driftline.capture.runs.around import active, recording
from driftline.capture.runs.recording import Recording

_PIECE = "hook psycopg2.execute"
_USED = "_driftline_used"  # among the attributes of a connection
_READY = 1  # psycopg2's STATUS_READY: it has begun no transaction
_LONG = 2_000  # characters of an INSERT whose rows are not looked at
_INSERT = later.pattern(r"\s*insert\s+into\s+[^\s(]+\s*(?:\((?P<columns>[^()]*)\)\s*)?values\b", 2)  # 2 = IGNORECASE
_SHORT = "{}(NULL)"


def install(module: Any, claimed: Container[Any]) -> list[Patch]:
    """Put the hook on and return what was replaced; of ``claimed`` cursors somebody else tells."""
    original = module.connect
    classes = _Classes(module.extensions, claimed)

    @functools.wraps(original)
    def connect(*args: Any, **kwargs: Any) -> Any:
        factory = fault.attempt("hook psycopg2.connect", classes.wanted, args, kwargs)
        if factory is not None and args[1:]:
            args = (args[0], factory, *args[2:])
        elif factory is not None:
            kwargs = {**kwargs, "connection_factory": factory}
        try:
            connection = original(*args, **kwargs)
        except raised.ANY as error:
            raised.through(error)
            raise
        fault.attempt("hook psycopg2.connect", _opened, connection)
        return connection

    made = patch.unbound(patch.unseen(connect, original), original)
    module.connect = made
    return [Patch(module, "connect", original), *patch.found_by_name(module, "connect", original, made)]


class _Classes:
    """The classes of connections and cursors that record."""

    def __init__(self, extensions: Any, claimed: Container[Any]) -> None:
        self._connection: type = extensions.connection
        self._cursor: type = extensions.cursor
        self._claimed = claimed
        self._base = self._recording_base()
        self.connections: Callable[[Any], type] = functools.cache(self._connections)
        self.cursors: Callable[[Any], type] = functools.cache(self._cursors)

    def wanted(self, args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> type | None:
        """Return the class that a connection is to have; None = it is left as it is."""
        factory = args[1] if len(args) > 1 else kwargs.get("connection_factory")
        factory = self._connection if factory is None else factory
        if kwargs.get("async") or kwargs.get("async_"):
            return None
        known = isinstance(factory, type) and issubclass(factory, self._connection)
        return self.connections(factory) if known else None

    def _recording_base(self) -> type:
        """What stands between psycopg2's own class and all that are made from it."""
        plain, classes = self._connection, self

        original: Callable[..., Any] = plain.cursor  # type: ignore[attr-defined] # a class of psycopg2, which has no types

        @functools.wraps(original)
        def cursor(self: Any, *args: Any, **kwargs: Any) -> Any:
            given = args[1] if len(args) > 1 else kwargs.get("cursor_factory")
            given = self.cursor_factory if given is None else given
            kind = fault.attempt(_PIECE, classes.cursor_of, given)
            if kind is not None and len(args) > 1:
                args = (args[0], kind, *args[2:])
            elif kind is not None:
                kwargs = {**kwargs, "cursor_factory": kind}
            try:
                return original(self, *args, **kwargs)
            except raised.ANY as error:
                raised.through(error)
                raise

        patch.unseen(cursor, original)
        methods = commits.of_psycopg2(plain)
        return type(plain.__name__, (plain,), {"cursor": cursor, addresses.TELLS: True, **methods, **_names(plain)})

    def _connections(self, own: type) -> type:
        if own is self._connection:
            return self._base
        return type(own.__name__, (own, self._base), _names(own))

    def cursor_of(self, given: Any) -> type | None:
        """Return the class of a cursor for the one that was asked for; None = it is left as it is."""
        given = self._cursor if given is None else given
        known = isinstance(given, type) and issubclass(given, self._cursor)
        return self.cursors(given) if known else None

    def _cursors(self, own: type) -> type:
        if getattr(own, "_driftline", False):
            return own
        methods = {name: self._telling(getattr(own, name), text) for name, text in _TEXTS.items()}
        return type(own.__name__, (own,), {**methods, "_driftline": True, **_names(own)})

    def _telling(self, original: Callable[..., Any], text: Callable[..., Any]) -> Callable[..., Any]:
        seen, asked = raised.held(_seen, self._claimed, text), raised.held(_ask, text)

        @functools.wraps(original)
        def call(self: Any, *args: Any, **kwargs: Any) -> Any:
            fault.attempt(_PIECE, asked, self, args, kwargs)
            try:
                result = original(self, *args, **kwargs)
            except raised.ANY as error:
                raised.through(error)
                raise
            fault.attempt(_PIECE, seen, self, args, kwargs)
            return result

        return patch.unseen(call, original)


def _names(kind: type) -> dict[str, Any]:
    return {"__module__": kind.__module__, "__qualname__": kind.__qualname__, "__doc__": kind.__doc__}


class _Used:
    """Who uses a connection."""

    __slots__ = ("asking", "thread")

    def __init__(self) -> None:
        self.thread: int | None = threading.get_ident()  # the one that alone has; None = several
        self.asking = threading.Lock()  # held while a statement on it would begin no transaction


def _opened(connection: Any) -> None:
    """Have the server asked where names lead to, before the first transaction on a connection."""
    if getattr(type(connection), addresses.TELLS, False):
        used = connection.__dict__[_USED] = _Used()
        _ask_alone(connection, used, str)


def _ask(text: Callable[..., Any], cursor: Any, args: Any, kwargs: Any) -> None:
    """The same before a statement."""
    connection = cursor.connection
    used = connection.__dict__.get(_USED)
    if used is not None and used.thread not in (None, threading.get_ident()):
        with used.asking:  # the statement itself would wait for that question, too
            used.thread = None
    run = active()
    if run is None or connection.info.transaction_status:
        return
    if connection.autocommit:
        patch.noted(_PIECE, run, schemas.outside, connection, lambda: _spelled(text(*args, **kwargs), cursor))
    elif used is not None and used.thread and len(schemas.setting(_spelled(text(*args, **kwargs), cursor))) > 1:
        _ask_alone(connection, used, lambda: _spelled(text(*args, **kwargs), cursor))


def _ask_alone(connection: Any, used: _Used, spelled: Callable[[], str]) -> None:
    """Ask over a connection that one thread alone has used, on which a statement would begin a transaction."""
    said = (getattr(connection, name, "") for name in ("isolation_level", "readonly", "deferrable"))
    run = active()
    if run is None or any(one is not None for one in said) or not used.asking.acquire(blocking=False):
        return
    try:
        if used.thread is None or connection.info.transaction_status or connection.status != _READY:
            return
        if connection.autocommit:
            return
        connection.autocommit = True  # which it keeps to itself
        try:
            patch.noted(_PIECE, run, schemas.outside, connection, spelled)
        finally:
            connection.autocommit = False
    finally:
        used.asking.release()


def _seen(claimed: Container[Any], text: Callable[..., Any], cursor: Any, args: Any, kwargs: Any) -> None:
    run = recording()
    if run is not None and not fault.off(_PIECE) and cursor not in claimed:
        patch.noted(_PIECE, run, _record, run, cursor, text(*args, **kwargs))


def _record(run: Recording, cursor: Any, text: Any) -> None:
    connection, text = cursor.connection, _spelled(text, cursor)
    place = addresses.place_of(connection)
    if place is None or transactions.told(connection, text):
        return
    held = addresses.transaction_of(connection)
    if not database.copied(run, place, text, connection, held, plain=False):
        told = database.Told(lambda: cursor.description)
        database.statement(run, place, _short(text), connection, transaction=held, told=told)


def _spelled(text: Any, cursor: Any) -> str:
    if hasattr(text, "as_string"):  # of psycopg2.sql
        text = text.as_string(cursor.connection)
    return text.decode(errors="replace") if isinstance(text, bytes) else str(text)


def _short(text: str) -> str:
    """Return a statement without the rows of a long INSERT, of which every text has other ones."""
    found = _INSERT.match(text) if len(text) > _LONG else None
    return text if found is None else _SHORT.format(found.group())


def _query(query: Any = "", *_: Any, sql: Any = None, **__: Any) -> Any:
    return query if sql is None else sql


def _copy_from(_file: Any = None, table: str = "", *args: Any, columns: Any = None, **_: Any) -> str:
    return _copy(table, args[3] if len(args) > 3 else columns, "FROM STDIN")


def _copy_to(_file: Any = None, table: str = "", *args: Any, columns: Any = None, **_: Any) -> str:
    return _copy(table, args[2] if len(args) > 2 else columns, "TO STDOUT")


def _copy(table: str, columns: Any, way: str) -> str:
    named = ", ".join('"' + str(one).replace('"', '""') + '"' for one in columns or ())
    return f'COPY "{table}" ({named}) {way}' if named else f'COPY "{table}" {way}'


_TEXTS: Mapping[str, Callable[..., Any]] = {
    "execute": _query, "executemany": _query, "copy_expert": _query, "copy_from": _copy_from, "copy_to": _copy_to,
}  # fmt: skip
