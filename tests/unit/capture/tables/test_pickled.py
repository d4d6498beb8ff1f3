"""What a pickle would make is read as data, and nothing of it is done."""

import collections
import os
import pickle
from pathlib import Path
from typing import Any

import pytest

from driftline.capture.tables import pickled
from driftline.capture.tables.pickled import Made, Pairs


@pytest.mark.parametrize("protocol", range(pickle.HIGHEST_PROTOCOL + 1))
@pytest.mark.parametrize(
    "value",
    [
        None,
        True,
        0,
        -1,
        255,
        70_000,
        1 << 40,
        1.5,
        "",
        "ä",
        b"",
        (),
        (1,),
        (1, 2),
        (1, 2, 3),
        (1, 2, 3, 4),
        [],
        [1, [2]],
    ],
)
def test_plain_values_are_themselves(value: Any, protocol: int) -> None:
    if isinstance(value, bytes) and protocol < 3:
        return  # such are made by a call there
    assert pickled.meaning(pickle.dumps(value, protocol)) == value


@pytest.mark.parametrize("protocol", range(pickle.HIGHEST_PROTOCOL + 1))
def test_mappings_and_calls_are_told(protocol: int) -> None:
    given = {"a": {1: 2, 3: 4}, "b": collections.OrderedDict(c=5)}
    (a, plain), (b, ordered) = pickled.meaning(pickle.dumps(given, protocol))
    assert (a, plain, b) == ("a", Pairs([(1, 2), (3, 4)]), "b")
    assert isinstance(plain, Pairs)
    assert isinstance(ordered, Made)
    assert (ordered.by, ordered.more) == ("collections.OrderedDict", [("c", 5)])


class _Object:
    pass


def test_what_an_object_keeps_is_its_state() -> None:
    one = _Object()
    one.__dict__ = {"size": 3, "itself": one}
    made = pickled.meaning(pickle.dumps(one, 2))
    assert isinstance(made, Made)
    assert (made.by, made.args) == (
        "copyreg.__newobj__" if made.by.startswith("copyreg") else f"{__name__}._Object",
        (),
    )
    assert made.state[0] == ("size", 3)
    assert made.state[1][1] is made


class _Harm:
    def __reduce__(self) -> tuple[Any, ...]:
        return os.mkdir, ("made",)


def test_nothing_that_a_pickle_says_is_done(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    made = pickled.meaning(pickle.dumps(_Harm()))
    assert (made.by, made.args) == (f"{os.mkdir.__module__}.mkdir", ("made",))
    assert not Path("made").exists()
    pickle.loads(pickle.dumps(_Harm()))  # which would have
    assert Path("made").exists()


@pytest.mark.parametrize("data", [b"", b"K\x01", b".", b"a.", b"h\x05.", b"R.", b"no pickle", b"e.", b"u."])
def test_a_broken_pickle_is_an_error(data: bytes) -> None:
    with pytest.raises(ValueError):
        pickled.meaning(data)
