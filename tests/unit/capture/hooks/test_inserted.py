"""Which value comes to which column of an INSERT; expected pairs are read off the statements."""

import pytest

from driftline.capture.hooks import inserted
from driftline.capture.program import sites
from driftline.capture.runs.recording import Recording
from driftline.capture.runs.trace import Seen
from driftline.event.lineage import Dataset, Job, Touched


@pytest.mark.parametrize(
    ("text", "into", "expected"),
    [
        ("INSERT INTO t (b, a) VALUES (?, ?)", "ba", [("b", "0"), ("a", "1")]),
        ("insert into t values(%s,%s)", "ab", [("a", "0"), ("b", "1")]),
        ("INSERT INTO t VALUES (:x, $y)", "ab", [("a", "x"), ("b", "y")]),
        ("INSERT INTO t VALUES (%(x)s, %(y)s)", "ab", [("a", "x"), ("b", "y")]),
        ("INSERT INTO t VALUES ($2, ?1)", "ab", [("a", "1"), ("b", "0")]),
        ("INSERT INTO t VALUES (?, upper(?), 'it''s, ?', ?, 5)", "abcde", [("a", "0"), ("d", "2")]),
        ("INSERT INTO t VALUES (? + ?, ?, %s::int)", "abc", [("b", "2")]),
        (
            "INSERT INTO t VALUES (?, ?) ON CONFLICT (a) DO UPDATE SET b = ?",
            "abb",
            [("a", "0"), ("b", "1"), ("\0a", "0")],
        ),  # its key decides which rows there are
        ("INSERT INTO t VALUES (?, ?), (?, ?)", "ab", []),
        ("INSERT INTO t VALUES (?, ?)", "a", []),
        ("INSERT INTO t SELECT ?", "a", []),
    ],
)
def test_each_column_gets_the_value_that_stands_alone_at_its_place(
    text: str, into: str, expected: list[tuple[str, str]]
) -> None:
    assert list(inserted.columns(text, into)) == expected


@pytest.mark.parametrize(
    ("text", "decides"),
    [
        ("INSERT OR REPLACE INTO t VALUES (?, ?)", ["\0a"]),
        ("insert or ignore into t (a, b) values (?, ?)", ["\0a"]),
        ("REPLACE INTO t VALUES (?, ?)", ["\0a"]),
        ("INSERT INTO t VALUES (?, ?) ON CONFLICT DO NOTHING", ["\0a"]),
        ("INSERT INTO t VALUES (?, ?)", []),
        ("INSERT OR ABORT INTO t VALUES (?, ?)", []),
    ],
)
def test_keys_of_the_table_decide_where_rows_take_the_place_of_others_or_are_passed_over(
    text: str, decides: list[str]
) -> None:
    found = inserted.columns(text, "ab", lambda: {"a", "c"})
    assert list(found) == [("a", "0"), ("b", "1"), *((one, "0") for one in decides)]


def test_a_statement_that_runs_again_is_taken_down_only_if_something_was_read_meanwhile() -> None:
    run = Recording(Job("default", "j"))
    again = inserted.Again()
    again.seen = Seen(touched=Touched(dataset=Dataset("db", "t"), version="v"))
    again.into = (("a", "0"),)
    again.take(run)
    assert again.seen.visits == []
    sites.read([Dataset("file", "x")])
    again.take(run)
    again.take(run)
    (visit,) = again.seen.visits
    assert visit.into == (("a", "0"),)


def test_what_another_statement_wrote_of_the_same_version_has_the_visit_too() -> None:
    run = Recording(Job("default", "j"))
    touched = Touched(dataset=Dataset("db", "t"), version="v")
    known = Seen(touched=touched)
    run.add("write", known)
    again = inserted.Again()
    again.seen = Seen(touched=touched)
    sites.read([Dataset("file", "x")])
    again.take(run)
    assert (len(known.visits), len(again.seen.visits)) == (1, 1)


def test_values_at_places_are_called_as_the_program_calls_them() -> None:
    into = (("a", "1"), ("b", "0"), ("c", "x"), ("d", "7"))
    assert inserted.called(into, ["p", "q"]) == (("a", "q"), ("b", "p"), ("c", "x"), ("d", "7"))
