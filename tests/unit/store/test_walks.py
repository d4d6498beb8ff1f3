import re
import sqlite3
from pathlib import Path

import msgspec
import pytest

from driftline.config import Settings
from driftline.engine.engine import Engine
from driftline.store import migrate, sql
from driftline.store.walks import NOW, Direction

COUNTS = {  # a number over everything, or one small table that is read as it is
    "answer_inbox_count", "answer_inbox_end", "datasets_total", "incident_counts", "ledger_count", "ledger_moment",
    "ledger_segments", "node_counts", "amounts_total", "tally_all", "outbox_waiting", "pending_count",
}  # fmt: skip
PAGES = {  # read in the order of an index, up to a limit
    "datasets_page", "log_read", "incidents_all", "quarantines_all", "changes_between", "findings_between",
    "answer_inbox_oldest", "answer_inbox_newest", "quarantines_active", "outbox_claim",
    "runs_newest",
    "pending_next",  # the queue of what is to be folded: empty as a rule, and taken from its beginning
    "receipts_refused",  # along an index that holds only what is in quarantine
}  # fmt: skip
SEARCHES = {"nodes_like", "fields_named"}  # by a piece of a name
CANONICAL = {name for name in sql.load() if name.startswith("canonical_")}  # the state of the whole store, on purpose
CATALOGUE = {  # what people say, which is little; and once a day of event time, what is used
    "blocks_at", "entries_used", "labels_any", "marks_told", "states_said_of", "tag_kinds", "terms_all",
}  # fmt: skip
READING = {"run_events_counted"}  # along an index, counted up to a bound beyond the page
ARRAYS = {"edges_whole", "flows_whole"}  # the graph that is held in memory is read once
SWEEP = {"blobs_named", "blobs_profiles", "facets_all", "log_bodies", "version_bodies"}  # once through everything
WHOLE = COUNTS | PAGES | SEARCHES | CANONICAL | SWEEP | CATALOGUE | READING | ARRAYS


@pytest.mark.parametrize("name", sorted(sql.load().keys() - WHOLE))
def test_a_statement_steps_along_keys_and_never_scans_a_table(name: str) -> None:
    raw = sqlite3.connect(":memory:", isolation_level=None)
    migrate.migrate(raw)
    statement = sql.load()[name]
    values: dict[str, object] = dict.fromkeys(re.findall(r":([a-z_]+)", statement.text), 1)
    plan = raw.execute(f"explain query plan {statement.text}", values).fetchall()
    scans = [step[3] for step in plan if re.match(r"SCAN (?!walk|reached|near|w\b|CONSTANT|json_each)", step[3])]
    assert scans == [], plan
    raw.close()


def test_every_exception_is_a_statement() -> None:
    assert WHOLE - sql.load().keys() == set()


def event(day: int, job: str, read: tuple[str, str], written: tuple[str, str]) -> bytes:
    inputs, outputs = (
        [{"namespace": "n", "name": name, "facets": {"driftline_state": {"version": version}}}]
        for name, version in (read, written)
    )
    run = {"runId": f"00000000-0000-0000-0000-{day:012d}"}
    named = {"namespace": "etl", "name": job}
    body = {"eventType": "COMPLETE", "eventTime": f"2024-01-0{day}T00:00:00Z", "run": run, "job": named}
    return msgspec.json.encode({**body, "inputs": inputs, "outputs": outputs})


@pytest.mark.parametrize(
    ("read", "followed"),
    [
        (("", ""), True),
        (("t4-1:aa", "t4-1:bb"), True),  # other rows at each time, as the readers saw them
        (("t4-1:aa", "t4-1:aa"), True),
        (("xxh3:aa", "xxh3:bb"), False),  # bytes that nobody wrote come from somewhere else
    ],
)
def test_a_table_that_its_reader_names_by_its_rows_is_the_one_that_was_written_last(
    tmp_path: Path, read: tuple[str, str], followed: bool
) -> None:
    with Engine.open(Settings(home=str(tmp_path), console=False)) as engine:
        engine.ingest_many([
            event(1, "load", ("source", "s1"), ("table", "run:1")), event(2, "use", ("table", read[0]), ("out", "o1")),
            event(3, "load", ("source", "s2"), ("table", "run:3")), event(4, "use", ("table", read[1]), ("out", "o2")),
        ])  # fmt: skip
        walks = engine.house.store.walks
        names = {id_: f"{row[2]}#{row[3]}" for id_, row in walks.version_rows(range(1, 50)).items()}
        ids = {name: id_ for id_, name in names.items()}

        def reached(start: str, direction: Direction) -> set[str]:
            walk = walks.versions(ids[start], direction, 5, NOW, 100)
            return {names[place] for place in walk.far if place > 0}

        if followed:
            assert reached("out#o1", "up") == reached("source#s1", "down") == {"out#o1", "table#run:1", "source#s1"}
            assert reached("out#o2", "up") == reached("source#s2", "down") == {"out#o2", "table#run:3", "source#s2"}
        else:
            assert reached("out#o1", "up") == {"out#o1", f"table#{read[0]}"}
            assert reached("source#s1", "down") == {"source#s1", "table#run:1"}
