"""Documents that are whole files: where the content that an answer retrieved is the version of a dataset.

Enters: the content hash of a document and when the answer was given, or the name of a dataset. Leaves: the versions of
datasets that are exactly that content, or the contents that a dataset had. A file that a program reads by itself is
named by the hash of its bytes, as a text is by the hash of its UTF-8, so that the two are equal where the text is the
whole file. A version counts from when a run that read or wrote it began, as it tells of it when it ends.
"""

from collections.abc import Sequence

from driftline.engine.house import House
from driftline.event.answer import Answer, Retrieved, Source
from driftline.event.lineage import Dataset, Version
from driftline.event.report import Step, Trail

ROLE = "document"
_HASH = "xxh3:"  # what content hashes begin with
_FILE = "file"  # kind of what a program reads by itself
_FILES = 20  # with one content, that are named
_RUNS = 5  # of a version, that are asked for when they began
_VERSIONS = 500  # of a file, that are looked for among documents


def ways(house: House, one: Retrieved, time_us: int) -> list[tuple[Step, ...]]:
    """Return the ways from a document to what it is the content of, one for each dataset."""
    return [(_step(house, version, one, one.content),) for version in _versions(house, one.content, time_us)]


def taken(house: House, one: Retrieved) -> list[tuple[Step, ...]]:
    """Return the way from a document to what it says it was taken from; none where nobody has spoken of that."""
    if one.source is None or house.store.lineage.lookup(one.source.dataset.node) is None:
        return []
    return [(_step(house, one.source, one, ""),)]


def standing(house: House, answer: Answer, trails: Sequence[Trail]) -> tuple[Source, ...]:
    """Return what an answer stood on by documents of which nothing else is known, beside its sources."""
    said = {source.version for source in answer.sources}
    nearest = [(trail, trail.steps[0].node) for trail in trails if trail.steps]
    untold = [trail.content for trail, node in nearest if node.endswith(f"#{trail.content}")]
    sure = {node for trail, node in nearest if trail.sure}
    found = dict.fromkeys(version for content in untold for version in _versions(house, content, answer.time_us))
    found |= {one.source: None for one in answer.documents if one.source is not None and one.source.node in sure}
    return tuple(Source(ROLE, version) for version in found if version not in said)


def of_file(house: House, document: str) -> list[str]:
    """Return the contents that the dataset of that name had, newest first; none where a content itself is named."""
    return [content for node in nodes(house, document) for content in of_node(house, node)]


def nodes(house: House, document: str) -> list[str]:
    """Return the datasets of that name, which documents may have been taken from."""
    return [] if not document or document.startswith(_HASH) else house.store.lineage.find(document, only="DATASET")


def files(house: House, document: str) -> list[Version]:
    """Return the versions of files that are wholly this content, or those of the file of that name, newest first."""
    if document.startswith(_HASH):
        return [version for version, _ in house.store.lineage.called(document, _FILES)]
    found = (house.store.lineage.lookup(node) for node in house.store.lineage.find(document, only="DATASET"))
    known = [one.dataset for one in found if one is not None and one.dataset is not None and one.kind == _FILE]
    return [Version(dataset, name) for dataset in known for name in _all(house, dataset) if name.startswith(_HASH)]


def of_node(house: House, node: str) -> list[str]:
    """Return the contents that a dataset had, newest first, or that of a version; none of any other node."""
    known = house.store.lineage.lookup(node)
    if known is None or known.dataset is None or known.type not in ("DATASET", "VERSION"):
        return []
    versions = [known.version] if known.version else _all(house, known.dataset)
    return [version for version in versions if version.startswith(_HASH)]


def _all(house: House, dataset: Dataset) -> list[str]:
    return [one.version for one in house.store.lineage.versions(dataset, _VERSIONS)]


def _versions(house: House, content: str, time_us: int) -> list[Version]:
    if not content.startswith(_HASH):
        return []
    found = house.store.lineage.called(content, _FILES)
    return [version for version, since_us in found if since_us <= time_us or _begun(house, version, time_us)]


def _begun(house: House, version: Version, time_us: int) -> bool:
    """Whether a run that read or wrote a version, and tells of it later, had begun by then."""
    lineage = house.store.lineage
    runs = (*lineage.readers(version, _RUNS), *lineage.writers(version, _RUNS))
    shapes = (lineage.run(run) for run in runs)
    return any(shape is not None and 0 < shape.started_us <= time_us for shape in shapes)


def _step(house: House, version: Version, one: Retrieved, content: str) -> Step:
    lineage = house.store.lineage
    runs = lineage.writers(version, 1) if version.version else []
    shape = lineage.run(runs[0]) if runs else None
    job = shape.job.name if shape is not None else ""
    return Step(node=version.node, document=one.document, content=content, run=runs[0] if runs else "", job=job)
