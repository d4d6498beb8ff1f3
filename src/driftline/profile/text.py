"""The shape of texts: lengths, emptiness, case, digits and the pattern that keys are written in.

Enters: the distinct texts of a batch (Arrow, no nulls) with their counts. Leaves: ``Text``. A pattern writes ``A``
for an upper-case letter, ``a`` for a lower-case one, ``9`` for a digit, ``x`` for a byte beyond ASCII and every other
character as it is: ``N14228`` is ``A99999``. Never keeps a text. Letters and digits are those of ASCII.
"""

import string
from collections.abc import Sequence

import msgspec
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from driftline.profile import buffers, distinct, frequent, moments
from driftline.profile.frequent import Frequent
from driftline.profile.moments import Moments

_LONGEST = 24  # characters of a pattern that are shown
_FEW = 64
_PATTERN = bytes(
    ord("A") if chr(byte) in string.ascii_uppercase
    else ord("a") if chr(byte) in string.ascii_lowercase
    else ord("9") if chr(byte) in string.digits
    else byte if byte < 128 else ord("x")
    for byte in range(256)
)  # fmt: skip


class Text(msgspec.Struct, frozen=True, array_like=True):
    """Counts are rows."""

    length: Moments  # characters; bytes for binary values, elements for lists
    empty: int = 0
    upper: int = 0  # with upper-case and without lower-case letters
    lower: int = 0
    mixed: int = 0
    digits: int = 0  # one or more digits and nothing else
    masks: Frequent = frequent.EMPTY  # the most frequent patterns


class Bytes(msgspec.Struct, frozen=True):
    """Byte strings laid end to end: string i is ``data[offsets[i]:offsets[i + 1]]``, and offsets start at 0."""

    data: bytes
    offsets: NDArray[np.int64]
    lengths: NDArray[np.int64]


def bytes_of(values: pa.Array) -> Bytes:
    """Return the bytes of a string or binary array without nulls."""
    places = buffers.offsets(values)
    start, end = int(places[0]), int(places[-1])
    offsets = places.astype(np.int64) - start if start else places.astype(np.int64)
    raw = memoryview(values.buffers()[2])[start:end].tobytes() if end > start else b""
    return Bytes(raw, offsets, offsets[1:] - offsets[:-1])


def of_texts(values: pa.Array, content: Bytes, counts: NDArray[np.int64]) -> Text:
    """Return the shape of the distinct texts ``values`` (their bytes: ``content``), each present ``counts`` times."""
    lengths = content.lengths
    if not content.data.isascii():
        lengths = buffers.numbers(pc.utf8_length(values)).astype(np.int64)
    masks, of_text = _masks(content)
    rows = np.bincount(of_text, weights=counts, minlength=len(masks)).astype(np.int64)
    upper, lower, digits = _classes(masks)
    ties = None
    if len(masks) > frequent.MASK.whole:
        written = bytes_of(masks)
        ties = distinct.hash_text(written.data, written.offsets, 0)
    chosen = frequent.leading(rows, ties, frequent.MASK)
    return Text(
        moments.of_weighted(lengths, counts),
        int(counts[lengths == 0].sum()),
        int(rows[upper & ~lower].sum()),
        int(rows[lower & ~upper].sum()),
        int(rows[upper & lower].sum()),
        int(rows[digits].sum()),
        _shown(masks.take(buffers.arrow(chosen)).to_pylist(), rows, chosen),
    )


def combine(parts: Sequence[Text]) -> Text:
    """Return the shape of the union of ``parts``; the same for every order of them."""
    return Text(
        moments.combine(part.length for part in parts),
        sum(part.empty for part in parts),
        sum(part.upper for part in parts),
        sum(part.lower for part in parts),
        sum(part.mixed for part in parts),
        sum(part.digits for part in parts),
        frequent.combine([part.masks for part in parts], frequent.MASK),
    )


def _masks(content: Bytes) -> tuple[pa.Array, NDArray[np.int64]]:
    """Return the distinct patterns and, per text, which of them it is written in."""
    written = [None, pa.py_buffer(content.offsets), pa.py_buffer(content.data.translate(_PATTERN))]
    patterns = pa.Array.from_buffers(pa.large_string(), len(content.offsets) - 1, written)
    encoded = patterns.dictionary_encode()
    return encoded.dictionary, buffers.numbers(encoded.indices)


def _classes(masks: pa.Array) -> tuple[NDArray[np.bool_], NDArray[np.bool_], NDArray[np.bool_]]:
    """Return, per pattern, whether it has upper-case letters, lower-case letters, and only digits."""
    if len(masks) <= _FEW:
        texts = masks.to_pylist()
        flags = np.array([("A" in text, "a" in text, text.isdigit()) for text in texts], bool).reshape(-1, 3)
        return flags[:, 0], flags[:, 1], flags[:, 2]
    found = (pc.match_substring(masks, "A"), pc.match_substring(masks, "a"), pc.utf8_is_digit(masks))
    upper, lower, digits = map(buffers.numbers, found)
    return upper, lower, digits


def _shown(masks: list[str], rows: NDArray[np.int64], chosen: NDArray[np.intp]) -> Frequent:
    """List the chosen patterns; those that are too long share what they begin with."""
    names = [mask if len(mask) <= _LONGEST else f"{mask[:_LONGEST]}…" for mask in masks]
    full = frequent.listed(names, rows, chosen)
    if len(set(names)) == len(names):
        return full
    parts = [Frequent((name,), (count,)) for name, count in zip(full.values, full.counts, strict=True)]
    return frequent.combine([*parts, Frequent((), (), full.other, full.error)], frequent.MASK)
