import re
import sqlite3

import pytest

from driftline.store import migrate, sql

# Those that read a whole table on purpose: counts, pages of the catalogue, searches by a piece of a name.
WHOLE = {
    "answer_inbox_count", "answer_inbox_end", "datasets_page", "datasets_total", "incident_counts", "ledger_count",
    "ledger_moment", "ledger_segments", "log_read", "node_counts", "nodes_like", "run_count", "tally_all",
    "version_count", "incidents_all", "quarantines_all", "changes_between", "findings_between", "answer_inbox_oldest",
    "quarantines_active", "log_quarantined", "outbox_waiting", "outbox_claim", "answer_inbox_newest", "fields_named",
}  # fmt: skip


@pytest.mark.parametrize("name", sorted(sql.load().keys() - WHOLE))
def test_a_statement_steps_along_keys_and_never_scans_a_table(name: str) -> None:
    raw = sqlite3.connect(":memory:", isolation_level=None)
    migrate.migrate(raw)
    statement = sql.load()[name]
    values = dict.fromkeys(re.findall(r":([a-z_]+)", statement.text), 1)
    plan = raw.execute(f"explain query plan {statement.text}", values).fetchall()
    scans = [step[3] for step in plan if re.match(r"SCAN (?!walk|reached|near|w\b|CONSTANT|json_each)", step[3])]
    assert scans == [], plan
    raw.close()
