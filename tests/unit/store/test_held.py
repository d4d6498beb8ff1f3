from driftline.store.held import Held


class Table:
    """A table that counts how often it is read."""

    def __init__(self, rows: dict[str, int]) -> None:
        self.rows, self.reads, self.writes = rows, 0, 0

    def load(self, key: str) -> int | None:
        self.reads += 1
        return self.rows.get(key)

    def save(self, changed: list[tuple[str, int]]) -> None:
        self.writes += 1
        self.rows.update(changed)


def test_a_row_is_read_once_and_written_once() -> None:
    table = Table({"a": 1})
    held = Held(table.load, table.save)
    assert [held.get("a"), held.get("a"), held.get("b"), held.get("b")] == [1, 1, None, None]
    held.put("b", 2)
    held.put("b", 3)
    assert (held.get("b"), table.rows) == (3, {"a": 1})
    held.flush()
    held.flush()
    assert (table.rows, table.reads, table.writes) == ({"a": 1, "b": 3}, 2, 1)


def test_what_is_forgotten_is_read_anew_and_what_was_not_written_is_lost() -> None:
    table = Table({"a": 1})
    held = Held(table.load, table.save)
    held.put("a", 5)
    held.forget()
    held.flush()
    assert (held.get("a"), table.writes) == (1, 0)


def test_rows_read_together_are_learnt_and_do_not_replace_newer_ones() -> None:
    table = Table({})
    held = Held(table.load, table.save)
    held.put("a", 5)
    assert held.lacks(["a", "b", "b", "c"]) == ["b", "c"]
    held.learn([("a", 1), ("b", 2), ("c", None)])
    assert ([held.get(key) for key in "abc"], table.reads) == ([5, 2, None], 0)


def test_too_much_is_let_go_of_after_it_was_written() -> None:
    table = Table({})
    held = Held(table.load, table.save, bound=2)
    for number, key in enumerate("abc"):
        held.put(key, number)
    held.flush()
    assert table.rows == {"a": 0, "b": 1, "c": 2}
    assert held.lacks("abc") == ["a", "b", "c"]
