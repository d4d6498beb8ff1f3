"""What a result says of its columns; PEP 249 has seven things of each, the name first."""

from driftline.capture.script import results
from driftline.capture.script.memory import Memory
from driftline.capture.script.reading import Table
from driftline.capture.script.values import Const, Frame, Items


def _result(memory: Memory, table: Table) -> Items:
    return Items((), memory.new(Frame(table, True, True)), kind=results.CURSOR)


def test_a_description_names_the_columns_in_order() -> None:
    memory = Memory()
    described = results.described(memory, _result(memory, Table({"b": frozenset(), "a": frozenset()}, closed=True)))
    columns = [memory.see(one) for one in memory.see(described).known]
    assert [(one.known[0], len(one.known)) for one in columns] == [(Const("b"), 7), (Const("a"), 7)]


def test_columns_that_are_not_known_have_no_description() -> None:
    memory = Memory()
    assert results.described(memory, _result(memory, Table({}))) is None
    assert results.described(memory, Items(kind=results.CURSOR)) is None


def test_only_rows_of_a_cursor_are_a_result() -> None:
    assert results.is_result(Items(kind=results.CURSOR))
    assert not results.is_result(Items())
    assert not results.is_result(Const(1))
