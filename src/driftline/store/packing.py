"""Events made small: facets are kept once by content, the rest of the event as a skeleton.

Enters: the bytes of an event and of the facets in it. Leaves: a skeleton with references, and from these the same
bytes again. A facet is cut out where it stands in the text, so that nothing about an event is re-written: spaces, the
order of keys and unknown parts come back as they came. What is packed with the dictionary below can only be unpacked
with the same dictionary, so it is never changed; a better one gets a number of its own.
"""

import zlib
from collections.abc import Callable, Iterable, Mapping, Sequence

import msgspec

PLAIN, DEFLATED, PRIMED = 0, 1, 2  # how bytes were packed
SMALL = 40  # bytes below which a facet stays where it is
NEAR = 4_096  # bytes from the end of one facet within which the next one is looked for first
_LEVEL = 6
_WORTH = 0.95  # packed share below which packing pays
_SQUEEZED = b"dlp1"  # begins an encoded profile, which is deflated already
_WRITTEN = b'"data":"ZGxwM'  # the same in the text of a facet: nothing repeats in it, it only takes up fewer bits

_PRIMER = b"".join(
    (
        b'{"_producer":"https://github.com/OpenLineage/OpenLineage/tree/1.54.0/client/python","_schemaURL":"',
        b"https://openlineage.io/spec/facets/1-0-1/OwnershipDatasetFacet.json#/$defs/DocumentationDatasetFacet",
        b'"_deleted":true,"fields":[{"name":"id","type":"bigint","description":"","fields":[]},{"name":"name","type":"',
        b'varchar"},{"name":"created_at","type":"timestamp"},{"name":"double","type":"string"},{"name":"integer"',
        b'"columnLineage":{"fields":{"inputFields":[{"namespace":"","name":"","field":"","transformations":[{"type":',
        b'"DIRECT","subtype":"IDENTITY","description":"","masking":false}]},{"type":"INDIRECT","subtype":"FILTER"',
        b'"subtype":"TRANSFORMATION","subtype":"AGGREGATION","subtype":"GROUP_BY","subtype":"JOIN","subtype":"SORT"',
        b'"rowCount":0,"bytes":0,"fileCount":0,"columnMetrics":{"nullCount":0,"distinctCount":0,"min":0,"max":0}',
        b'"symlinks":{"identifiers":[{"namespace":"","name":"","type":"TABLE"}]},"storage":{"storageLayer":"',
        b'"documentation":{"description":""},"ownership":{"owners":[{"name":"","type":""}]},"version":{"datasetVersion":"',
        b'"sql":{"query":"SELECT FROM WHERE JOIN ON GROUP BY"},"sourceCodeLocation":{"type":"git","url":"https://github',
        b'"jobType":{"processingType":"BATCH","integration":"SPARK","jobType":"TASK"},"dataSource":{"name":"","uri":"',
        b'"nominalTime":{"nominalStartTime":"2026-01-01T00:00:00Z","nominalEndTime":"2026-01-01T00:00:00Z"}',
        b'"parent":{"run":{"runId":""},"job":{"namespace":"","name":""},"root":{"run":{"runId":""},"job":{"namespace":',
        b'"processing_engine":{"version":"","name":"","openlineageAdapterVersion":""},"errorMessage":{"message":"',
        b'{"eventTime":"2026-01-01T00:00:00.000000Z","producer":"https://github.com/OpenLineage/OpenLineage/tree/',
        b'","schemaURL":"https://openlineage.io/spec/2-0-2/OpenLineage.json#/$defs/RunEvent","eventType":"START"',
        b',"eventType":"COMPLETE","run":{"runId":"","facets":{}},"job":{"namespace":"default","name":"","facets":{}}',
        b',"inputs":[{"namespace":"postgres://","name":"","facets":{"schema":,"dataSource":},"inputFacets":{}}],',
        b'"outputs":[{"namespace":"s3://","name":"","facets":{},"outputFacets":{"outputStatistics":}}]}',
    )
)


