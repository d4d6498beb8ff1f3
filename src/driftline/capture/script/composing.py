"""Statements that a script puts together out of text and values: which value comes to which column.

Enters: the parts of a text, in order. Leaves: a table of what is written, as if the values were handed over beside the
text: of an INSERT by their places in each row of its VALUES, of an UPDATE by the columns that it sets, with all that
its WHERE looks for under ``WHERE``. A value that stands alone, in quotes or without, is what it is; one that the
statement computes is changed. None where the text that is spelled out does not show where its values stand.
"""

import re
from collections.abc import Iterator, Sequence
from typing import Any

from driftline import later
from driftline.capture.script import templates
from driftline.capture.script.call import Machine
from driftline.capture.script.cames import changed, hedged, union
from driftline.capture.script.joining import made_of
from driftline.capture.script.reading import NOTHING, Cames, Table
from driftline.capture.script.values import Const, Foreign, Text, Value

LOOKING = frozenset(
    {"merge", "get", "get_one", "scalars", "scalar", "all", "first", "one", "one_or_none", "count"}
)  # of a session: they look for rows
WHERE = "\0where"  # stands for what decides which rows are changed
COMPOSED = "\1"  # before the places and columns of what stands in the text itself
_HOLE = later.pattern("\1(\\d+)\2")
_INSERT = later.pattern(  # what stands behind SELECT comes to columns as that says
    r"\s*(?:insert|replace)\b(?:(?!\bselect\b).)*?\bvalues\s*\(", re.IGNORECASE | re.DOTALL
)
_FURTHER = later.pattern(r"\)\s*,\s*\(")
_DOES = later.pattern(r"\).*?\b(?:do\s+update\s+set|on\s+duplicate\s+key\s+update)\b", re.IGNORECASE | re.DOTALL)
_CHANGE = later.pattern(r"\s*(?:update\b.*?\bset\b|delete\s+from\b)", re.IGNORECASE | re.DOTALL)
_SETS = later.pattern(r"\s*[\"`\[]?(\w+)[\"`\]]?\s*=(.*)", re.DOTALL)
_TOKEN = later.pattern(r"'(?:[^']|'')*'|\"[^\"]*\"|[(),;]|\bwhere\b", re.IGNORECASE)
_PLACEHOLDER = later.pattern(r"'(?:[^']|'')*'|([?]|%s|%\(|(?<![:\w]):[A-Za-z_]|\$\d|;\s*\S)")  # or several statements


def table(machine: Machine, text: Text) -> Table | None:
    """Return the row that a statement has been given in its text; None where it is not told, or handed over beside."""
    holes: list[Value] = []
    outline = "".join(_outlined(text.parts, holes))
    if any(found[1] for found in _PLACEHOLDER.finditer(outline)):
        return None
    columns = _inserted(machine, outline, holes) or _set(machine, outline, holes)
    rows = union(one.rows for one in text.parts if isinstance(one, Text))
    every = hedged(union(made_of(machine.memory, one) for one in holes))
    return None if columns is None else Table(columns, spread=every, rows=rows)


def beside(machine: Machine, text: Text) -> dict[Any, Cames]:
    """Return what has been put into the text of a statement that is handed values beside it."""
    holes: list[Value] = []
    outline = "".join(_outlined(text.parts, holes))
    columns = _inserted(machine, outline, holes) or _set(machine, outline, holes) or {}
    return {name: cames for name, cames in columns.items() if cames}


def spelled(text: object) -> bool:
    """Whether a text that is spelled out writes values, which are then spelled out, too."""
    return isinstance(text, str) and bool(_INSERT.match(text) or _CHANGE.match(text))


def of_library(content: object) -> bool:
    """Whether something is a statement that a library puts together."""
    return isinstance(content, Foreign) and content.name.rpartition(".")[2] in {"insert", "update", "delete"}


def _outlined(parts: Sequence[Value], holes: list[Value]) -> Iterator[str]:
    for one in templates.flat(Text(parts=tuple(parts))):
        if isinstance(one, Const):
            yield str(one.value)
        else:
            yield f"\1{len(holes)}\2"
            holes.append(one)


def _inserted(machine: Machine, outline: str, holes: Sequence[Value]) -> dict[Any, Cames] | None:
    begin = _INSERT.match(outline)
    if begin is None:
        return None
    found: dict[Any, Cames] = {}
    place: int | None = begin.end()
    while place is not None:
        values, end = _listed(outline, place)
        if outline[end : end + 1] != ")":
            return None
        for number, one in enumerate(values):
            key = f"{COMPOSED}{number}"
            found[key] = found.get(key, NOTHING) | _value(machine, one, holes)
        further = _FURTHER.match(outline, end)
        place = None if further is None else further.end()
    does = _DOES.match(outline, end)
    return found if does is None else found | _assigned(machine, outline, does.end(), holes)


def _set(machine: Machine, outline: str, holes: Sequence[Value]) -> dict[Any, Cames] | None:
    begin = _CHANGE.match(outline)
    return None if begin is None else _assigned(machine, outline, begin.end(), holes)


def _assigned(machine: Machine, outline: str, begin: int, holes: Sequence[Value]) -> dict[Any, Cames]:
    values, end = _listed(outline, begin)
    found: dict[Any, Cames] = {f"{COMPOSED}{WHERE}": _value(machine, outline[end:], holes)}
    for one in values:
        said = _SETS.match(one)
        if said is not None:
            found[f"{COMPOSED}{said[1].lower()}"] = _value(machine, said[2], holes)
    return found


def _listed(outline: str, begin: int) -> tuple[list[str], int]:
    """Return what stands between commas, up to the bracket or the WHERE that ends it, and where that is."""
    depth, start, found = 0, begin, []
    for token in _TOKEN.finditer(outline, begin):
        if token[0] == "(":
            depth += 1
        elif token[0] == ")" and depth:
            depth -= 1
        elif token[0][0] in ",);wW" and not depth:
            found.append(outline[start : token.start()])
            start = token.end()
            if token[0] != ",":
                return found, token.start()
    return [*found, outline[start:]], len(outline)


def _value(machine: Machine, text: str, holes: Sequence[Value]) -> Cames:
    alone = _HOLE.fullmatch(text.strip().strip("'\""))
    if alone is not None:
        return made_of(machine.memory, holes[int(alone[1])])
    inside = [made_of(machine.memory, holes[int(found[1])]) for found in _HOLE.finditer(text)]
    return changed(union(inside)) if inside else NOTHING
