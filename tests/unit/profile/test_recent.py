"""Profiles of this process are had without their bytes being read; others, and those of long ago, by reading them."""

import pytest

from driftline import profile
from driftline.profile import codec, recent

TABLE = {"n": [1.0, 2.0, None], "s": ["a", "b", "b"]}


@pytest.fixture(autouse=True)
def _nothing_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(recent, "_kept", recent._Kept())


def test_a_profile_that_was_just_made_is_had_as_it_is_and_its_bytes_are_those_of_the_codec() -> None:
    made = profile.build(TABLE)
    data = recent.encoded(made)
    assert data == codec.encode(made)
    assert recent.readable(data) is made


def test_what_is_kept_is_what_its_bytes_say() -> None:
    """To the type of every value: whoever gets the one must not find what the other does not say."""
    made = profile.build({**TABLE, "b": [True, False, None], "e": [None, None, None], "i": [1, 2, 2**53 + 1]})
    assert repr(codec.decode(recent.encoded(made))) == repr(made)


def test_bytes_of_another_process_are_read_and_what_is_none_is_none() -> None:
    made = profile.build(TABLE)
    assert recent.readable(codec.encode(made)) == made
    assert recent.readable(None) is recent.readable(b"") is recent.readable(b"dlp1 damaged") is None


def test_only_so_many_bytes_are_kept_the_newest(monkeypatch: pytest.MonkeyPatch) -> None:
    tables = [profile.build({"n": [float(number)]}) for number in range(9)]
    monkeypatch.setattr(recent, "ROOM", sum(len(codec.encode(one)) for one in tables[-3:]))
    kept = [recent.encoded(one) for one in tables]
    assert [recent.readable(data) is one for data, one in zip(kept, tables, strict=True)] == [False] * 6 + [True] * 3
    assert recent.readable(kept[0]) == tables[0]


def test_a_profile_that_is_made_again_is_counted_once(monkeypatch: pytest.MonkeyPatch) -> None:
    made = profile.build(TABLE)
    monkeypatch.setattr(recent, "ROOM", len(codec.encode(made)))
    for _ in range(3):
        data = recent.encoded(made)
    assert recent.readable(data) is made
