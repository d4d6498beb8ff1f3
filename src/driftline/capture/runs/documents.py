"""Which documents or chunks a collection or an index holds, by content, and where they came from.

Enters: rows: texts; mappings or objects with ``text`` (``content``, ``page_content``) and, as far as known, ``id`` (of
the document or chunk), ``document`` (that a chunk is part of), ``source`` (what ``run.read`` returned, or a name) and
``column``; ``metadata`` (``meta``) with such keys. Leaves: the body of a ``driftline_documents`` facet. A chunk whose
document is not named is part of what its id says before the last ``#``. Texts are hashed, not kept.
"""

import os
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from driftline.capture.ground import fault, place
from driftline.capture.runs.trace import Trace
from driftline.capture.sending import client
from driftline.event import ids, names
from driftline.event.lineage import Dataset, Touched, Version

KINDS = frozenset({"documents", "index"})
FACET = "driftline_documents"
MOST = 100_000  # documents of one version that are named; the rest is counted as ``documents``
_TEXTS = ("text", "content", "page_content")
_IDS = ("id", "id_", "chunk_id", "passage", "chunk", "node_id")
_DOCUMENTS = ("document", "document_id", "doc_id", "ref_doc_id", "parent_id")
_SCORES = ("score", "similarity", "relevance", "_score")
_INNER = ("metadata", "meta")  # where frameworks keep more; the second is Haystack's
_SOURCES = ("source", "file_path", "path", "url")


def facet(rows: Any) -> dict[str, Any]:
    """Return the body of the facet; nothing where ``rows`` are no sequence of documents."""
    if not _listed(rows):
        return {}
    body: dict[str, Any] = {}
    add(body, rows)
    return body


def plain(rows: Any) -> list[dict[str, str]]:
    """Return documents that are objects as rows of ids and texts; none where ``rows`` are no sequence of documents."""
    if not _listed(rows):
        return []
    return [{"id": id_of(row), "text": text_of(row)} for row in rows]


def _listed(rows: Any) -> bool:
    return isinstance(rows, Sequence) and not isinstance(rows, str) and bool(rows) and bool(text_of(rows[0]))


def attach(trace: Trace, target: Touched, rows: Iterable[Any], source: Any) -> None:
    """Add ``rows`` to the facet of a version that a run has read or written."""
    for seen in (*trace.outputs, *trace.inputs):
        if seen.touched.dataset == target.dataset and seen.touched.version == target.version:
            body = {key: dict(held) for key, held in seen.facets.get(FACET, {}).items()}
            left_out = add(body, rows, source)
            seen.facets = {**seen.facets, FACET: body}
            if left_out:
                trace.gaps["documents"] = trace.gaps.get("documents", 0) + left_out
            return
    raise LookupError(f"the run has neither read nor written {target.dataset.name}")


def add(body: dict[str, Any], rows: Iterable[Any], source: Any = None) -> int:
    """Add ``rows`` to the body of a facet; return how many were left out."""
    documents, parts, origins = (body.setdefault(key, {}) for key in ("documents", "parts", "origins"))
    left_out = 0
    for row in rows:
        text = text_of(row) if len(documents) < MOST else ""
        if not text:
            left_out += len(documents) >= MOST
            continue
        content = ids.text(text)
        name, document = id_of(row), _text(_find(row, _DOCUMENTS))
        origin = _origin(_find(row, _SOURCES), _text(_find(row, ("column",)))) or _origin(source, "")
        whole = document or name.rpartition("#")[0] or name
        documents.setdefault(content, name or whole)
        if document and name and name.rpartition("#")[0] != document and name != document:
            parts.setdefault(name, document)
        if origin:
            key = whole or content
            known = origins.setdefault(key, origin)
            if key == name:
                known.setdefault("content", content)
    for key in [key for key, held in body.items() if not held]:
        del body[key]
    if left_out:
        fault.tell("documents", f"of the documents of one version the first {MOST} are named; {left_out} are not")
    return left_out


def text_of(row: Any) -> str:
    """Return the text of a document in any of the usual forms; ``""`` where it has none."""
    if isinstance(row, str):
        return row
    found = _find(row, _TEXTS)
    if not isinstance(found, str) and hasattr(row, "get_content"):
        found = row.get_content()
    return found if isinstance(found, str) else ""


def found(item: Any) -> tuple[str, str, float | None] | None:
    """Return the text, the name and the score of a document in any of the usual forms; None where it is none.

    Args:
        item: a text, a mapping, an object of a framework, one that has such an object as its ``node``, or a pair of
            one of them and a score.
    """
    item, score = _unpaired(item)
    score = score_of(item) if score is None else score
    item = _within(item)
    text = text_of(item)
    name = "" if isinstance(item, str) else id_of(item) or source_of(item)
    return (text, name, score) if text or name else None


