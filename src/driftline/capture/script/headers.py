"""The row that a text table begins with: the names of its columns, of which the run knows what they are.

Enters: tables, rows, lists of rows, names of what lines of a text are. Leaves: the header as a row that the text spells
out, whether a row is one, what is left where it was taken away. Nothing comes from a header; what stands at the place
that it has a name at does.
"""

from typing import Any

from driftline.capture.script.cames import some_rows
from driftline.capture.script.reading import Table
from driftline.capture.script.values import FURTHER, LINE, LINES, TOP, Const, Frame, Items, Thing, Value


def of(table: Table) -> tuple[Value, ...]:
    """Return the names of columns as the cells of a row that a file begins with; none where they are not known."""
    numbers = [str(place) for place in range(len(table.columns))]  # what columns without a header are called
    known = table.closed and len(numbers) > 1 and list(table.columns) != numbers
    return tuple(map(Const, table.columns)) if known else ()


def is_one(row: Any, other: Any) -> bool:
    """Tell whether a row is spelled out, and the other is one of a file, or has as many cells that are not."""
    if isinstance(row, Const):
        cells: Any = row.value if isinstance(row.value, tuple) else ()
    else:
        cells = row.known if isinstance(row, Items) and row.loose is None else ()
        cells = cells if all(isinstance(one, Const) for one in cells) else ()
    if isinstance(other, Frame):
        return other.row and other.array and other.table.closed and bool(cells)
    if not isinstance(other, Items) or not all(isinstance(one, Thing) for one in other.known):
        return False
    return 0 < len(other.known) <= len(cells) and (other.loose is not None or len(other.known) == len(cells))


def part(items: Items, which: slice) -> Items | None:
    """Return a part of a list; None where it is not known which of those that are known are in it."""
    begins, ends = which.start or 0, which.stop
    known = len(items.known)
    if items.loose is None:
        rows = items.rows if which == slice(None) else some_rows(items.rows)
        return Items(items.known[which], None, rows, items.kind)
    if not known or which.step is not None or not (isinstance(begins, int) and isinstance(ends, int | None)):
        return None
    if begins < 0 or (ends is not None and ends < 0):
        return None
    loose = items.loose if ends is None or ends > known else None
    left = begins <= known and ends is None  # all but the first ones
    return Items(items.known[begins:ends], loose, items.rows if left else some_rows(items.rows), items.kind)


def lines_at(lines: str, key: Any) -> str:
    """What lines of a file, of which ``lines`` says whether the first one is among them, have there."""
    if lines not in {LINES, FURTHER}:
        return ""
    if isinstance(key, slice):
        return lines if key.start in {None, 0} and key.step is None else FURTHER
    return TOP if key == 0 and lines == LINES else LINE
