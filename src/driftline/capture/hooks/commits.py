"""How transactions end: what sqlite3, psycopg and SQLAlchemy say of it, through calls and through statements.

Enters: the classes of their connections, and statements that were executed. Leaves: methods that tell
``runs.transactions`` of commits, rollbacks, savepoints and closed connections once they have happened. Results and
exceptions pass through.
"""

import contextlib
import functools
import inspect
import re
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from driftline import later
from driftline.capture.ground import fault
from driftline.capture.hooks import attached, patch, raised
from driftline.capture.hooks.patch import Patch
from driftline.capture.runs import transactions
from driftline.capture.runs.recording import Recording

if TYPE_CHECKING:
    import sqlite3
else:
    sqlite3 = later.module("sqlite3")

_PIECE = "hook transaction"
_IN_ERROR = 3  # libpq's PQTRANS_INERROR
Act = Callable[..., Any]
_STATEMENT = later.pattern(
    r"""(?:'(?:[^']|'')*' | "(?:[^"]|"")*" | --[^\n]* | /\*.*?\*/ | \$\$.*?\$\$ | [^;])+""", re.VERBOSE | re.DOTALL
)


def apart(text: str) -> Sequence[str]:
    """Return the statements of a text that takes something back, else the text as one."""
    if not transactions.mixed(text):
        return (text,)
    return statements(text)


def statements(text: str) -> list[str]:
    """Return the statements of a text."""
    return [one for one in _STATEMENT.findall(text) if one.strip()]


def together(records: Sequence[Act | None]) -> Act:
    """Return what records the statements of a text one by one."""

    def record(run: Recording, *, failed: bool = False) -> None:
        for one in records:
            if one is not None:
                one(run, failed=failed)

    return record


# --- sqlite3 ----------------------------------------------------------------------------------------------------


def of_sqlite(factory: type) -> dict[str, Any]:
    """Return methods for a class of connections that tell of the end of transactions."""
    acts: dict[str, Act] = {
        "commit": _by_call(transactions.commit), "rollback": _by_call(_taken_back), "close": transactions.closed,
        "__exit__": _left,
    }  # fmt: skip
    return {name: telling(getattr(factory, name), act) for name, act in acts.items()}


def _by_call(act: Act) -> Act:
    """What a call of ``commit`` or ``rollback`` does: nothing with ``autocommit=True``, which there is since 3.12."""

    def called(connection: Any) -> None:
        if getattr(connection, "autocommit", None) is not True:
            act(connection)

    return called


def _left(connection: Any, kind: Any = None, *_: Any) -> None:
    """``with connection:`` has ended; with ``autocommit=False`` the next transaction has begun by now."""
    if not connection.in_transaction or getattr(connection, "autocommit", None) is False:
        (transactions.commit if kind is None else _taken_back)(connection)


def _taken_back(connection: Any) -> None:
    transactions.rollback(connection)
    attached.doubt(connection)


def ended(connection: Any, text: Any) -> bool:
    """Whether a statement that was executed is about the transaction; other ones may have ended it, too."""
    if isinstance(text, str) and transactions.told(connection, text):
        if not connection.in_transaction:  # the outermost savepoint was released
            transactions.commit(connection)
        return True
    if not connection.in_transaction:
        transactions.commit(connection)
    return False


def failed(cursor: Any, name: str) -> None:
    """A statement of sqlite3 has raised: it may have taken its transaction back; a script has committed first."""
    if transactions.any_open():
        connection = cursor.connection
        with contextlib.suppress(sqlite3.ProgrammingError):  # it is closed
            if not connection.in_transaction:
                (transactions.commit if name == "executescript" else _taken_back)(connection)


def telling(
    original: Act, act: Act, *, failing: Act | None = None, lost: Act | None = None, always: bool = False
) -> Act:
    """Return ``original``, after which ``act`` is called with the same arguments.

    Args:
        original: what ends a transaction.
        act: is told where it has returned.
        failing: is told where it has raised.
        lost: returns before it a connection whose transaction has failed, and is taken back whatever is asked for.
        always: tell also where nothing is open.
    """
    act, failing, lost = raised.held(act), failing and raised.held(failing), lost and raised.held(lost)
    if inspect.iscoroutinefunction(original):
        return _telling_later(original, act, failing, lost)

    @functools.wraps(original)
    def call(*args: Any, **kwargs: Any) -> Any:
        undone = fault.attempt(_PIECE, lost, *args) if lost is not None and transactions.any_open() else None
        try:
            result = original(*args, **kwargs)
        except raised.ANY as error:
            if failing is not None and transactions.any_open():
                fault.attempt(_PIECE, failing, *args)
            raised.through(error)
            raise
        if undone is not None:
            fault.attempt(_PIECE, transactions.rollback, undone)
        elif always or transactions.any_open():
            fault.attempt(_PIECE, act, *args)
        return result

    made: Act = patch.unbound(patch.unseen(call, original), original)
    return made


def _telling_later(original: Act, act: Act, failing: Act | None, lost: Act | None) -> Act:
    @functools.wraps(original)
    async def call(*args: Any, **kwargs: Any) -> Any:
        undone = fault.attempt(_PIECE, lost, *args) if lost is not None and transactions.any_open() else None
        try:
            result = await original(*args, **kwargs)
        except raised.ANY as error:
            if failing is not None and transactions.any_open():
                fault.attempt(_PIECE, failing, *args)
            raised.through(error)
            raise
        if undone is not None:
            fault.attempt(_PIECE, transactions.rollback, undone)
        elif transactions.any_open():
            fault.attempt(_PIECE, act, *args)
        return result

    return patch.unseen(call, original)


