"""Processes that a run starts by spawning: they go on as part of it.

Enters: the function that a child process is to run. Leaves: one that can be sent to it, which first says in the child
whose run this is, then calls the original once. Forked children need none of this: they inherit the run.
"""

from collections.abc import Callable
from typing import Any

from driftline.capture.ground import fault, own
from driftline.capture.runs import around
from driftline.capture.runs.run import Run
from driftline.capture.sending import client
from driftline.capture.watching import hooking, process
from driftline.config import Settings
from driftline.event.lineage import Job


class Child:
    """The function that a child process runs, with the run that it belongs to."""

    def __init__(self, target: Callable[..., Any], run: str, job: Job, settings: Settings) -> None:
        self._target = target
        self._of = (run, job, settings)

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Take over the run, then call the function."""
        fault.attempt("run", adopt, *self._of)
        return self._target(*args, **kwargs)


def child(target: Callable[..., Any]) -> Child | None:
    """Return ``target`` as a child process should run it; None where no run is around."""
    run = around.enclosing()
    owner = client.current()
    if run is None or owner is None or own.inside() is own.OURS or isinstance(target, Child):
        return None
    run.shared = True
    return Child(target, run.id, run.job, owner.settings)


def adopt(run: str, job: Job, settings: Settings) -> None:
    """Go on, in a child process, with the run ``run`` of its parent."""
    around_now = around.enclosing()
    if around_now is not None and around_now.id == run:
        return  # a forked child knows
    client.settle(settings)
    fault.attempt("exit", client.began_as_a_child)
    process.disown()
    hooking.hooks_on()
    around.process.run = Run.taken_over(run, job)
