"""Which columns of an output are which of the table that the text tells of.

Enters: a table, and the names of the columns that were written. Leaves: the same, by name. Nothing here knows what was
read.
"""

from collections.abc import Iterable, Iterator, Sequence

from driftline import later
from driftline.capture.program.sites import COMPUTED, Visit
from driftline.capture.script.cames import changed
from driftline.capture.script.composing import COMPOSED
from driftline.capture.script.reading import HEDGED, IDENTITY, NOTHING, Came, Cames, Table
from driftline.capture.script.tables import SOME

_LEVELS = later.pattern(r"""\((?P<head>'[^']*'|"[^"]*"|-?\d+), (?P<below>.+)\)""")  # a tuple as Python spells it
_ANY = f"{SOME})"  # the end of a name whose last level is not known
_INDEXES = frozenset(("", "index", "Unnamed: 0", "__index_level_0__", "level_0"))


def of_part(part: str, names: Sequence[str] | None) -> tuple[dict[str, str] | None, bool]:
    """Return the columns of a sheet with what they are called there, and whether there are other sheets.

    Columns of the first sheet of a workbook are called as they are, those of others with the sheet before them.
    """
    if names is None:
        return None, False
    others = {name for name in names if part and "!" in name}
    own = {name: name.removeprefix(f"{part}!") for name in others if name.startswith(f"{part}!")}
    return own or {name: name for name in names if name not in others}, bool(others)


def handed(table: Table, visit: Visit, names: Sequence[str] | None) -> list[tuple[str, Cames]]:
    """Return the columns that a statement fills, each with where what comes to it is from."""
    written = {name.lower(): name for name in names or ()}
    told = [name for name in table.columns if not str(name).startswith(COMPOSED)]
    values = [own.removeprefix(COMPUTED) for _, own in visit.into]
    several = 1 + max((int(own) for own in values if own.isdigit()), default=-1)
    placed = told if table.closed and len(told) == several else None
    short = bool(table.spread) and len(told) < several  # one of its values may be several
    found = []
    for (column, value), own in zip(visit.into, values, strict=True):
        name = written.get(column.lower(), column)
        if own.startswith(COMPOSED):
            cames = table.columns.get(own, NOTHING)
        elif not own.isdigit() or (own in table.columns and not short):
            cames = table.of(own)
        else:
            cames = _any_of(table.of(placed[int(own)] if placed is not None and int(own) < len(placed) else name))
        found.append((name, changed(cames) if value.startswith(COMPUTED) else cames))
    return found


def _any_of(cames: Cames) -> Cames:
    """Return what a value is that may be any of some: no value is two columns as they are."""
    alike = {(one.read, one.column) for one in cames if one.subtype == IDENTITY}
    if len(alike) < 2:
        return cames
    return _unsure(cames)


def named(table: Table) -> list[str]:
    """Return the columns that are called by a text."""
    return [name for name in table.columns if isinstance(name, str)]


def nameless(table: Table) -> Iterator[Came]:
    """Yield what is somewhere in a table, under no name of its own."""
    told = {(came.read, came.column) for name in named(table) for came in table.columns[name]}
    return (one for one in table._replace(columns={}, labels={}).all() if (one.read, one.column) not in told)


def by_place(table: Table, names: Sequence[str]) -> Table:
    """Return a table whose columns are told by place under the names that were written."""
    if not table.closed or not table.columns or list(table.columns) != [str(one) for one in range(len(table.columns))]:
        return table
    if len(table.columns) != len(names):  # a part of an array was wider than the text tells
        return table._replace(columns={}, closed=False, spread=_unsure(table.all()))
    return table._replace(columns=dict(zip(names, table.columns.values(), strict=True)))


def as_written(table: Table, names: Sequence[str]) -> Table:
    """Return a table with its columns under the names that were written, by place or by level."""
    return by_head(by_place(table, names), names)


def by_head(table: Table, names: Sequence[str]) -> Table:
    """Return a table whose names have levels under the names that were written, which may be the first level alone.

    A text has no names then of the levels of the index, and numbers what is called alike.
    """
    nameless = [name for name in names if _split(name)[0] == ""]
    if nameless and len(nameless) == len(table.labels) and table.labels.keys().isdisjoint(names):
        table = table._replace(labels=dict(zip(nameless, table.labels.values(), strict=True)))
    told = {name: _levels(name) for name in table.columns}
    if not any(below for _, below in told.values()):
        return table
    under: dict[str, list[str]] = {}
    for name, (head, _) in told.items():
        under.setdefault(head, []).append(name)
    unknown = [one for one in told if one.endswith(_ANY)]
    found = {name: table.columns[name] for name in names if name in table.columns}
    left = {name: cames for name, cames in table.columns.items() if name not in found}
    for name in (one for one in names if one not in found):
        (head, below), (called, place) = _levels(name), _split(name)
        ones = [one for one in unknown if name.startswith(one.removesuffix(_ANY))]
        ones = ones or under.get(head if below and not below.strip("', ") else called, [])
        if any(one.endswith(_ANY) for one in ones):  # how many columns each is, is not known
            cames = frozenset[Came]().union(*(table.columns[one] for one in ones))
            found[name] = cames if len(ones) == 1 else _unsure(cames)
            ones, place = ones[:1], 0
        elif place < len(ones):
            found[name] = table.columns[ones[place]]
        if place < len(ones):
            left.pop(ones[place], None)
    return table._replace(columns={**left, **found})


def _unsure(cames: Iterable[Came]) -> Cames:
    return frozenset(one._replace(confidence=min(one.confidence, HEDGED)) for one in cames)


def _split(name: str) -> tuple[str, int]:
    """Return a name without its number among those that are called alike, and that number, from 0."""
    head, sign, number = name.rpartition("#")
    return (head, int(number) - 1) if sign and number.isdigit() else (name, 0)


def _levels(name: str) -> tuple[str, str]:
    """Return the first level of a name and, as Python spells them, those below; of one without levels itself."""
    found = _LEVELS.fullmatch(name)
    return (name, "") if found is None else (found["head"].strip("'\""), found["below"])


def as_told(table: Table, names: Iterable[str]) -> bool:
    """Whether the columns that were written are those that the text tells of, as far as it tells of all of them."""
    if not table.closed:
        return True
    written, told = set(names), set(table.columns)
    return not told - written - table.maybe and not written - told - _INDEXES - set(table.labels)
