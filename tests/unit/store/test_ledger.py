"""The ledger against plain Python: a dict by id is the model, math.fsum over it gives each expected total."""

import math
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from driftline.errors import BadInput, NotFound, StoreUnusable
from driftline.event.answer import Answer, Retrieved, Source, Verdict
from driftline.event.lineage import Dataset, Version
from driftline.store import ledger as ledger_module
from driftline.store.ledger import Ledger, Total
from driftline.store.sqlite import SqliteConnection

START_US = 1_359_600_000_000_000  # 2013-01-31 02:40 UTC: a few days on it is February
HOUR_US = 3_600_000_000
FEATURES = Dataset("file", "features")


def answer(number: int, **changes: Any) -> Answer:
    """Answer ``number`` of an hourly series; ids rise with time, money is not a round number of cents."""
    moment = START_US + number * HOUR_US
    day = number // 8
    values: dict[str, Any] = {
        "id": f"{moment // 1000:012x}-{number:05d}",
        "time_us": moment,
        "endpoint": "refund-desk" if number % 3 else "chat",
        "partition": f"day-{day}",
        "sources": (
            Source("features", Version(FEATURES, f"v{day}")),
            Source("model", Version(Dataset("s3://lake:9000", "model"), "3")),
        ),
        "decision": "refund" if number % 2 else "deny",
        "money": number * 0.1,
        "verdict": Verdict(action="block" if number % 5 == 0 else "allow", money_avoided=number / 7),
    }
    return Answer(**values | changes)


class FailingConnection(SqliteConnection):
    """A store that dies at a named statement."""

    fail_at = ""

    def execute(self, statement: str, /, **values: Any) -> int:
        if statement == self.fail_at:
            raise OSError("the process died here")
        return super().execute(statement, **values)


def opened(folder: Path) -> tuple[FailingConnection, Ledger]:
    connection = FailingConnection(folder / "driftline.db")
    return connection, Ledger(connection, folder / "ledger")


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    connection, found = opened(tmp_path)
    yield found
    found.close()
    connection.close()


def expected(answers: list[Answer]) -> dict[tuple[str, str], tuple[int, float, float]]:
    """Return count, money and avoided by (endpoint, action), in plain Python."""
    groups: dict[tuple[str, str], list[Answer]] = {}
    for one in answers:
        groups.setdefault((one.endpoint, one.verdict.action), []).append(one)
    return {
        key: (
            len(group),
            pytest.approx(math.fsum(one.money for one in group), abs=1e-9),
            pytest.approx(math.fsum(one.verdict.money_avoided for one in group), abs=1e-9),
        )
        for key, group in groups.items()
    }


def totalled(totals: tuple[Total, ...]) -> dict[tuple[str, str], tuple[int, float, float]]:
    return {(total.endpoint, total.action): (total.answers, total.money, total.avoided) for total in totals}


def agrees(ledger: Ledger, model: dict[str, Answer]) -> None:
    """Check every way of reading against the model."""
    newest = sorted(model.values(), key=lambda one: (one.time_us, one.id), reverse=True)
    assert list(ledger.list(limit=1000)) == newest
    assert ledger.count() == len(model)
    assert totalled(ledger.totals(("endpoint", "action"))) == expected(newest)
    stood = [one for one in newest if one.partition == "day-1"]
    bad = Version(FEATURES, "v1").node
    assert totalled(ledger.touching([bad, "dataset:file:nothing"], by=("endpoint", "action"))) == expected(stood)


STEP = st.one_of(
    st.lists(st.integers(0, 39), min_size=1, max_size=8),
    st.sampled_from(["compact", "reopen", "ledger_segment_add", "answer_inbox_clear"]),
)


