"""Calls in a script: procedures, and texts that are run as SQL.

Enters: the words of EXEC, EXECUTE or CALL. Leaves: whether the SQL that is run stands there as it is run, and else why
it is not known, with the call as it is written.
"""

from typing import Any

from driftline.capture.sql.tokens import TokenType

_LENGTH = 100  # characters of a call that are shown
TEXTS = (TokenType.STRING, TokenType.NATIONAL_STRING, TokenType.HEREDOC_STRING, TokenType.RAW_STRING)
_BEHIND = frozenset(["USING", "INTO", ",", ")"])  # a text that is complete
_BY_NAME = frozenset(["tsql", "fabric"])  # EXECUTE with a name runs a procedure
_PROCEDURE, _DYNAMIC = "runs a procedure, which is not followed", "dynamic SQL, which is not followed"
NOT_FOLLOWED = (_PROCEDURE, _DYNAMIC)
_RUNNER = "SP_EXECUTESQL"


def problem(tokens: list[Any], text: str, dialect: str) -> str:
    """Return why it is not known what a call of ``text`` does."""
    written = " ".join(text[tokens[0].start : tokens[-1].end + 1].split())
    written = written if len(written) <= _LENGTH else f"{written[:_LENGTH]}…"
    if runs_procedure(tokens, dialect):
        return f"{_PROCEDURE}: {written}"
    return f"{_DYNAMIC}: {written}"


def constant(tokens: list[Any]) -> bool:
    """Whether what a call runs is one text, put together from nothing else."""
    given = _given(tokens)
    return bool(given) and given[0].token_type in TEXTS and (len(given) == 1 or given[1].text.upper() in _BEHIND)


def texts(tokens: list[Any]) -> list[Any]:
    """Return the texts of which a call's SQL is made: the only one, or all that are put together."""
    return _given(tokens)[:1] if constant(tokens) else [token for token in tokens if token.token_type in TEXTS]


def _given(tokens: list[Any]) -> list[Any]:
    """The words behind EXECUTE, IMMEDIATE, a parenthesis and ``sp_executesql``."""
    names = [token.text.upper() for token in tokens[:6]]
    place = names.index(_RUNNER) + 1 if _RUNNER in names else 1
    while place < len(tokens) and tokens[place].text.upper() in ("IMMEDIATE", "("):
        place += 1
    return tokens[place:]


def runs_procedure(tokens: list[Any], dialect: str) -> bool:
    """Whether a call names a procedure, and not SQL."""
    words = [token.text.upper() for token in tokens]
    if words[0] == "CALL":
        return True
    if len(words) == 1:
        return False
    named = words[1] not in ("IMMEDIATE", "(") and tokens[1].token_type not in TEXTS
    return named and _RUNNER not in words[:6] and (words[0] == "EXEC" or dialect in _BY_NAME)