# --- psycopg ----------------------------------------------------------------------------------------------------


def of_psycopg(module: Any) -> list[Patch]:
    """Put hooks on connections and on ``connection.transaction()``, and return what was replaced."""
    acts: dict[str, Act] = {
        "commit": transactions.commit, "rollback": transactions.rollback, "close": transactions.rollback,
    }  # fmt: skip
    patches: list[Patch] = []
    for name in ("Connection", "AsyncConnection"):
        for attribute, act in acts.items():
            patches += _put(getattr(module, name), attribute, act, lost=_failed if attribute == "commit" else None)
    for name, enter, leave in (
        ("Transaction", "__enter__", "__exit__"),
        ("AsyncTransaction", "__aenter__", "__aexit__"),
    ):
        patches += _put(getattr(module, name), enter, _block_begun)
        patches += _put(getattr(module, name), leave, _block_ended, failing=_block_failed, lost=_block_lost)
    for name, leave in (("Copy", "__exit__"), ("AsyncCopy", "__aexit__")):
        patches += _put(getattr(module, name), leave, _copy_ended, failing=_copy_failed)
    return patches


def of_psycopg2(factory: Any) -> dict[str, Any]:
    """Return methods for a class of connections of psycopg2 that tell of the end of transactions."""
    acts: dict[str, Act] = {
        "commit": transactions.commit, "rollback": transactions.rollback, "close": transactions.rollback,
        "__exit__": _left_by,
    }  # fmt: skip
    losing = {"commit": _failed, "__exit__": _failed}
    return {name: telling(getattr(factory, name), act, lost=losing.get(name)) for name, act in acts.items()}


def _left_by(connection: Any, kind: Any = None, *_: Any) -> None:
    """``with connection:`` has ended: psycopg2 commits it, or takes it back, and keeps the connection open."""
    (transactions.commit if kind is None else transactions.rollback)(connection)


def _copy_ended(copy: Any, kind: Any = None, *_: Any) -> None:
    """``with cursor.copy(…)`` has ended; outside of a transaction it stands by itself."""
    if not copy.connection.info.transaction_status:
        (transactions.commit if kind is None else transactions.rollback)(copy.connection)


def _copy_failed(copy: Any, *_: Any) -> None:
    if copy.connection.closed or not copy.connection.info.transaction_status:
        transactions.rollback(copy.connection)


def _put(owner: Any, attribute: str, act: Act, *, failing: Act | None = None, lost: Act | None = None) -> list[Patch]:
    original = owner.__dict__.get(attribute)
    if original is None:
        return []
    setattr(owner, attribute, telling(original, act, failing=failing, lost=lost))
    return [Patch(owner, attribute, original)]


def _failed(connection: Any, *_: Any) -> Any:
    """The connection, if a statement of its transaction has failed: PostgreSQL takes it back, whatever it is told."""
    return connection if connection.info.transaction_status == _IN_ERROR else None


def _block_lost(block: Any, kind: Any = None, *_: Any) -> Any:
    """The same for a block that ends well; an inner one raises then."""
    return _failed(block.connection) if kind is None else None


def _block_begun(block: Any) -> None:
    transactions.mark(block.connection, str(id(block)))


def _block_ended(block: Any, kind: Any = None, *_: Any) -> None:
    _block_left(block, whole=kind is None and not block.force_rollback)


def _block_failed(block: Any, *_: Any) -> None:
    _block_left(block, whole=False)


def _block_left(block: Any, *, whole: bool) -> None:
    connection, name = block.connection, str(id(block))
    if connection.closed or not connection.info.transaction_status:
        (transactions.commit if whole else transactions.rollback)(connection)
    else:
        if not whole:
            transactions.back(connection, name)
        transactions.release(connection, name)


# --- SQLAlchemy -------------------------------------------------------------------------------------------------


def alchemy(tells: Callable[[Any], bool]) -> dict[str, Act]:
    """Return listeners on engines by the name of their event; connections that ``tells`` knows tell it themselves."""

    def heard(act: Act) -> Act:
        def listen(conn: Any, *_: Any) -> None:
            if transactions.any_open():
                fault.attempt(_PIECE, hear, conn)

        def hear(conn: Any) -> None:
            connection = None if conn.closed or conn.invalidated else conn.connection.dbapi_connection
            if connection is not None and not tells(connection):
                act(connection)

        return listen

    return {
        "commit": heard(transactions.commit),
        "commit_twophase": heard(transactions.commit),
        "rollback": heard(transactions.rollback),
        "rollback_twophase": heard(transactions.rollback),
    }


def control(connection: Any, text: str, lost: Any) -> Callable[..., None]:
    """Take note of a statement about the transaction itself; a commit of one that is ``lost`` takes it back."""

    def record(run: Recording, *, failed: bool = False) -> None:  # noqa: ARG001 - it belongs to the connection
        if not failed and lost is not None:
            transactions.rollback(lost)
        elif not failed:
            transactions.told(connection, text)

    return record
