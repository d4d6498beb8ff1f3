"""What the spans of one answer say together: models, prompts, indexes, documents, tools, tokens, question and text.

Enters: spans that have ended, the last of which is the root. Leaves: one ``United``. A call of a model counts once,
also where several instrumentations tell of it: the one around the other, or beside it with the same response.
"""

from collections.abc import Sequence
from typing import Any, NamedTuple

from driftline.capture.answering import dialects, sifted
from driftline.capture.answering.dialects import Said, Span
from driftline.capture.answering.sifted import Sifted
from driftline.capture.answering.values import clean
from driftline.capture.runs.pointer import version_of
from driftline.event import ids
from driftline.event.answer import Retrieved, Source
from driftline.event.lineage import Dataset, Version

_FILLED = ("provider", "model", "version", "prompt", "prompt_version", "template", "question", "text")


class United(NamedTuple):
    """What the spans of one answer say together."""

    name: str = ""
    models: tuple[Source, ...] = ()
    prompts: tuple[Source, ...] = ()
    indexes: tuple[Source, ...] = ()
    documents: tuple[Retrieved, ...] = ()
    passages: tuple[str, ...] = ()
    tools: tuple[str, ...] = ()
    tokens: tuple[int, int] = (0, 0)
    question: str = ""
    text: str = ""
    failed: bool = False
    sifts: tuple[Sifted, ...] = ()  # what was left of the documents, step by step


def united(spans: Sequence[Span]) -> United:
    """Return what spans say together; the last one is the root."""
    told = [(span, said) for span in spans if (said := dialects.read(span)) is not None]
    root = told[-1][1] if told else None
    told.sort(key=lambda one: one[1].start_us)
    calls = _calls(told)
    ordered = sorted((*calls, *(said for _, said in told if said.kind != "model")), key=lambda said: said.start_us)
    retrieved = [said for said in ordered if said.kind == "retrieval"]
    documents = _documents(ordered)
    unread = {one.content for said in retrieved for one in said.documents} - {one.content for one in documents}
    counted = calls or ([root] if root is not None and root.kind == "group" else [])
    return United(
        name=root.name if root is not None and root.kind == "group" else "",
        models=_sources("model", ((said.provider or "llm", said.model, _version(said)) for said in calls)),
        prompts=_sources("prompt", map(_prompt, ordered)),
        indexes=_sources("index", (("", said.searched, "") for said in retrieved)),
        documents=documents,
        passages=tuple(text for said in retrieved for text in said.passages if ids.text(clean(text)) not in unread),
        tools=tuple(said.name for said in ordered if said.kind == "tool"),
        tokens=(sum(said.tokens[0] for said in counted), sum(said.tokens[1] for said in counted)),
        question=next((said.question for said in (root, *ordered) if said is not None and said.question), ""),
        text=_text(told, root, calls),
        failed=root is not None and root.failed,
        sifts=tuple(said.sifted for said in ordered if said.sifted is not None),
    )


def _text(told: Sequence[tuple[Span, Said]], root: Said | None, calls: Sequence[Said]) -> str:
    """Return what was said: by the last call of a model, but for those that began when the root had said it."""
    end = next((span.end_us for span, said in told if said is root), 0) if root is not None and root.text else 0
    spoken = [said for said in reversed(calls) if not end or said.start_us <= end]
    return next((said.text for said in (*spoken, root) if said is not None and said.text), "")


def _calls(told: Sequence[tuple[Span, Said]]) -> list[Said]:
    """Return what is said of each call of a model, though several spans speak of it."""
    found: list[tuple[Span, Said]] = []
    for span, said in told:
        if said.kind != "model":
            continue
        inside = [one for inner in span.inside if (one := dialects.read(inner)) is not None]
        whole = _filled(said, inside)
        twin = next((place for place, (other, _) in enumerate(found) if same_call(other, span)), None)
        if twin is None:
            found.append((span, whole))
        else:
            found[twin] = (found[twin][0], _filled(found[twin][1], [whole]))
    return [said for _, said in found]


def _filled(said: Said, others: Sequence[Said]) -> Said:
    """Return ``said`` with what only others say of the same call."""
    if not others:
        return said
    missing: dict[str, Any] = {}
    for name in _FILLED:
        if not getattr(said, name):
            missing[name] = next((found for one in others if (found := getattr(one, name))), "")
    if not any(said.tokens):
        missing["tokens"] = (sum(one.tokens[0] for one in others), sum(one.tokens[1] for one in others))
    return said._replace(**missing)


