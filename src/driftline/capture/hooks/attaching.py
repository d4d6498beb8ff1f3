"""What a text of SQLite's says of the databases of its connection: which it attaches and detaches, and what it makes.

Enters: texts, with what is bound to them. Leaves: whether one of their statements is of a kind, and names, in small
letters. A text is looked at by how its statements begin, and asks nobody. Source:
https://www.sqlite.org/lang_attach.html.
"""

import functools
import re
from typing import Any

from driftline import later

_TEXTS, SHORT = 1_024, 200  # texts that are known again, and characters of those
_LONG = 1_000_000  # characters of a text of which only the beginning is looked at
_BEGINS = r"(?:^|;)(?:\s|--[^\n]*\n|/\*(?s:.*?)\*/)*+"
# what gives a connection to one file others, or temporary tables; what may have names mean something else
FIRST = later.pattern(rf"{_BEGINS}(?:attach\b|create\b[^;]*?\btemp(?:orary)?\b)", re.IGNORECASE)
CHANGES = later.pattern(rf"{_BEGINS}(?:attach|detach|create|drop|alter|rollback)\b", re.IGNORECASE)
_LASTING = later.pattern(rf"{_BEGINS}(?:create\b(?!\s+temp)|drop|alter|rollback)\b", re.IGNORECASE)
_NAME = r"(?P<name>\w+|'(?:[^']|'')*'|\"(?:[^\"]|\"\")*\"|\[[^\]]*\]|`[^`]*`)"
_FILE = r"(?P<file>'(?:[^']|'')*'|\"(?:[^\"]|\"\")*\"|\?\d*|[:@$]\w+)"
_TURN = later.pattern(
    rf"{_BEGINS}(?:attach\s+(?:database\s+)?{_FILE}\s*as\s*|detach\s+(?:database\s+)?){_NAME}", re.IGNORECASE
)
_MADE = later.pattern(
    rf"{_BEGINS}create\s+(?P<temporary>temp(?:orary)?\s+)?(?:table|view)\s+(?:if\s+not\s+exists\s+)?{_NAME}",
    re.IGNORECASE,
)


def says(pattern: Any, text: str) -> bool:
    """Whether one of the statements of a text begins so."""
    if pattern.match(text) is not None:
        return True
    several = len(text) <= _LONG and 0 <= text.find(";") < len(text) - 1
    return several and pattern.search(text) is not None


said = functools.lru_cache(_TEXTS)(says)  # loops execute a text again: for those that are SHORT


def lasting(text: str) -> bool:
    """Whether it may make or drop tables that are not temporary."""
    return says(_LASTING, text)


def turns(text: str, values: Any = ()) -> list[tuple[str, str | None]]:
    """Return the databases that a text attaches and detaches, in order, each with its file.

    None = the file is not told, or the database is detached.
    """
    found = _TURN.finditer(text) if text and len(text) <= _LONG else ()
    return [(_bare(one["name"]).lower(), _bound(one["file"], values)) for one in found]


def made(text: str, *, temporary: bool = False) -> frozenset[str]:
    """Return the tables and views that a text makes, or the temporary ones of them, without their databases."""
    found = _MADE.finditer(text) if text and len(text) <= _LONG else ()
    return frozenset(_bare(one["name"]).lower() for one in found if one["temporary"] or not temporary)


def _bound(file: str | None, values: Any) -> str | None:
    """The file that stands in a text, or among the values that are bound to it."""
    if file is None or file[0] in "'\"":
        return file and _bare(file)
    found: Any = None
    if type(values) is dict:
        found = values.get(file[1:])
    elif type(values) in (tuple, list):
        place = int(file[1:]) if file[1:].isdigit() else 1
        found = next(iter(values[place - 1 : place]), None)
    return found if isinstance(found, str) else None


def _bare(name: str) -> str:
    sign = name[:1]
    return name[1:-1].replace(sign * 2, sign) if sign in "'\"`[" else name
