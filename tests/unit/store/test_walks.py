import re
import sqlite3

import pytest

from driftline.store import migrate, sql

COUNTS = {  # a number over everything, or one small table that is read as it is
    "answer_inbox_count", "answer_inbox_end", "datasets_total", "incident_counts", "ledger_count", "ledger_moment",
    "ledger_segments", "node_counts", "amounts_total", "tally_all", "outbox_waiting", "pending_count",
}  # fmt: skip
PAGES = {  # read in the order of an index, up to a limit
    "datasets_page", "log_read", "incidents_all", "quarantines_all", "changes_between", "findings_between",
    "answer_inbox_oldest", "answer_inbox_newest", "quarantines_active", "outbox_claim",
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
