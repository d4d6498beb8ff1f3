"""A value as a copy, and a value with each of its origins changed.

Enters: values and contents of the memory. Leaves: values and contents. A copy goes no deeper than a few steps; places
inside of what is changed are cells of their own, and stay.
"""

from collections.abc import Callable, Mapping
from typing import Any, Protocol

from msgspec.structs import replace

from driftline.capture.script.cames import SOME, aged, gathered, older
from driftline.capture.script.reading import Cames, Table
from driftline.capture.script.site import Path
from driftline.capture.script.values import (
    Content,
    File,
    Foreign,
    Found,
    Frame,
    Grouped,
    Instance,
    Items,
    Pairs,
    Ref,
    Series,
    Thing,
    Value,
)

MAX_DEPTH = 6


class Cells(Protocol):
    """The part of the memory that is needed here."""

    def see(self, value: Value | None) -> Any:
        """Return what a value points to, or the value."""
        ...

    def new(self, content: Content) -> Ref:
        """Put something at a new place."""
        ...


def copied(cells: Cells, value: Value, depth: int = 0, since: int = 0) -> Value:
    """Return a value that can be changed without changing this one, but for what was there ``since`` a place."""
    content = cells.see(value)
    if not isinstance(value, Ref) or content is None or depth > MAX_DEPTH or value.place <= since:
        return value

    def inside(one: Value) -> Value:
        return copied(cells, one, depth + 1, since)

    if isinstance(content, Items):
        loose = None if content.loose is None else inside(content.loose)
        content = replace(content, known=tuple(map(inside, content.known)), loose=loose)
    elif isinstance(content, Pairs):
        loose = None if content.loose is None else inside(content.loose)
        content = replace(content, known={key: inside(one) for key, one in content.known.items()}, loose=loose)
    elif isinstance(content, Instance):
        content = replace(content, fields={name: inside(one) for name, one in content.fields.items()})
    place = cells.new(content).place
    return replace(value, place=place) if isinstance(value, Found) else Ref(place)


def each(held: Any, change: Callable[[Cames], Cames], reads: Mapping[Path, Path | None]) -> Any:
    """Return a value or content with each of its sets of origins changed; places are cells of their own."""
    if isinstance(held, Thing):
        return _moved(held, cames=change(held.cames), rows=change(held.rows))
    if isinstance(held, Series):
        return _moved(held, cames=change(held.cames), rows=change(held.rows))
    if isinstance(held, Frame):
        return _moved(held, table=_each_of_table(held.table, change, reads))
    if isinstance(held, Items):
        known = tuple(each(one, change, reads) for one in held.known)
        known = held.known if all(x is y for x, y in zip(known, held.known, strict=True)) else known
        change, reads = _gathering(change, reads)
        return _moved(held, known=known, loose=each(held.loose, change, reads), rows=change(held.rows))
    if isinstance(held, Pairs):
        pairs = {key: each(one, change, reads) for key, one in held.known.items()}
        same = all(pairs[key] is one for key, one in held.known.items())
        change, reads = _gathering(change, reads)
        return _moved(
            held,
            known=held.known if same else pairs,
            loose=each(held.loose, change, reads),
            rows=change(held.rows),
            keys=change(held.keys),
        )
    if isinstance(held, Instance):
        fields = {key: each(one, change, reads) for key, one in held.fields.items()}
        return held if all(fields[key] is one for key, one in held.fields.items()) else replace(held, fields=fields)
    if isinstance(held, Foreign):
        return _moved(held, cames=change(held.cames))
    if isinstance(held, File) and held.written is not None:
        return _moved(held, written=_each_of_table(held.written, change, reads))
    if isinstance(held, Grouped):
        return _moved(held, table=_each_of_table(held.table, change, reads))
    return held


def _gathering(
    change: Callable[[Cames], Cames], reads: Mapping[Path, Path | None]
) -> tuple[Callable[[Cames], Cames], Mapping[Path, Path | None]]:
    """What ages a list or dict: it has the elements of all rounds, however they are told."""
    if SOME not in reads.values():
        return change, reads
    every = {path: older or None for path, older in reads.items()}
    return (lambda cames: aged(cames, every)), every


def _moved(held: Any, **fields: Any) -> Any:
    return held if all(getattr(held, name) is one for name, one in fields.items()) else replace(held, **fields)


def _each_of_table(table: Table, change: Callable[[Cames], Cames], reads: Mapping[Path, Path | None]) -> Table:
    columns = {name: change(cames) for name, cames in table.columns.items()}
    labels = {name: change(cames) for name, cames in table.labels.items()}
    several = gathered(table.rest)
    rest = tuple(older(one, reads, several) if one.read in reads else one for one in table.rest)
    rows, spread = change(table.rows), change(table.spread)
    same = all(columns[name] is cames for name, cames in table.columns.items()) and all(
        labels[name] is cames for name, cames in table.labels.items()
    )
    families = tuple((prefix, change(cames)) for prefix, cames in table.families)
    out = Table(columns, rest, rows, table.closed, spread, labels, families, table.maybe)
    return table if same and out[1:] == table[1:] else out
