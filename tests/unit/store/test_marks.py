from collections.abc import Iterator

import pytest

from driftline.errors import BadInput
from driftline.store import marks, open_store
from driftline.store.marks import Marks


@pytest.fixture
def held() -> Iterator[Marks]:
    store = open_store(":memory:")
    yield store.marks
    store.close()


def test_what_was_said_last_stands(held: Marks) -> None:
    held.say("tags", "gold", {"description": "checked"})
    held.say("tags", "raw", {})
    held.say("tags", "gold", {"description": "seen"})
    assert held.words("tags") == {"gold": {"description": "seen"}, "raw": {}}
    assert held.words("sources") == {}


def test_there_is_an_end_to_what_people_name(held: Marks, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(marks, "MOST", 1)
    held.say("namespaces", "a", {})
    held.say("namespaces", "a", {"owner": "me"})
    with pytest.raises(BadInput):
        held.say("namespaces", "b", {})
