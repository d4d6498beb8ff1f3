"""Two versions of ``n:table``; what differs is known from how the second was made from the first."""

from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import pytest

from driftline import clock, profile
from driftline.config import Settings
from driftline.engine import cells, replaced, upkeep
from driftline.engine.engine import Engine
from driftline.errors import BadInput, NotFound
from driftline.event import facets
from driftline.event.answer import Answer, Source
from driftline.event.lineage import Dataset, Node, Subgraph, Version
from driftline.event.report import DataChange
from driftline.profile import facet

NODE = "dataset:n:table"
TABLE = {"a": [1, 2, 3], "b": ["x", "y", "z"]}


def state(version: str, table: Any = None, **more: Any) -> dict[str, Any]:
    held: dict[str, Any] = {"driftline_state": {"version": version, **more}}
    if table is not None:
        found = profile.fingerprint(table, rows=True)
        held["driftline_state"]["fingerprint"] = found.value
        held["driftline_fingerprint"] = facets.pack("driftline_fingerprint", facet.made(found))
    return held


def opened(home: Path, *states: dict[str, Any]) -> Engine:
    engine = Engine.open(Settings(home=str(home), console=False))
    for day, said in enumerate(states, 1):
        event = {
            "eventType": "COMPLETE",
            "eventTime": f"2024-01-0{day}T00:00:00Z",
            "run": {"runId": f"00000000-0000-0000-0000-{day:012d}"},
            "job": {"namespace": "etl", "name": "load"},
            "inputs": [],
            "outputs": [{"namespace": "n", "name": "table", "facets": said}],
        }
        (receipt,) = engine.ingest_many([msgspec.json.encode(event)])
        assert receipt.status == "accepted"
    return engine


def differ(home: Path, *states: dict[str, Any]) -> tuple[DataChange, ...]:
    with opened(home, *states) as engine:
        since, until = (engine.moment(f"{NODE}#{said['driftline_state']['version']}") for said in states[:2])
        return engine.diff(NODE, since_us=since, until_us=until).data


def test_two_versions_tell_the_sql_that_made_the_second_otherwise(tmp_path: Path) -> None:
    def event(day: int, query: str) -> bytes:
        said = {
            "eventType": "COMPLETE",
            "eventTime": f"2024-01-0{day}T00:00:00Z",
            "run": {"runId": f"00000000-0000-0000-0000-{day:012d}", "facets": {"driftline_code": {"version": query}}},
            "job": {"namespace": "etl", "name": "load", "facets": {"sql": {"query": query}}},
            "outputs": [{"namespace": "n", "name": "table", "facets": state(str(day))}],
        }
        return msgspec.json.encode(said)

    with Engine.open(Settings(home=str(tmp_path), console=False)) as engine:
        engine.ingest_many([event(1, "select a from t")])
        engine.ingest_many([event(2, "select * from t")])
        found = cells.between(engine.house, f"{NODE}#1", f"{NODE}#2")
        assert [one.sql for one in found.code] == ["'select a from t' became 'select * from t'"]
        assert found.sentence.endswith(" load ran other SQL: 'select a from t' became 'select * from t'.")


def test_a_changed_cell_is_told_by_column_and_rows(tmp_path: Path) -> None:
    (found,) = differ(tmp_path, state("1", TABLE), state("2", {**TABLE, "b": ["x", "?", "z"]}))
    assert (found.node, found.before, found.after, found.verdict) == (NODE, "1", "2", "changed")
    assert [(one.name, one.change, one.rows) for one in found.columns] == [("b", "changed", ((0, 2),))]
    assert found.sentence == "1 row went and 1 row came."


@pytest.mark.parametrize(
    ("table", "verdict"),
    [
        ({"a": [2, 1, 3], "b": ["y", "x", "z"]}, "reordered"),
        ({"a": [1, 2, 3, 4], "b": ["x", "y", "z", "z"]}, "appended"),
        ({"a": [1, 3], "b": ["x", "z"]}, "removed"),
        ({"a": [1, 2, 3]}, "columns"),
        ({"a": np.array([1.0, 2.0, 3.0]), "b": TABLE["b"]}, "same"),
    ],
)
def test_what_became_of_the_rows_is_told(tmp_path: Path, table: Any, verdict: str) -> None:
    (found,) = differ(tmp_path, state("1", TABLE), state("2", table))
    assert found.verdict == verdict


def test_columns_that_came_and_went_are_told(tmp_path: Path) -> None:
    (found,) = differ(tmp_path, state("1", TABLE), state("2", {"a": [1, 2, 3], "c": [1, 2, 3]}))
    assert [(one.name, one.change) for one in found.columns] == [("c", "came"), ("b", "went")]


