"""Rows that a change gives back: ``INSERT … RETURNING``, of UPDATE and DELETE, too.

Enters: the text of a statement, and what its table is called there. Leaves: the query that gives the same rows, so that
what is made of them leads to the columns of the table. What a change looks for decides about its rows as well, where it
looks at no other table.
"""

import re

_RETURNING = re.compile(r"\bRETURNING\b(?P<columns>[^;]*)", re.IGNORECASE)
_WHERE = re.compile(
    r"\s*(?:DELETE\s+FROM\s+\S+|UPDATE\s+\S+\s+SET\b(?:(?!\b(?:FROM|WHERE)\b).)*)\s+(?P<where>WHERE\b.*)",
    re.IGNORECASE | re.DOTALL,
)
_PLAIN = re.compile(r"\w+(?:\.\w+)*")


def query(text: str, table: str) -> str:
    """Return the query that gives the rows that a statement gives back; "" = it gives none, or of what is not plain."""
    found = _RETURNING.search(text)
    if found is None or not _PLAIN.fullmatch(table):
        return ""
    where = _WHERE.fullmatch(text[: found.start()])
    rows = where["where"] if where is not None else ""
    return f"SELECT {found['columns'].strip()} FROM {table} {rows}".strip()  # noqa: S608 - it is read, and never run
