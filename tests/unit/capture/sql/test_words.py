"""Words behind commands that keep them as one text. Expected words, places and lines by hand."""

import pytest
import sqlglot

from driftline.capture.sql import words

OPENED = frozenset(["END", "REPLACE", "EXECUTE"])


@pytest.mark.parametrize(
    ("name", "text", "expected"),
    [
        ("tsql", "BEGIN x;\nEND TRY\nBEGIN CATCH y", ["BEGIN", "x", ";", "END", "TRY", "BEGIN", "CATCH", "y"]),
        ("tsql", "END\nEND TRY z", ["END", "END", "TRY", "z"]),
        ("sqlite", "REPLACE INTO t VALUES ('a;b')", ["REPLACE", "INTO", "t", "VALUES", "(", "a;b", ")"]),
        ("postgres", "EXECUTE 'delete from t'", ["EXECUTE", "delete from t"]),
        ("postgres", "CALL p(1)", ["CALL", "p(1)"]),
    ],
)
def test_the_text_of_a_command_is_split_where_it_is_asked_for(name: str, text: str, expected: list[str]) -> None:
    found = words.split(sqlglot.Dialect.get_or_raise(name), text, 1, OPENED)
    assert [token.text for token in found] == expected


def test_words_behind_a_command_know_their_line_and_their_place() -> None:
    text = "BEGIN x;\nEND TRY\nBEGIN CATCH y"
    found = words.split(sqlglot.Dialect.get_or_raise("tsql"), text, 5, OPENED)
    assert [token.line for token in found] == [5, 5, 5, 6, 6, 7, 7, 7]
    assert [text[token.start : token.end + 1] for token in found] == [token.text for token in found]
