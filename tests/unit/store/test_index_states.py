from driftline.store import open_store
from driftline.store.document import Labelled, Meanings
from driftline.store.index_states import may_be


def test_ids_of_runs_and_versions_are_told_from_others() -> None:
    assert may_be("run:0190aaaa-0000-7000-8000-000000000001")
    assert may_be("dataset:db:mart#v7")
    assert not may_be("dataset:db:mart")
    assert not may_be("job:etl:a#b")


def test_what_is_gone_and_what_nothing_is_said_of_has_no_document() -> None:
    store = open_store(":memory:")
    states = store.index._states
    assert list(states.documents(["run:none"], {"run:none": Labelled()}, Meanings())) == [("run:none", None)]
    assert list(states.documents(["run:none"], {}, Meanings())) == [("run:none", None)]
    assert states.said_of() == states.indexed() == []
    store.close()
