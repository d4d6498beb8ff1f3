"""An event that threads wait for, which may be set anywhere: also in the middle of waiting for it, or of setting it.

Enters: ``set`` and ``clear`` from any thread, and from what interrupts one at any place (a signal handler, ``__del__``,
what a weak reference calls). Leaves: who waits goes on. ``threading.Event`` takes a lock of its own for that, so that
whoever sets it while the same thread is inside of it waits for itself, for ever, and so does every other thread then.
Source: https://docs.python.org/3/reference/datamodel.html#object.__del__ ("may deadlock").
"""

import contextlib
import threading


class Latch:
    """As ``threading.Event``, but that a wait may end early, with False, where it was set and cleared meanwhile."""

    __slots__ = ("_is_set", "_lock")

    def __init__(self) -> None:
        self._is_set = False
        self._lock = threading.Lock()  # taken while nobody may go on
        self._lock.acquire()

    def is_set(self) -> bool:
        """Whether it is set."""
        return self._is_set

    def set(self) -> None:
        """Let go whoever waits, and whoever will, until it is cleared."""
        self._is_set = True
        self._let_go()

    def clear(self) -> None:
        """Have those wait that come from now on."""
        self._is_set = False
        self._lock.acquire(blocking=False)
        if self._is_set:  # another thread has set it meanwhile, when there was nothing to let go
            self._let_go()

    def wait(self, seconds: float) -> bool:
        """Wait until it is set, for at most ``seconds``; whether it is."""
        if self.is_set():
            return True
        if self._lock.acquire(timeout=min(max(0.0, seconds), threading.TIMEOUT_MAX)) and self.is_set():
            self._let_go()  # whoever else waits
        return self.is_set()

    def _let_go(self) -> None:
        if self._lock.locked():
            with contextlib.suppress(RuntimeError):  # another thread was faster
                self._lock.release()
