"""A statement that a run executes again and again: what is left to do for one that it has recorded before.

Enters: statements, with what was recorded of them. Leaves: nothing for what is known already, but what has to be told
each time: when it ran, and where in the user's code, if anything was read since. What may have changed its meaning has
it looked at anew: a definition, other columns in its result, another version of a table that it reads; and so has a
transaction that was taken back, with what was to be recorded of it.
"""

import re
import time
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

from driftline.capture.ground import bounded, fault
from driftline.capture.hooks import earlier, inserted
from driftline.capture.program import sites
from driftline.capture.runs import collect, transactions
from driftline.capture.runs.recording import Recording
from driftline.event.lineage import Dataset, Field

if TYPE_CHECKING:
    from driftline.capture.hooks.addresses import Place
    from driftline.capture.sql.known import Analysis

_TEXTS = "statements that repeat"  # among what a run recalls: by place and text
_MOST = 1_000  # texts
_LENGTH = 10_000  # characters of one
_SEVERAL = re.compile(r";\s*\S")
_DEFINE = frozenset(("create", "none"))

Apart = tuple[str, frozenset[tuple[str, str]]]  # a relation of objects, and columns that only bring some along
NOTHING: Apart = ("", frozenset())


class Given(NamedTuple):
    """A SELECT, and the rows that it gave."""

    versions: Mapping[Dataset, str]  # of the tables that it read
    fields: tuple[Field, ...] | None
    node: Any
    described: tuple[str, ...]  # its columns, as the driver names them
    apart: Apart


class Written(NamedTuple):
    """A statement that has written."""

    again: inserted.Again
    key: tuple[Any, ...]  # by which it is held until the commit
    gave: Given | None = None  # the rows that it gave back


class _Meaning:
    number = 1  # another one once something was defined


def keep(run: Recording, place: "Place", text: str, analysis: "Analysis", one: Written | Given) -> None:
    """Remember a statement that was recorded, if its repetition tells nothing else."""
    if len(text) > _LENGTH or any(each.gaps for each in analysis.statements) or defines(analysis):
        return
    if isinstance(one, Written) and any(each.writes is None for each in analysis.statements):
        return
    known = _known(run)
    if known is None:
        known = {}
        run.trace.recalled[_TEXTS] = _state(), known
    bounded.room(known, _MOST)
    known[place, text] = one


def defines(analysis: "Analysis") -> bool:
    """Whether a text may change what others mean."""
    if not analysis.statements or analysis.begun or analysis.perhaps or _SEVERAL.search(analysis.template):
        return True
    return any(one.how in _DEFINE for one in analysis.statements)


def forget() -> None:
    """Have all statements looked at anew: something was defined, attached or set."""
    _Meaning.number += 1


def _known(run: Recording) -> dict[tuple["Place", str], Written | Given] | None:
    state, known = run.trace.recalled.get(_TEXTS, ((), None))
    return known if state == _state() else None


def _state() -> tuple[int, int]:
    """What is another one once a text may mean something else, or what was held of one is not recorded after all."""
    return _Meaning.number, transactions.undone()


def version(transaction: Any, dataset: Dataset) -> str:
    """Return the version of a table that is read now."""
    return transactions.version(transaction, dataset) or earlier.newest.get(dataset, "")


def described(gave: Callable[[], Any] | None) -> tuple[str, ...]:
    """Return the names of the columns of a result, as its driver tells them."""
    found = None if gave is None else fault.attempt("columns of a result", gave)  # whatever a driver says of it
    return tuple(str(column[0]) for column in found or ())


def told(
    run: Recording,
    place: "Place",
    text: str,
    transaction: Any,
    gave: Callable[[], Any] | None = None,
    apart: Apart = NOTHING,
) -> bool:
    """Tell what is new about a statement that was executed once more; False where it has to be looked at.

    Args:
        run: that it is recorded on.
        place: its database.
        text: of it, or its template.
        transaction: the connection whose transaction lasts; None = it counts now.
        gave: describes the columns that it gave.
        apart: what else a library says of it.
    """
    known = _known(run)
    one = None if known is None else known.get((place, text))
    if one is None:
        return False
    if isinstance(one, Given):
        return _given(run, one, transaction, gave, apart)
    if not one.again.committed and not transactions.keeps(transaction, one.key):
        return False
    one.again.take(run, transaction)
    if one.gave is not None:
        sites.read(one.gave.versions, one.gave.fields, one.gave.node)
    return True


def _given(run: Recording, one: Given, transaction: Any, gave: Callable[[], Any] | None, apart: Apart) -> bool:
    """The same for a SELECT."""
    for dataset, before in one.versions.items():
        held = transactions.version(transaction, dataset)
        if (held or earlier.newest.get(dataset, "")) != before:
            return False
        if held and not transactions.keeps(transaction, (run, dataset, held)):
            return False
    if apart != one.apart or described(gave) != one.described:
        return False
    earlier.read(run, one.versions)
    collect.goes_on(run.trace, time.time_ns())
    sites.read(one.versions, one.fields, one.node, relation=apart[0])
    return True
