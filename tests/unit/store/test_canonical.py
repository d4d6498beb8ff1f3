import random
from typing import Any

from tests.described import describe

from driftline.event.lineage import ColumnEdge, Dataset, History, Job, Place, RunShape, State, Tie, Touched
from driftline.store import Store, open_store, sql
from driftline.store.canonical import TABLES

A, OUT = Dataset("n", "a"), Dataset("n", "out")


def run(number: int) -> History:
    said: dict[str, Any] = {
        "run": f"r{number}",
        "job": Job("n", f"j{number % 2}"),
        "state": "COMPLETE",
        "ended_us": number,
        "inputs": (Touched(dataset=A, aliases=(Dataset("n", "alias"),)),),
        "outputs": (Touched(dataset=OUT, version=f"v{number}", partition=f"p{number}"),),
        "ties": (Tie(Place("JOB", "n", "j0"), Place("JOB", "n", "j1")),),
        "columns": (ColumnEdge(A, "x", OUT, "x"),),
    }
    return History("run", (State(number, RunShape(**said)),))


def filled(order: list[int]) -> Store:
    store = open_store(":memory:")
    for number in order:
        describe(store, "DATASET", "n", "a", (number, 1, b"h"), {"schema": b"{%d}" % number}, columns=("x",))
        store.lineage.on_behalf(Job("n", "j1"), Job("n", "p"), Job("n", "p"), number)
        store.lineage.put([run(number)])
    return store


def test_every_table_has_a_statement_and_something_to_say() -> None:
    store = filled([1, 2])
    assert {f"canonical_{table}" for table in TABLES} == {name for name in sql.load() if name.startswith("canonical_")}
    assert {table for table in TABLES if not list(store.canonical.facts(table))} == set()
    store.close()


def test_the_order_of_writing_and_the_ids_that_follow_from_it_play_no_part() -> None:
    order = list(range(1, 9))
    first = filled(order)
    random.Random(1).shuffle(order)
    second = filled(order)
    assert first.lineage.lookup("dataset:n:out#v3") != second.lineage.lookup("dataset:n:out#v3")  # other ids
    assert first.canonical.digests() == second.canonical.digests()
    assert first.canonical.digest() == second.canonical.digest()
    first.close()
    second.close()


def test_one_fact_more_is_seen_in_its_table() -> None:
    one, other = filled([1, 2]), filled([1, 2, 3])
    differing = {
        table for table, digest in one.canonical.digests().items() if digest != other.canonical.digests()[table]
    }
    assert differing >= {"node", "run", "touch", "version", "trace", "run_columns"}
    assert one.canonical.digest() != other.canonical.digest()
    one.close()
    other.close()


def test_facts_hold_names_and_facets_as_they_came_and_no_numbers_of_the_store() -> None:
    store = filled([1])
    facts = {fact[2]: fact for fact in store.canonical.facts("node") if fact[0] == "DATASET"}
    assert facts["a"][:6] == ("DATASET", "n", "a", "", 1, 1)
    assert facts["a"][6] == [("schema", 1, 1, b"h", b"{1}")]
    assert sorted(store.canonical.facts("flow")) == [
        ("dataset:n:a", "job:n:j1", 1, 2**63 - 1, "explicit"),
        ("job:n:j1", "dataset:n:out", 1, 2**63 - 1, "explicit"),
    ]
    store.close()


def test_an_empty_store_has_a_digest_of_nothing() -> None:
    store = open_store(":memory:")
    assert store.canonical.digest() == "0" * 32
    store.close()
