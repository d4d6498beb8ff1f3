"""The SDK's one connection to where events go: a queue in memory, a thread that delivers, a spool on disk behind it.

Enters: finished events (or runs that can encode themselves) and answers, from any thread, without ever waiting.
Leaves: batches to the sink of ``settings.target``. What cannot be delivered is spooled under ``home/spool`` and
replayed in order later; what cannot even be spooled is counted as lost and said once. One client per process; a
forked child begins with an empty queue and opens its own sink. Never raises into the user's code except for a
setting that cannot be used.
"""

import atexit
import contextlib
import functools
import os
import signal
import sys
import threading
import time
from collections.abc import Callable
from typing import Any, Protocol

from driftline import config, hidden
from driftline.capture.ground import fault, interrupt, loading, own, parting, place
from driftline.capture.program import sites
from driftline.capture.sending.delivery import Delivery
from driftline.capture.sending.flight import Item, Unmade
from driftline.capture.sending.sender import Sender
from driftline.capture.tables import measure
from driftline.config import Settings
from driftline.errors import BadSetting
from driftline.event import sink as sinks
from driftline.event.answer import Answer
from driftline.event.sink import Sink
from driftline.guard import switch
from driftline.latch import Latch

OpenSink = Callable[[Settings], Sink]
_SAVE_SECONDS = 0.5  # how long a process that may be ended waits for what it has recorded to be on disk
_LOADING_SECONDS = 5.0  # and until our threads have loaded what they were loading
_FORK_SECONDS = 1.0  # how long a fork waits for the sink to come to the end of a batch
_AGAIN_SECONDS = 0.002  # until a Ctrl-C that came during a fork comes again
_OWN_SHARE = 1.0  # seconds of a deadline that are kept for delivery, when something else is waited for first


class Unfinished(Protocol):
    """Work whose results are still to be queued."""

    def wait(self, seconds: float) -> bool:
        """Wait for it; False where it takes longer."""

    def stop(self, seconds: float) -> None:
        """Wait for it, then give it up."""


unfinished: list[Unfinished] = []  # waited for before what is queued is delivered
waiting: list[Callable[[], None]] = []  # queue what waits for more to come, called where this process may end


class Sent(set[tuple[str, str, str]]):
    """What was sent once and need not be sent again; what is forgotten is sent once more."""

    MOST = 50_000

    def add(self, one: tuple[str, str, str], /) -> None:
        """Remember that ``one`` was sent."""
        if len(self) >= self.MOST:
            self.clear()
        super().add(one)


class Client:
    """Settings in force and the sender that belongs to them."""

    def __init__(self, settings: Settings, open_sink: OpenSink = sinks.open_sink) -> None:
        self.settings = settings
        self.open_sink = open_sink
        self.home = os.path.abspath(settings.home)
        self.folder = place.base(settings.home)  # dataset names are relative to it
        self._place = next(filter(os.path.isdir, (self.home, os.path.dirname(self.home))), "")
        self.sender = Sender(settings, self._open)
        self.sender.on_start = self._begin
        self.profiled = Sent()  # (namespace, name, version) whose profile was sent

    def _begin(self) -> None:
        self._look()
        _provide_for_the_end()

    def _look(self) -> None:
        """Say that what was there when the program began is about to be made anew."""
        if self._place and not os.path.isdir(self._place):
            said = "was removed meanwhile: it is made anew, and holds what is recorded from now on"
            fault.tell("home", f"{self._place} {said}")

    def _open(self) -> Sink:
        self._look()
        return self.open_sink(self.settings)

    def event(self, item: Item) -> None:
        """Queue an event."""
        self.sender.put(item)

    def answer(self, answer: Answer | Unmade) -> None:
        """Queue an answer, or what answers are made of."""
        if isinstance(answer, tuple) and answer[1] > 1:
            self.sender.put_many(answer)
        else:
            self.sender.answer(answer)


class _Process:
    """The client of this process, made on first use."""

    def __init__(self) -> None:
        self.client: Client | None = None
        self.settled = False  # settings were loaded or given
        self.lock = threading.RLock()  # what we tell may make a program ask for its client on the same thread
        self.atexit = False


