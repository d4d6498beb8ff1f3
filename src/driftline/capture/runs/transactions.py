"""Transactions: what was written inside of one counts once it is committed, and not at all where it is rolled back.

Enters: for each connection what would be recorded, savepoints, commits, rollbacks; and the end of runs. Leaves: the
records, made at the commit with the times at which they happened. What a run that ends well leaves uncommitted is
recorded with a gap that says so (the commit may follow); of a run that fails, and of one that is a whole process, it
is not. A connection that goes away without a commit takes what it held with it, but of a database in memory: that goes
with it either way, and who has read there has read what was not committed. Never asks a database anything.
"""

import contextlib
import functools
import re
import weakref
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from driftline import later
from driftline.capture.ground import fault
from driftline.capture.runs.recording import Recording

if TYPE_CHECKING:
    from driftline.event.lineage import Dataset

Act = Callable[[], Any]
_LENGTH = 200  # characters of a statement about a transaction; longer ones are others
_CACHE = 1_024
MOST = 100_000  # records that wait for one commit, and forms of statements that are told apart meanwhile
PASSING = "_driftline_passing"  # attribute of a connection: whether all that it writes ends with it
FURTHER = "further statements of one transaction"
_BEGINS = later.pattern(r"\s*(?:begin|start\s+transaction)\b[^;]*;?\s*$", re.IGNORECASE)
_CONTROLS = later.pattern(
    r"\s*(?P<verb>commit|end|rollback|abort|savepoint|release)\b(?:\s+(?:work|transaction)\b)?(?P<to>\s+to\b)?"
    r"(?:\s+savepoint\b)?\s*(?P<name>\"[^\"]+\"|\w+)?\s*;?\s*$",
    re.IGNORECASE,
)
_MIXED = later.pattern(r"\b(?:rollback|abort)\b", re.IGNORECASE)


class _Held(NamedTuple):
    """One record that waits for the commit."""

    run: Recording | None  # None = it is of the connection, whoever records
    act: Act | None
    dataset: "Dataset | None" = None
    version: str = ""
    undone: Act | None = None  # is done where it is taken back


class _Open:
    """What one connection holds."""

    __slots__ = ("begun", "held", "keys", "marks", "passing", "versions")

    def __init__(self) -> None:
        self.passing = False  # all that is written there ends with the connection
        self.keys: dict[Any, Any] = {}  # of what is held and need not be held again
        self.begun = False  # told by a statement or a call; some connections know it themselves
        self.held: list[_Held] = []
        self.marks: list[tuple[str, int]] = []  # savepoint -> how much was held by then
        self.versions: dict[Dataset, str] = {}  # of tables that were written

    def forget(self) -> None:
        """Some of what was held is held no longer."""
        self.keys.clear()
        self.versions = {one.dataset: one.version for one in self.held if one.dataset is not None}


class _Undone:
    number = 0  # of times that something which was held has gone without a commit


_open: dict[int, tuple[weakref.ref[Any], _Open]] = {}  # by the identity of a connection
_left: list[_Open] = []  # of passing connections that have gone away


def _get(connection: Any) -> _Open | None:
    """Return what a connection holds, if anything; sqlite3's own cannot be referred to weakly, and hold nothing."""
    found = _open.get(id(connection))
    return found[1] if found is not None and found[0]() is connection else None


def _of(connection: Any) -> _Open:
    """Return it, from now on if it was nothing.

    Raises:
        TypeError: the connection cannot be referred to weakly.
    """
    found = _get(connection)
    if found is None:
        key = id(connection)

        _over()
        found = _Open()

        def gone(  # the module may be gone by then
            reference: Any, known: Any = _open, undone: Any = _Undone, left: Any = _left, found: _Open = found
        ) -> None:
            if known.get(key, (None,))[0] is reference:
                del known[key]
                undone.number += 1
                if found.passing:
                    left.append(found)

        _open[key] = weakref.ref(connection, functools.partial(fault.attempt, "transaction", gone)), found
    return found


def _over() -> None:
    """Record what was held for connections that have gone away, of databases that have gone with them."""
    with contextlib.suppress(IndexError):  # another thread may have taken the last one
        while _left:
            _stand(_left.pop().held)


def _pop(connection: Any) -> _Open | None:
    """Return it, and forget it."""
    found = _get(connection)
    if found is not None:
        del _open[id(connection)]
    return found


def any_open() -> bool:
    """Whether any connection holds something or has begun."""
    return bool(_open)


def begin(connection: Any) -> None:
    """A transaction begins that was asked for."""
    with contextlib.suppress(TypeError):
        _of(connection).begun = True


def begun(connection: Any) -> bool:
    """Whether a transaction that was asked for still lasts."""
    found = _get(connection)
    return found is not None and found.begun


def put(
    connection: Any, run: Recording, act: Act, dataset: "Dataset | None" = None, version: str = "", *, inside: bool
) -> None:
    """Have ``act`` done at the commit; now, where the connection is not ``inside`` a transaction or cannot be kept.

    Args:
        connection: that the statement ran on.
        run: that it is recorded on.
        act: records it.
        dataset: that was written, if one was.
        version: of it.
        inside: whether a transaction lasts.
    """
    if not inside:
        act()
        return
    try:
        opened = _of(connection)
        opened.passing, held = getattr(connection, PASSING, False), opened.held
        if len(held) >= MOST:
            run.gap(FURTHER)
        else:
            held.append(_Held(run, act, dataset, version))
            if dataset is not None:
                opened.versions[dataset] = version
    except TypeError:  # it cannot be referred to weakly: nobody would tell of its end
        act()


