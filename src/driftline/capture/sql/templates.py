"""What is left of a template in SQL that was not rendered: ``{{ … }}`` and ``{% … %}``.

Enters: the words of a text. Leaves: words that the parser takes. dbt's ``ref`` and ``source`` become the names that
they stand for; an expression that is a statement of its own, such as ``config``, goes away, and so do tags, whose
inside stays. Every other expression, with what touches it, is one name: ``{{ env }}_raw.orders`` is called just that.
"""

from collections.abc import Iterator
from typing import Any

from driftline import later
from driftline.capture.sql.tokens import Token, TokenType

_REF = later.pattern(r"ref\(\s*(?:['\"][^'\"]+['\"]\s*,\s*)?['\"]([^'\"]+)['\"][^{}]*\)")
_SOURCE = later.pattern(r"source\(\s*['\"]([^'\"]+)['\"]\s*,\s*['\"]([^'\"]+)['\"]\s*\)")
_OPEN, _CLOSE = "{{", "}}"
_NAMES = (TokenType.VAR, TokenType.NUMBER, TokenType.IDENTIFIER)


def is_template(name: str) -> bool:
    """Whether a name is, or holds, an expression of a template."""
    return _OPEN in name


def folded(tokens: list[Any], text: str) -> list[Any]:
    """Return ``tokens`` without templates.

    Args:
        tokens: of the whole text.
        text: that they come from.
    """
    if _OPEN not in text and "{%" not in text:
        return tokens
    found: list[Any] = []
    place = 0
    touching = False  # the last word is a name that goes on in the word behind it
    while place < len(tokens):
        token = tokens[place]
        if text.startswith("{%", token.start):
            place = _after(tokens, text, place, "%}")
            continue
        if not text.startswith(_OPEN, token.start):
            if touching and token.start == found[-1].end + 1 and token.token_type in _NAMES:
                found[-1] = _name(found[-1], text, found[-1].start, token.end)
            else:
                found.append(token)
                touching = False
            place += 1
            continue
        end = _after(tokens, text, place, _CLOSE)
        alone = not found or found[-1].token_type == TokenType.SEMICOLON
        more, touching = _said(found, token, text, tokens[end - 1].end)
        if alone and (end == len(tokens) or tokens[end].start > tokens[end - 1].end + 1):
            touching = False
        else:
            found += more
        place = end
    return found


def _after(tokens: list[Any], text: str, place: int, closing: str) -> int:
    """Return the place behind the words of the tag that begins at ``place``."""
    end = text.find(closing, tokens[place].start)
    last = len(text) if end < 0 else end + len(closing) - 1
    while place < len(tokens) and tokens[place].start <= last:
        place += 1
    return place


def _said(found: list[Any], token: Any, text: str, end: int) -> tuple[list[Any], bool]:
    """Return the words that an expression of a template stands for, and whether the word behind may belong to it."""
    inside = text[token.start : end + 1].strip("{}-+ \n\t")
    source, ref = _SOURCE.fullmatch(inside), _REF.fullmatch(inside)
    if source is not None:
        return list(_dotted(token, source.groups(), end)), False
    if ref is not None:
        return list(_dotted(token, ref.groups(), end)), False
    start = token.start
    if found and found[-1].end + 1 == start and found[-1].token_type in _NAMES:
        start = found.pop().start
    return [_name(token, text, start, end)], True


def _dotted(token: Any, names: tuple[str, ...], end: int) -> Iterator[Any]:
    for place, name in enumerate(names):
        if place:
            yield Token(TokenType.DOT, ".", token.line, token.col, token.start, end)
        yield Token(TokenType.VAR, name, token.line, token.col, token.start, end)


def _name(token: Any, text: str, start: int, end: int) -> Any:
    said = " ".join(text[start : end + 1].split())
    return Token(TokenType.IDENTIFIER, said, token.line, token.col, start, end)
