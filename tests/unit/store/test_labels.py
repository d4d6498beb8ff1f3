from driftline.event.label import Tag
from driftline.store import open_store


def test_tags_of_few_nodes_among_many_tags_are_found() -> None:
    store = open_store(":memory:")
    for number in range(20):
        store.labels.tag(f"dataset:db:t{number}", Tag(name="pii", at_us=1))
    assert [place for place, _ in store.labels.tagged({"dataset:db:t4": 4}, 2)] == [4]
    store.close()


def test_a_tag_counts_once_for_each_node_that_has_it() -> None:
    store = open_store(":memory:")
    for node in ("a", "b"):
        store.labels.tag(node, Tag(name="pii", at_us=1))
        store.labels.tag(node, Tag(name="pii", value="again", at_us=2))
    assert store.labels.counts() == {"pii": 2}
    assert store.labels.carrying("TAG", "pii") == ["a", "b"]
    store.close()
