"""What a run said of documents: the versions that it read or wrote, and what they hold.

Enters: the events of a run. Leaves: one record, which never changes once the run is over.
"""

from collections.abc import Iterable
from typing import NamedTuple

from driftline.event import facets, openlineage
from driftline.event.ai_facets import DocumentsFacet
from driftline.event.lineage import Dataset, Version
from driftline.event.openlineage import DatasetPart

FACET = "driftline_documents"


class Held(NamedTuple):
    """A version that a run read or wrote, and the documents in it."""

    version: Version  # "" = the events do not name it
    output: bool
    facet: DocumentsFacet


class Ingested(NamedTuple):
    """What a run said of documents, and all that it read."""

    job: str = ""
    held: tuple[Held, ...] = ()
    inputs: tuple[Version, ...] = ()


def read(events: Iterable[bytes]) -> Ingested:
    """Return what the events of a run say."""
    job = ""
    held: list[Held] = []
    inputs: dict[Version, None] = {}
    for raw in events:
        event = openlineage.decode(raw)
        job = event.job.name if event.job is not None else job
        for output, parts in ((False, event.inputs), (True, event.outputs)):
            for part in parts:
                version = _state(part)
                if not output:
                    inputs[version] = None
                facet = facets.unpack(part.facets, FACET, DocumentsFacet)
                if facet is not None:
                    held.append(Held(version, output, facet))
    return Ingested(job, tuple(held), tuple(inputs))


def _state(part: DatasetPart) -> Version:
    """Return the version that an event names."""
    state = facets.unpack(part.facets, "driftline_state", facets.StateFacet)
    pointer = facets.unpack(part.facets, "version", facets.VersionFacet)
    named = (state.version if state else "") or (pointer.dataset_version if pointer else "")
    return Version(Dataset(part.namespace, part.name), named)
