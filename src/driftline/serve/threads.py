"""Where blocking calls of the engine run: a few readers at a time, one writer at a time.

Enters: a function. Leaves: its result, without the event loop ever waiting for a disk.
"""

from collections.abc import Callable
from typing import TypeVar

import anyio
import anyio.to_thread

READERS = 4

T = TypeVar("T")


class Threads:
    """The thread pool of one server."""

    def __init__(self) -> None:
        self._readers = anyio.CapacityLimiter(READERS)
        self._writer = anyio.CapacityLimiter(1)

    async def read(self, work: Callable[[], T]) -> T:
        """Return ``work()``, run beside other readers."""
        return await anyio.to_thread.run_sync(work, limiter=self._readers)

    async def write(self, work: Callable[[], T]) -> T:
        """Return ``work()``, run when no other writer does."""
        return await anyio.to_thread.run_sync(work, limiter=self._writer)
