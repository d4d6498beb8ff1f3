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

MOST = 10_000  # pieces of one stream that count; of a text all do
_LATER = (inspect.iscoroutinefunction, inspect.isgeneratorfunction, inspect.isasyncgenfunction)
Record = Callable[[Any, Any], None]  # takes down what a model was given and what it predicted of that


class Promised:
    """What is put around one call of a model."""

    __slots__ = ("_given", "_more", "_pieces", "_record", "_result", "_text")

    def __init__(self, record: Record, given: Any) -> None:
        self._record, self._given = record, given
        self._pieces: list[Any] = []
        self._more = 0  # pieces beyond those
        self._text: pieces.Text | None = pieces.Text()  # None = some are no texts
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
        else:
            self._more += 1
        said = pieces.text_of(item) if self._text is not None else None
        if self._text is None or said is None:
            self._text = None
        else:
            self._text.add(said)

    def returned(self, result: Any) -> None:
        """Take what was awaited; of a generator that is nothing."""
        self._result = (result,)

    def finish(self, error: BaseException | None) -> None:
        """Take down the prediction, if there is one."""
        if error is None and self._pieces:
            self._record(self._given, self._whole())
        elif error is None and self._result and self._result[0] is not None:
            self._record(self._given, self._result[0])

    def _whole(self) -> Any:
        """Return what the pieces are together: one text, or a prediction each."""
        given, found = self._given, self._pieces
        each = isinstance(given, Given) and given.rows == len(found) + self._more
        if self._text is not None and not (each and all(isinstance(one, str) for one in found)):
            return self._text.all()
        if self._more:
            fault.count("unrecorded rows", self._more)
            said = f"of {len(found) + self._more:,} predictions in one stream the first {len(found):,} count"
            fault.tell("unrecorded rows of a stream", said)
        return found


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
