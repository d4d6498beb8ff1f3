"""The run that a whole process is: opened by ``watch(name)``, ended when the process or the notebook's kernel ends.

Enters: a name, and how the process goes on: its arguments, its children, its end. Leaves: one run with the version of
the script and of its own modules, its environment and its parameters; COMPLETE, or FAIL with the message of the
exception that the script died of, or ABORT where that was Ctrl-C. A child process records as part of the same run. One
that goes on for days is told in ``parts``.
Never changes how the process ends.
"""

import atexit
import concurrent.futures.thread  # noqa: F401 - it refuses to be imported at exit, when contents may be measured first
import copy
import os
import sys
import threading
import time
from collections.abc import Mapping, Sequence
from types import FrameType
from typing import TYPE_CHECKING, Any

from driftline import clock, later
from driftline.capture.ground import fault, imported, interrupt, own
from driftline.capture.program import code as code_versions
from driftline.capture.program import environment
from driftline.capture.runs import around, as_text, emit, left, offspring, parts, progress
from driftline.capture.runs.run import Run, open_runs
from driftline.capture.runs.trace import Trace
from driftline.capture.sending import client
from driftline.capture.sending.client import Client
from driftline.event.lineage import Job

if TYPE_CHECKING:
    from driftline.capture.frames import passed
else:  # a process that reads nothing does without
    passed = later.module("driftline.capture.frames.passed")

_GATHER_SECONDS = 60.0  # how long what children leave for the run lies there at most
_LONG = 16 << 20  # bytes that are measured at the end: about 0.1 s


class ProcessRun(Run):
    """The run of this process; it is around everything that has no other run around it."""

    def __init__(self, job: str, *, params: Mapping[str, Any] | None, namespace: str | None, caller: FrameType) -> None:
        super().__init__(job, params=params, namespace=namespace)
        self._caller = caller.f_code
        self.module = str(caller.f_globals.get("__name__", ""))  # that opened it
        self._trace.ordered = True
        self._former: ProcessRun | None = None  # the part before this one, which is told a moment later
        self._onwards: frozenset[int] = frozenset()  # what of this part belongs to the next one
        self._further: Trace | None = None  # what the next one collects
        self._earlier: tuple[str, ...] = ()  # ids of the parts before, for which children still leave something
        self._gathered = time.monotonic()  # when it was last looked for that
        self._mark: left.Held | None = None
        self._marking = threading.RLock()  # the sender's thread marks what this one ends
        self._spawned = caller.f_globals.get("__name__") == "__mp_main__"  # it may yet go on with its parent's run
        file = caller.f_globals.get("__file__")
        self.script = os.path.abspath(file) if isinstance(file, str) and os.path.isfile(file) else ""

    def _become_current(self) -> None:
        around.process.run = self

    def announce(self) -> None:
        """Send START once the run has been open for long, and leave word of it for the case that nothing follows."""
        if self._spawned:
            return
        fault.attempt("parts", self._in_parts)
        super().announce()
        with self._marking:
            if self._announced and self._mark is None and self._client is not None and not self.over:
                self._mark = fault.attempt("left", left.mark, self._client.home, self._trace, self._tally())

    def _in_parts(self) -> None:
        """Tell of a part that has become long; a moment later, when nobody is in the middle of adding to it."""
        with self._marking:
            if self._former is not None and clock.now_us() - self._opened_us < parts.MOMENT_US:
                return
            former, self._former = self._former, None
            if former is None and not (self.over or self.inherited) and parts.due(self._trace, self._opened_us):
                self._former = self._part()
        if former is not None:
            former._end_part()
        elif time.monotonic() - self._gathered > _GATHER_SECONDS and self._client is not None:
            self._gathered = time.monotonic()
            self._gather(self._client)

    def _part(self) -> "ProcessRun":
        """Begin the next part; returns the run that the one until now has become."""
        former = copy.copy(self)
        former._marking = threading.RLock()
        self._opened_us = clock.now_us()
        self._earlier = (*self._earlier, former.id)
        self._trace = parts.following(former._trace, self._opened_us)
        former._further = self._trace
        former._onwards = frozenset(map(id, self._trace.outputs))
        if self.heard is not None:
            fault.attempt("passed", passed.goes_on, self, former._trace)
        self._announced, self._mark, self._templates = False, None, set()
        return former

    def _end_part(self) -> None:
        if self._further is not None:
            fault.attempt("parts", parts.leave, self._trace, self._onwards, self._further)
        self.finish(None)

    def _gather(self, owner: Client) -> None:
        """Take what children have left, of those that outlive parts as well."""
        for run in (*self._earlier, self.id):
            fault.attempt("offspring", offspring.collect, owner.home, self._trace, run)

    def _finish(self, owner: Client, error: BaseException | None) -> None:
        if not self.inherited:
            self._gather(owner)
        super()._finish(owner, error)

    def inherit(self) -> None:
        """Be the same run in a child process; the parent tells of the part before."""
        self._former = None
        self._marking = threading.RLock()  # a thread of the parent that held it is not there
        super().inherit()

    def statement(self, text: str, template: str = "") -> None:  # noqa: ARG002 - the code of a process is its files
        """Record a statement. For hooks."""
        super().statement(text)

    def _tally(self) -> str:
        return self._client.sender.delivery.tally.name if self._client is not None else ""

    def finish(self, error: BaseException | None) -> None:
        """Send the last event; once."""
        with self._marking:
            former, self._former = self._former, None
        if former is not None:
            former._end_part()
        super().finish(error)
        if self.inherited:
            return
        with self._marking:
            held, self._mark = self._mark, None
        if held is not None and self._client is not None:
            fault.attempt("left", self._client.sender.landed, held.clear)

    def _tell(self, owner: Client) -> None:
        fault.attempt("left", self._leave_words, owner)
        super()._tell(owner)

    def _leave_words(self, owner: Client) -> None:
        """Leave the end in writing where measuring it takes long: a process may be killed meanwhile."""
        with self._marking:
            if self._mark is None and emit.unmeasured(self._trace) > _LONG:
                self._mark = left.mark(owner.home, self._trace, self._tally())
            if self._mark is not None:
                self._trace.on_job["jobType"] = progress.WHOLE  # the end proper replaces these words
                self._mark.last(emit.last_words(self._trace, owner.folder, owner.home))

    def _version(self) -> str:
        with own.working():
            return fault.attempt("code", self._code_version) or ""

    def _code_version(self) -> str:
        covered = environment.files(self.script)
        self._trace.on_run["driftline_environment"] = environment.describe(self.script, len(covered))
        found = environment.commit(self.script) if self.script else None
        if found is not None:
            self._trace.on_job["sourceCodeLocation"] = environment.location(found)
        return environment.version(covered) or _cells(self._caller.co_filename) or code_versions.version(self._caller)

    @property
    def size(self) -> int:
        """How much was recorded so far."""
        return len(self._trace.inputs) + len(self._trace.outputs)