@settings(max_examples=30)
@given(st.lists(STEP, max_size=14))
def test_any_appends_compactions_reopenings_and_crashes_keep_the_same_answers(
    steps: list[list[int] | str],
) -> None:
    with tempfile.TemporaryDirectory() as place, pytest.MonkeyPatch.context() as patch:
        patch.setattr(ledger_module, "CHUNK", 5)
        patch.setattr(ledger_module, "SMALL", 8)
        connection, ledger = opened(Path(place))
        model: dict[str, Answer] = {}
        for step in steps:
            if isinstance(step, list):
                batch = [answer(number) for number in step]
                before = len(model)
                model |= {one.id: one for one in batch}
                assert ledger.append(batch) == len(model) - before
            elif step == "compact":
                ledger.compact()
                assert ledger.waiting() == 0
            elif step == "reopen":
                ledger.close()
                connection.close()
                connection, ledger = opened(Path(place))
            elif ledger.waiting():
                connection.fail_at = step
                with pytest.raises(OSError, match="died here"):
                    ledger.compact()
                connection.fail_at = ""
            agrees(ledger, model)
        ledger.close()
        connection.close()


DYING = """
import os, sys
from pathlib import Path
from driftline.event.answer import Answer
from driftline.store import ledger_files
from driftline.store.sqlite import SqliteConnection
from driftline.store.ledger import Ledger

class Dying(SqliteConnection):
    def execute(self, statement, /, **values):
        if statement == sys.argv[2]:
            os._exit(9)
        return super().execute(statement, **values)

place = Path(sys.argv[1])
ledger = Ledger(Dying(place / "driftline.db"), place / "ledger")
ledger.append([Answer(id=f"{n:04d}", time_us=n * 10**12, endpoint="desk", money=1.0) for n in range(20)])
ledger.compact()
os._exit(0)
"""


@pytest.mark.parametrize("statement", ["ledger_segment_add", "answer_inbox_clear"])
def test_a_process_that_dies_while_compacting_loses_and_doubles_nothing(tmp_path: Path, statement: str) -> None:
    done = subprocess.run([sys.executable, "-c", DYING, str(tmp_path), statement], check=False, capture_output=True)
    assert done.returncode == 9, done.stderr
    assert list((tmp_path / "ledger").glob("[0-9]*/*.parquet"))  # it died after a file was there
    connection, ledger = opened(tmp_path)
    for _ in range(2):
        assert [(t.answers, t.money) for t in ledger.totals()] == [(20, 20.0)]
        assert len(ledger.list(limit=100)) == 20
        assert ledger.compact() in (20, 0)
    recorded = {segment.name for segment in ledger._segments()}
    left = {file.relative_to(tmp_path / "ledger").as_posix() for file in (tmp_path / "ledger").glob("[0-9]*/*")}
    assert left == recorded | {name.replace(".parquet", ".groups") for name in recorded}
    ledger.close()
    connection.close()


def test_an_answer_sent_again_counts_once_in_the_inbox_and_in_a_segment(ledger: Ledger) -> None:
    first = answer(1)
    other = answer(1, money=9.0)
    assert ledger.append([first, other]) == 1
    assert ledger.append([other]) == 0
    ledger.compact()
    assert ledger.append([other, answer(2)]) == 1
    assert ledger.get(first.id) == first
    assert sum(total.answers for total in ledger.totals()) == 2


def test_an_answer_is_found_by_its_id_wherever_it_lies(ledger: Ledger) -> None:
    ledger.append([answer(1)])
    assert ledger.get(answer(1).id) == answer(1)
    ledger.compact()
    assert ledger.get(answer(1).id) == answer(1)
    assert ledger.get("nothing") is None


def test_pages_follow_each_other_through_inbox_and_segments(ledger: Ledger) -> None:
    everything = [answer(number) for number in range(60)]
    ledger.append(everything[:40])
    ledger.compact()
    ledger.append(everything[40:])
    seen: list[Answer] = []
    while page := ledger.list(limit=7, before_id=seen[-1].id if seen else ""):
        seen += page
    assert seen == everything[::-1]