_held: dict[int, list[Delivery]] = {}  # by thread: whose sink nobody may enter while it forks
_interrupted: list[int] = []  # the thread that forks, where Ctrl-C came meanwhile
process = _Process()  # hot paths look at its client first: ``process.client or current()``


def current() -> Client | None:
    """Return the client in force; None where Driftline is switched off or its settings cannot be read."""
    if not process.settled:
        fault.attempt("settings", _load)
        process.settled = True  # what cannot be read once is not read at every call: Driftline stays off
    return process.client


def _load() -> None:
    told: list[tuple[str, str]] = []
    with process.lock:
        if not process.settled:
            _first(told)
    for kind, said in told:  # without the lock: a handler of the program's that is at work may wait for it
        fault.tell(kind, said)


def _first(told: list[tuple[str, str]]) -> None:
    mended: list[str] = []
    try:
        settings = config.load(mended=mended)
    except BadSetting as error:
        fault.count("settings")
        told.append(("settings", f"nothing is recorded: {error.message}. {error.hint}"))
        process.settled = True
        return
    _install(settings, sinks.open_sink)
    if settings.enabled:
        told += [("misspelt", said) for said in (config.misspelt(os.environ),) if said]
        told += [("hidden", said) for said in (_hiding(),) if said]
        told += [(said, said) for said in mended]


def _hiding() -> str:
    """Say why nothing can be recorded where a file of the user's hides a package that we need."""
    files = ", ".join(f"{name}.py" for name in hidden.needed)
    return (
        files and f"nothing is recorded: Driftline needs what is hidden here by {files}. Give your file another name."
    )


def _misspelt(settings: Settings) -> None:
    for kind, said in ("misspelt", config.misspelt(os.environ)), ("hidden", _hiding()):
        if settings.enabled and said:
            fault.tell(kind, said)


def settle(settings: Settings) -> None:
    """Put ``settings`` in force unless this process has settings already; for children that are spawned."""
    with process.lock:
        if not process.settled:
            _install(settings, sinks.open_sink)


def began_as_a_child() -> None:
    """Do again what the sender did at its start, which was while the script was imported: the child begins now."""
    if process.client is not None and process.client.sender.started:
        _provide_for_the_end()


def configure(**settings: Any) -> Settings:
    """Put settings in force for the whole process and return them; what was queued before is delivered first.

    Args:
        settings: fields of ``config.Settings`` that win over file and environment.

    Raises:
        BadSetting: a setting is unknown or has the wrong type.
    """
    loaded = config.load(settings)
    _misspelt(loaded)
    install(loaded, sinks.open_sink)
    return loaded


def install(settings: Settings, open_sink: OpenSink) -> None:
    """Replace the client by one that delivers to what ``open_sink`` returns."""
    _queue_all()
    with process.lock:
        former = process.client
        if former is not None:
            former.sender.close(former.settings.flush_seconds)
        _install(settings, open_sink)


def forget() -> None:
    """Deliver what is queued and drop the client; the next use loads the settings anew."""
    _queue_all()
    with process.lock:
        former, process.client, process.settled = process.client, None, False
    if former is not None:
        former.sender.close(former.settings.flush_seconds)


def _install(settings: Settings, open_sink: OpenSink) -> None:
    settings = config.anchored(settings)
    switch.use(settings)
    measure.use(settings)
    sites.use(wanted=settings.read_code)
    made = Client(settings, open_sink) if settings.enabled and not hidden.needed else None
    process.client, process.settled = made, True
    if made is not None and not process.atexit:
        process.atexit = True
        atexit.register(_at_exit)
        fault.attempt("exit", interrupt.begin)


def flush(timeout: float | None = None) -> bool:
    """Wait until everything queued so far has been delivered; True if it has, and nothing is spooled or lost.

    Args:
        timeout: longest wait in seconds; default ``settings.flush_seconds``.
    """
    client = current()
    if client is None:
        return True
    return bool(fault.attempt("flush", _flush, client, timeout))


def _flush(client: Client, timeout: float | None) -> bool:
    limit = client.settings.flush_seconds if timeout is None else timeout
    begin = time.monotonic()
    done = all(one.wait(max(0.0, limit - min(_OWN_SHARE, limit / 2))) for one in unfinished)
    delivered = client.sender.flush(max(0.0, limit - (time.monotonic() - begin)))
    return delivered and done and not client.sender.delivery.tally.waiting


