import base64
import hashlib
import json
import random
import zlib

from hypothesis import given
from hypothesis import strategies as st

from driftline.store import packing
from driftline.store.packing import DEFLATED, PLAIN, PRIMED, SMALL, cut, join, opened, pack, spans, unpack

KNOWN = "54d309fb3bccda83a0bc5c85d9b6afd26f07bc590c4e539662d568cfe891c242"
FACET = b'{"_producer":"p","fields":[{"name":"a","type":"bigint"},{"name":"b","type":"text"}]}'


def back(raw: bytes, facets: list[bytes]) -> bytes:
    """Return what comes out of a cut event."""
    apart = spans(raw, facets)
    numbers = {facet: number for number, facet in enumerate(dict.fromkeys(facet for _, facet in apart), 1)}
    by_number = {number: facet for facet, number in numbers.items()}
    return join(opened(*cut(raw, apart, numbers)), by_number.__getitem__)


def test_bytes_are_packed_only_where_that_pays() -> None:
    noise = random.Random(1).randbytes(4_000)
    assert pack(noise) == (PLAIN, noise)
    assert pack(b"a" * (SMALL - 1)) == (PLAIN, b"a" * (SMALL - 1))
    text = b"the same words again and again " * 1_000
    packed, small = pack(text)
    assert packed == DEFLATED
    assert len(small) < len(text) / 10
    assert unpack(packed, small) == text


def test_what_is_deflated_already_is_not_deflated_again() -> None:
    """A profile stays as it is; the text of one, six bits a sign of base64, takes up six bits a sign again."""
    profile = b"dlp1" + zlib.compress(random.Random(2).randbytes(6_000))
    assert pack(profile) == (PLAIN, profile)
    facet = b'{"_producer":"p","format":"dlp1","data":"' + base64.b64encode(profile) + b'"}'
    packed, small = pack(facet)
    assert packed == DEFLATED
    assert 0.75 * len(facet) < len(small) < 0.78 * len(facet)
    assert unpack(packed, small) == facet


def test_a_short_event_is_packed_with_the_words_that_all_events_have() -> None:
    packed, small = pack(FACET)
    assert packed == PRIMED
    assert len(small) < 0.7 * len(FACET)
    assert unpack(packed, small) == FACET


def test_what_was_packed_with_the_dictionary_today_can_be_unpacked_for_ever() -> None:
    """The dictionary is part of the format: the hash of it must not change."""
    assert hashlib.sha256(packing._PRIMER).hexdigest() == KNOWN


def test_a_facet_is_cut_out_wherever_it_stands() -> None:
    raw = b'{"a": ' + FACET + b', "b": ' + FACET + b"}"
    assert spans(raw, [FACET, FACET]) == [(6, FACET), (6 + len(FACET) + 7, FACET)]
    skeleton = opened(*cut(raw, spans(raw, [FACET, FACET]), {FACET: 7}))
    assert (skeleton.text, skeleton.blobs) == (b'{"a": , "b": }', (7, 7))
    assert back(raw, [FACET]) == back(raw, [FACET, FACET]) == raw


def test_a_facet_inside_another_stays_there_and_a_small_one_stays_where_it_is() -> None:
    outer = b'{"more":' + FACET + b"}"
    assert spans(b"[" + outer + b"]", [FACET, outer]) == [(1, outer)]
    assert spans(b"[{}]", [b"{}"]) == []
    assert spans(b"[]", [FACET]) == []


@given(st.binary(max_size=9_000) | st.text(alphabet="ab{}", max_size=9_000).map(str.encode))
def test_any_bytes_come_back_as_they_were(data: bytes) -> None:
    assert unpack(*pack(data)) == data


@given(st.lists(st.binary(max_size=120), max_size=8), st.lists(st.integers(0, 7), max_size=12), st.binary(max_size=9))
def test_any_event_with_any_facets_comes_back_as_it_was(parts: list[bytes], order: list[int], glue: bytes) -> None:
    raw = glue.join(parts[place] for place in order if place < len(parts))
    assert back(raw, parts) == raw


@given(st.binary(max_size=400), st.lists(st.tuples(st.integers(0, 400), st.integers(0, 400)), max_size=6))
def test_pieces_of_the_event_itself_that_overlap_come_back_too(raw: bytes, pieces: list[tuple[int, int]]) -> None:
    assert back(raw, [raw[min(pair) : max(pair)] for pair in pieces]) == raw


_json = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=20,
)


@given(st.dictionaries(st.text(max_size=8), _json, max_size=5), st.sampled_from([None, 1]))
def test_events_come_back_with_their_spaces_and_their_unknown_parts(facets: dict[str, object], indent: int) -> None:
    raw = json.dumps({"run": {"facets": facets}}, indent=indent).encode()
    assert back(raw, [json.dumps(facet).encode() for facet in facets.values()]) == raw