def test_what_is_not_known_is_said(tmp_path: Path) -> None:
    (found,) = differ(tmp_path / "1", state("1", TABLE), state("2"))
    assert (found.verdict, found.sure) == ("unknown", False)
    old, older = state("1", fingerprint="t2-1:aa"), state("2", fingerprint="t2-1:aa")
    (found,) = differ(tmp_path / "2", old, older)
    assert found.sentence == "Another version with the same content."
    (found,) = differ(tmp_path / "3", old, state("2", fingerprint="t2-1:bb"))
    assert (found.verdict, found.columns) == ("changed", ())
    (found,) = differ(tmp_path / "4", old, state("2", TABLE))
    assert (found.verdict, found.sure) == ("unknown", False)
    assert "measured by two releases of Driftline" in found.sentence


@pytest.mark.parametrize(
    ("before", "after", "why"),
    [
        ("w2-2:aa", "xxh3:bb", "of the second version only the bytes were hashed, not its table"),
        ("xxh3:bb", "t2-2:aa", "of the first version only the bytes were hashed, not its table"),
        (
            "w2-2:aa",
            "t2-2:bb",
            "one version was measured as text, cell by cell as it is written, the other by its values",
        ),
        ("w2-1:aa", "w2-2:bb", "measured by two releases of Driftline"),
    ],
)
def test_why_fingerprints_of_two_forms_are_not_compared_is_said_in_words(
    tmp_path: Path, before: str, after: str, why: str
) -> None:
    (found,) = differ(tmp_path, state("1", fingerprint=before), state("2", fingerprint=after))
    assert (found.verdict, found.sure) == ("unknown", False)
    assert why in found.sentence
    assert found.sentence.endswith("--rows compares the files themselves, where both can still be read.")


def test_another_slice_is_no_change_of_the_first_but_came(tmp_path: Path) -> None:
    days = [state(str(day), {"a": [day]}, partition=f"2024-01-0{day}") for day in (1, 2)]
    (found,) = differ(tmp_path, *days)
    assert (found.verdict, found.partition, found.before, found.after) == ("came", "2024-01-02", "", "2")


def test_a_facet_that_cannot_be_read_costs_the_places_only(tmp_path: Path) -> None:
    broken = state("2", {"a": [9]})
    broken["driftline_fingerprint"] = {"value": 5}
    with opened(tmp_path, state("1", TABLE)) as engine:
        event = {
            "eventType": "COMPLETE", "eventTime": "2024-01-02T00:00:00Z", "inputs": [],
            "run": {"runId": "00000000-0000-0000-0000-000000000009"}, "job": {"namespace": "etl", "name": "load"},
            "outputs": [{"namespace": "n", "name": "table", "facets": broken}],
        }  # fmt: skip
        (receipt,) = engine.ingest_many([msgspec.json.encode(event)])
        assert "driftline_fingerprint" in str(receipt.facets)
        (found,) = engine.diff(NODE, since_us=clock.parse("2024-01-01T00:00:00Z")).data
    assert (found.verdict, found.sentence) == ("changed", "The content differs; where is not known.")


def test_retention_keeps_the_hashes_of_versions_that_stay(tmp_path: Path) -> None:
    with opened(tmp_path, state("1", TABLE), state("2", {**TABLE, "a": [1, 2, 4]})) as engine:
        idle = {
            "eventType": "COMPLETE", "eventTime": "2023-01-02T00:00:00Z", "inputs": [],
            "run": {"runId": "00000000-0000-0000-0000-000000000009"}, "job": {"namespace": "etl", "name": "idle"},
            "outputs": [{"namespace": "n", "name": "other", "facets": state("0", {"q": [7]})}],
        }  # fmt: skip
        engine.ingest_many([msgspec.json.encode(idle)])
        assert upkeep.prune(engine.house, clock.parse("2023-06-01")).runs == 1
        (found,) = engine.diff(NODE, since_us=engine.moment(f"{NODE}#1")).data
        assert [one.name for one in found.columns] == ["a"]


def test_two_versions_are_compared_whatever_lay_between_them(tmp_path: Path) -> None:
    fields = {"fields": [{"name": "a", "type": "int64"}, {"name": "b", "type": "string"}]}
    wider = {"fields": [{"name": "a", "type": "double"}, {"name": "b", "type": "string"}]}
    first = {**state("1", TABLE), "schema": fields}
    second = {**state("2", {**TABLE, "a": [1.5, 2, 3]}), "schema": wider}
    with opened(tmp_path, first, second, state("3", TABLE)) as engine:
        found = cells.between(engine.house, f"{NODE}#1", f"{NODE}#2")
        same = cells.between(engine.house, f"{NODE}#1", f"{NODE}#3")
        back = cells.between(engine.house, f"{NODE}#2", f"{NODE}#1")
    (change,) = found.data
    assert [(one.name, one.change, one.rows) for one in change.columns] == [("a", "changed", ((0, 2),))]
    assert [(one.field, one.before, one.after) for one in found.fields] == [("a", "int64", "double")]
    assert found.sentence == change.sentence == "1 row went and 1 row came."
    assert found.since_us < found.until_us
    assert (back.data[0].before, back.data[0].after, back.since_us) == ("2", "1", found.until_us)
    assert (same.data[0].verdict, same.fields) == ("same", ())


