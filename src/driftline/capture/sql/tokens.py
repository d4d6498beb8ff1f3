"""The words of sqlglot's tokenizer, in one place: its own module hands them on without saying so to type checkers."""

from sqlglot.tokens import Token, TokenType  # type: ignore[attr-defined] # as said above

__all__ = ["Token", "TokenType"]