def taken_from(item: Any, folder: str | None = None) -> Version | None:
    """Return what a document, as ``found`` takes it, says it was taken from, as ``run.read`` names it; else None.

    Its version is ``""`` unless what ``run.read`` returned is given: a path does not tell it. ``folder``: in which the
    program was when the document was said, ``""`` where that is gone; None = it still is.
    """
    said = _find(_within(_unpaired(item)[0]), _SOURCES)
    if isinstance(said, Touched):
        return Version(said.dataset, said.version)
    if isinstance(said, Version):
        return said
    path = _there(os.fspath(said), folder) if isinstance(said, str | os.PathLike) else None
    found = _located(path) if path is not None else None
    return Version(Dataset(found.namespace, found.name), "") if found is not None and found.name else None


def _there(path: str, folder: str | None) -> str | None:
    """Return a path as it was meant in a folder; None where no file lies there: elsewhere it would be another one."""
    if folder is None or "://" in path or os.path.isabs(path):
        return path
    there = os.path.join(folder, path)
    return there if folder and os.path.exists(there) else None


def _unpaired(item: Any) -> tuple[Any, float | None]:
    """Return a document without the score that it is in a pair with, and that."""
    if isinstance(item, tuple) and len(item) == 2 and _is_scored(item):
        return item[0], _number(item[1])
    return item, None


def _within(item: Any) -> Any:
    """Return a document without what is around it."""
    inner = None if isinstance(item, Mapping | str) else getattr(item, "node", None)
    return item if inner is None else inner


def _is_scored(pair: Any) -> bool:
    """Whether the second of two is a score; one that is none, but no text or document either, costs itself only."""
    second = pair[1]
    return _number(second) is not None or (type(pair) is tuple and not isinstance(second, str | Mapping))


def id_of(row: Any) -> str:
    """Return the id of a document or chunk; ``""`` where it has none."""
    return _text(_find(row, _IDS))


def source_of(row: Any) -> str:
    """Return the name of what a document was taken from; ``""`` where it does not say."""
    found = _find(row, (*_DOCUMENTS, *_SOURCES))
    return found.dataset.name if isinstance(found, Touched) else _text(found)


def score_of(item: Any) -> float | None:
    """Return the score of a document; None where it has none."""
    for name in _SCORES:
        value = _number(item.get(name) if isinstance(item, Mapping) else getattr(item, name, None))
        if value is not None:
            return value
    return None


def _number(value: Any) -> float | None:
    """Return a score; None of what is no number, nor the text of one."""
    if value is None or isinstance(value, bool) or callable(value):
        return None
    try:
        return float(value)
    except Exception:  # what is no number may fail at this in any way it likes, and costs itself only
        return None


def _find(row: Any, names: Iterable[str]) -> Any:
    """Return the first field of a row by one of some names, in itself or in its metadata."""
    if type(row) is str:
        return None
    if type(row) is dict:  # nearly all rows are, and there may be many
        found = _in(row, names)
        inner = next((row[one] for one in _INNER if row.get(one) is not None), None) if found is None else None
        return found if inner is None else _in(inner, names) if type(inner) is dict else _of(inner, names)
    return _of(row, names, _INNER)


def _in(held: dict[Any, Any], names: Iterable[str]) -> Any:
    for name in names:
        value = held.get(name)
        if value is not None and not (type(value) is str and not value):
            return value
    return None


def _of(row: Any, names: Iterable[str], inner: Iterable[str] = ()) -> Any:
    for held in (row, *(_field(row, one) for one in inner)):
        for name in names:
            value = _field(held, name)
            if value is not None and not callable(value) and not (isinstance(value, str) and not value):
                return value
    return None


def _field(held: Any, name: str) -> Any:
    return held.get(name) if isinstance(held, Mapping) else getattr(held, name, None)


def _text(value: Any) -> str:
    return str(value) if isinstance(value, str | int) and not isinstance(value, bool) else ""


def _origin(source: Any, column: str) -> dict[str, str]:
    if isinstance(source, Touched):
        node = Version(source.dataset, source.version).node
    elif isinstance(source, Version):
        node = source.node
    else:
        node = _named(os.fspath(source)) if isinstance(source, str | os.PathLike) and source else ""
    found = {"node": node, "column": column}
    return {key: value for key, value in found.items() if value} if node else {}


def _named(path: str) -> str:
    found = _located(path)
    return names.dataset_id(found.namespace, found.name)


def _located(path: str) -> names.Located:
    """Return what a path or an address names, as ``run.read`` names it."""
    owner = client.current()
    return place.located(path, owner.folder if owner is not None else "")