# Primed once and copied, which is cheaper than priming; its window holds the dictionary and all that is packed with it.
_PRIMED = zlib.compressobj(_LEVEL, zlib.DEFLATED, -14, 6, zlib.Z_DEFAULT_STRATEGY, _PRIMER)


class Skeleton(msgspec.Struct, frozen=True, array_like=True):
    """An event without its facets: where in the text each of them was cut out, and its number."""

    text: bytes
    places: tuple[int, ...] = ()  # from the end of the last cut
    blobs: tuple[int, ...] = ()


_encode = msgspec.msgpack.Encoder().encode
_decode = msgspec.msgpack.Decoder(Skeleton).decode


def pack(data: bytes) -> tuple[int, bytes]:
    """Return how ``data`` was packed, and the packed bytes; plain where packing saves nothing."""
    if len(data) < SMALL or data.startswith(_SQUEEZED):
        return PLAIN, data
    written = _WRITTEN in data
    primed = not written and len(data) < len(_PRIMER) * 4
    if written:
        squeeze = zlib.compressobj(1, zlib.DEFLATED, -15, strategy=zlib.Z_HUFFMAN_ONLY)
    else:
        squeeze = _PRIMED.copy() if primed else zlib.compressobj(1, zlib.DEFLATED, -15)
    packed = squeeze.compress(data) + squeeze.flush()
    if len(packed) >= _WORTH * len(data):
        return PLAIN, data
    return (PRIMED if primed else DEFLATED), packed


def unpack(packed: int, data: bytes) -> bytes:
    """Return what ``pack`` was given."""
    if packed == PLAIN:
        return data
    open_up = zlib.decompressobj(-15, _PRIMER) if packed == PRIMED else zlib.decompressobj(-15)
    return open_up.decompress(data) + open_up.flush()


def spans(raw: bytes, facets: Sequence[bytes]) -> list[tuple[int, bytes]]:
    """Return where in ``raw`` each large facet stands, in order; one inside another is left out.

    ``facets`` in the order in which they stand, with repetition, are found fastest.
    """
    found: list[tuple[int, bytes]] = []
    end = 0
    for facet in facets:
        size = len(facet)
        if size < SMALL:
            continue
        at = raw.find(facet, end, end + size + NEAR)
        if at < 0:
            return _anywhere(raw, facets)
        found.append((at, facet))
        end = at + size
    return found


def _anywhere(raw: bytes, facets: Iterable[bytes]) -> list[tuple[int, bytes]]:
    found: list[tuple[int, bytes]] = []
    for facet in set(facets):
        at = raw.find(facet) if len(facet) >= SMALL else -1
        while at >= 0:
            found.append((at, facet))
            at = raw.find(facet, at + len(facet))
    found.sort(key=lambda item: (item[0], -len(item[1])))
    apart: list[tuple[int, bytes]] = []
    end = 0
    for at, facet in found:
        if at >= end:
            apart.append((at, facet))
            end = at + len(facet)
    return apart


def cut(raw: bytes, apart: Sequence[tuple[int, bytes]], numbers: Mapping[bytes, int]) -> tuple[int, bytes]:
    """Return ``raw`` packed, the facets that stand at ``apart`` replaced by their numbers."""
    kept: list[bytes] = []
    places: list[int] = []
    at = 0
    for start, facet in apart:
        kept.append(raw[at:start])
        places.append(start - at)
        at = start + len(facet)
    kept.append(raw[at:])
    blobs = tuple(numbers[facet] for _, facet in apart)
    return pack(_encode(Skeleton(b"".join(kept), tuple(places), blobs)))


def opened(packed: int, body: bytes) -> Skeleton:
    """Return the skeleton of a packed event; its ``blobs`` are the numbers of the facets that it needs."""
    return _decode(unpack(packed, body))


def join(held: Skeleton, facet: Callable[[int], bytes]) -> bytes:
    """Return the event as it came; ``facet`` gives the bytes of a number."""
    parts: list[bytes] = []
    at = 0
    for place, blob in zip(held.places, held.blobs, strict=True):
        parts += (held.text[at : at + place], facet(blob))
        at += place
    parts.append(held.text[at:])
    return b"".join(parts)
