import pytest

from driftline.errors import BadInput
from driftline.store import marks, open_store


def test_tags_are_put_on_and_taken_off() -> None:
    held = open_store(":memory:").marks
    held.tag("job:a:b", "two")
    held.tag("job:a:b", "one")
    held.tag("job:a:b", "one")
    assert held.tags(["job:a:b", "job:a:c"]) == {"job:a:b": ("one", "two")}
    held.untag("job:a:b", "one")
    held.untag("job:a:b", "never")
    assert held.tags(["job:a:b"]) == {"job:a:b": ("two",)}
    held.untag("job:a:b", "two")
    assert held.tags(["job:a:b"]) == {}


def test_a_tag_that_was_put_on_something_is_known_from_then_on() -> None:
    held = open_store(":memory:").marks
    held.say("tags", "gold", {"description": "checked"})
    held.tag("job:a:b", "gold")
    held.tag("job:a:b", "raw")
    assert held.words("tags") == {"gold": {"description": "checked"}, "raw": {}}


def test_there_is_an_end_to_what_people_name(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(marks, "MOST", 1)
    held = open_store(":memory:").marks
    held.say("namespaces", "a", {})
    held.say("namespaces", "a", {"owner": "me"})
    with pytest.raises(BadInput):
        held.say("namespaces", "b", {})
