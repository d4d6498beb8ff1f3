"""The inbox: what a row holds, what cannot be kept, and that each answer is decoded once."""

import math
from typing import Any

import pytest

from driftline.errors import BadInput
from driftline.event.answer import Answer
from driftline.store import ledger_inbox, ledger_rows
from driftline.store.sqlite import SqliteConnection


def answer(number: int, **changes: Any) -> Answer:
    return Answer(**{"id": f"{number:03d}", "time_us": number, "endpoint": "desk", **changes})


def test_a_row_gives_its_answer_back() -> None:
    one = answer(1, money=math.pi, features={"delay": 1.0, "n": None})
    assert ledger_inbox.unpack(ledger_inbox.row(one)["body"]) == one


def test_features_that_json_cannot_write_are_kept_as_unknown() -> None:
    one = answer(1, features={"a": math.nan, "b": math.inf, "c": 1.0})
    assert ledger_inbox.unpack(ledger_inbox.row(one)["body"]).features == {"a": None, "b": None, "c": 1.0}


@pytest.mark.parametrize(
    "changes",
    [{"time_us": -1}, {"time_us": 2**62}, {"features": {"n": 2**70}}, {"text": "\ud800"}, {"tokens_in": 2**63}],
    ids=["before 1970", "after 9999", "a number of 71 bits", "half a character", "a count of 64 bits"],
)
def test_what_cannot_be_kept_is_refused_by_its_id(changes: dict[str, Any]) -> None:
    with pytest.raises(BadInput, match="answer 007: "):
        ledger_inbox.row(answer(7, **changes))


@pytest.mark.parametrize(
    ("moment_us", "month"),
    [(0, "1970-01"), (1_359_676_799_999_999, "2013-01"), (1_359_676_800_000_000, "2013-02")],
)
def test_months_begin_at_midnight_utc(moment_us: int, month: str) -> None:
    assert ledger_inbox.month(moment_us) == month  # 1359676800 = 2013-02-01T00:00:00Z, by date(1)


def test_each_waiting_answer_is_decoded_once(monkeypatch: pytest.MonkeyPatch) -> None:
    connection = SqliteConnection(None)
    inbox = ledger_inbox.Inbox(connection)
    decoded: list[int] = []
    to_table = ledger_rows.to_table
    monkeypatch.setattr(ledger_rows, "to_table", lambda rows: decoded.append(len(rows)) or to_table(rows))
    for number in range(120):  # more pieces than are kept apart
        connection.many("answer_inbox_add", [ledger_inbox.row(answer(number))])
        assert inbox.moment().waiting.num_rows == number + 1
    assert inbox.moment().waiting.column("id").to_pylist() == [f"{n:03d}" for n in range(120)]
    assert decoded == [1] * 120
    connection.close()
