import pytest

from driftline.capture.script.machine import Enough, Machine
from driftline.capture.script.reading import Came, Table
from driftline.capture.script.site import Site

READ = (Site("s.py", 1, 1),)


def test_work_is_bounded_by_steps_and_by_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("driftline.capture.script.machine.MAX_STEPS", 3)
    machine = Machine(lambda name: None, lambda path: None)
    for _ in range(3):
        machine.step()
    with pytest.raises(Enough):
        machine.step()
    monkeypatch.setattr("driftline.capture.script.machine.MAX_STEPS", 10**9)
    monkeypatch.setattr("driftline.capture.script.machine.MAX_SECONDS", -1.0)
    late = Machine(lambda name: None, lambda path: None)
    with pytest.raises(Enough):
        all(late.step() is None for _ in range(1000))


def test_what_a_call_is_given_twice_is_either() -> None:
    machine = Machine(lambda name: None, lambda path: None)
    for name in "ab":
        machine.record(READ, Table({name: frozenset({Came(READ, name)})}, closed=True))
    assert set(machine.seen[READ][-1].columns) == {"a", "b"}


def test_a_read_is_open_where_its_columns_are_not_known() -> None:
    machine = Machine(lambda name: None, lambda path: None)
    assert machine.read(READ) is None
    table = machine.memory.see(machine.open_read(READ)).table
    assert not table.closed
    assert machine.reads == [(READ, None, 0)]
