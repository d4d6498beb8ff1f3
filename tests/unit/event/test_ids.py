"""UUIDv7 by RFC 9562: 48 bits of milliseconds, version 7, variant 10."""

import uuid

from hypothesis import given
from hypothesis import strategies as st

from driftline.event import ids


def test_a_fresh_id_is_a_version_7_uuid_of_its_moment() -> None:
    made = uuid.UUID(ids.uuid7(1_700_000_000_000_000))
    assert made.version == 7
    assert made.variant == uuid.RFC_4122
    assert made.int >> 80 == 1_700_000_000_000


@given(st.integers(0, 2**52), st.integers(0, 2**52))
def test_ids_sort_as_their_moments_do(first: int, second: int) -> None:
    early, late = sorted((first, second))
    if early // 1000 != late // 1000:
        assert ids.uuid7(early) < ids.uuid7(late)


def test_the_random_part_can_be_seeded() -> None:
    assert ids.uuid7(5_000, lambda n: b"\x01" * n) == ids.uuid7(5_000, lambda n: b"\x01" * n)


def test_a_run_id_that_is_no_uuid_always_becomes_the_same_uuid() -> None:
    assert ids.repair_run_id("scheduled__2024") == ids.repair_run_id("scheduled__2024")
    assert uuid.UUID(ids.repair_run_id("scheduled__2024")).version == 5
    assert ids.repair_run_id("0190F5C6-0000-7000-8000-000000000000") == "0190f5c6-0000-7000-8000-000000000000"


def test_the_boundaries_of_parts_count_in_a_digest() -> None:
    assert ids.digest("ab", "c") != ids.digest("a", "bc")
    assert ids.digest("ab") == ids.digest(b"ab")


def test_digests_are_those_of_each_last_part() -> None:
    """Expected: ``digest`` of all parts together."""
    assert ids.digests(("a", b"b"), [b"c", b""]) == [ids.digest("a", "b", "c"), ids.digest("a", "b", "")]


def test_a_text_with_half_characters_has_the_id_of_how_it_is_told() -> None:
    assert ids.spelled("caf\udce9 ü") == "caf\\udce9 ü"
    assert ids.digest("caf\udce9 ü") == ids.digest("caf\\udce9 ü") != ids.digest("caf\udcea ü")