def same_call(one: Span, other: Span) -> bool:
    """Whether two instrumentations tell of one call: of the same response, at the same time.

    The id of a response alone does not tell, since some servers give few different ones. Where one of the two names
    none, it is the same response if the same words were said for the same number of tokens, by what may be one model.
    """
    together = one.start_us <= other.end_us and other.start_us <= one.end_us
    if not together or one.scope == other.scope:
        return False
    names = dialects.response_of(one), dialects.response_of(other)
    if all(names):
        return names[0] == names[1]
    said, again = dialects.read(one), dialects.read(other)
    if said is None or again is None or _others(said, again):
        return False
    return bool(said.text) and any(said.tokens) and (said.text, said.tokens) == (again.text, again.tokens)


def tells_of(outer: Span, inner: Span) -> bool:
    """Whether a span of a framework tells of the call of a model that its client tells of inside of it.

    The one lies inside the other, they are of one model, and nothing that both say differs: what was said, or which
    tools were asked for, or the number of tokens, is the same, or both failed. Where the client says nothing of what
    came, it was asked the same. What was asked may be told otherwise, or be counted otherwise, but not both.
    """
    if outer.scope == inner.scope or not (outer.start_us <= inner.start_us and inner.end_us <= outer.end_us):
        return False
    names = dialects.response_of(outer), dialects.response_of(inner)
    if all(names):
        return names[0] == names[1]
    said, again = dialects.read(outer), dialects.read(inner)
    if said is None or again is None or (said.kind, said.failed) != (again.kind, again.failed) or said.kind != "model":
        return False
    both = [
        (said.text, again.text),
        (said.tokens[1], again.tokens[1]),
        (dialects.called_by(outer), dialects.called_by(inner)),
    ]
    if any(one and other and one != other for one, other in both):
        return False
    asked = (said.question, again.question), (said.tokens[0], again.tokens[0])
    if all(one and other and one != other for one, other in asked):  # both say "Yes." to something else
        return False
    alike = [bool(one) and one == other for one, other in both]
    same = {name.rpartition("/")[2] for name in (said.model, said.version) if name}
    if same.isdisjoint(name.rpartition("/")[2] for name in (again.model, again.version)):
        return not _others(said, again) and sum(alike) > 1
    if not any(one for _, one in both):  # as of a stream that the client does not follow
        return said.failed or bool(said.question and said.question == again.question)
    return any(alike)


def _others(one: Said, other: Said) -> bool:
    """Whether two models are meant: of different providers, with no name in common."""
    names, again = ({name.rpartition("/")[2] for name in (said.model, said.version) if name} for said in (one, other))
    providers = {one.provider, other.provider} - {""}
    return bool(names and again) and names.isdisjoint(again) and len(providers) > 1


def _version(said: Said) -> str:
    return said.version if said.version != said.model else ""


def _prompt(said: Said) -> tuple[str, str, str]:
    name = said.prompt or ("prompt" if said.template else "")
    return "", name, said.prompt_version or (ids.text(said.template) if said.template else "")


def _documents(ordered: Sequence[Said]) -> tuple[Retrieved, ...]:
    """Return the documents that were read, each once, in order: the last ranking stands for what came before it."""
    ranking = next((said for said in reversed(ordered) if said.kind == "rerank" and said.documents), None)
    held: list[Retrieved] = []
    known: dict[str, Retrieved] = {}
    for said in ordered:
        if (said is ranking) or (ranking is None and said.kind == "retrieval"):
            names = {(one.content, one.document) for one in held}
            held += [one for one in _once(said.documents) if (one.content, one.document) not in names]
        if said.kind in ("retrieval", "rerank"):
            known.update((one.document, one) for one in said.documents if one.content)
        elif said.sifted is not None and (ranking is None or said.start_us >= ranking.start_us):
            held = sifted.left(held, known, said.sifted)
    return tuple(held)


def _once(found: Sequence[Retrieved]) -> tuple[Retrieved, ...]:
    """Return documents, each once, in order."""
    return tuple({(one.content, one.document): one for one in reversed(found)}.values())[::-1]


def _sources(role: str, named: Any) -> tuple[Source, ...]:
    found: dict[Source, None] = {}
    for namespace, name, version in named:
        if name:
            known = Version(Dataset(namespace, name), version) if namespace else version_of(name, version)
            found[Source(role, known)] = None
    return tuple(found)
