"""Statements that a connection has prepared under a name, by SQL, and runs by it in later texts.

Enters: connections and the texts that ran on them. Leaves: the text of what EXECUTE runs, with its placeholders;
nothing for a PREPARE, which runs nothing. What was prepared before the first run or ``watch``, or is put together by
the database, stays an EXECUTE. Never keeps a connection alive.
Source: PostgreSQL documentation, "PREPARE" and "EXECUTE"; MySQL Reference Manual, "PREPARE Statement".
"""

import re
from typing import Any

from driftline import later
from driftline.capture.ground import bounded
from driftline.capture.ground.beside import Beside

_LENGTH = 20_000  # characters of a statement
_MOST = 1_000  # names
_NAME = r"(?P<name>\"[^\"]+\"|`[^`]+`|\w+)"
_MAY = re.compile(r"\s*(?:prepare|execute|create)\b", re.IGNORECASE)
_PREPARES = later.pattern(
    rf"\s*prepare\s+(?!transaction\b){_NAME}\s*(?:\((?:[^()]|\([^()]*\))*\))?\s*"
    r"(?:as\s+(?P<body>[^;]+)|from\s+(?P<text>'(?:[^'\\]|'')*'))\s*;?\s*\Z",
    re.IGNORECASE,
)
_EXECUTES = later.pattern(
    rf"(?P<before>\s*(?:create\b[^;]*\bas\s+)?)execute\s+{_NAME}\s*(?:\([^;]*\)|using\b[^;]*)?\s*;?\s*\Z", re.IGNORECASE
)

_known: Beside[dict[str, str]] = Beside()  # by connection: what runs by a name


def meant(connection: Any, text: str) -> str:
    """Return the text of what a text runs on a connection; "" = it has only prepared something."""
    if _MAY.match(text) is None or len(text) > _LENGTH:
        return text
    found = _PREPARES.match(text)
    if found is not None:
        known = _known.get(connection)
        if known is None:
            known = {}
            _known.put(connection, known)
        bounded.room(known, _MOST)
        known[_kept(found["name"])] = found["body"] or found["text"][1:-1].replace("''", "'")
        return ""
    known = _known.get(connection)
    found = _EXECUTES.match(text) if known else None
    body = known.get(_kept(found["name"])) if known and found is not None else None
    return text if found is None or body is None else f"{found['before']}{body}"


def _kept(name: str) -> str:
    return name[1:-1] if name[0] in '"`' else name.lower()
