"""Documents: from what an answer retrieved back to the source, and from a document to the answers that used it.

Enters: content hashes and ids of documents, versions of indexes. Leaves: trails. What a version holds is read from the
``driftline_documents`` facet in the events of the run that wrote it (or, of a source that nobody wrote, that read it);
decoded facets are kept in memory. A chunk is followed to its document, the document to the input of the ingesting run
that held it, and on to the run that wrote that. Guesses nothing: a trail ends where nobody said more.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import TYPE_CHECKING

import msgspec

from driftline.engine import contents, ingested, paid, questions
from driftline.engine.house import House
from driftline.engine.ingested import Ingested
from driftline.event.ai_facets import DocumentsFacet, Origin
from driftline.event.answer import Answer, Retrieved
from driftline.event.lineage import Subgraph, Version
from driftline.event.report import Impact, Perhaps, Step, Trail
from driftline.graph import walk

if TYPE_CHECKING:
    from driftline.store.ledger import Total

KINDS = ("index", "documents")
LISTED = 20  # answers and versions that an impact names
_HASH = "xxh3:"  # what content hashes begin with
_DECIMALS = 6  # of money that is left when some is taken away
_DEEPEST = 8  # stations of a trail
_INPUTS = 50  # of a run, that are asked for a document
_KEPT = 64  # runs whose facets are kept in memory
_DATASETS, _VERSIONS = 1_000, 50  # collections and indexes, those spoken of last, that are looked through
_OLDER, _NAMED = 1_000, 300_000  # further versions, and documents in them, that are looked through for what is in none


def trails(house: House, answer: Answer) -> tuple[Trail, ...]:
    """Return where each document of an answer came from, in the order in which they were retrieved."""
    sources = sorted(answer.sources, key=lambda source: source.role not in KINDS)
    versions = [source.version for source in sources]
    found, held = [], _Held(house)
    for place, one in enumerate(answer.documents):
        steps, sure = _steps(held, one, versions), place < len(answer.documents) - answer.perhaps
        ways = [steps] if steps else contents.ways(house, one, answer.time_us) or contents.taken(house, one) or [()]
        known = Trail(content=one.content, document=one.document, score=one.score, sure=sure)
        found += [msgspec.structs.replace(known, steps=way) for way in ways]
    return tuple(found)


def _steps(held: "_Held", one: Retrieved, versions: Iterable[Version]) -> tuple[Step, ...]:
    for version in versions:
        found = tuple(_follow(held, version, one.content, one.document))
        if found:
            return found
    return ()


def _follow(held: "_Held", version: Version, content: str, document: str) -> Iterator[Step]:
    """Yield the stations of a document, from the version that holds it on."""
    column = ""
    for station in range(_DEEPEST):
        run, known, facet = held.written(version)
        name = _named(facet, content, document)
        if name is None and (facet is not None or not station):
            return  # it is not in there, or nobody said so
        name = name or document
        yield Step(node=version.node, document=name, content=content, column=column, run=run, job=known.job)
        whole, origin = _whole(facet, name)
        before = _before(held, known, whole, content, origin)
        if before is None:
            if origin.node:  # it was said, but nobody has read or written it
                yield Step(node=origin.node, document=whole, content=origin.content, column=origin.column)
            return
        version, content, column = before
        document = whole


def _before(
    held: "_Held", known: Ingested, whole: str, content: str, origin: Origin
) -> tuple[Version, str, str] | None:
    """Return the input of a run that held a document, the document's content there, and its column."""
    said = _version(held.house, known, origin.node) if origin.node else None
    holding = [(one.version, one.facet) for one in known.held if not one.output]
    told = {version for version, _ in holding}
    for version in known.inputs[:_INPUTS]:  # what the run itself does not say, the run that wrote it may
        facet = held.written(version)[2] if version not in told else None
        holding += [(version, facet)] if facet is not None else []
    for version, facet in holding:
        if said is None or version == said:
            for known_by, name in facet.documents.items():
                if name == whole or known_by in (content, origin.content):
                    return version, known_by, origin.column
    if said is not None:
        return said, origin.content, origin.column
    named = [one for one in known.inputs if whole and one.dataset.name.rpartition("/")[2] == whole]
    return (named[0], origin.content, origin.column) if len(named) == 1 else None


