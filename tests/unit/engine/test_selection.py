"""a -> one -> b -> two -> c; lone -> three -> d."""

from typing import Any

import pytest

from driftline.errors import BadInput


@pytest.fixture
def told(town: Any, say: Any) -> Any:
    say("one", "01", "a", "b")
    say("two", "02", "b", "c")
    say("three", "03", "lone", "d")
    return town


def test_what_is_selected_is_listed_by_name_and_counted(told: Any) -> None:
    found = told.engine.select("+c d")
    assert ([node.label for node in found.nodes], found.total) == (["a", "b", "c", "d"], 4)
    assert {node.type for node in found.nodes} == {"DATASET"}
    assert [node.label for node in told.engine.select("1+c", exclude="b").nodes] == ["c"]


def test_a_list_that_is_cut_knows_how_many_there_are(told: Any) -> None:
    found = told.engine.select("*", limit=2)
    assert ([node.label for node in found.nodes], found.total) == (["a", "b"], 5)


def test_a_graph_of_what_is_selected_has_the_jobs_between_and_no_others(told: Any) -> None:
    graph = told.engine.among("b c d")
    assert {node.label for node in graph.nodes} == {"b", "c", "d", "two"}
    assert {link.kind for link in graph.edges} == {"READ", "WRITE", "DERIVED"}
    assert told.engine.among("*", limit=2).truncated is True


def test_as_of_a_moment_what_came_later_is_not_selected(told: Any) -> None:
    assert [node.label for node in told.engine.select("a+", as_of_us=told.time(0, 12)).nodes] == ["a", "b"]


def test_nothing_is_selected_without_a_word(told: Any) -> None:
    assert told.engine.select("nothing").total == 0
    with pytest.raises(BadInput):
        told.engine.select("  ")