def beside(connection: Any, stands: Act | None, undone: Act | None) -> None:
    """Have ``stands`` done at the commit, and ``undone`` where what is done now is taken back; of no run."""
    with contextlib.suppress(TypeError):
        opened = _of(connection)
        if len(opened.held) < MOST:
            opened.held.append(_Held(None, stands, undone=undone))


def again(connection: Any, key: Any, value: Any) -> Any:
    """Return the value with which ``key`` is held already; None = it was not, and is with ``value`` from now on."""
    if connection is None:
        return None
    try:
        keys = _of(connection).keys
    except TypeError:  # it cannot be referred to weakly: nothing is held
        return None
    held = keys.get(key)
    if held is None and len(keys) < MOST:
        keys[key] = value
    return held


def anew(connection: Any) -> None:
    """Have all be held again that comes again: it may mean something else from now on."""
    found = _get(connection)
    if found is not None:
        found.keys.clear()


def keeps(connection: Any, key: Any) -> bool:
    """Whether something is held with ``key``."""
    found = _get(connection)
    return found is not None and key in found.keys


def version(connection: Any, dataset: "Dataset") -> str:
    """Return the version of ``dataset`` that was written on this connection and is not committed; "" = none."""
    found = _get(connection)
    return "" if found is None else found.versions.get(dataset, "")


def commit(connection: Any) -> None:
    """Record what was held."""
    found = _pop(connection)
    if found is not None:
        _stand(found.held)


def _stand(held: Sequence[_Held]) -> None:
    for one in held:
        if one.act is not None:
            fault.attempt("transaction", one.act)


def rollback(connection: Any) -> None:
    """Forget what was held."""
    found = _pop(connection)
    if found is not None and found.held:
        _undo(found.held)
        _Undone.number += 1


def _undo(held: Sequence[_Held]) -> None:
    for one in reversed(held):
        if one.undone is not None:
            fault.attempt("transaction", one.undone)


def closed(connection: Any) -> None:
    """Forget what was held, if anything of what was written there could have been left."""
    found = _get(connection)
    (commit if found is not None and found.passing else rollback)(connection)


def undone() -> int:
    """Return a number that is another one once something that was held has been forgotten."""
    return _Undone.number


def holds(connection: Any) -> bool:
    """Whether anything waits for the end of this connection's transaction."""
    found = _get(connection)
    return found is not None and bool(found.held)


def mark(connection: Any, name: str) -> None:
    """A savepoint."""
    with contextlib.suppress(TypeError):
        found = _of(connection)
        found.marks.append((name.strip('"').lower(), len(found.held)))


def back(connection: Any, name: str) -> None:
    """Forget what was held since a savepoint, which stays; one that is not known was set before anything was held."""
    found = _get(connection)
    if found is not None:
        place = _place(found, name)
        since = 0 if place is None else found.marks[place][1]
        _undo(found.held[since:])
        del found.held[since:]
        del found.marks[0 if place is None else place + 1 :]
        found.forget()
        _Undone.number += 1


def release(connection: Any, name: str) -> None:
    """Forget a savepoint; what was held since belongs to the transaction."""
    found = _get(connection)
    place = _place(found, name)
    if found is not None and place is not None:
        del found.marks[place:]


def _place(found: _Open | None, name: str) -> int | None:
    plain = name.strip('"').lower()
    places = [place for place, (held, _) in enumerate(found.marks if found else ()) if held == plain]
    return places[-1] if places else None


def controls(text: str) -> bool:
    """Whether ``text`` is a statement about the transaction itself."""
    return len(text) <= _LENGTH and _control(text) is not None


@functools.lru_cache(_CACHE)
def _control(text: str) -> tuple[str, str] | None:
    """What a statement does to the transaction, and to which savepoint; None where it is another one."""
    if _BEGINS.match(text):
        return "begin", ""
    found = _CONTROLS.match(text)
    if found is None:
        return None
    return "back" if found["to"] else found["verb"].lower(), found["name"] or ""


def told(connection: Any, text: str) -> bool:
    """Whether ``text``, which has been executed, is about the transaction itself; it is taken note of then."""
    found = _control(text) if len(text) <= _LENGTH else None
    if found is None:
        return False
    verb, name = found
    if verb == "begin":
        begin(connection)
    elif verb in ("commit", "end"):
        commit(connection)
    elif verb == "savepoint":
        mark(connection, name)
    elif verb == "release":
        release(connection, name)
    elif verb == "back":
        back(connection, name)
    else:
        rollback(connection)
    return True


def commits(text: str) -> bool:
    """Whether ``text`` is a statement that commits."""
    found = _control(text) if len(text) <= _LENGTH else None
    return found is not None and found[0] in ("commit", "end")


def mixed(text: str) -> bool:
    """Whether a text of several statements takes something back, so that each is to be looked at by itself."""
    return ";" in text and _MIXED.search(text) is not None and not controls(text)


def settle(run: Recording, *, lost: bool) -> None:
    """End ``run``, of which something may still be held; ``lost``: it has failed, or the process ends."""
    _over()
    for _, found in list(_open.values()):
        mine = [one for one in found.held if one.run is run]
        if not mine:
            continue
        found.held = [one for one in found.held if one.run is not run]
        found.marks.clear()
        found.forget()
        waits = () if found.passing else [one.dataset.name for one in mine if one.dataset is not None]
        for name in dict.fromkeys(waits):
            run.gap(f"not committed: {name}")
        if found.passing or not lost:
            _stand(mine)
