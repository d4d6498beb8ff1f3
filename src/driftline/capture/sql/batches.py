"""Lines of a script that are for the program that sends it: ``GO``, ``/`` and ``DELIMITER``, ``\\copy`` of psql.

Enters: the text of a script. Leaves: a text of which every word still stands where it stood, with semicolons there.
"""

import re

from driftline import later

_GO = later.pattern(r"(?<=\n)[ \t]*GO[ \t]*(?=\r?\n|\Z)", re.IGNORECASE)  # ends a batch of T-SQL
_SLASH = later.pattern(r"(?:(?<=\n)|\A)[ \t]*/[ \t]*(?=\r?\n|\Z)")  # ends a block of Oracle
_COPYING = frozenset(["", "postgres", "redshift"])
_COPY = later.pattern(
    r"^([ \t]*)\\copy\b((?:'[^'\n]*+'|[^\n;'])*+);?[ \t]*+$", re.MULTILINE
)  # of psql, which ends with the line
_VERSIONED = frozenset(["mysql", "singlestore", "doris", "starrocks"])
_VERSION = later.pattern(r"/\*M?!\d*")  # begins a comment to all others, as mysqldump writes it
_DELIMITER = later.pattern(  # no option of COPY, ``DELIMITER ','``, and no column, ``delimiter text,``
    r"^[ \t]*DELIMITER[ \t]+([^\w\s'\"`(),=]+)[ \t]*$", re.IGNORECASE | re.MULTILINE
)


def parted(text: str, dialect: str) -> str:
    """Return ``text`` with semicolons where such lines end a statement; of T-SQL, Oracle and MySQL."""
    if dialect in ("tsql", "fabric"):
        return _GO.sub(_semicolon, text)
    if dialect == "oracle":
        return _SLASH.sub(_semicolon, text)
    if dialect in _COPYING and "\\copy" in text:
        text = _COPY.sub(_plain_copy, text)
    if dialect in _VERSIONED:
        text = _uncommented(text)
    if "delimiter" not in text.lower():
        return text
    parts: list[str] = []
    start, sign = 0, ";"
    for line in _DELIMITER.finditer(text):
        parts += [_ended(text[start : line.start()], sign), ";".ljust(len(line[0]))]
        start, sign = line.end(), line[1]
    return "".join((*parts, _ended(text[start:], sign)))


def _plain_copy(line: re.Match[str]) -> str:
    return f"{line[1]}COPY{line[2]};".ljust(len(line[0]))


def _uncommented(text: str) -> str:
    parts: list[str] = []
    start = 0
    while (begins := _VERSION.search(text, start)) and (end := text.find("*/", begins.end())) >= 0:
        parts += [text[start : begins.start()], " " * len(begins[0]), text[begins.end() : end], "  "]
        start = end + 2
    return "".join((*parts, text[start:]))


def _semicolon(line: re.Match[str]) -> str:
    return ";".rjust(len(line[0]))


def _ended(text: str, sign: str) -> str:
    return text if sign == ";" else text.replace(sign, ";".ljust(len(sign)))
