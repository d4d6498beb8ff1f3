"""The shape of texts: lengths, emptiness, case, digits and the pattern that keys are written in.

Enters: ``Words``. Leaves: ``Text``. A pattern writes ``A``
for an upper-case letter, ``a`` for a lower-case one, ``9`` for a digit, ``x`` for a byte beyond ASCII and every other
character as it is: ``N14228`` is ``A99999``. Never keeps a text. Letters and digits are those of ASCII.
"""

import itertools
import string
from collections.abc import Sequence

import msgspec
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from driftline.profile import buffers, frequent, moments
from driftline.profile.distinct import hash_text
from driftline.profile.frequent import Frequent
from driftline.profile.moments import Moments
from driftline.profile.words import Words, bytes_of

_LONGEST = 24  # characters of a pattern that are shown
_FEW = 64
_TABLE = 1 << 18  # pairs of a column and a pattern that are counted in a table
_PATTERN = bytes(
    ord("A") if chr(byte) in string.ascii_uppercase
    else ord("a") if chr(byte) in string.ascii_lowercase
    else ord("9") if chr(byte) in string.digits
    else byte if byte < 128 else ord("x")
    for byte in range(256)
)  # fmt: skip


class Text(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """Counts are rows."""

    length: Moments  # characters; bytes for binary values, elements for lists
    empty: int = 0
    upper: int = 0  # with upper-case and without lower-case letters
    lower: int = 0
    mixed: int = 0
    digits: int = 0  # one or more digits and nothing else
    masks: Frequent = frequent.EMPTY  # the most frequent patterns


def of_words(found: Words) -> list[Text]:
    """Return the shape of each column of distinct texts."""
    counts, column = found.counts, np.arange(len(found.columns)).repeat(found.sizes)
    lengths = found.lengths
    if not found.data.isascii():
        lengths = buffers.numbers(pc.utf8_length(found.written(found.data))).astype(np.int64)
    encoded = found.written(found.data.translate(_PATTERN)).dictionary_encode()
    masks = encoded.dictionary
    of_mask, rows = _counted(
        column * len(masks) + buffers.numbers(encoded.indices), counts, len(found.columns) * len(masks)
    )
    bounds = np.searchsorted(of_mask, np.arange(len(found.columns) + 1) * len(masks))
    of_mask %= len(masks)
    upper, lower, digits = (flags[of_mask] for flags in _classes(masks))
    kinds = np.stack((upper & ~lower, lower & ~upper, upper & lower, digits))
    sums = np.add.reduceat(kinds * rows, bounds[:-1], axis=1).T.tolist()
    empty = np.add.reduceat(np.where(lengths == 0, counts, 0), found.bounds[:-1]).tolist()
    return [
        Text(*each)
        for each in zip(
            moments.of_weighted(lengths, counts, found.bounds),
            empty,
            *zip(*sums, strict=True),
            _shown(masks, of_mask, rows, bounds),
            strict=True,
        )
    ]


def of_bytes(lengths: NDArray[np.int64], counts: NDArray[np.int64]) -> Text:
    """Return the shape of values of which only their ``lengths`` are known, each there ``counts`` times (above 0)."""
    return Text(moments.of_weighted(lengths, counts, np.array([0, len(lengths)]))[0], int(counts[lengths == 0].sum()))


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


def _counted(
    keys: NDArray[np.int64], counts: NDArray[np.int64], size: int
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return the different ``keys``, ascending and below ``size``, with the sum of the counts of each."""
    if size > max(len(keys), _TABLE):
        found, keys = np.unique(keys, return_inverse=True)
        return found, np.bincount(keys, weights=counts).astype(np.int64)
    sums = np.bincount(keys, weights=counts, minlength=size)
    found = np.flatnonzero(sums)
    return found, sums[found].astype(np.int64)


def _classes(masks: pa.Array) -> tuple[NDArray[np.bool_], NDArray[np.bool_], NDArray[np.bool_]]:
    """Return, per pattern, whether it has upper-case letters, lower-case letters, and only digits."""
    if len(masks) <= _FEW:
        texts = masks.to_pylist()
        flags = np.array([("A" in text, "a" in text, text.isdigit()) for text in texts], bool).reshape(-1, 3)
        return flags[:, 0], flags[:, 1], flags[:, 2]
    found = (pc.match_substring(masks, "A"), pc.match_substring(masks, "a"), pc.utf8_is_digit(masks))
    upper, lower, digits = map(buffers.numbers, found)
    return upper, lower, digits


def _shown(
    masks: pa.Array, of_mask: NDArray[np.int64], rows: NDArray[np.int64], bounds: NDArray[np.int64]
) -> list[Frequent]:
    """List the most frequent patterns of each column; those that are too long share what they begin with."""
    ends: list[int] = bounds.tolist()
    ties = None
    if int(np.diff(bounds).max()) > frequent.MASK.whole:
        ties = hash_text(*bytes_of(masks), 0)[of_mask]
    parts = [slice(start, end) for start, end in itertools.pairwise(ends)]
    chosen = [frequent.leading(rows[part], None if ties is None else ties[part], frequent.MASK) for part in parts]
    named = [of_mask[part][places] for part, places in zip(parts, chosen, strict=True)]
    texts = iter(masks.take(buffers.arrow(np.concatenate(named))).to_pylist())
    return [
        _listed(list(itertools.islice(texts, len(places))), rows[part], places)
        for part, places in zip(parts, chosen, strict=True)
    ]


def _listed(masks: list[str], rows: NDArray[np.int64], chosen: NDArray[np.intp]) -> Frequent:
    names = [mask if len(mask) <= _LONGEST else f"{mask[:_LONGEST]}…" for mask in masks]
    full = frequent.listed(names, rows, chosen)
    if len(set(names)) == len(names):
        return full
    parts = [Frequent((name,), (count,)) for name, count in zip(full.values, full.counts, strict=True)]
    return frequent.combine([*parts, Frequent((), (), full.other, full.error)], frequent.MASK)
