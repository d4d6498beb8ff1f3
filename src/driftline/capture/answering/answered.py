"""What a function that answers said: its first argument, its result and its pieces, as an answer.

Enters: an answer in the making, the arguments of a call, and what it returned or yielded. Leaves: the answer with the
question and the outcome, where the function itself has not said them: the question is the text argument of such a name,
else the field of such a name of an argument, else the first text; a text is what was said; of a mapping or a record
``text`` (or ``answer``, ``output``, ``content``, ``response``, ``result``), ``decision``, ``money`` and ``score`` are
taken. Reads, never keeps or changes, what the function returned. Never raises.
"""

import inspect
from collections.abc import Iterator, Mapping
from types import CodeType
from typing import Any, Protocol

from driftline.capture.answering import pieces
from driftline.capture.ground import fault
from driftline.event.current import Draft

_ASKED = ("question", "query", "prompt", "message", "input")
_SAID = ("text", "answer", "output", "content", "response", "result")  # the last two are LlamaIndex's, LangChain's
_OWNERS = (("self",), ("cls",))  # what the first argument of a method is called
_NUMBERS = (int, float)


class Making(Protocol):
    """An answer in the making."""

    draft: Draft
    question: str

    @property
    def id(self) -> str:
        """The id that it has in the ledger; ``""`` where Driftline is switched off."""

    def begin(self) -> None:
        """Become the current answer of this context."""

    def suspend(self) -> None:
        """Let the former answer of this context be current again."""

    def finish(self, error: BaseException | None) -> None:
        """Be over, with the error in which it ended."""


class Answered:
    """An answer around one call."""

    __slots__ = ("_text", "answer")

    def __init__(self, answer: Making) -> None:
        self.answer = answer
        self._text = pieces.Text()

    def begin(self) -> None:
        """Make it the current answer."""
        self.answer.begin()

    def suspend(self) -> None:
        """Let the answer around it be current again."""
        self.answer.suspend()

    def resume(self) -> None:
        """Make it the current answer once more."""
        self.answer.begin()

    def finish(self, error: BaseException | None) -> None:
        """Record it."""
        self.answer.draft.text = self.answer.draft.text or self._text.all()
        self.answer.finish(error)

    def passed(self, item: Any) -> None:
        """Take a piece of what is said."""
        self._text.add(pieces.text_of(item) or "")

    def returned(self, result: Any) -> None:
        """Take the outcome from a result."""
        fault.attempt("answer", self._take, result)

    def _take(self, result: Any) -> None:
        draft = self.answer.draft
        if isinstance(result, str):
            draft.text = draft.text or result
            return
        if not draft.text:
            said = next((one for name in _SAID if isinstance(one := _field(result, name), str)), "")
            draft.text = said
        decision, money, score = (_field(result, name) for name in ("decision", "money", "score"))
        if isinstance(decision, str) and not draft.decision:
            draft.decision = decision
        if isinstance(money, _NUMBERS) and not draft.money:
            draft.money = float(money)
        if isinstance(score, _NUMBERS) and draft.score is None:
            draft.score = float(score)


def begun(
    answer: Making, args: tuple[Any, ...], kwargs: Mapping[str, Any], names: tuple[str, ...] = ()
) -> Answered | None:
    """Return ``answer`` around a call with these arguments; None where Driftline is switched off.

    Args:
        answer: the answer in the making.
        args: the arguments that are given by their places.
        kwargs: those that are given by name.
        names: what the first of them are called, as ``names_of`` the function says.
    """
    if not answer.id:
        return None
    if not answer.question:
        answer.question = next((one for one in _questions(args, kwargs, names) if isinstance(one, str)), "")
    return Answered(answer)


def names_of(function: Any) -> tuple[str, ...]:
    """Return what the arguments of a function are called that are given by their places; none where it does not say."""
    code = getattr(inspect.unwrap(getattr(function, "__func__", function)), "__code__", None)
    return code.co_varnames[: code.co_argcount] if isinstance(code, CodeType) else ()


def _questions(args: tuple[Any, ...], kwargs: Mapping[str, Any], names: tuple[str, ...]) -> Iterator[Any]:
    """Yield what may be the question: what is called so, what is called so in an argument, and the arguments."""
    named = {**dict(zip(names, args, strict=False)), **kwargs}
    yield from (named[name] for name in _ASKED if name in named)
    given = args[1:2] if names[:1] in _OWNERS else args[:2]  # of another method the first one is self
    places = (*given, *kwargs.values())
    for one in places:
        if type(one) is not str:
            yield from (_field(one, name) for name in _ASKED)
    yield from places


def _field(result: Any, name: str) -> Any:
    """Return a field of a mapping or a record; what a property of another object would compute is not asked for."""
    if isinstance(result, Mapping):
        return result.get(name)
    fields = (getattr(type(result), sort, ()) for sort in ("__struct_fields__", "__dataclass_fields__", "_fields"))
    known = name in getattr(result, "__dict__", ()) or any(name in found for found in fields)
    return getattr(result, name, None) if known else None
