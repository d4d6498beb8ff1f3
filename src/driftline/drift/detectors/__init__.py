"""The detectors, one a file: each turns a batch and its reference into measures.

To add one: write a file with ``measure(batch, reference, pool) -> Iterator[Measure]`` and register
it in one line below.
"""

from collections.abc import Callable, Iterator

from driftline.drift.batch import Batch, Measure
from driftline.drift.detectors import (
    categories,
    documents,
    levels,
    link,
    nulls,
    quantiles,
    span,
    spread,
    structure,
    volume,
)
from driftline.drift.pool import Pool
from driftline.drift.reference import Reference

Detector = Callable[[Batch, Reference, Pool | None], Iterator[Measure]]

DETECTORS: dict[str, Detector] = {
    "schema": structure.measure,
    "volume": volume.measure,
    "nulls": nulls.measure,
    "quantiles": quantiles.measure,
    "spread": spread.measure,
    "range": span.measure,
    "categories": categories.measure,
    "levels": levels.measure,
    "link": link.measure,
    "documents": documents.measure,
}

# Detectors that need no series of healthy batches: what they watch holds exactly or does not.
EXACT = {"schema": True, "link": True, "documents": True}


def measure(batch: Batch, reference: Reference, pool: Pool | None) -> Iterator[Measure]:
    """Yield what every detector says of ``batch``."""
    for detector in DETECTORS.values():
        yield from detector(batch, reference, pool)
