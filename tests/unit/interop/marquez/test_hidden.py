from driftline import clock
from driftline.interop.marquez import dataset, graph, hidden, job, search
from driftline.store import Store

BASE = "postgres://h:5432"
MART, BUILD = f"dataset:{BASE}:shop.mart", "job:etl:etl.mart"


def hide(store: Store, node: str, moment: str) -> None:
    store.marks.say(hidden.SORT, node, {"at_us": str(clock.parse(moment))})


def test_what_was_hidden_after_the_last_event_is_out_of_sight(store: Store) -> None:
    hide(store, BUILD, "2026-01-03T03:00:10Z")  # the moment of the last event on it
    hide(store, MART, "2026-02-01T00:00:00Z")
    assert sorted(line.node for line in hidden.hidden(store).values()) == [MART, BUILD]
    assert (dataset.one(store, BASE, "shop.mart"), job.one(store, "etl", "etl.mart")) == (None, None)
    assert job.page(store, "etl", (), 10, 0).total_count == 2
    assert dataset.page(store, BASE, 10, 0).total_count == 1
    assert job.page(store, "", ("FAILED",), 10, 0).total_count == 0
    assert search.search(store, "mart", "name", "", "", 10).results == []


def test_an_event_after_the_hiding_brings_it_back(store: Store) -> None:
    hide(store, BUILD, "2026-01-03T03:00:09Z")
    assert hidden.hidden(store) == {}
    assert hidden.line(store, "JOB", "etl", "etl.mart") is not None


def test_the_graph_shows_neither_what_is_hidden_nor_edges_to_it(store: Store) -> None:
    hide(store, BUILD, "2026-02-01T00:00:00Z")
    drawn = graph.lineage(store, MART, 20).graph
    assert BUILD not in {node.id for node in drawn}
    assert drawn[0].in_edges == []


def test_names_that_are_not_known_hide_nothing(store: Store) -> None:
    hide(store, "job:etl:none", "2026-02-01T00:00:00Z")
    assert hidden.hidden(store) == {}
    assert hidden.line(store, "JOB", "etl", "none") is None
