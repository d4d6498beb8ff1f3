import pytest

from driftline.cli import person
from driftline.errors import BadInput


def test_who_is_said_comes_before_who_is_logged_in(monkeypatch: pytest.MonkeyPatch) -> None:
    assert person.name("ann") == "ann"

    def nobody() -> str:
        raise KeyError

    monkeypatch.setattr(person.getpass, "getuser", nobody)
    assert person.name(None) == "command line"


def test_pairs_keep_what_follows_the_first_equals_sign() -> None:
    assert person.pairs(("a=b=c", "d=")) == {"a": "b=c", "d": ""}
    with pytest.raises(BadInput):
        person.pairs(("=b",))


def test_a_moment_is_read_and_nothing_is_none() -> None:
    assert person.moment("--x", "1970-01-02") == 86_400_000_000
    assert person.moment("--x", None) is None
