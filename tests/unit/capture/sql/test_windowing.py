"""Windows of time in FROM. Edges by hand from Flink's and RisingWave's manuals."""

from collections.abc import Callable
from typing import Any

import pytest

Tell = Callable[..., list[Any]]
SCHEMA = {"calls": ("at", "cost"), "s.calls": ("at", "cost")}
LIMITS = {name: ["calls.at TRANSFORMATION"] for name in ("window_start", "window_end")}


@pytest.mark.parametrize(
    "call",
    [
        "TUMBLE(TABLE calls, DESCRIPTOR(at), INTERVAL '10' MINUTES)",
        "HOP(TABLE calls, DESCRIPTOR(at), INTERVAL '5' MINUTES, INTERVAL '10' MINUTES)",
        "CUMULATE(DATA => TABLE calls, TIMECOL => DESCRIPTOR(at), STEP => INTERVAL '2' HOUR, SIZE => INTERVAL '1' DAY)",
        "SESSION((SELECT * FROM calls), DESCRIPTOR(at), INTERVAL '10' MINUTES)",
    ],
)
def test_a_window_adds_its_limits_to_the_columns_of_its_table(tell: Tell, call: str) -> None:
    (one,) = tell(f"SELECT * FROM TABLE({call})", "flink", SCHEMA)
    own = {"at": ["calls.at IDENTITY"], "cost": ["calls.cost IDENTITY"]}
    assert (one.columns, one.problem) == ({**own, **LIMITS, "window_time": ["calls.at TRANSFORMATION"]}, "")
    assert one.doubts == []


def test_groups_by_window_are_groups_by_time(tell: Tell) -> None:
    (one,) = tell(
        "INSERT INTO m (since, cost) SELECT w.window_start, sum(cost) FROM TABLE(TUMBLE(TABLE s.calls, DESCRIPTOR(at), "
        "INTERVAL '1' DAY)) AS w GROUP BY w.window_start",
        "flink",
        SCHEMA,
    )
    assert one.columns == {"since": ["s.calls.at TRANSFORMATION"], "cost": ["s.calls.cost AGGREGATION"]}
    assert one.rows == ["s.calls.at GROUP_BY"]


def test_a_table_named_as_a_column_is_a_table(tell: Tell) -> None:
    (one,) = tell("SELECT * FROM TUMBLE(calls, at, INTERVAL '1 hour') AS w", "risingwave", SCHEMA)
    assert one.columns == {"at": ["calls.at IDENTITY"], "cost": ["calls.cost IDENTITY"], **LIMITS}
    (one,) = tell("WITH q AS (SELECT at FROM calls) SELECT window_end FROM HOP(q, at, INTERVAL '1 h', INTERVAL '2 h')",
                  "risingwave", SCHEMA)  # fmt: skip
    assert one.columns == {"window_end": ["calls.at TRANSFORMATION"]}
