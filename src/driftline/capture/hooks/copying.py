"""PostgreSQL's COPY between a table and the program: which table, which columns, and which way.

Enters: the text of a COPY. Leaves: a statement that reads or writes the same, as ``database.statement`` takes it. What
goes between a table and a file of the server is no affair of the program's and left to the reader of SQL.
Source: PostgreSQL documentation, "COPY".
"""

import re
from typing import NamedTuple

from driftline import later

_NAME = r'(?:"(?:[^"]|"")+"|[^\W\d][\w$]*)'
_COPY = later.pattern(
    rf"\s*copy\s+(?:(?P<table>{_NAME}(?:\s*\.\s*{_NAME})*)\s*(?:\((?P<columns>[^()]*)\))?|\((?P<query>.*)\))"
    r"\s*(?P<way>from\s+stdin|to\s+stdout)\b",
    re.IGNORECASE | re.DOTALL,
)
_PART = later.pattern(_NAME)
_SELECT, _INSERT = "SELECT {} FROM {}", "INSERT INTO {} ({}) VALUES ({})"


class Copied(NamedTuple):
    """What a COPY does."""

    text: str  # of a statement that does the same; of a table with its columns unknown that is written: ""
    table: str  # that is written, as it is kept; "" = what is read


def of(text: str) -> Copied | None:
    """Return what a text copies between the program and a table; None where it is no such COPY."""
    found = _COPY.match(text)
    if found is None:
        return None
    columns = ", ".join(name.strip() for name in (found["columns"] or "").split(",") if name.strip())
    if found["way"].lower().startswith("to"):
        return Copied(found["query"] or _SELECT.format(columns or "*", found["table"]), "")
    if found["table"] is None:
        return None
    values = ", ".join("%s" for _ in columns.split(","))
    plain = ".".join(
        part[1:-1].replace('""', '"') if part.startswith('"') else part.lower()
        for part in _PART.findall(found["table"])
    )
    return Copied(_INSERT.format(found["table"], columns, values) if columns else "", plain)
