"""Detector ``documents``: a collection or index whose texts were replaced.

Detects, for datasets of kind ``documents`` or ``index``, the share of texts that the last healthy version did not
hold; does not judge their meaning. Value: that share, 0 … 1, of the column with the most different texts: exact while
they are few enough to be listed, estimated from the sketches of distinct values beyond. Floor 0.08: an editorial
update of a twelfth of the texts is ordinary.
"""

from collections.abc import Iterator

from driftline.drift.batch import Batch, Measure
from driftline.drift.pool import Pool
from driftline.drift.reference import Reference

_FLOOR = 0.08
KINDS = frozenset({"documents", "index"})


def measure(batch: Batch, reference: Reference, pool: Pool | None) -> Iterator[Measure]:  # noqa: ARG001 - one signature
    """Yield one measure for a collection that has a predecessor."""
    if batch.kind not in KINDS or pool is None:
        return
    known = [
        (column.distinct_count(), name, column.contained_in(before))
        for name, column in batch.profile.columns.items()
        if column.type == "text" and (before := pool.column(name)) is not None
    ]
    if not known:
        return
    share = 1.0 - max(known)[2]
    yield Measure(
        detector="documents",
        column="",
        kind="documents",
        value=share,
        floor=_FLOOR,
        statistic="new_share",
        reference=0.0,
        current=share,
        sentence=f"{share:.0%} of the {batch.profile.rows:,} texts were not in the versions before.",
    )
