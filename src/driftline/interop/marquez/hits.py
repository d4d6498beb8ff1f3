"""What a full-text search found, with the places that match.

Enters: node ids, the best first, and the text that was looked for. Leaves: jobs and datasets with their facets and the
last run that spoke of them, and for each the texts in which a word was found, the word between ``<em>`` and ``</em>``.
Source: the answers of ``/api/v2beta/search`` of Marquez 0.51. Never searches.
"""

import re
from collections.abc import Iterable, Iterator, Sequence

import msgspec

from driftline.event import facets as known
from driftline.event.job_facets import SourceCodeFacet
from driftline.event.openlineage import Facets
from driftline.interop.marquez import hidden, job, run
from driftline.interop.marquez.dataset import Held, helds
from driftline.store import Store, weave
from driftline.store.connection import Row
from driftline.store.reading import NodeLine

SHOWN = 160  # signs of a long text, around the first word that was found
_WORD = re.compile(r"[^\W_]+")


class MarquezJobHit(
    msgspec.Struct, frozen=True, kw_only=True, rename={"event_type": "eventType", "run_facets": "runFacets"}
):
    """A job that was found."""

    run_id: str = ""
    name: str
    namespace: str
    event_type: str = ""
    type: str
    facets: Facets = {}
    run_facets: Facets = {}


class MarquezDatasetHit(msgspec.Struct, frozen=True, kw_only=True, rename={"event_type": "eventType"}):
    """A dataset that was found."""

    run_id: str = ""
    name: str
    namespace: str
    event_type: str = ""
    facets: Facets = {}


class MarquezJobHits(msgspec.Struct, frozen=True):
    """Jobs that were found, and for each which of its texts match."""

    hits: list[MarquezJobHit]
    highlights: list[dict[str, list[str]]]


class MarquezDatasetHits(msgspec.Struct, frozen=True):
    """Datasets that were found, and for each which of its texts match."""

    hits: list[MarquezDatasetHit]
    highlights: list[dict[str, list[str]]]


def jobs(store: Store, nodes: Sequence[str], text: str) -> MarquezJobHits:
    """Return jobs by their node ids, in order, but for those that are hidden."""
    lines = _lines(store, nodes)
    newest = store.reading.newest_runs([line.id for line in lines], 1)
    rows = store.walks.run_rows(id_ for runs in newest.values() for id_ in runs)
    held = helds(store, lines)
    found = [_job(store, one, rows.get(newest[one.line.id][0]) if newest[one.line.id] else None) for one in held]
    return MarquezJobHits(found, [_matching(text, _job_texts(one)) for one in held])


def datasets(store: Store, nodes: Sequence[str], text: str) -> MarquezDatasetHits:
    """Return datasets by their node ids, in order, but for those that are hidden."""
    lines = _lines(store, nodes)
    newest = store.reading.newest_versions([line.id for line in lines])
    writers = store.reading.writers(newest.values())
    held = helds(store, lines)
    found = [_dataset(one, writers.get(newest.get(one.line.id, 0))) for one in held]
    return MarquezDatasetHits(found, [_matching(text, _dataset_texts(one)) for one in held])


def _lines(store: Store, nodes: Sequence[str]) -> list[NodeLine]:
    lines = store.reading.lines_by_node(nodes)
    gone = hidden.hidden(store)
    return [lines[node] for node in nodes if node in lines and lines[node].id not in gone]


def _job(store: Store, held: Held, row: Row | None) -> MarquezJobHit:
    shape = weave.shape(row) if row else None
    return MarquezJobHit(
        run_id=shape.run if shape else "",
        name=held.line.name,
        namespace=held.line.namespace,
        event_type=shape.state if shape else "",
        type=job.kind(held.facets),
        facets=held.facets,
        run_facets=run.run_facets(run.events(store, shape.run, shape.attempt)) if shape else {},
    )


def _dataset(held: Held, writer: Row | None) -> MarquezDatasetHit:
    shape = weave.shape(writer) if writer else None
    return MarquezDatasetHit(
        run_id=shape.run if shape else "",
        name=held.line.name,
        namespace=held.line.namespace,
        event_type=shape.state if shape else "",
        facets=held.facets,
    )


def _job_texts(held: Held) -> Iterator[tuple[str, str]]:
    yield "name", held.line.name
    yield "namespace", held.line.namespace
    yield "description", held.description or ""
    sql = known.unpack(held.facets, "sql", known.SqlFacet)
    yield "facets.sql.query", sql.query if sql else ""
    source = known.unpack(held.facets, "sourceCode", SourceCodeFacet)
    yield "facets.sourceCode.sourceCode", source.source_code if source else ""


def _dataset_texts(held: Held) -> Iterator[tuple[str, str]]:
    yield "name", held.line.name
    yield "namespace", held.line.namespace
    yield "description", held.description or ""
    for column in held.columns:
        yield "facets.schema.fields.name", column.name


def _matching(text: str, texts: Iterable[tuple[str, str]]) -> dict[str, list[str]]:
    """Return the texts in which a word of ``text`` stands, by where they come from, the words marked."""
    wanted = re.compile("|".join(map(re.escape, _WORD.findall(text))) or "(?!)", re.IGNORECASE)
    found: dict[str, list[str]] = {}
    for place, whole in texts:
        first = wanted.search(whole)
        if first is not None:
            start = max(0, first.start() - SHOWN // 2) if len(whole) > SHOWN else 0
            found.setdefault(place, []).append(wanted.sub(r"<em>\g<0></em>", whole[start : start + SHOWN]))
    return found
