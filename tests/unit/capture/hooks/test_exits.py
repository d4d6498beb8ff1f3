"""``sys.exit`` is as before, and remembered."""

import sys

import pytest

import driftline
from driftline.capture import process
from driftline.testing import MemorySink


@pytest.mark.parametrize("given", [(), (0,), (3,), ("message",)])
def test_an_exit_is_as_before(watched: MemorySink, given: tuple[object, ...]) -> None:
    with pytest.raises(SystemExit) as ended:
        sys.exit(*given)  # type: ignore[arg-type]
    assert ended.value.code == (given[0] if given else None)
    process.exiting(None)


def test_only_a_code_counts(watched: MemorySink, monkeypatch: pytest.MonkeyPatch) -> None:
    driftline.watch("job")
    monkeypatch.delattr(sys, "last_value", raising=False)
    with pytest.raises(SystemExit):
        sys.exit(3)
    error = process.died_of()
    assert isinstance(error, SystemExit)
    assert error.code == 3
    process.exiting(0)
    assert process.died_of() is None
