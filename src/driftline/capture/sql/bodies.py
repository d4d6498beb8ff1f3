"""Bodies of procedures: which words of CREATE PROCEDURE are texts with statements, and which names are declared.

Enters: the words of a part of a script. Leaves: whether it has a body, the words in it that may be texts, the names of
parameters and variables.
"""

from typing import Any

from driftline.capture.sql import marks
from driftline.capture.sql.tokens import TokenType

_BODIES = ("PROCEDURE", "PROC", "FUNCTION", "TRIGGER", "TASK", "PACKAGE")
_OTHER_LANGUAGES = frozenset(["PYTHON", "JAVA", "JAVASCRIPT", "SCALA", "JS", "C", "R", "PLPYTHON3U", "PLV8", "PLPERL"])
_SECTIONED = frozenset(["oracle", "postgres", "redshift", "snowflake"])  # where one DECLARE begins several declarations
_NO_VARIABLE = marks.STARTS | marks.CUTS | {
    "CURSOR", "TYPE", "SUBTYPE", "PROCEDURE", "FUNCTION", "PRAGMA", "SET", "FOR", "OPEN", "FETCH", "CLOSE", "COMMIT",
    "ROLLBACK", "DROP", "ALTER",
}  # fmt: skip
_NAMES = frozenset([TokenType.VAR, TokenType.IDENTIFIER])
_SHORT = 10  # words of a declaration that ends a part, as in IS n NUMBER(38, 0) := 1
_WAYS = ("IN", "OUT", "INOUT")  # of a parameter


def is_body(tokens: list[Any]) -> bool:
    """Whether words begin what has a body."""
    return any(token.text.upper() in _BODIES for token in tokens[1:6])


def texts(tokens: list[Any], *, body: bool) -> list[Any]:
    """The words that may be texts with statements: in a ``body`` that is SQL what stands behind AS or in ``$$``."""
    said = [token.text.upper() for token in tokens]
    if "LANGUAGE" in said and said[said.index("LANGUAGE") + 1 :][:1] and (
        said[said.index("LANGUAGE") + 1] in _OTHER_LANGUAGES
    ):  # fmt: skip
        return []
    return [
        token for place, token in enumerate(tokens)
        if not body or said[place - 1] == "AS" or token.token_type != TokenType.STRING or said[place][:2] == "$$"
    ]  # fmt: skip


def is_reset(tokens: list[Any]) -> bool:
    """Whether words are ``RESET``, ``RESET ALL``, ``RESET name`` or ``RESET 'name'``."""
    return tokens[0].text.upper() == "RESET" and len(tokens) < 3


class Section:
    """The declarations before BEGIN, of which one DECLARE begins several."""

    def __init__(self) -> None:
        self._open = False

    def declares(self, tokens: list[Any], dialect: str) -> str:
        """Return the variable of one more declaration, ``n NUMBER``; nothing where these words are no such."""
        words = [token.text.upper() for token in tokens]
        begins = words[0] == "DECLARE" or (is_body(tokens) and not {"IS", "AS"}.isdisjoint(words))
        if begins and dialect in _SECTIONED:
            self._open = "BEGIN" not in words
        elif words[0] == "BEGIN":
            self._open = False
        elif self._open and len(words) > 1 and tokens[0].token_type in _NAMES and words[0] not in _NO_VARIABLE:
            asks = "SELECT" in words and words[words.index("SELECT") - 1] != "("
            return "" if asks or "CURSOR" in words else str(tokens[0].text)
        return ""


def declared(tokens: list[Any], *, body: bool) -> set[str]:
    """Return the names of parameters and variables that words declare."""
    found: set[str] = set()
    depth = 0
    listing = False  # DECLARE a, b INT
    own = body
    for place, token in enumerate(tokens):
        word = token.text.upper()
        if token.token_type == TokenType.L_PAREN:
            depth += 1
        elif token.token_type == TokenType.R_PAREN:
            depth -= 1
        before = tokens[place - 1].text.upper() if place else ""
        opening = body and depth == 1 and before in ("(", ",", *_WAYS)
        listing = before == "DECLARE" or (listing and "," in (before, word))
        first = own and depth == 0 and before in ("IS", "AS") and 1 < len(tokens) - place <= _SHORT  # of Oracle
        looping = before == "FOR" and place + 1 < len(tokens) and tokens[place + 1].text.upper() == "IN"
        if (opening or looping or listing) and word not in _WAYS and word.isidentifier():
            found.add(token.text)
        if first and word not in _NO_VARIABLE and token.token_type in _NAMES:
            found.add(token.text)
        if body and word in ("BEGIN", "AS", "IS", "RETURNS") and depth == 0:
            body = False
    return found
