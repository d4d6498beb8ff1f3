"""Words are those that sqlglot's tokenizer gives."""

import sqlglot

from driftline.capture.sql.tokens import Token, TokenType


def test_a_text_is_split_into_words_of_these_kinds() -> None:
    words = sqlglot.tokenize("SELECT 'a'")
    assert all(isinstance(word, Token) for word in words)
    assert [word.token_type for word in words] == [TokenType.SELECT, TokenType.STRING]
