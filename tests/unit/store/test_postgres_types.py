from typing import Any

import psycopg
import pytest

from driftline.store import postgres_types


def told(postgres: Any, text: str, *values: Any) -> Any:
    with psycopg.connect(postgres.url()) as raw:
        postgres_types.register(raw.adapters)
        row = raw.execute(text, values).fetchone()
    assert row is not None
    return row[0]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("select sum(x) from (values (cast(3 as bigint)), (4)) as t (x)", 7),
        ("select sum(x) from (values (cast(-3 as bigint))) as t (x)", -3),
        ("select avg(x) from (values (cast(3 as bigint)), (4)) as t (x)", 3.5),
        ("select count(*)", 1),
        ("select 1 = 1", 1),
        ("select 1 = 2", 0),
        ("select cast('{\"a\": 1}' as json)", '{"a": 1}'),
        ("select cast('{\"a\": 1}' as jsonb)", '{"a": 1}'),
        ("select cast('\\x00ff' as bytea)", b"\x00\xff"),
        ("select cast(0.1 as double precision)", 0.1),
    ],
)
def test_values_come_as_from_sqlite(postgres: Any, text: str, expected: Any) -> None:
    found = told(postgres, text)
    assert (found, type(found)) == (expected, type(expected))


@pytest.mark.parametrize("value", [0, 1, -1, 2**15, 2**31, 2**63 - 1, -(2**63), True])
def test_whole_numbers_travel_as_bigint(postgres: Any, value: int) -> None:
    assert told(postgres, "select %s", value) == int(value)
    assert told(postgres, "select cast(pg_typeof(%s) as text)", value) == "bigint"


def test_the_one_sign_that_a_text_cannot_hold_is_replaced(postgres: Any) -> None:
    assert told(postgres, "select cast(%s as text)", "a\0b é") == "a\ufffdb é"
