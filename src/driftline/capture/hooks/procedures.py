"""Which procedures a text of PL/SQL calls by their names alone, without CALL or EXECUTE in front.

Enters: a text as Oracle gets it: a block (``BEGIN load_day(:1); END;``) or JDBC's ``{call load_day(?)}``. Leaves: the
names of the procedures, as they are written. What they read and write lies in the database, and nobody has seen it.
Source: Oracle Database PL/SQL Language Reference, "Procedure Call" and "Block".
"""

import re

from driftline import later

_HIDDEN = later.pattern(r"'(?:[^']|'')*'|--[^\n]*|/\*.*?\*/", re.DOTALL)
_BLOCK = later.pattern(r"\s*(?:<<\w+>>\s*)?(?:declare\b|begin\b)", re.IGNORECASE)
_ESCAPED = later.pattern(r"\s*\{\s*(?:\?\s*=\s*)?call\s+([\w$#.\"@]+)", re.IGNORECASE)
_CALLED = later.pattern(
    r"(?:\b(?:begin|then|else|loop)\b|;)\s*(?:<<\w+>>\s*)?((?:\"[^\"]+\"|[a-z][\w$#]*)(?:\.(?:\"[^\"]+\"|[a-z][\w$#]*))*(?:@[\w.]+)?)"
    r"\s*(?=\(|;)(?!\([^;]*\)\s*:=)",
    re.IGNORECASE,
)
_WORDS_OWN = """
    begin close commit continue declare else elsif end exception execute exit fetch for forall goto if insert lock loop
    merge null open pipe pragma raise return rollback savepoint select set update delete when while with case
"""
_WORDS = frozenset(_WORDS_OWN.split())
_OWN = ("dbms_", "utl_")  # packages that Oracle brings along
MOST = 20  # of one text


def called(text: str) -> list[str]:
    """Return the names of the procedures that a text calls, each once."""
    escaped = _ESCAPED.match(text)
    if escaped is not None:
        return [escaped.group(1)]
    if not _BLOCK.match(text):
        return []
    names = (found.group(1) for found in _CALLED.finditer(_HIDDEN.sub("''", text)))
    foreign = (name for name in names if name.lower() not in _WORDS and not name.lower().startswith(_OWN))
    return list(dict.fromkeys(foreign))[:MOST]
