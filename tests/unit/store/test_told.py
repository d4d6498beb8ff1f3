import json

from tests.described import describe

from driftline.store import open_store


def test_a_node_that_nobody_spoke_of_is_told_nothing_of() -> None:
    store = open_store(":memory:")
    assert store.tellings.of("DATASET", "db", "a", 1).tags == ()
    assert store.tellings.tagged([1], 1) == []
    store.close()


def test_only_nodes_that_events_tag_are_read() -> None:
    store = open_store(":memory:")
    tags = json.dumps({"tags": [{"key": "pii", "field": "x"}]}).encode()
    for name, facets in (("a", {"tags": tags}), ("b", {"ownership": b'{"owners": [{"name": "ann"}]}'})):
        describe(store, "DATASET", "db", name, (1, 0, b"e"), facets)
    store.lineage.put([])
    store.index.follow()
    assert [(told.name, list(told.said.column_tags)) for told in store.tellings.tagged([1, 2], 1)] == [("a", ["x"])]
    store.close()
