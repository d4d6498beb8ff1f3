from driftline.event.label import Term
from driftline.store import open_store


def test_terms_come_in_the_order_of_their_names() -> None:
    store = open_store(":memory:")
    for name in ("b", "a"):
        store.glossary.put(Term(name=name))
    assert list(store.glossary.all()) == ["a", "b"]
    assert store.glossary.get("c") is None
    store.close()