def _version(house: House, known: Ingested, node: str) -> Version | None:
    """Return the version that an origin names: an input of the run by its id or its name, or one that is known."""
    for one in known.inputs:
        if node in (one.node, one.dataset.node, one.dataset.name):
            return one
    found = house.store.lineage.lookup(node)
    return Version(found.dataset, found.version) if found is not None and found.dataset is not None else None


def _named(facet: DocumentsFacet | None, content: str, document: str) -> str | None:
    """Return what a document is called in a version; None where it is not in there."""
    if facet is None:
        return None
    if content:
        return facet.documents.get(content)
    return document if document in facet.documents.values() else None


def _whole(facet: DocumentsFacet | None, name: str) -> tuple[str, Origin]:
    """Return the document that a chunk is part of, and where that came from."""
    if facet is None:
        return name, Origin()
    whole = facet.parts.get(name) or name.rpartition("#")[0] or name
    return whole, facet.origins.get(name) or facet.origins.get(whole) or Origin()


def _written(house: House, version: Version) -> tuple[str, Ingested, DocumentsFacet | None]:
    """Return the run that wrote a version, what it said, and the documents in that version."""
    for run in house.store.lineage.writers(version, limit=5):
        known = _ingested(house, run)
        for one in known.held:
            if one.output and one.version in (version, Version(version.dataset, "")):
                return run, known, one.facet
        return run, known, None
    return "", Ingested(), None


class _Held:
    """What versions hold, asked for once for all documents of an answer."""

    def __init__(self, house: House) -> None:
        self.house = house
        self._known: dict[Version, tuple[str, Ingested, DocumentsFacet | None]] = {}

    def written(self, version: Version) -> tuple[str, Ingested, DocumentsFacet | None]:
        """Return the run that wrote a version, what it said, and the documents in that version."""
        if version not in self._known:
            self._known[version] = _written(self.house, version)
        return self._known[version]


def _ingested(house: House, run: str) -> Ingested:
    known = house.ingested.get(run)
    if known is None:
        known = ingested.read(house.store.log.of_run(run))
        while len(house.ingested) >= _KEPT:
            house.ingested.pop(next(iter(house.ingested)), None)
        house.ingested[run] = known
    return known


def impact(house: House, document: str) -> Impact | None:
    """Return the versions that hold a document, what is downstream of them, and the answers that retrieved it.

    ``document`` is a content hash, the id of a chunk, the id of a document, whose chunks count, too, or the name of a
    file. None where nobody ever held or retrieved it.
    """
    if not document:
        return None
    holding = _holding(house, document)
    wanted = _wanted(house, document, holding)
    known = {version for version, _ in holding}
    holding += [(version, []) for version in contents.files(house, document) if version not in known]
    totals = house.store.ledger.totals(documents=wanted)
    if not holding and not totals:
        return None
    newest = house.store.ledger.list(documents=wanted, limit=LISTED)
    parts = [walk.downstream(house.store, version.node) for version, _ in holding[:LISTED]]
    graph = questions.marked(house, questions.joined(parts)) if parts else Subgraph()
    below = [node for node in graph.nodes if node.depth > 0]
    currency = paid.currency_of(totals, house.settings.currency)
    sure, perhaps = apart(totals, currency)
    answers, out = sum(total.answers for total in sure), paid.by(sure, currency)
    return Impact(
        node=f"document:{document}",
        graph=graph,
        datasets=sum(node.type in {"DATASET", "VERSION"} for node in below),
        jobs=sum(node.type in {"JOB", "RUN"} for node in below),
        endpoints=tuple(sorted({total.endpoint for total in sure})),
        answers=answers,
        money=out.money,
        others=out.others,
        perhaps=perhaps,
        currency=currency,
        newest=tuple(answer.id for answer in newest),
        sentence=(
            f"{_many(len(holding), 'version')} of indexes, collections and files with it; "
            f"{_many(answers, 'answer')} retrieved it and paid {out}{doubt(perhaps, currency)}."
        ),
    )


def apart(totals: "Iterable[Total]", currency: str) -> "tuple[list[Total], Perhaps | None]":
    """Return the totals of the answers that retrieved a document for sure, and what is in doubt beyond them."""
    every = list(totals)
    sure, others = [total for total in every if not total.perhaps], [total for total in every if total.perhaps]
    if not others:
        return sure, None
    answers, out = sum(total.answers for total in others), paid.by(others, currency)
    more = {total.endpoint for total in others} - {total.endpoint for total in sure}
    return sure, Perhaps(answers=answers, money=out.money, others=out.others, endpoints=tuple(sorted(more)))