def status() -> dict[str, int]:
    """Return what this process has queued, delivered, spooled and lost, and how often each of our pieces has failed."""
    return fault.attempt("status", _status) or {}


def _status() -> dict[str, int]:
    client = process.client
    found = {f"failed:{piece}": number for piece, number in fault.counts().items()}
    return found if client is None else {**client.sender.counters(), **found}


def _at_exit() -> None:
    stood = fault.attempt("exit", interrupt.stands)
    client = process.client
    if client is not None:
        try:
            fault.attempt("exit", _finish, client)
            if not client.sender.closed:  # it failed before it came to that
                fault.attempt("exit", client.sender.close, client.settings.flush_seconds)
        except KeyboardInterrupt:  # nobody is to wait any longer; how the script ended stays as it is
            measure.level.enough = True
            place = client.sender.delivery.spool.folder
            what = "interrupted while it delivered"
            fault.tell("deadline", f"{what}; the rest waits in {place}, and the next run delivers it")
            with contextlib.suppress(KeyboardInterrupt):
                fault.attempt("exit", client.sender.close, 0.0)
    if stood:
        fault.attempt("exit", interrupt.again)


def _finish(client: Client) -> None:
    limit, begin = client.settings.flush_seconds, time.monotonic()
    _queue_all()
    for one in unfinished:
        fault.attempt("unfinished", one.stop, max(0.0, limit - min(_OWN_SHARE, limit / 2)))
    fault.attempt("exit", client.sender.close, max(0.0, limit - (time.monotonic() - begin)))


def _before_fork() -> None:
    """Wait until no thread of ours is in SQLite or the like, or in the midst of loading a module.

    Their locks would stay locked in the child for ever.
    """
    client = process.client
    loading.wait(_LOADING_SECONDS)
    if client is not None and client.sender.delivery.hold(_FORK_SECONDS):
        _held.setdefault(threading.get_ident(), []).append(client.sender.delivery)
        client.sender.delivery.part()


def _forking() -> None:
    try:
        _before_fork()
    except KeyboardInterrupt:  # Python would print what a hook raises and go on: it comes again after the fork
        _interrupted.append(threading.get_ident())


def _after_in_parent() -> None:
    held = _held.get(threading.get_ident())
    if held:
        held.pop().let_go()
        if not held:
            del _held[threading.get_ident()]
    if _interrupted:
        over = Latch()  # what comes while the thread is being started would be raised in this hook
        own.thread("driftline-interrupt", functools.partial(_interrupt, _interrupted.pop(), over))
        over.set()


def _interrupt(whom: int, over: Latch) -> None:
    over.wait(_FORK_SECONDS)
    time.sleep(_AGAIN_SECONDS)
    signal.pthread_kill(whom, signal.SIGINT)


def _after_fork() -> None:
    _held.clear()
    _interrupted.clear()
    fault.attempt("fork", _reborn)


def _reborn() -> None:
    former = process.client
    process.lock = threading.RLock()
    if former is None:
        return
    former.profiled.clear()
    former.sender.reborn()


def _queue_all() -> None:
    for queue in waiting:
        fault.attempt("exit", queue)


def _save(last: bool) -> None:
    client = process.client
    if client is not None:
        _queue_all()
        client.sender.save(_SAVE_SECONDS, last=last)


def _release() -> None:
    """The program is about to close descriptors that it may not know: ours are let go properly before."""
    client = process.client
    if client is not None:
        client.sender.delivery.release(_SAVE_SECONDS)


def _provide_for_the_end() -> None:
    """A child of multiprocessing ends without atexit, but runs its finalizers; or by a signal, once it has answered."""
    parting.begin(_save, _release)
    children = sys.modules.get("multiprocessing.process")
    if children is not None and children.parent_process() is not None:
        sys.modules["multiprocessing.util"].Finalize(None, _at_exit, exitpriority=0)


if hasattr(os, "register_at_fork"):
    os.register_at_fork(
        before=lambda: fault.attempt("fork", _forking),
        after_in_parent=lambda: fault.attempt("fork", _after_in_parent),
        after_in_child=_after_fork,
    )
