"""Databases in memory: whose they are. They have no address, and end with their process.

Enters: the scheme of a database, and its name where it has one. Leaves: a namespace such as ``duckdb://memory/churn``:
named by the job that the process is a run of, else by its script or notebook, else by the outermost run. So one job's
tables are the same from run to run, and those of two scripts never meet. Of several that one run uses, the second is
``duckdb://memory/churn:2``. Source of the form: https://openlineage.io/docs/spec/naming.
"""

import itertools
import os
import weakref

from driftline.capture.ground import imported, opens, place
from driftline.capture.runs import around
from driftline.capture.runs.recording import Recording
from driftline.capture.sending import client

_NOTEBOOK = "JPY_SESSION_NAME"  # where Jupyter says which notebook a kernel runs
_MOST = 100  # databases that a run tells apart; further ones are called like the last of them

_shared: "weakref.WeakValueDictionary[str, Database]" = weakref.WeakValueDictionary()
_numbers = itertools.count()


class Database:
    """A database in memory, for as long as a connection to it is there."""

    def __init__(self, scheme: str) -> None:
        self._scheme, self._key = scheme, f"{scheme} in memory"
        self._number = next(_numbers)
        self._known = ""  # as the run called it that has used it last

    @property
    def namespace(self) -> str:
        """The namespace of its tables: as before, else with the first number that no other one of the run has.

        The run is the outermost one around this. What others have used is no matter: when it goes away, nobody says.
        """
        run = around.process.run or _outermost()
        if run is None:
            return self._known or namespace(self._scheme)
        taken: dict[str, int] = run.trace.recalled.setdefault(self._key, {})
        if not self._known or taken.setdefault(self._known, self._number) != self._number:
            self._known = self._named(namespace(self._scheme), taken)
        return self._known

    def _named(self, plain: str, taken: dict[str, int]) -> str:
        names = (plain if number == 1 else f"{plain}:{number}" for number in range(1, _MOST))
        free = (one for one in names if taken.setdefault(one, self._number) == self._number)
        return next(free, f"{plain}:{_MOST}")


def shared(scheme: str, name: str) -> Database:
    """Return the database that connections share by a name."""
    return _shared.setdefault(f"{scheme}:{name}", Database(scheme))


def namespace(scheme: str) -> str:
    """Return the namespace of the tables that this process holds in memory."""
    owner = _owner().replace(":", "_")
    return f"{scheme}://memory/{owner}" if owner else f"{scheme}://memory"


def _owner() -> str:
    process = around.process.run
    if process is not None:
        return _job(process.job.namespace, process.job.name)
    script = imported.of("__main__").get("__file__") or os.environ.get(_NOTEBOOK)
    known = client.current()
    if script and known is not None:
        path = os.path.abspath(script)
        if not path.startswith(opens.installed()):
            return place.place(path, known.folder).located.name.lstrip("/")
    run = _outermost()
    return "" if run is None else _job(run.job.namespace, run.job.name)


def _outermost() -> Recording | None:
    run = around.enclosing()
    while run is not None and run.outer is not None:
        run = run.outer
    return run


def _job(space: str, name: str) -> str:
    return name if space == "default" else f"{space}/{name}"
