"""The words of a text, also of those parts that a command keeps as one text.

Enters: a text and the grammar that splits it. Leaves: its words, each with the line that it begins on. Some grammars
take all behind ``END``, ``REPLACE``, ``EXECUTE`` or ``PRINT``, up to the next semicolon, for one text, whatever
statements stand there; here that text is split as well.
"""

from typing import Any

import sqlglot

from driftline.capture.sql import lines
from driftline.capture.sql.tokens import TokenType


def split(grammar: Any, text: str, first: int, opened: frozenset[str]) -> list[Any]:
    """Return the words of ``text``.

    Args:
        grammar: what splits a text, a dialect of sqlglot.
        text: a text.
        first: the number of its first line.
        opened: the commands, in capitals, whose text is split too.
    """
    tokens: list[Any] = lines.placed(grammar.tokenize(text), text, first)
    found: list[Any] = []
    for place, token in enumerate(tokens):
        before = tokens[place - 1] if place else None
        inner = _inner(grammar, text, before, token, opened) if before is not None else None
        found += [token] if inner is None else inner
    return found


def _inner(grammar: Any, text: str, before: Any, token: Any, opened: frozenset[str]) -> list[Any] | None:
    """The words of what a command keeps as one text; None for any other word."""
    commands = grammar.tokenizer_class.COMMANDS
    if token.token_type != TokenType.STRING or before.token_type not in commands or before.text.upper() not in opened:
        return None
    start = text.find(token.text, before.end + 1)
    if start < 0 or text[before.end + 1 : start].strip():  # a literal: its quotes stand before it
        return None
    try:
        inner = split(grammar, token.text, 1, opened)
    except sqlglot.errors.SqlglotError:
        return None
    return lines.moved(inner, start, before.line - 1 + text.count("\n", before.end + 1, start))
