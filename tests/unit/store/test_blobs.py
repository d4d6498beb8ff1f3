from collections.abc import Iterator

import pytest

from driftline.event import ids
from driftline.store import blobs as module
from driftline.store.blobs import Blobs, key
from driftline.store.connection import Connection
from driftline.store.sqlite import SqliteConnection


@pytest.fixture
def connection() -> Iterator[Connection]:
    opened = SqliteConnection(None)
    yield opened
    opened.close()


def test_bytes_are_kept_once_and_found_by_number_and_by_content(connection: Connection) -> None:
    blobs = Blobs(connection)
    one = blobs.number(b"one" * 100)
    assert blobs.numbers([b"one" * 100, b"two", b"two"]) == {b"one" * 100: one, b"two": blobs.number(b"two")}
    assert (blobs.get(one), blobs.get(blobs.number(b"two"))) == (b"one" * 100, b"two")
    assert blobs.find(ids.content(b"two")) == b"two"
    assert blobs.find(ids.content(b"three")) is None
    assert connection.row("blob_marked", hash=key(b"two")[0], mark=key(b"two")[1]) is not None


def test_another_who_adds_the_same_bytes_gets_the_same_number(connection: Connection) -> None:
    assert Blobs(connection).number(b"same") == Blobs(connection).number(b"same")


def test_a_key_is_the_hash_in_two_halves_that_a_database_can_hold() -> None:
    for data in (b"", b"a", b"b" * 1_000):
        high, low = key(data)
        assert -(2**63) <= min(high, low) <= max(high, low) < 2**63
        assert (high + 2**63) * 2**64 + low + 2**63 == int(ids.content(data), 16)


def test_what_was_undone_is_forgotten(connection: Connection) -> None:
    blobs = Blobs(connection)

    def fail() -> None:
        with connection.transaction():
            blobs.get(blobs.number(b"never was"))
            raise KeyError

    with pytest.raises(KeyError):
        fail()
    assert blobs.find(ids.content(b"never was")) is None
    number = blobs.number(b"never was")
    assert Blobs(connection).get(number) == b"never was"


def test_a_number_that_was_never_given_has_no_bytes(connection: Connection) -> None:
    with pytest.raises(KeyError):
        Blobs(connection).get(77)


def test_what_is_remembered_has_a_bound(connection: Connection, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_NUMBERS", 3)
    monkeypatch.setattr(module, "_BYTES", 10)
    blobs = Blobs(connection)
    parts = [b"part %d" % number for number in range(20)]
    numbers = [blobs.number(part) for part in parts]
    assert len(blobs._numbers) <= 4
    assert [blobs.get(number) for number in numbers] == parts
    assert blobs._size <= 20
    assert blobs.fetch(numbers) == dict(zip(numbers, parts, strict=True))


def test_more_than_can_be_asked_for_at_once_are_found(connection: Connection, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_TOGETHER", 2)
    parts = [b"%d" % number for number in range(5)]
    numbers = Blobs(connection).numbers(parts)
    assert Blobs(connection).numbers(parts) == numbers
    assert Blobs(connection).fetch(list(numbers.values())) == {number: part for part, number in numbers.items()}
