"""Words are those that sqlglot's tokenizer gives."""

import sqlglot
from hypothesis import given
from hypothesis import strategies as st

from driftline.capture.sql.tokens import (
    Token,
    TokenType,
    Words,
    between_semicolons,
    dotted,
    edited,
    fixed,
    held,
    said,
)


def test_a_text_is_split_into_words_of_these_kinds() -> None:
    words = sqlglot.tokenize("SELECT 'a'")
    assert all(isinstance(word, Token) for word in words)
    assert [word.token_type for word in words] == [TokenType.SELECT, TokenType.STRING]


def test_edits_are_made_at_once_and_what_lies_within_another_is_left_out() -> None:
    assert edited([1, 2, 3, 4], [(1, 2, [8, 9]), (3, 3, [7])]) == [1, 8, 9, 3, 7, 4]
    assert edited([1, 2, 3, 4], [(2, 3, [5]), (0, 3, [6])]) == [6, 4]
    assert edited([1, 2], [(1, 2, [4]), (1, 1, [3])]) == [1, 3, 4]
    assert edited([1, 2], []) == [1, 2]


@given(st.lists(st.sampled_from(["(", ")", "a", "b"]), max_size=30), st.integers(0, 31))
def test_words_are_found_as_one_would_by_going_through_them(listed: list[str], start: int) -> None:
    words = Words(listed)
    assert words.after(start, "a", ")") == next(
        (place for place in range(start, len(listed)) if listed[place] in ("a", ")")), None
    )
    for place, word in enumerate(listed):
        depths = [listed[place : end + 1].count("(") - listed[place : end + 1].count(")") for end in range(len(listed))]
        ends = [end for end in range(place, len(listed)) if depths[end] == 0]
        assert words.closing(place) == (place if word != "(" else ends[0] if ends else len(listed) - 1)


def test_texts_and_quoted_names_say_nothing_and_names_have_their_dots() -> None:
    tokens = sqlglot.tokenize("select 'FROM' from a.b.c where")
    assert said(tokens) == ["SELECT", "", "FROM", "A", ".", "B", ".", "C", "WHERE"]
    assert [token.text for token in dotted(tokens, 3)] == ["a", ".", "b", ".", "c"]


def test_which_words_there_are_is_told_in_capitals_with_texts_and_their_types() -> None:
    tokens = sqlglot.tokenize("select 'from' AS \"a b\" -- into")
    of = {"SELECT", "FROM", "AS", "A B", TokenType.SELECT, TokenType.STRING, TokenType.ALIAS, TokenType.IDENTIFIER}
    assert held(tokens) == of


def test_what_words_say_that_stay_as_they_are_is_found_once() -> None:
    tokens = fixed(sqlglot.tokenize("select a from b"))
    assert fixed(tokens) is tokens
    assert said(tokens) is said(tokens)
    assert held(tokens) is held(tokens)
    assert said(tokens) == said(list(tokens))
    assert held(tokens) == held(list(tokens))


def test_statements_stand_between_semicolons() -> None:
    tokens = fixed(sqlglot.tokenize("select 1; ;select 2"))
    assert [said(one) for one in between_semicolons(tokens)] == [["SELECT", "1"], [], ["SELECT", "2"]]
    (alone,) = between_semicolons(tokens[:2])
    assert said(alone) == ["SELECT", "1"]
    one = tokens[:2]
    assert next(between_semicolons(one)) is one
