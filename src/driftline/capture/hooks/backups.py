"""SQLite's ``Connection.backup``: each table of the target is the one of the source, with all of its rows.

Enters: the class of a connection that records. Leaves: its ``backup``, after which the tables were read and written on
the run, each with the columns of its source. Views are copied as text alone. Which tables there are, the target is
asked.
"""

import functools
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from driftline.capture.ground import fault
from driftline.capture.hooks import addresses, files, patch, raised, sqlite_asked, touching
from driftline.capture.runs.around import recording
from driftline.capture.runs.recording import Recording

if TYPE_CHECKING:
    import sqlite3

_PIECE = "hook sqlite3.backup"


def of_sqlite(own_class: "type[sqlite3.Connection]") -> dict[str, Callable[..., Any]]:
    """Return the method that tells of a backup."""
    original = own_class.backup
    copied = raised.held(_copied)

    @functools.wraps(original)
    def backup(self: Any, *args: Any, **kwargs: Any) -> Any:
        try:
            result = original(self, *args, **kwargs)
        except raised.ANY as error:
            raised.through(error)
            raise
        fault.attempt(_PIECE, copied, self, args, kwargs)
        return result

    return {"backup": patch.unseen(backup, original)}


def _copied(source: Any, args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> None:
    run, target = recording(), args[0] if args else kwargs.get("target")
    if run is None or fault.off(_PIECE) or kwargs.get("name", "main") != "main":
        return
    patch.noted(_PIECE, run, _record, run, source, target)


def _record(run: Recording, source: Any, target: Any) -> None:
    old, new = addresses.opened(source), addresses.opened(target)
    for name in sqlite_asked.tables(target):
        fields = sqlite_asked.columns(target, f"main.{name}")
        read = touching.Table(old.table(name), fields, declared=True)
        touching.read(run, read, None)
        touching.begun(run, [new.table(name)], None)
        touching.write(run, touching.Table(new.table(name), fields), files.Same(read.dataset), None, begins=True)
