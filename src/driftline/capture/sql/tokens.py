"""The words of sqlglot's tokenizer, in one place: its own module hands them on without saying so to type checkers.

Enters: words, and where they stand. Leaves: further words in their place, names among words.
"""

from typing import Any

from sqlglot.tokens import Token, TokenType  # type: ignore[attr-defined] # as said above

__all__ = ["Token", "TokenType", "closing", "dotted", "named", "said", "spelled"]

_KINDS = {"VIEW": TokenType.VIEW, "AS": TokenType.ALIAS, "SELECT": TokenType.SELECT, "*": TokenType.STAR,
          "FROM": TokenType.FROM, "INSERT": TokenType.INSERT, "INTO": TokenType.INTO, "WHEN": TokenType.WHEN,
          "AND": TokenType.AND, "(": TokenType.L_PAREN, ")": TokenType.R_PAREN, "TABLE": TokenType.TABLE,
          "THEN": TokenType.THEN, "DELETE": TokenType.DELETE, "OR": TokenType.OR, "REPLACE": TokenType.REPLACE,
          "MATCH_RECOGNIZE": TokenType.MATCH_RECOGNIZE, ".": TokenType.DOT, "ALTER": TokenType.ALTER,
          "UPDATE": TokenType.UPDATE, "SET": TokenType.SET, "EXCEPT": TokenType.EXCEPT, "LOAD": TokenType.LOAD,
          "OVERWRITE": TokenType.OVERWRITE, "NOT": TokenType.NOT, "WITH": TokenType.WITH}  # fmt: skip


def spelled(near: Any, *words: str) -> list[Any]:
    """Return ``words`` as if they stood where ``near`` stands."""
    return [Token(_KINDS.get(word, TokenType.VAR), word, near.line, near.col, near.start, near.end) for word in words]


def named(token: Any) -> Any:
    """Return a word that is a name here, whatever it is elsewhere."""
    return Token(TokenType.VAR, token.text, token.line, token.col, token.start, token.end)


def dotted(name: list[Any]) -> list[Any]:
    """Return the words of a name, without the clauses behind it."""
    end = 1
    while end + 1 < len(name) and name[end].token_type == TokenType.DOT:
        end += 2
    return name[:end]


def said(tokens: list[Any]) -> list[str]:
    """Return what words say, in capitals; of texts and quoted names nothing, which are no words of a clause."""
    mute = (TokenType.STRING, TokenType.IDENTIFIER)
    return ["" if token.token_type in mute else token.text.upper() for token in tokens]


def closing(words: list[str], place: int) -> int:
    """Return the place of the parenthesis that closes the one at ``place``; the last place where none does."""
    depth = 0
    for end in range(place, len(words)):
        depth += (words[end] == "(") - (words[end] == ")")
        if depth == 0:
            return end
    return len(words) - 1
