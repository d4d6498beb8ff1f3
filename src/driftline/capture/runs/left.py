"""Runs whose process has gone without a word: killed, out of memory, ``os._exit``, a power cut.

Enters: the run of a process, once it was announced, and its end. Leaves: a mark below ``home/runs`` that is locked as
long as the process lives; and in the next process with the same ``home`` an event for each run whose mark nobody holds
any more: the last words of one whose end was being measured, else ABORT with what its own child processes had handed
over. What such a process had read and written since it last told of it (``progress``) was in its memory, and is not
known. Waits for nobody.
"""

import os
from pathlib import Path

import msgspec

from driftline import clock, held
from driftline.capture.ground import fault
from driftline.capture.runs import emit, offspring
from driftline.capture.runs.trace import Trace
from driftline.capture.sending import large, spool
from driftline.capture.sending.client import Client
from driftline.event import openlineage
from driftline.event.lineage import Job

MESSAGE = "the process has ended without a word: it was killed, or called os._exit"
_WHOLE = 2  # lines behind the first one, or more, where last words were written to their end; the last one is empty


class _Mark(msgspec.Struct):
    """What the next process is to know of a run."""

    run: str
    job: Job
    started_us: int
    tally: str = ""  # where the numbers of its process are


class Held:
    """The mark of a run that lasts."""

    def __init__(self, path: Path, file: held.File) -> None:
        self._path = path
        self._file = file

    def last(self, words: bytes) -> None:
        """Leave the last event of the run, for the case that nobody hears it from this process.

        Raises:
            OSError: the folder cannot be written.
        """
        if not self._file.ours:  # the program has closed its number
            self._file = held.File(self._path, os.O_RDWR | os.O_APPEND)
            spool.locked(self._file)
        self._file.write(b"\n" + words + b"\n")

    def clear(self) -> None:
        """The run has said its end, and that is delivered or spooled."""
        self._path.unlink(missing_ok=True)
        self._file.close()


def mark(home: str, trace: Trace, tally: str = "") -> Held:
    """Leave word that the run of ``trace`` has begun, in the process of that tally.

    Raises:
        OSError: the folder cannot be written.
    """
    path = Path(home) / offspring.FOLDER / f"{trace.run}{offspring.MARK}"
    path.parent.mkdir(parents=True, exist_ok=True)
    new = path.with_suffix(offspring.NEW)
    file = held.File(new)
    spool.locked(file)
    file.write(openlineage.as_json(_Mark(trace.run, trace.job, trace.started_us, tally)))
    new.rename(path)  # nobody takes it for that of a dead process before it is locked, and whole
    return Held(path, file)


def sweep(owner: Client) -> None:
    """Say of the runs that nobody will end any more that they have ended."""
    for path in sorted((Path(owner.home) / offspring.FOLDER).glob(f"*{offspring.MARK}")):
        fault.attempt("left", _sweep, owner, path)


def _sweep(owner: Client, path: Path) -> None:
    file = held.File(path, os.O_RDWR | os.O_APPEND)
    told = False
    try:
        if spool.locked(file):
            lost = _tell(owner, file.read())
            told = True
    finally:
        if not told:
            file.close()
    if told:  # the mark stays, and ours, until that is delivered or spooled: this process may be killed, too
        owner.sender.landed(Held(path, file).clear)
        tally = owner.sender.delivery.tally
        owner.sender.landed(lambda: tally.told(lost))


def _tell(owner: Client, left: bytes) -> dict[str, int]:
    """Say what is to be said of a run that left this."""
    mark, *words = left.split(b"\n")
    if len(words) >= _WHOLE and not words[-1]:
        for event in words[:-1]:
            owner.event(event)
        return {}
    said = msgspec.json.decode(mark, type=_Mark)
    trace = Trace(run=said.run, job=said.job, started_us=said.started_us, ended_us=clock.now_us())
    trace.error, trace.aborted = MESSAGE, True
    lost = owner.sender.delivery.claim(said.tally) if said.tally else {}
    trace.gaps.update({"lost with the process": 1, **lost})
    offspring.collect(owner.home, trace)
    if trace.inputs or trace.outputs:
        trace.on_job["jobType"] = large.ADDS
    owner.event(emit.Ended(trace, owner.profiled, owner.folder, owner.home, owner.event))
    return lost
