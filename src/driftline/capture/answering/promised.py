"""Predictions that are not there yet when the call returns: coroutines, and streams that come piece by piece.

Enters: a model's method, or what a call of it returned, and what takes down a prediction. Leaves: a coroutine or a
generator of the same kind, which hands on everything; the prediction is taken down when it is there, or when nobody
wants more of it. The pieces of a text are one prediction; other pieces, or as many as there are rows, are one each. Of
a future it is not taken down, which is told.
"""

import inspect
from collections.abc import Callable, Mapping
from typing import Any

from driftline.capture.answering import pieces
from driftline.capture.answering.copies import Given
from driftline.capture.ground import calls, fault

MOST = 10_000  # pieces of one stream that count
_LATER = (inspect.iscoroutinefunction, inspect.isgeneratorfunction, inspect.isasyncgenfunction)
Record = Callable[[Any, Any], None]  # takes down what a model was given and what it predicted of that


class Promised:
    """What is put around one call of a model."""

    __slots__ = ("_given", "_pieces", "_record", "_result")

    def __init__(self, record: Record, given: Any) -> None:
        self._record, self._given = record, given
        self._pieces: list[Any] = []
        self._result: tuple[Any, ...] = ()

    def begin(self) -> None:
        """Do nothing."""

    def suspend(self) -> None:
        """Do nothing."""

    def resume(self) -> None:
        """Do nothing."""

    def passed(self, item: Any) -> None:
        """Take a piece of a stream."""
        if len(self._pieces) < MOST:
            self._pieces.append(item)

    def returned(self, result: Any) -> None:
        """Take what was awaited; of a generator that is nothing."""
        self._result = (result,)

    def finish(self, error: BaseException | None) -> None:
        """Take down the prediction, if there is one."""
        if error is None and self._pieces:
            self._record(self._given, _whole(self._given, self._pieces))
        elif error is None and self._result and self._result[0] is not None:
            self._record(self._given, self._result[0])


def comes_later(function: Any) -> bool:
    """Whether a function returns something that is no prediction yet."""
    return any(asked(function) for asked in _LATER)


def given_of(args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> Any:
    """Return what a model is asked about: its first argument."""
    return args[0] if args else next(iter(kwargs.values()), None)


def wrapped(function: Callable[..., Any], record: Record, copied: Callable[[Any], Any]) -> Callable[..., Any]:
    """Return a function of the same kind, whose predictions are taken down as they come.

    Args:
        function: what is called.
        record: takes down what comes of a call.
        copied: returns a copy of what the model is given, since the program may have changed it by then.
    """
    return calls.wrap(function, lambda args, kwargs: Promised(record, copied(given_of(args, kwargs))), lazily=True)


def kept(result: Any, given: Any, record: Record) -> Any:
    """Return what stands for ``result``, which ``calls.is_later``, and takes down the prediction."""
    return calls.later(result, Promised(record, given))


def unknown(result: Any) -> bool:
    """Whether a result is a future, or another one of which nobody but the program may ask what comes of it; tells so.

    Who asks a future has taken note of its exception, which would not be told to anybody else then.
    """
    kind = type(result)
    if not (hasattr(kind, "__await__") or hasattr(kind, "add_done_callback")):
        return False
    unrecorded(kind)
    return True


def unrecorded(kind: type) -> int:
    """Count and tell that predictions of a kind are not recorded; return how many of them are."""
    fault.count("unrecorded rows")
    fault.tell("unrecorded futures", f"predictions that come as {kind.__name__} are not recorded: await them within")
    return 0


def _whole(given: Any, items: list[Any]) -> Any:
    """Return what the pieces of a stream are together: one text, or a prediction each."""
    said = [pieces.text_of(one) for one in items]
    texts = [one for one in said if one is not None]
    if len(texts) < len(items):
        return items
    each = isinstance(given, Given) and given.rows == len(items) and all(isinstance(one, str) for one in items)
    return texts if each else "".join(texts)
