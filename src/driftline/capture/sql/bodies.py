"""Bodies of procedures: which words of CREATE PROCEDURE are texts with statements, and which names are declared.

Enters: the words of a part of a script. Leaves: whether it has a body, the words in it that may be texts, the names of
parameters and variables.
"""

import itertools
from typing import Any

from driftline import later
from driftline.capture.sql import marks
from driftline.capture.sql.tokens import TokenType, held, said

_BODIES = ("PROCEDURE", "PROC", "FUNCTION", "TRIGGER", "TASK", "PACKAGE")
_OTHER_LANGUAGES = frozenset(["PYTHON", "JAVA", "JAVASCRIPT", "SCALA", "JS", "C", "R", "PLPYTHON3U", "PLV8", "PLPERL"])
_SECTIONED = frozenset(["oracle", "postgres", "redshift", "snowflake"])  # where one DECLARE begins several declarations
_NO_VARIABLE = marks.STARTS | marks.CUTS | {
    "CURSOR", "TYPE", "SUBTYPE", "PROCEDURE", "FUNCTION", "PRAGMA", "SET", "FOR", "OPEN", "FETCH", "CLOSE", "COMMIT",
    "ROLLBACK", "DROP", "ALTER",
}  # fmt: skip
_BLOCKS_BEHIND = frozenset(["oracle", "snowflake"])  # where BEGIN stands behind DECLARE
_MARKED = frozenset(["tsql", "fabric"])  # where the names of variables are no others
_ENDS = later.pattern(r"\s*;")
_NO_BLOCK = frozenset(["TRAN", "TRANSACTION", "WORK", "ISOLATION", "DEFERRED", "IMMEDIATE", "EXCLUSIVE", "READ"])
_DEEPER = frozenset(["BEGIN", "CASE", "END"])
_ENDED = frozenset(["IF", "WHILE", "LOOP", "FOR", "REPEAT"])  # what END names, besides a block and CASE
_NAMES = frozenset([TokenType.VAR, TokenType.IDENTIFIER])
_SHORT = 10  # words of a declaration that ends a part, as in IS n NUMBER(38, 0) := 1
_ROUTINES = ("PROCEDURE", "FUNCTION")  # of a package, by this word alone
_WAYS = ("IN", "OUT", "INOUT")  # of a parameter
_PARTED = frozenset(["", "postgres", "redshift", "duckdb", "mysql"])  # dialects whose statements end with a semicolon
_IDLE = frozenset(
    ["LISTEN", "NOTIFY", "UNLISTEN", "DEALLOCATE", "CHECKPOINT", "MOVE", "SECURITY", "REASSIGN", "DISCARD", "CLUSTER",
     "ABORT", "FLUSH", "XA"]
)  # fmt: skip
_DEFINES = frozenset(["CREATE", "ALTER", "DROP"])
_NO_TABLES = frozenset(["DOMAIN", "EXTENSION", "ROLE", "USER", "COLLATION", "CAST", "OPERATOR", "POLICY", "TABLESPACE"])


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


def is_idle(tokens: list[Any], dialect: str) -> bool:
    """Whether words are a statement that touches no data, and that the parser does not know."""
    words = said(tokens[:8])
    if dialect not in _PARTED:
        return False
    if words[0] in _DEFINES:
        ranges = words[1:2] == ["TYPE"] and ("AS", "RANGE") in itertools.pairwise(words)
        return ranges or not _NO_TABLES.isdisjoint(words[1:2])
    return words[0] in _IDLE or (words[0] == "LOAD" and len(tokens) < 3)


class Section:
    """The declarations before BEGIN, of which one DECLARE begins several."""

    def __init__(self) -> None:
        self._open = False

    def declares(self, tokens: list[Any], dialect: str) -> str:
        """Return the variable of one more declaration, ``n NUMBER``; nothing where these words are no such."""
        first, words = tokens[0].text.upper(), held(tokens)
        begins = first == "DECLARE" or (is_body(tokens) and not words.isdisjoint(("IS", "AS")))
        if begins and dialect in _SECTIONED:
            self._open = "BEGIN" not in words
        elif first == "BEGIN":
            self._open = False
        elif self._open and len(tokens) > 1 and tokens[0].token_type in _NAMES and first not in _NO_VARIABLE:
            place = next((place for place, token in enumerate(tokens) if token.text.upper() == "SELECT"), None)
            asks = place is not None and tokens[place - 1].text != "("
            return "" if asks or "CURSOR" in words else str(tokens[0].text)
        return ""


class Blocks:
    """Where bodies and blocks end, and with them the names that are declared there."""

    def __init__(self, dialect: str, text: str) -> None:
        self._dialect = dialect
        self._text = text
        self._depth = 0
        self._awaits = False  # BEGIN, behind declarations
        self._kept: frozenset[str] = frozenset()
        self._outside: frozenset[str] = frozenset()  # names in front of the body

    def left(self, tokens: list[Any], before: frozenset[str]) -> frozenset[str] | None:
        """Return the names that are left behind these words, if a body or block ends with them; else None.

        Args:
            tokens: the next part of the script.
            before: names of parameters and variables in front of it.
        """
        if self._dialect in _MARKED:
            return None
        words = said(tokens[:2])
        body = words[:1] in (["CREATE"], ["ALTER"]) and is_body(tokens)
        routine = words[:1] in (["PROCEDURE"], ["FUNCTION"])
        around = body or routine or self._depth or self._awaits
        if body or routine or not around:
            self._depth, self._kept = 0, before
        if body:
            self._outside = before
        if words[:1] == ["END"] and not around:  # of a package, whose routines have ended before
            return self._outside
        transaction = words == ["BEGIN"] and _ENDS.match(self._text, tokens[0].end + 1) is not None
        deepens = not transaction and not _DEEPER.isdisjoint(held(tokens))
        begins, deeper = self._deeper(said(tokens)) if deepens else (False, 0)
        declares = words[:1] == ["DECLARE"] or (
            (body or routine) and self._dialect == "oracle" and not {"IS", "AS", "DECLARE"}.isdisjoint(said(tokens))
        )
        self._awaits = not begins and (self._awaits or (declares and self._dialect in _BLOCKS_BEHIND))
        self._depth = max(self._depth + deeper, 0)
        return self._kept if (around or begins) and not self._depth and not self._awaits else None

    def _deeper(self, words: list[str]) -> tuple[bool, int]:
        """Whether a block begins in these words, and how much deeper they lead."""
        begins, deeper = False, 0
        for place, word in enumerate(words):
            after = words[place + 1] if place + 1 < len(words) else ""
            if word == "BEGIN" and after not in _NO_BLOCK:
                begins, deeper = True, deeper + 1
            elif word == "CASE":
                deeper += words[place - 1 : place] != ["END"]
            elif word == "END":
                deeper -= after not in _ENDED
        return begins, deeper


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
        if word in _ROUTINES and depth == 0 and before in ("", "AS", "IS"):  # of a package
            own = body = True
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
