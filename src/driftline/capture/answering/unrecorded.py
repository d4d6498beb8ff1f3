"""The answer that code below a middleware is given in a request that is not recorded: it takes all and leads nowhere.

Enters: requests that are no answers: another path, another method, or Driftline is switched off. Leaves: for
``driftline.current_answer()`` an answer that nobody sends, so that a handler need not ask whether there is one. Only
the user's own code is given it: retrievers, spans, guards and served models go on as if there were none.
"""

from contextvars import ContextVar, Token

from driftline.capture.answering import answers
from driftline.capture.answering.answers import Answering
from driftline.capture.ground import fault


class Request:
    """A request that is not recorded; its answer is made when it is asked for."""

    __slots__ = ("_answer", "_endpoint")

    def __init__(self, endpoint: str) -> None:
        self._endpoint = endpoint
        self._answer: Answering | None = None

    def made(self) -> Answering:
        """Return the answer that leads nowhere, the same one each time; its id is empty."""
        if self._answer is None:
            self._answer = answers.answer(self._endpoint)
            self._answer.leads_nowhere()
        return self._answer


request: ContextVar[Request | None] = ContextVar("driftline_unrecorded", default=None)


def begin(endpoint: str) -> Token[Request | None]:
    """Say that this context is in a request that is not recorded; the token ends that."""
    return request.set(Request(endpoint))


def current_answer() -> Answering | None:
    """Return the answer that is being made in this context, so that any code below can add to it; None = none is.

    Below ``driftline.asgi`` there always is one; in a request that is not recorded what is said to it is dropped.
    """
    found = answers.current_answer()
    if found is not None:
        return found
    held = request.get()
    return None if held is None else fault.attempt("answer", held.made)
