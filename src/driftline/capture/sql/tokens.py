"""The words of sqlglot's tokenizer, in one place: its own module hands them on without saying so to type checkers.

Enters: words, and where they stand. Leaves: further words in their place, names among words. Whatever is looked for
among many words is found without going through them again: a text of some megabytes may hold it at every word.
"""

from bisect import bisect_left
from collections.abc import Iterable, Iterator
from typing import Any

from sqlglot.tokens import Token, TokenType  # type: ignore[attr-defined] # as said above

__all__ = [
    "Edit", "Fixed", "Token", "TokenType", "Words", "between_semicolons", "dotted", "edited", "fixed", "held", "named",
    "said", "spelled",
]  # fmt: skip

Edit = tuple[int, int, list[Any]]  # from where, up to where, and the words that stand there instead

_KINDS = {"VIEW": TokenType.VIEW, "AS": TokenType.ALIAS, "SELECT": TokenType.SELECT, "*": TokenType.STAR,
          "FROM": TokenType.FROM, "INSERT": TokenType.INSERT, "INTO": TokenType.INTO, "WHEN": TokenType.WHEN,
          "AND": TokenType.AND, "(": TokenType.L_PAREN, ")": TokenType.R_PAREN, "TABLE": TokenType.TABLE,
          "THEN": TokenType.THEN, "DELETE": TokenType.DELETE, "OR": TokenType.OR, "REPLACE": TokenType.REPLACE,
          "MATCH_RECOGNIZE": TokenType.MATCH_RECOGNIZE, ".": TokenType.DOT, "ALTER": TokenType.ALTER,
          "UPDATE": TokenType.UPDATE, "SET": TokenType.SET, "EXCEPT": TokenType.EXCEPT, "LOAD": TokenType.LOAD,
          "OVERWRITE": TokenType.OVERWRITE, "NOT": TokenType.NOT, "WITH": TokenType.WITH,
          "COLUMN": TokenType.COLUMN, ",": TokenType.COMMA, "NULL": TokenType.NULL}  # fmt: skip


def spelled(near: Any, *words: str) -> list[Any]:
    """Return ``words`` as if they stood where ``near`` stands."""
    return [Token(_KINDS.get(word, TokenType.VAR), word, near.line, near.col, near.start, near.end) for word in words]


def named(token: Any) -> Any:
    """Return a word that is a name here, whatever it is elsewhere."""
    return Token(TokenType.VAR, token.text, token.line, token.col, token.start, token.end)


def dotted(name: list[Any], start: int = 0) -> list[Any]:
    """Return the words of the name that begins at ``start``, without the clauses behind it."""
    end = start + 1
    while end + 1 < len(name) and name[end].token_type == TokenType.DOT:
        end += 2
    return name[start:end]


class Words(list[str]):
    """What words say, and where: of texts and quoted names nothing, which are no words of a clause."""

    def __init__(self, words: Iterable[str]) -> None:
        super().__init__(words)
        self._places: dict[str, list[int]] | None = None
        self._closers: dict[int, int] | None = None

    def after(self, start: int, *words: str) -> int | None:
        """Return the first place from ``start`` on where one of ``words`` stands; None where none does."""
        if self._places is None:
            self._places = {}
            for place, word in enumerate(self):
                self._places.setdefault(word, []).append(place)
        found = []
        for places in (self._places.get(word, []) for word in words):
            nearest = bisect_left(places, start)
            found += places[nearest : nearest + 1]
        return min(found, default=None)

    def closing(self, place: int) -> int:
        """Return the place of the parenthesis that closes the one at ``place``; the last place where none does."""
        if self._closers is None:
            self._closers = {}
            opened: list[int] = []
            for end, word in enumerate(self):
                if word == "(":
                    opened.append(end)
                elif word == ")" and opened:
                    self._closers[opened.pop()] = end
            self._closers.update(dict.fromkeys(opened, len(self) - 1))
        return self._closers.get(place, place)


class Fixed(list[Any]):
    """Words that stay as they are: what they say, and which there are, is found once for all who ask."""

    def __init__(self, tokens: Iterable[Any]) -> None:
        super().__init__(tokens)
        self._said: Words | None = None
        self._held: frozenset[Any] | None = None

    def said(self) -> Words:
        """Return what they say."""
        if self._said is None:
            self._said = _said(self)
        return self._said

    def held(self) -> frozenset[Any]:
        """Return which there are."""
        if self._held is None:
            self._held = _held(self)
        return self._held


def fixed(tokens: list[Any]) -> Fixed:
    """Return words as such that stay as they are."""
    return tokens if isinstance(tokens, Fixed) else Fixed(tokens)


def said(tokens: list[Any]) -> Words:
    """Return what words say, in capitals; of texts and quoted names nothing."""
    return tokens.said() if isinstance(tokens, Fixed) else _said(tokens)


def held(tokens: list[Any]) -> frozenset[Any]:
    """Return which words there are, in capitals and with texts and quoted names, and which types of words."""
    return tokens.held() if isinstance(tokens, Fixed) else _held(tokens)


def between_semicolons(tokens: list[Any]) -> Iterator[list[Any]]:
    """Yield what stands between semicolons; where there is none, the same list."""
    start = 0
    for place, token in enumerate(tokens) if TokenType.SEMICOLON in held(tokens) else ():
        if token.token_type == TokenType.SEMICOLON:
            yield tokens[start:place]
            start = place + 1
    yield tokens[start:] if start else tokens


def _said(tokens: list[Any]) -> Words:
    mute = (TokenType.STRING, TokenType.IDENTIFIER)
    return Words(["" if token.token_type in mute else token.text.upper() for token in tokens])


def _held(tokens: list[Any]) -> frozenset[Any]:
    texts = {token.text for token in tokens}
    return frozenset([*map(str.upper, texts), *{token.token_type for token in tokens}])


def edited(tokens: list[Any], edits: list[Edit]) -> list[Any]:
    """Return ``tokens`` with all ``edits`` made at once; one that begins within what another takes away is left out."""
    found: list[Any] = []
    done = 0
    for start, end, words in sorted(edits, key=lambda edit: edit[:2]):
        if start >= done:
            found += tokens[done:start]
            found += words
            done = end
    return found + tokens[done:] if edits else tokens
