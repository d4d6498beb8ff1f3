"""On which line of a text each of its words begins.

Enters: words as sqlglot splits a text, and the text. Leaves: the same words, each with the line that it begins on. The
splitter counts a line twice where it looks ahead from a ``$``, and gives a text of several lines its last one.
"""

import re
from typing import Any

_BREAK = re.compile("\n")


def placed(tokens: list[Any], text: str, first: int = 1) -> list[Any]:
    """Return ``tokens`` of ``text``, whose first line has the number ``first``."""
    breaks = [found.start() for found in _BREAK.finditer(text)]
    passed = 0
    for token in tokens:
        while passed < len(breaks) and breaks[passed] < token.start:
            passed += 1
        token.line = first + passed
    return tokens


def moved(tokens: list[Any], by: int, lines: int) -> list[Any]:
    """Return ``tokens`` of a part of a text as words of the whole text: so many characters and lines further."""
    for token in tokens:
        token.start += by
        token.end += by
        token.line += lines
    return tokens