def test_versions_of_two_datasets_or_none_are_refused(tmp_path: Path) -> None:
    with opened(tmp_path, state("1", TABLE)) as engine:
        with pytest.raises(BadInput, match="is no version"):
            cells.between(engine.house, f"{NODE}#1", NODE)
        with pytest.raises(NotFound):
            cells.between(engine.house, f"{NODE}#1", f"{NODE}#9")


def test_what_an_answer_stands_on_is_compared_with_what_it_was_before(tmp_path: Path) -> None:
    """By hand: one cell of the raw table changed, and with it one of what was made of it; the raw one was first."""
    raw = [{"a": [1, 2, 3], "c": [7, 8, 9]}, {"a": [1, 2, 4], "c": [7, 8, 9]}]
    made = [{"b": [10, 20, 30]}, {"b": [10, 20, 40]}]
    with Engine.open(Settings(home=str(tmp_path), console=False)) as engine:
        for day, (one, two) in enumerate(zip(raw, made, strict=True), 1):
            source = {"namespace": "n", "name": "raw", "facets": state(f"r{day}", one)}
            target = {"namespace": "n", "name": "table", "facets": state(f"t{day}", two)}
            for job, inputs, outputs in (("load", [], [source]), ("make", [source], [target])):
                event = {
                    "eventType": "COMPLETE", "eventTime": f"2024-01-0{day}T0{len(inputs)}:00:00Z",
                    "run": {"runId": f"00000000-0000-0000-000{len(inputs)}-{day:012d}"},
                    "job": {"namespace": "etl", "name": job}, "inputs": inputs, "outputs": outputs,
                }  # fmt: skip
                engine.ingest_many([msgspec.json.encode(event)])
        told = {}
        for day in (1, 2):
            sources = (Source("features", Version(Dataset("n", "table"), f"t{day}")),)
            engine.house.store.ledger.append([Answer(id=f"0{day}", time_us=clock.parse(f"2024-01-0{day}T02:00:00Z"),
                                                     endpoint="desk", sources=sources)])  # fmt: skip
            told[day] = engine.why(f"0{day}")
    assert told[1].data == ()
    assert told[1].sentence == "It stood on features table. Nothing upstream of it moved."
    assert [(one.node, one.before, one.after) for one in told[2].data] == [
        (NODE, "t1", "t2"),
        ("dataset:n:raw", "r1", "r2"),
    ]
    assert [[column.name for column in one.columns] for one in told[2].data] == [["b"], ["a"]]
    assert told[2].sentence == (
        "It stood on features table. No alarm upstream; "
        "what changed first is raw, at 2024-01-02 00:00 UTC: 1 row went and 1 row came."
    )


def test_a_slice_is_compared_with_what_it_was_before_whatever_came_between(tmp_path: Path) -> None:
    """By hand: the first of January comes again, changed, after the second."""
    states = [
        state("1", {"a": [1, 2]}, partition="2024-01-01"),
        state("2", {"a": [8, 9]}, partition="2024-01-02"),
        state("3", {"a": [1, 5]}, partition="2024-01-01"),
    ]
    with opened(tmp_path, *states) as engine:
        days = [clock.parse(f"2024-01-0{day}T00:00:00Z") for day in (1, 2, 3)]
        nodes = [
            Node(id=f"{NODE}#{number}", type="VERSION", label="", time_us=time_us)
            for number, time_us in enumerate(days, 1)
        ]
        assert replaced.behind(engine.house, [Subgraph(nodes=tuple(nodes[:2]))], days[2]) == ()
        stood = msgspec.structs.replace(nodes[0], depth=0)
        later = msgspec.structs.replace(nodes[2], depth=-1)
        assert replaced.behind(engine.house, [Subgraph(nodes=(stood, later))], days[1]) == ()  # it had not come yet
        (found,) = replaced.behind(engine.house, [Subgraph(nodes=tuple(nodes))], days[2])
    assert (found.before, found.after, found.sentence) == ("1", "3", "1 row went and 1 row came.")
    assert found.partition == "2024-01-01"


def test_what_changed_before_the_nearest_was_last_made_is_not_told_again(tmp_path: Path) -> None:
    """By hand: the table stood on the change of the second day already when it was made for the time before."""
    with opened(tmp_path, *(state(str(day), {"a": [day]}) for day in (1, 2, 3))) as engine:
        days = [clock.parse(f"2024-01-0{day}T00:00:00Z") for day in (1, 2, 3)]
        near, far = (
            Node(id=f"{NODE}#{number}", type="VERSION", label="", depth=depth, time_us=days[number - 1])
            for number, depth in ((3, 0), (2, -1))
        )
        assert [one.after for one in replaced.behind(engine.house, [Subgraph(nodes=(far, near))], days[2])] == ["3"]
        assert [
            one.after
            for one in replaced.behind(engine.house, [Subgraph(nodes=(far,)), Subgraph(nodes=(near,))], days[2])
        ] == ["2", "3"]
