"""Functions that retrieve: what they return is part of the answer that is being made.

Enters: any function, coroutine function or generator that returns or yields documents: texts, ``Retrieved`` records,
pairs with a score, mappings, and the documents of the usual frameworks, which are read by the names of their fields.
Leaves: the same kind of function; its result is untouched, and what is lazy stays lazy. In the current answer stand
the documents, in order, by the hash of their content, with their scores. Outside of an answer it does nothing.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from contextvars import ContextVar, Token
from typing import Any, TypeVar, cast, overload

from driftline.capture.answering import answers, making
from driftline.capture.answering.answers import Answering
from driftline.capture.ground import calls, fault
from driftline.event.answer import Retrieved
from driftline.event.lineage import Touched, Version

F = TypeVar("F", bound=Callable[..., Any])
MOST = 1_000  # documents of one call that are recorded


class _Retrieving:
    """One call of a function that retrieves, for one answer.

    What others have found inside of it counts only where it does not say itself what it gives out.
    """

    __slots__ = ("_answer", "_inner", "_outer", "_over", "_says", "_token")

    def __init__(self, answer: Answering) -> None:
        self._answer, self._outer = answer, _around.get()
        self._inner: list[Any] = []  # what was found inside of it
        self._says = self._over = False
        self._token: Token[_Retrieving | None] | None = None

    def begin(self) -> None:
        """Be what others find documents for."""
        self._token = _around.set(self)

    def suspend(self) -> None:
        """Let the former one be that again."""
        token, self._token = self._token, None
        try:
            if token is not None:
                _around.reset(token)
        except ValueError:  # it ends in another context than it began in, as generators may
            if _around.get() is self:
                _around.set(None)

    resume = begin

    def finish(self, error: BaseException | None) -> None:  # noqa: ARG002 - as what is around a call is ended
        """Take what was found inside, where it has given out nothing: what was found until then counts."""
        self._over = True
        if not self._says:
            self._take(self._inner)

    def passed(self, item: Any) -> None:
        """Take one document."""
        self._says = True
        self._take((item,))

    def returned(self, result: Any) -> None:
        """Take all documents."""
        found = listed(result)
        self._says = self._says or bool(found) or isinstance(result, list | tuple)
        self._take(found)

    def _take(self, found: Sequence[Any]) -> None:
        outer = self._outer
        if outer is not None and outer._answer is self._answer and not outer._over:
            outer._inner += found
        else:
            fault.attempt("retriever", _take, self._answer, found)


_around: ContextVar[_Retrieving | None] = ContextVar("driftline_retriever", default=None)


@overload
def retriever(function: F, /) -> F: ...


@overload
def retriever(*, index: Touched | Version | str | None = None, version: str = "") -> Callable[[F], F]: ...


def retriever(function: Any = None, /, *, index: Touched | Version | str | None = None, version: str = "") -> Any:
    """Make what a function retrieves part of the answer that is being made; ``@retriever`` or ``@retriever(index=…)``.

    Args:
        function: what is decorated.
        index: what it searches: what ``run.write`` returned, or the name of a dataset; the answers stand on it.
        version: of the index, where ``index`` is a name.
    """

    def opened(_args: tuple[Any, ...], _kwargs: Mapping[str, Any]) -> _Retrieving | None:
        answer = answers.current_answer()
        if answer is None:
            return None
        if index is not None and not any(source.role == "index" for source in answer.draft.sources):
            answer.uses("index", index, version)
        return _Retrieving(answer)

    def decorate(decorated: F) -> F:
        made = fault.attempt("retriever", lambda: calls.wrap(decorated, opened, lazily=True))
        return decorated if made is None else cast("F", made)

    return decorate if function is None else decorate(function)


def _take(answer: Answering, found: Iterable[Any]) -> None:
    for item in found:
        known = document(item)
        if known is not None:
            answer.retrieved(known[0], text=(known[1],) if known[1] else ())


def listed(result: Any) -> Sequence[Any]:
    """Return the documents in a result; none where it is no list, so that nothing lazy is used up."""
    if isinstance(result, Mapping):
        held = result.get("documents")
        if isinstance(held, list | tuple) and held and isinstance(held[0], list | tuple):
            return _first(_columns(result))
        result = held if held is not None else result.get("results", result.get("matches", ()))
    elif not isinstance(result, list | tuple | str):
        result = next(
            (
                held
                for name in ("documents", "source_nodes", "results", "matches")
                if (held := getattr(result, name, None))
            ),
            (),
        )
    return _first(result) if isinstance(result, list | tuple) else ()


def _first(found: Sequence[Any]) -> Sequence[Any]:
    if len(found) > MOST:
        fault.count("unrecorded documents", len(found) - MOST)
        fault.tell("unrecorded documents", f"of {len(found)} documents of one retrieval the first {MOST} are recorded")
    return found[:MOST]


def _columns(result: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return the rows of a result that has a list per field and question, as vector stores answer."""
    rows: list[dict[str, Any]] = []
    for number, texts in enumerate(result["documents"]):
        for place, text in enumerate(texts):
            row = {"text": text}
            for field, name in (("ids", "id"), ("distances", "distance"), ("metadatas", "metadata")):
                held = result.get(field)
                if held and len(held) > number and len(held[number]) > place:
                    row[name] = held[number][place]
            rows.append(row)
    return rows


def document(item: Any, folder: str | None = None) -> tuple[Retrieved, str] | None:
    """Return a document by its content, with its text where it is at hand; None where it is none.

    ``folder`` as ``documents.taken_from`` takes it.
    """
    if isinstance(item, tuple) and len(item) == 2 and isinstance(item[0], Retrieved):
        item = item[0]
    if isinstance(item, Retrieved):
        return item, ""
    return making.described(item, folder)
