import random
import zlib

from driftline.store.profiles import pack, unpack


def test_bytes_are_packed_only_where_that_pays() -> None:
    noise = random.Random(1).randbytes(4_000)
    text = b"the same words again and again " * 100
    assert pack(noise) == (0, noise)
    assert pack(zlib.compress(noise)) == (0, zlib.compress(noise))
    packed, small = pack(text)
    assert packed == 1
    assert len(small) < len(text) / 10
    assert unpack(packed, small) == text


def test_a_first_piece_that_packs_well_does_not_decide_alone() -> None:
    data = b"a" * 1_024 + random.Random(2).randbytes(20_000)
    assert pack(data) == (0, data)
