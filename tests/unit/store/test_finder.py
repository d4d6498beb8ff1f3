from driftline.event.finding import Finding, Incident
from driftline.event.lineage import Dataset
from driftline.store import open_store
from driftline.store.finder import Wanted

TIME = 1_700_000_000_000_000


def finding(id_: str, name: str, severity: str) -> Finding:
    return Finding(
        id=id_, dataset=Dataset("db", name), version="", detector="volume", kind="volume", statistic="rows",
        severity=severity, time_us=TIME, sentence="There are fewer rows.",
    )  # fmt: skip


def test_what_is_in_an_open_incident_is_in_worse_trouble_than_an_alarm_alone() -> None:
    store = open_store(":memory:")
    store.incidents.put_findings(
        [
            finding("f1", "a", "alarm"),
            finding("f2", "b", "warn"),
            finding("f3", "c", "note"),
            finding("f4", "d", "alarm"),
        ]
    )
    incident = Incident(id="i1", title="a", opened_us=TIME, updated_us=TIME, first_bad_us=TIME, symptom="f1")
    over = Incident(
        id="i2", title="d", opened_us=TIME, updated_us=TIME, first_bad_us=TIME, symptom="f4", state="resolved"
    )
    store.incidents.put(incident)
    store.incidents.put(over)
    assert store.finder.trouble(0) == {"dataset:db:a": "drift", "dataset:db:b": "alarmed", "dataset:db:d": "alarmed"}
    assert store.finder.trouble(TIME + 1) == {"dataset:db:a": "drift"}
    store.close()


def test_an_empty_index_finds_nothing() -> None:
    store = open_store(":memory:")
    found = store.finder.find(Wanted("a"), {}, 10, 0)
    assert (found.hits, found.total, found.more) == ((), 0, False)
    assert store.finder.find(Wanted("///"), {}, 10, 0).total == 0
    store.close()