def test_a_page_can_be_of_one_endpoint_and_one_span(ledger: Ledger) -> None:
    ledger.append([answer(number) for number in range(30)])
    ledger.compact()
    since, until = answer(10).time_us, answer(20).time_us
    found = ledger.list(endpoint="chat", since_us=since, until_us=until)
    assert [one.id for one in found] == [answer(number).id for number in (18, 15, 12)]  # multiples of 3, by hand
    assert ledger.list(limit=0) == ()


def test_a_page_before_an_unknown_answer_is_not_found(ledger: Ledger) -> None:
    with pytest.raises(NotFound, match="a1"):
        ledger.list(before_id="a1")


def test_the_newest_page_opens_only_the_newest_segments(ledger: Ledger, monkeypatch: pytest.MonkeyPatch) -> None:
    for year in range(10):
        ledger.append([answer(number + year * 9000) for number in range(20)])
        ledger.compact()
    opened_names: list[str] = []
    scan = ledger._scanner.rows

    def counting(statement: str, values: Any, segments: Any, *rest: Any) -> Any:
        opened_names.extend(segment.name for segment in segments)
        return scan(statement, values, segments, *rest)

    monkeypatch.setattr(ledger._scanner, "rows", counting)
    assert len(ledger.list(limit=5)) == 5
    assert len(opened_names) == 1
    assert len(ledger._segments()) >= 10


def test_totals_are_within_a_span_that_ends_before_its_end(ledger: Ledger) -> None:
    ledger.append([answer(number, endpoint="desk", currency="USD", money=1.0) for number in range(10)])
    ledger.compact()
    ledger.append([answer(number, endpoint="desk", currency="USD", money=1.0) for number in range(10, 20)])
    (total,) = ledger.totals((), since_us=answer(5).time_us, until_us=answer(15).time_us)
    assert (total.answers, total.money, total.endpoint) == (10, 10.0, "")


def test_currencies_are_never_added_together(ledger: Ledger) -> None:
    ledger.append([answer(1, money=3.0, currency="USD"), answer(2, money=4.0, currency="EUR")])
    assert [(total.currency, total.money) for total in ledger.totals(())] == [("EUR", 4.0), ("USD", 3.0)]


def test_totals_by_partition_and_decision_are_sorted(ledger: Ledger) -> None:
    ledger.append([answer(number, money=1.0) for number in range(16)])
    keys = [(total.partition, total.decision, total.answers) for total in ledger.totals(("partition", "decision"))]
    assert keys == [
        ("day-0", "deny", 4),
        ("day-0", "refund", 4),
        ("day-1", "deny", 4),
        ("day-1", "refund", 4),
    ]


def test_an_unknown_key_is_refused_with_the_known_ones(ledger: Ledger) -> None:
    with pytest.raises(BadInput, match=r"by colour; known are endpoint, partition, action, decision"):
        ledger.totals(("colour",))


def test_a_dataset_stands_for_all_its_versions(ledger: Ledger) -> None:
    ledger.append([answer(number) for number in range(20)])
    assert sum(total.answers for total in ledger.touching([FEATURES.node])) == 20
    assert sum(total.answers for total in ledger.touching([Version(FEATURES, "v0").node])) == 8
    assert ledger.touching([]) == ()


def test_money_that_is_no_number_counts_as_an_answer_only(ledger: Ledger) -> None:
    ledger.append([answer(1, money=math.nan), answer(2, money=math.inf), answer(4, money=2.0)])
    ledger.compact()
    (total,) = ledger.totals()
    assert (total.answers, total.money) == (3, 2.0)


def test_an_answer_that_cannot_be_kept_refuses_its_batch_and_nothing_else(ledger: Ledger) -> None:
    with pytest.raises(BadInput, match="before 1970"):
        ledger.append([answer(1), answer(2, time_us=-1)])
    assert ledger.count() == 0
    assert ledger.append([]) == 0


def test_totals_inside_a_transaction_that_is_undone_leave_no_trace(tmp_path: Path) -> None:
    connection, ledger = opened(tmp_path)

    def undone() -> None:
        with connection.transaction():
            ledger.append([answer(1)])
            assert sum(total.answers for total in ledger.totals()) == 1
            raise OSError("undone")

    with pytest.raises(OSError, match="undone"):
        undone()
    assert ledger.totals() == ()
    ledger.append([answer(2)])
    assert [total.answers for total in ledger.totals()] == [1]
    ledger.close()
    connection.close()


