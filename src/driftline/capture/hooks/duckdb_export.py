"""``EXPORT DATABASE`` of DuckDB: which table went to which file.

Enters: a text, and the folder once it is written. Leaves: what ``COPY table TO file`` would have been
recorded as for each table, as DuckDB itself has noted it down for the way back (``load.sql``). Views are exported as
text alone. Reads that one file.
Source: https://duckdb.org/docs/stable/sql/statements/export.html.
"""

import re
from collections.abc import Callable
from typing import Any

from driftline import later
from driftline.capture.runs.recording import Recording

ELSEWHERE = "exported database: its folder is not on this machine"

_EXPORT = later.pattern(
    r"(?:\s|--[^\n]*\n|(?>/\*.*?\*/))*+"
    r"export\s+database\s+(?:(?:\w+|\"(?:[^\"]|\"\")+\")\s+to\s+)?'(?P<folder>(?:[^']|'')+)'",
    re.IGNORECASE | re.DOTALL,
)
_LOADS = later.pattern(
    r"^copy (?P<table>(?:[^\s\"']|\"(?:[^\"]|\"\")*\")+) from (?P<rest>'.*)$", re.IGNORECASE | re.MULTILINE
)
_LOAD = "load.sql"


def folder(text: str) -> str:
    """Return the folder that a statement exports a database to; "" = it does nothing of the kind."""
    found = _EXPORT.match(text)
    return found["folder"].replace("''", "'") if found else ""


def copies(where: str) -> list[str]:
    """Return the statements that say what was written to a folder.

    Raises:
        OSError: the folder is not on this machine.
    """
    with open(f"{where}/{_LOAD}", encoding="utf-8") as file:
        return [f"COPY {found['table']} TO {found['rest']}" for found in _LOADS.finditer(file.read())]


def recorder(text: str, understand: Callable[[str], Any]) -> Callable[..., None]:
    """Return what records an export once it has ended.

    Args:
        text: the statement.
        understand: makes of a statement what records it; None = nothing does.
    """

    def record(run: Recording, *, failed: bool = False) -> None:
        if failed:
            return
        run.statement(text, text)
        try:
            made = copies(folder(text))
        except OSError:
            run.gap(ELSEWHERE)
            return
        for one in map(understand, made):
            if one is not None:
                one(run)

    return record
