"""Where DuckDB looks for a table; what statements set is expected as DuckDB's own documentation has it."""

import gc

import pytest

from driftline.capture.hooks import duckdb_scope
from driftline.capture.hooks.duckdb_scope import Scope, Scopes, apart, changed, ends, moved, moves, passing, way


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("USE other", [("other",)]),
        ('use "My db" . "S""x" ', [("my db", 's"x')]),
        ("/* now */ USE a.b -- there", [("a", "b")]),
        ("SET schema = 's'", [("s",)]),
        ("set session search_path to 'a, b.c,\"D\"'", [("a",), ("b", "c"), ("d",)]),
        ("PRAGMA search_path='o'", [("o",)]),
        ("SET schema = s", [("s",)]),
        ("RESET schema", []),
        ("reset search_path", []),
        ("SET threads = 2", None),
        ("SELECT 'USE other'", None),
        ("USE other; SELECT 1", None),  # of one statement each
    ],
)
def test_a_statement_says_where_names_are_looked_for(text: str, expected: list[tuple[str, ...]] | None) -> None:
    assert moved(text) == expected


def test_statements_of_one_text_stand_apart_also_where_a_text_has_a_semicolon() -> None:
    assert apart("SELECT ';' AS a; USE o -- b; c\n; ") == ["SELECT ';' AS a", " USE o -- b; c\n"]
    assert moves("USE o; SELECT 1")
    assert not moves("USE o;")
    assert not moves("SELECT 1; SELECT 2")
    assert way('A."b.C"') == ("a", "b.c")
    assert changed('DROP TABLE IF EXISTS a, "B".c') == ["a", "b.c"]
    assert changed("ALTER TABLE t ADD COLUMN x INT") == ["t"]
    assert ends("begin transaction") == ("begin",)
    assert ends("COMMIT") == ("commit",)
    assert ends("abort") == ("rollback",)
    assert ends("SELECT 1") == ()
    assert [passing(name) for name in ("t", "main.t", "temp.t", "temp.main.t", "s.t", "o.main.t")] == [
        True, True, True, True, False, False,
    ]  # fmt: skip


def told(*texts: str) -> list[str]:
    scope = Scope()
    for text in texts:
        scope.ran(text)
    return list(scope.temporary)


def test_temporary_tables_are_known_until_they_are_dropped_renamed_or_rolled_back(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    made = ("CREATE TEMP TABLE a AS SELECT 1", "create or replace temporary view IF NOT EXISTS temp.B as select 2")
    assert told(*made) == ["a", "b"]
    assert told(*made, "DROP TABLE s.a", "DROP TABLE a", "DROP VIEW temp.b") == []
    assert told(*made, "ALTER TABLE a RENAME TO c") == ["b", "c"]
    assert told(*made, "BEGIN", "DROP TABLE a", "CREATE TEMP TABLE d (x INT)", "ROLLBACK") == ["a", "b"]
    assert told(*made, "BEGIN", "DROP TABLE a", "COMMIT", "ROLLBACK") == ["b"]
    assert told("CREATE TABLE a AS SELECT 1", "SELECT 'create temp table b'") == []
    monkeypatch.setattr(duckdb_scope, "MOST", 1)
    assert told(*made) == ["b"]


def test_what_is_known_of_a_connection_goes_with_it() -> None:
    class Connection:
        """Something that can be referred to weakly."""

    scopes, connection = Scopes(), Connection()
    assert scopes.of(connection) is scopes.of(None)
    scopes.own(connection).path = (("o", "main"),)
    assert scopes.of(connection).path == (("o", "main"),)
    assert scopes.of(None).path == ()
    del connection
    gc.collect()
    assert not len(scopes._held)


def test_macros_that_no_cursor_sees_are_known_until_they_are_dropped_or_the_transaction_ends() -> None:
    scope = Scope()
    temporary, lasting = "CREATE TEMP MACRO F(x) AS x", "CREATE OR REPLACE FUNCTION main.g(x) AS x"
    for text in (temporary, lasting):
        scope.ran(text)
    assert scope.macros == {"f": temporary}
    scope.ended("begin")
    for text in (lasting, "CREATE MACRO IF NOT EXISTS g(x) AS 1", "DROP MACRO IF EXISTS f"):
        scope.ran(text)
    assert scope.macros == {"f": "", "g": lasting}
    scope.ended("rollback")
    assert (scope.macros, scope.settled) == ({"f": temporary}, False)
    scope.ended("begin")
    scope.ran(lasting)
    scope.ended("commit")
    assert (scope.macros, scope.settled) == ({"f": temporary}, True)
    scope.ran("DROP MACRO TABLE f")
    assert scope.macros == {}
