"""Words of a text and the lines that they begin on, counted by hand."""

import sqlglot

from driftline.capture.sql import lines
from driftline.capture.sql.limit import UNLIMITED
from driftline.capture.sql.parse import pieces


def test_a_dollar_does_not_move_the_words_behind_it() -> None:
    text = "select $$a;b$$ as z from t where q = $1;\nselect b from u;\n"
    found = lines.placed(sqlglot.Dialect.get_or_raise("postgres").tokenize(text), text)
    assert {token.text: token.line for token in found if token.text in ("q", "1", "b", "u")} == {
        "q": 1, "1": 1, "b": 2, "u": 2,
    }  # fmt: skip
    assert [piece.line for piece in pieces(text, "postgres", UNLIMITED)] == [1, 2]


def test_a_statement_after_a_text_of_several_lines_begins_where_it_stands() -> None:
    text = "select 'a\nb' as z from t;\n\nselect\n  b from u"
    assert [piece.line for piece in pieces(text, "", UNLIMITED)] == [1, 4]


def test_statements_in_a_body_have_the_lines_of_the_whole_text() -> None:
    text = "select 1;\ncreate function f() returns void language sql as $$\n  insert into a select x from b;\n$$;\n"
    assert [piece.line for piece in pieces(text, "postgres", UNLIMITED)][:2] == [1, 3]


def test_statements_behind_a_word_of_control_have_the_lines_of_the_whole_text() -> None:
    text = "select 1;\ndeclare x int;\nexecute immediate 'select a from b';\nbegin\n  delete from t;\nend"
    assert [piece.line for piece in pieces(text, "", UNLIMITED) if "delete" in piece.text] == [5]


def test_moved_words_are_words_of_the_whole_text() -> None:
    (word,) = lines.moved(sqlglot.tokenize("abc"), 10, 2)
    assert (word.start, word.end, word.line) == (10, 12, 3)
