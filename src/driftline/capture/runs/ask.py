"""Questions in Python: ``driftline.why``, ``answers``, ``lineage``, ``path``, ``diff``, ``select``, ``impact``.

Enters: names, and moments as people say them. Leaves: the records that the commands print with ``--json``. Asked of
the server at ``url`` where the settings in force name one, with the standard library's HTTP client, else of the store
that they name; that engine is loaded by its name at run time, so that capture never imports it. What this process
recorded is delivered first. Unlike capture, these functions raise.
"""

import http.client
import importlib
import ssl
from collections.abc import Mapping
from datetime import date, datetime, time
from typing import Any, Protocol, TypeVar
from urllib.parse import quote, urlencode, urlsplit

import msgspec

from driftline import clock, config
from driftline.capture.ground import own
from driftline.capture.sending import client, send
from driftline.config import Settings
from driftline.errors import BadInput, BadSetting, DriftlineError, NotFound, StoreUnusable
from driftline.event.answer import Answer
from driftline.event.current import current_answer
from driftline.event.lineage import Moment, RollUp, Subgraph
from driftline.event.report import Answers, Difference, Explanation, Impact, Selected

LOCAL = "driftline.engine.asked:open_memory"
TIMEOUT_SECONDS = 60.0
_PLACES = {"why": "answers/{id}/why"}  # addresses whose last part is not the question itself
_MOMENTS = ("as_of", "since", "until")
T = TypeVar("T")


class Memory(Protocol):
    """What questions are asked of. ``what`` and ``asked`` are the last part and the parameters of an HTTP address."""

    def ask(self, what: str, asked: Mapping[str, Any]) -> Any:
        """Return the record that answers a question, or its JSON as bytes."""
        ...

    def close(self) -> None:
        """Let go of files and connections."""


def lineage(
    node: str = "",
    *,
    up: bool = True,
    down: bool = True,
    depth: int = 5,
    columns: bool = False,
    as_of: Moment = None,
    view: str = "union",
    roll_up: RollUp = "task",
    hide_inner: bool = False,
    select: str = "",
    exclude: str = "",
    limit: int = 500,
) -> Subgraph:
    """Return where ``node`` comes from and where it goes.

    Args:
        node: a name, or a node id; ``""`` with ``select``, and with the view of one run: that run.
        up: where it comes from; False leaves that side out.
        down: where it goes; False leaves that side out.
        depth: links to walk; a dataset behind a job is two away.
        columns: walk from column to column.
        as_of: a time, ``run:ID``, a version such as ``features@previous``, the id of an answer; None: now.
        view: ``union`` over all runs, ``last``: what the last run of each job did, or the id of one run.
        roll_up: jobs as they are (task), or as those that they ran for: their parent, or the root of all.
        hide_inner: leave out datasets that one job alone writes and reads.
        select: a selector in dbt's syntax, in place of ``node``: what it selects, and the jobs between.
        exclude: what to leave out of ``select``.
        limit: nodes in each direction; ``truncated`` says whether there were more.

    Raises:
        NotFound, Ambiguous, BadInput: the question cannot be answered; the message says why.
        StoreUnusable: there is no store, or the server cannot be reached.
    """
    direction = "both" if up == down else "up" if up else "down"
    return _ask("graph", Subgraph, locals(), drop=("up", "down"), direction=direction, derived=True)


def path(start: str, end: str, *, columns: bool = False, as_of: Moment = None) -> Subgraph:
    """Return one shortest way from ``start`` down to ``end``, nodes in order; no nodes where there is none.

    Raises:
        As ``lineage``.
    """
    return _ask("path", Subgraph, locals())


def diff(node: str = "", *, since: Moment, until: Moment = None, depth: int = 5, limit: int = 500) -> Difference:
    """Return what came, went and changed from ``since`` to ``until`` (None: now).

    Args:
        node: around which to look; ``""``: everywhere.
        since: the first moment, as ``as_of`` of ``lineage``.
        until: the second one.
        depth: links around ``node``.
        limit: nodes, or places that changed; ``truncated`` says whether there were more.

    Raises:
        As ``lineage``.
    """
    return _ask("diff", Difference, locals())


def select(selector: str, *, exclude: str = "", as_of: Moment = None, limit: int = 10_000) -> Selected:
    """Return the datasets that a selector in dbt's syntax selects, by name.

    Raises:
        As ``lineage``.
    """
    return _ask("select", Selected, locals())


def impact(node: str) -> Impact:
    """Return everything downstream of ``node``, with the answers and the money that stood on it.

    A document or a chunk is named by its content hash or its id, ``document:refunds.md`` where a dataset is called so,
    too; the answers are then those that retrieved it.

    Raises:
        As ``lineage``.
    """
    return _ask("impact", Impact, locals())


class Made(Protocol):
    """Anything that has the id of an answer: the answer itself, or an answer in the making."""

    @property
    def id(self) -> str:
        """The id."""


