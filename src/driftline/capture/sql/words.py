"""The words of a text, also of those parts that a command keeps as one text.

Enters: a text and the grammar that splits it. Leaves: its words, each with the line that it begins on. Some grammars
take all behind ``END``, ``REPLACE``, ``EXECUTE`` or ``PRINT``, up to the next semicolon, for one text, whatever
statements stand there; here that text is split as well.
"""

import functools
import itertools
from bisect import bisect_left
from typing import Any

import sqlglot

from driftline.capture.sql import lines
from driftline.capture.sql.tokens import Token, TokenType, fixed, held


def split(grammar: Any, text: str, first: int, opened: frozenset[str]) -> list[Any]:
    """Return the words of ``text``.

    Args:
        grammar: what splits a text, a dialect of sqlglot.
        text: a text.
        first: the number of its first line.
        opened: the commands, in capitals, whose text is split too.
    """
    if "tokenize" in vars(grammar.tokenizer_class):  # Athena's, which is two in one
        return _of_two(grammar, text, first, opened)
    commands, begins = grammar.tokenizer_class.COMMANDS, grammar.tokenizer_class.COMMAND_PREFIX_TOKENS
    tokens = fixed(lines.placed(_open(grammar.tokenizer_class)(dialect=grammar).tokenize(text), text, first))
    if held(tokens).isdisjoint(commands):
        return tokens
    semicolons = [place for place, token in enumerate(tokens) if token.token_type == TokenType.SEMICOLON]
    found: list[Any] = []
    place, first_word = 0, True  # of a statement
    while place < len(tokens):
        token = tokens[place]
        found.append(token)
        place += 1
        command = first_word and token.token_type in commands
        first_word = token.token_type in begins or (command and token.text.upper() in opened)
        if command and not first_word:
            end = bisect_left(semicolons, place)
            place = semicolons[end] if end < len(semicolons) else len(tokens)
            found += _kept(text, token, tokens[place].start if place < len(tokens) else len(text))
    return found


def _of_two(grammar: Any, text: str, first: int, opened: frozenset[str]) -> list[Any]:
    """The words where a grammar chooses by the text which other one splits it."""
    other = sqlglot.Dialect.get_or_raise("trino")
    tokens: list[Any] = lines.placed(grammar.tokenize(text), text, first)
    found: list[Any] = tokens[:1]
    for before, token in itertools.pairwise(tokens):
        start = text.find(token.text, before.end + 1) if token.token_type == TokenType.STRING else -1
        command = before.token_type in grammar.tokenizer_class.COMMANDS and before.text.upper() in opened
        if command and start >= 0 and not text[before.end + 1 : start].strip():  # no literal, whose quotes stand there
            inner = split(other, token.text, 1, opened)
            found += lines.moved(inner, start, before.line - 1 + text.count("\n", before.end + 1, start))
        else:
            found.append(token)
    return found


@functools.cache
def _open(tokenizer: Any) -> Any:
    """What splits the texts of commands as well, whatever these are."""
    return type(tokenizer.__name__, (tokenizer,), {"COMMANDS": set()})


def _kept(text: str, command: Any, end: int) -> list[Any]:
    """What stands behind a command as one text."""
    said = text[command.end + 1 : end].strip()
    start = text.find(said, command.end + 1)
    line = command.line + text.count("\n", command.end + 1, start)
    return [Token(TokenType.STRING, said, line, 1, start, start + len(said) - 1)] if said else []
