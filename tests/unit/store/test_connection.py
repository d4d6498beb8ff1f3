"""What the two engines share, on each of them."""

import contextlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from driftline.store.connection import Connection
from driftline.store.postgres import PostgresConnection
from driftline.store.sqlite import SqliteConnection


@pytest.fixture(params=["memory", "file", "postgres"])
def link(
    request: pytest.FixtureRequest, tmp_path: Path, postgres_servers: Callable[[str], Any]
) -> Iterator[Connection]:
    """A connection of every kind."""
    if request.param == "postgres":
        found: Connection = PostgresConnection(postgres_servers("wheel").new_url())
    else:
        found = SqliteConnection(tmp_path / "driftline.db" if request.param == "file" else None)
    yield found
    found.close()


def put(link: Connection, name: str, body: bytes = b"x") -> None:
    link.execute("setting_put", name=name, body=body)


def held(link: Connection, name: str) -> Any:
    row = link.row("setting_get", name=name)
    return row[0] if row else None


def test_work_that_is_undone_is_told_to_those_who_remember(link: Connection) -> None:
    told: list[str] = []
    link.on_rollback(lambda: told.append("undone"))
    with link.transaction():
        pass
    with pytest.raises(KeyError), link.transaction():
        raise KeyError
    assert told == ["undone"]
    link.close()
    link.close()


def test_a_transaction_inside_one_is_undone_alone(link: Connection) -> None:
    with link.transaction():
        put(link, "outer")
        with contextlib.suppress(KeyError), link.transaction():
            put(link, "inner")
            with link.transaction():
                put(link, "innermost")
            raise KeyError
        assert held(link, "inner") is None
        with link.transaction():
            put(link, "second")
    assert [held(link, name) for name in ("outer", "inner", "innermost", "second")] == [b"x", None, None, b"x"]


def test_many_are_written_all_or_none(link: Connection) -> None:
    link.many("setting_put", iter([{"name": str(n), "body": b"%d" % n} for n in range(50)]))
    link.many("setting_put", [])
    assert held(link, "49") == b"49"
    broken = [{"name": "good", "body": b"x"}, {"name": "bad", "body": None}]  # the body may not be null
    with link.transaction():
        put(link, "around")
        with pytest.raises(Exception, match=r"(?i)null"):
            link.many("setting_put", broken)
    assert (held(link, "good"), held(link, "around")) == (None, b"x")


def test_values_come_back_as_the_same_types(link: Connection) -> None:
    link.execute("setting_put", name="a", body=bytes(range(256)))
    assert held(link, "a") == bytes(range(256))
    assert type(held(link, "a")) is bytes
    segment = {"month": "2013-01", "first_id": "", "last_id": "", "since_us": -5, "until_us": 2**62}
    for name, answers in (("one", 2**40), ("two", True)):
        link.execute("ledger_segment_add", name=name, answers=answers, **segment)
    (total,) = link.rows("ledger_count")
    assert total == (2**40 + 1,)
    assert type(total[0]) is int
    edge = {"source": 1, "target": 2, "via": 3, "hops": 2, "provenance": "\u00e9\u4e2d", "to_us": 9}
    link.many("edge_put", [{**edge, "from_us": at, "confidence": sure} for at, sure in ((1, 1), (2, 0.1))])
    assert sorted(link.rows("edges_via", via=3, target=2)) == [
        (1, 1, 9, 2, "\u00e9\u4e2d", 1.0), (1, 2, 9, 2, "\u00e9\u4e2d", 0.1),
    ]  # fmt: skip
    assert {type(row[5]) for row in link.rows("edges_via", via=3, target=2)} == {float}
    for values in link.rows("ledger_segments"):
        assert [type(value) for value in values] == [str, str, int, str, str, int, int]
    assert [row[5:] for row in link.rows("ledger_segments")] == [(-5, 2**62)] * 2


def test_rows_touched_are_counted(link: Connection) -> None:
    put(link, "a")
    assert link.execute("setting_remove", name="a") == 1
    assert link.execute("setting_remove", name="a") == 0


def test_a_writing_statement_without_rows_gives_none(link: Connection) -> None:
    assert link.rows("setting_put", name="a", body=b"x") == []
    assert held(link, "a") == b"x"


def test_a_month_may_be_asked_for_where_the_log_has_no_parts(link: Connection) -> None:
    link.ensure_month(1_700_000_000_000_000)
    link.ensure_month(2**63 - 1)
