"""Answers in the making in a process that forks: they are recorded once, by the process that began them.

Enters: forks of this process. Leaves: in the parent nothing is changed; in the child the answers around the code that
forked are over, with the ids that the parent gives them. What the child records besides has ids of its own.
"""

import os
from collections.abc import Iterator
from typing import Any, Protocol

from driftline.capture.ground import fault
from driftline.event.current import Draft, current_answer


class Making(Protocol):
    """An answer in the making."""

    @property
    def id(self) -> str:
        """The id that it has, made of what is this process's own when it is first asked for."""

    @property
    def outer(self) -> Any:
        """The draft of the answer around it; no draft where there is none."""

    def stays_behind(self) -> None:
        """Be over in a forked child."""


def _around() -> Iterator[Making]:
    draft: Any = current_answer.get()
    while isinstance(draft, Draft) and draft.owner is not None:
        yield draft.owner
        draft = draft.owner.outer


def _before() -> None:
    for made in _around():
        _ = made.id


def _in_child() -> None:
    for made in _around():
        made.stays_behind()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(
        before=lambda: fault.attempt("fork", _before), after_in_child=lambda: fault.attempt("fork", _in_child)
    )
