"""Fingerprints as the facet ``driftline_fingerprint``, and back.

Enters: a ``Fingerprint`` or the facet. Leaves: the other one. A facet holds at most ``LIMIT`` hashes: of a larger table
neighbouring groups are hashed together until it does. Never trusts lengths: a facet that does not add up has no groups.
"""

from driftline.event.facets import FingerprintFacet, RowSetPart
from driftline.profile.fingerprint import ALGORITHM, GROUP, WIDTH, Fingerprint
from driftline.profile.row_set import RowSet

LIMIT = 1 << 14  # hashes in one facet, 16 bytes each


def made(found: Fingerprint) -> FingerprintFacet:
    """Return ``found`` as a facet."""
    while sum(map(len, found.groups.values())) > LIMIT * WIDTH and found.group < found.rows:
        found = found.coarser(found.group * 2)
    rows = found.row_set
    return FingerprintFacet(
        value=found.value,
        algorithm=ALGORITHM,
        rows=found.rows,
        columns=found.columns,
        group_rows=found.group,
        groups=b"".join(found.groups.values()),
        row_set=None if rows is None else RowSetPart(total=rows.total, sample=rows.sample),
    )


def read(facet: FingerprintFacet) -> Fingerprint:
    """Return what a facet says."""
    width = -(-facet.rows // facet.group_rows) * WIDTH if facet.group_rows else 0
    whole = facet.algorithm == ALGORITHM and len(facet.groups) == width * len(facet.columns) and _known(facet)
    groups = {
        name: facet.groups[at * width : (at + 1) * width] for at, name in enumerate(facet.columns)
    } if whole else {}  # fmt: skip
    part = facet.row_set
    rows = RowSet(facet.rows, part.total, part.sample) if part is not None else None
    return Fingerprint(facet.value, facet.columns, facet.rows, facet.group_rows, groups, rows)


def _known(facet: FingerprintFacet) -> bool:
    """Whether the size of a group is one that ``coarser`` arrives at."""
    times, rest = divmod(facet.group_rows, GROUP)
    return not rest and times > 0 and not times & (times - 1)