def _cells(filename: str) -> str:
    """The version of a notebook: all cells that were run so far; "" = this is none."""
    cells = imported.of("__main__").get("In")
    if not isinstance(cells, list) or os.path.isfile(filename):
        return ""
    return f"src:{code_versions.digest(chr(0).join(map(str, cells)).encode())}"


_KERNELS = ("ipykernel", "kernel_launcher")  # in the path of the program


class _Ending:
    """What is known of the end of the process."""

    registered = False  # at the interpreter, once
    code: Any = None  # that the interpreter ends with


def begin(name: str, params: Mapping[str, Any] | None, namespace: str | None, caller: FrameType) -> Run | None:
    """Open the run of this process and return it; one of the same name goes on.

    Another name ends it and begins a run that is no child of it; but a module that did not open it, other than the
    script itself, does not end it.
    """
    owner = client.current()
    if owner is None:
        return None
    former = around.process.run
    if isinstance(former, ProcessRun) and not former.over and not former.inherited:
        module = str(caller.f_globals.get("__name__", ""))
        if former.job == Job(namespace or owner.settings.namespace, name):
            return former
        if module not in ("__main__", former.module):
            fault.tell(
                f"watch:{name}:{module}",
                f"watch({name!r}) in {module} changes nothing: the run of {former.job.name!r} is open and goes on",
            )
            return former
        fault.tell(
            f"watch:{name}", f"watch({name!r}) ends the run of {former.job.name!r}, which was open, and begins another"
        )
        end()
    fault.attempt("left", left.sweep, owner)
    fault.attempt("offspring", offspring.sweep, owner.home)
    run = ProcessRun(name, params={**_said(sys.argv), **(params or {})}, namespace=namespace, caller=caller)
    run.begin()
    if not _Ending.registered:
        _Ending.registered = True
        atexit.register(_at_exit)
    return run


def end(error: BaseException | None = None) -> None:
    """End the run of this process, if there is one."""
    run, around.process.run = around.process.run, None
    if isinstance(run, Run):
        run.finish(error)


def disown() -> None:
    """Forget the run of this process, which a spawned child opened by importing its parent's script."""
    run, around.process.run = around.process.run, None
    owner = client.current()
    if isinstance(run, Run) and owner is not None:
        run.over = True
        open_runs.pop(id(run), None)
        owner.sender.unwatch(run)


def _at_exit() -> None:
    stood = fault.attempt("exit", interrupt.stands)
    fault.attempt("run", _ended)
    if stood:
        fault.attempt("exit", interrupt.again)


def _ended() -> None:
    end(fault.attempt("run", died_of))


def died_of() -> BaseException | None:
    """Return the exception that the interpreter ends with; None where it is an ordinary end, or an interactive one."""
    if hasattr(sys, "ps1") or isinstance(imported.of("__main__").get("In"), list):
        return None
    error = getattr(sys, "last_exc", None) or getattr(sys, "last_value", None)
    if error is None and _Ending.code is not None:
        return SystemExit(_Ending.code)
    return error if isinstance(error, BaseException) else None


def exiting(code: Any) -> None:
    """Remember the code that the interpreter ends with."""
    _Ending.code = code


def _said(line: Sequence[str]) -> dict[str, str]:
    """Return the command line of this process as parameters; that of a notebook's kernel is its own."""
    return {} if line and any(sign in line[0] for sign in _KERNELS) else arguments(line[1:])


def arguments(given: Sequence[str]) -> dict[str, str]:
    """Return the command line as parameters: ``--key value`` and ``--key=value`` by name, the rest by place."""
    found: dict[str, str] = {}
    key = ""
    place = 0
    for text in given:
        if text.startswith("-") and not _number(text) and len(text) > 1:
            name, sign, value = text.lstrip("-").partition("=")
            key = "" if sign else name
            found[name] = value if sign else "true"
        elif key:
            found[key], key = text, ""
        else:
            place += 1
            found[f"argument {place}"] = text
    return as_text.text_of(found)


def _number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True


def _in_child() -> None:
    """After a fork: runs that were open are their parent's to end."""
    for run in list(open_runs.values()):
        fault.attempt("run", run.inherit)


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_in_child)