def test_a_second_process_compacting_is_seen_by_the_first(tmp_path: Path) -> None:
    connection, ledger = opened(tmp_path)
    ledger.append([answer(number) for number in range(10)])
    assert sum(total.answers for total in ledger.totals()) == 10
    other_connection, other = opened(tmp_path)
    for number in range(10, 14):  # each compaction rewrites February's file and sweeps the one before
        other.append([answer(number)])
        other.compact()
        assert sum(total.answers for total in ledger.totals()) == number + 1
        assert ledger.list(limit=1) == (answer(number),)
    for opened_one in (ledger, other):
        opened_one.close()
    connection.close()
    other_connection.close()


def test_a_lost_segment_is_said_not_passed_over(tmp_path: Path) -> None:
    connection, ledger = opened(tmp_path)
    ledger.append([answer(1)])
    ledger.compact()
    for file in (tmp_path / "ledger").glob("[0-9]*/*.parquet"):
        file.unlink()
    with pytest.raises(StoreUnusable, match="answer ledger"):
        ledger.totals()
    ledger.close()
    connection.close()


def test_a_ledger_without_a_folder_keeps_everything_in_the_inbox() -> None:
    connection = SqliteConnection(None)
    ledger = Ledger(connection, None)
    ledger.append([answer(number) for number in range(5)])
    assert ledger.compact() == 0
    assert sum(total.answers for total in ledger.totals()) == 5
    assert ledger.list(limit=1) == (answer(4),)
    ledger.close()
    connection.close()


def test_compaction_waits_until_enough_is_there(ledger: Ledger) -> None:
    ledger.append([answer(1)])
    assert ledger.compact(at_least=2) == 0
    assert ledger.waiting() == 1
    ledger.append([answer(2)])
    assert ledger.compact(at_least=2) == 2


def test_segments_of_an_earlier_version_are_renewed_and_their_answers_stay(ledger: Ledger, tmp_path: Path) -> None:
    made = [answer(number) for number in range(30)]
    ledger.append(made)
    ledger.compact()
    (segment,) = [one for one in ledger._segments() if one.month == "2013-01"]
    place = tmp_path / "ledger" / "2013-01" / "old.parquet"
    now = pq.read_table(tmp_path / "ledger" / segment.name)
    pq.write_table(now.replace_schema_metadata({"format": "driftline-ledger-2"}), place)
    ledger._connection.execute("ledger_segment_remove", name=segment.name)
    old = msgspec.structs.replace(segment, name="2013-01/old.parquet")
    ledger._connection.execute("ledger_segment_add", **msgspec.structs.asdict(old))
    assert list(ledger.list(limit=100)) == made[::-1]
    assert [ledger.get(one.id) for one in made] == made
    assert ledger.renew() == 1
    assert ledger.renew() == 0
    assert not place.exists()
    assert list(ledger.list(limit=100)) == made[::-1]
    assert [ledger.get(one.id) for one in made] == made
    assert ledger.append(made) == 0


def test_the_newest_of_a_document_that_meet_another_condition_are_found_however_rare(ledger: Ledger) -> None:
    used = (Retrieved("xxh3:a", "page#1"),)
    made = [answer(number, documents=used, endpoint="rare" if number % 50 == 0 else "desk") for number in range(400)]
    ledger.append(made)
    ledger.compact()
    rare = [one for one in reversed(made) if one.endpoint == "rare"]
    assert list(ledger.list(documents=["page"], endpoint="rare", limit=3)) == rare[:3]
    assert list(ledger.list(documents=["page"], endpoint="rare", limit=3, before_id=rare[2].id)) == rare[3:6]
    assert list(ledger.list(documents=["xxh3:a"], endpoint="rare", limit=50)) == rare