def why(answer: str | Made) -> Explanation:
    """Return the whole path of an answer: what it stood on and where that came from, and what was wrong there.

    With versions, runs and datasets upstream of it, the documents that it retrieved with the way that each came, what
    moved and changed on that way, and incidents: the record that ``driftline why --json`` prints.

    Args:
        answer: its id, the beginning of it that no other has, or what ``driftline.answer`` or ``driftline.answers``
            returned.

    Raises:
        NotFound, Ambiguous: there is no such answer, or several ids begin so.
        BadInput: it is neither an id nor an answer.
        StoreUnusable: there is no store, or the server cannot be reached.
    """
    id_ = answer if isinstance(answer, str) else getattr(answer, "id", None)
    if not isinstance(id_, str):
        hint = "Give its id, or what driftline.answer or driftline.answers returned."
        raise BadInput(f"an answer is asked for, not {type(answer).__name__}", hint=hint)
    try:
        return _ask("why", Explanation, {"id": id_}, derived=True)
    except (NotFound, StoreUnusable) as error:  # with the first answer of all there is no store yet
        draft = current_answer.get()
        making = [answer, *([] if draft is None else [draft.owner])]
        if not any(getattr(one, "id", None) == id_ and getattr(one, "over", True) is False for one in making):
            raise
        raise NotFound(f"answer {id_} is still being made", hint="It is recorded when its block ends.") from error


def answers(
    *,
    endpoint: str = "",
    document: str = "",
    node: str = "",
    since: Moment = None,
    until: Moment = None,
    limit: int = 50,
    before: str = "",
) -> tuple[Answer, ...]:
    """Return answers, newest first.

    Args:
        endpoint: of this deployment only.
        document: only those that retrieved it: a content hash, an id, or the id of what chunks are part of.
        node: only those that stood on this version (such as ``churn-model#7``), or on any version of this dataset.
        since: event time from which on, said as ``as_of`` of ``lineage``.
        until: event time before which.
        limit: at most so many, up to 500.
        before: id of an answer: only older ones.

    Raises:
        As ``lineage``.
    """
    return _ask("answers", Answers, locals()).answers


def _ask(what: str, kind: type[T], said: Mapping[str, Any], *, drop: tuple[str, ...] = (), **more: Any) -> T:
    asked = {name: _text(name, value) for name, value in {**said, **more}.items() if name not in drop}
    owner = client.current()
    settings = owner.settings if owner is not None else config.load()
    client.flush()
    with own.working():  # what a store reads to answer is nobody's input
        memory = _open(settings)
        try:
            found = memory.ask(what, asked)
        finally:
            memory.close()
    return msgspec.json.decode(found, type=kind) if isinstance(found, bytes) else found


def _text(name: str, value: Any) -> str:
    """Return a value as it stands in an address; microseconds in so many digits that they are told from a year."""
    if value is None:
        return ""
    if isinstance(value, date):
        moment = value if isinstance(value, datetime) else datetime.combine(value, time())
        return str(clock.from_datetime(moment))
    if isinstance(value, bool):
        return str(value).lower()
    return f"{value:09d}" if isinstance(value, int) and name in _MOMENTS else str(value)


def _open(settings: Settings) -> Memory:
    if settings.url:
        return Remote(settings)
    module, _, attribute = LOCAL.partition(":")
    memory: Memory = getattr(importlib.import_module(module), attribute)(settings)
    return memory


class _Refusal(msgspec.Struct):
    code: str = ""
    message: str = ""
    hint: str = ""


class _Refused(msgspec.Struct):
    error: _Refusal


class Remote:
    """The server at ``settings.url``."""

    def __init__(self, settings: Settings) -> None:
        wanted = config.unusable(settings.url)
        if wanted:
            raise BadSetting(f"url is no address of a server, allowed is {wanted}")
        parts = urlsplit(settings.url.strip())
        self._url = config.bare(settings.url)
        self._path = send.path_of(settings.url)
        self._headers = {"Accept": "application/json"}
        if settings.token:
            self._headers["Authorization"] = f"Bearer {settings.token.strip()}"
        if parts.scheme == "https":
            context = ssl.create_default_context()
            self._connection: http.client.HTTPConnection = http.client.HTTPSConnection(
                parts.hostname or "", parts.port, timeout=TIMEOUT_SECONDS, context=context
            )
        else:
            self._connection = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=TIMEOUT_SECONDS)

    def ask(self, what: str, asked: Mapping[str, Any]) -> bytes:
        """Return the JSON that the server answers."""
        place = _PLACES.get(what, what)
        inside = {name: value for name, value in asked.items() if f"{{{name}}}" in place}
        place = place.format(**{name: quote(value, safe="") for name, value in inside.items()})
        query = urlencode({name: value for name, value in asked.items() if name not in inside})
        address = f"{self._path}/api/v1/{place}?{query}"
        try:
            self._connection.request("GET", address, headers=self._headers)
            response = self._connection.getresponse()
            body = response.read()
        except (OSError, http.client.HTTPException) as error:
            hint = "Check that 'driftline serve' runs there; without the setting url, the local store is asked."
            raise StoreUnusable(f"the server at {self._url} cannot be reached: {error}", hint=hint) from error
        if response.status != http.client.OK:
            raise refusal(response.status, body)
        return body

    def close(self) -> None:
        """Close the connection."""
        self._connection.close()


def refusal(status: int, body: bytes) -> DriftlineError:
    """Return the error that a server's answer tells of."""
    try:
        said = msgspec.json.decode(body, type=_Refused).error
    except msgspec.MsgspecError:
        said = _Refusal(message=f"The server answered {status}.")
    kinds = {kind.code: kind for kind in DriftlineError.__subclasses__()}
    error = kinds.get(said.code, DriftlineError)(hint=said.hint)
    error.message = said.message
    error.args = (said.message,)
    return error