def beyond(totals: "Iterable[Total]", counted: "Iterable[Total]") -> "list[Total]":
    """Return totals without the answers of others that are counted already; of both by the same keys."""
    held = {(total.endpoint, total.currency, total.perhaps): total for total in counted}
    found = []
    for total in totals:
        known = held.get((total.endpoint, total.currency, total.perhaps))
        if known is None:
            found.append(total)
        elif total.answers > known.answers:
            left = msgspec.structs.replace(
                total,
                answers=total.answers - known.answers,
                money=round(total.money - known.money, _DECIMALS),
                avoided=round(total.avoided - known.avoided, _DECIMALS),
            )
            found.append(left)
    return found


def doubt(perhaps: Perhaps | None, currency: str) -> str:
    """Return the end of a sentence that tells of what is in doubt."""
    if perhaps is None:
        return ""
    return f"; {perhaps.answers:,} more may have, and paid {paid.Paid(perhaps.money, currency, perhaps.others)}"


def _many(number: int, noun: str) -> str:
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def named(house: House, document: str) -> list[str]:
    """Return a document and the content hashes by which versions hold it: answers may know it by these only."""
    if document.startswith(_HASH):
        return [document]
    return _wanted(house, document, _holding(house, document))


def _wanted(house: House, document: str, holding: Sequence[tuple[Version, list[str]]]) -> list[str]:
    held = [content for _, found in holding for content in found]
    return [document, *dict.fromkeys((*held, *contents.of_file(house, document), *contents.nodes(house, document)))]


def _holding(house: House, document: str) -> list[tuple[Version, list[str]]]:
    """Return the versions that hold a document, newest first, with the content hashes by which they do.

    It may also be called by the file that documents were taken from. Older versions are asked where nothing is known.
    """
    newest = list(_facets(house))
    found = list(_among(lambda: newest, document))
    if not found and not house.store.ledger.list(documents=[document], limit=1):
        found = list(_among(lambda: _older(house), document))
    return found


def _among(
    every: Callable[[], Iterable[tuple[Version, DocumentsFacet]]], document: str
) -> Iterator[tuple[Version, list[str]]]:
    origins = ((name, of.node) for _, facet in every() for name, of in facet.origins.items())
    wanted = {document, *(name for name, node in origins if _lies_in(node, document))}
    for version, facet in every():
        held = [
            content
            for content, name in facet.documents.items()
            if wanted & {content, name, facet.parts.get(name) or name.rpartition("#")[0]}
            or _whole(facet, name)[1].content == document
        ]
        if held:
            yield version, held


def _facets(house: House) -> Iterator[tuple[Version, DocumentsFacet]]:
    """Yield the newest versions of collections and indexes with the documents that they hold."""
    for dataset in house.store.lineage.with_facet(ingested.FACET, _DATASETS):
        for listed in house.store.lineage.versions(dataset, _VERSIONS):
            yield from _facet(house, Version(dataset, listed.version))


def _older(house: House) -> Iterator[tuple[Version, DocumentsFacet]]:
    """Yield versions that are older than these, one at a time, as they may hold much."""
    left, room = _OLDER, _NAMED
    for dataset in house.store.lineage.with_facet(ingested.FACET, _DATASETS):
        for listed in house.store.lineage.versions(dataset, _VERSIONS + left)[_VERSIONS:]:
            for version, facet in _facet(house, Version(dataset, listed.version)):
                room -= len(facet.documents)
                yield version, facet
            left -= 1
            if not left or room <= 0:
                return


def _facet(house: House, version: Version) -> Iterator[tuple[Version, DocumentsFacet]]:
    facet = _written(house, version)[2]
    if facet is not None:
        yield version, facet


def _lies_in(node: str, file: str) -> bool:
    """Whether a node is the file that a person calls so, in any version: by its id, its name or the last part of it."""
    if not node or not file or file.startswith(_HASH):
        return False
    dataset = node.rpartition("#")[0] or node
    return file in (node, dataset) or dataset.endswith((f":{file}", f"/{file}"))
