"""NumPy, and the small pure libraries beside it: what comes out is computed from all that goes in.

Enters: a call. Leaves: a column if a column went in, a table if a table did, else a value.
"""

from typing import Any

from msgspec.structs import replace

from driftline.capture.script import tables
from driftline.capture.script.call import MAX_ITEMS, Call, Rules, inner_rows, is_frame, plain, rows_of, table_of
from driftline.capture.script.cames import aggregated, changed, deciding, hedged, union
from driftline.capture.script.joining import made_of
from driftline.capture.script.reading import NOTHING, Cames, Table
from driftline.capture.script.rules import structured
from driftline.capture.script.values import Const, Frame, Items, Ref, Series, Thing, Value

_WORDS_PURE = """
    numpy math datetime re statistics decimal fractions hashlib unicodedata textwrap itertools collections string
    operator calendar random time uuid zoneinfo dateutil pytz base64 urllib html difflib functools struct zlib
    scipy os sys pathlib platform glob shutil tempfile logging warnings argparse copy typing enum dataclasses
    secrets bisect heapq getpass locale
"""
PURE = frozenset(_WORDS_PURE.split())


def like(call: Call, cames: Cames) -> Value:
    """Return a value of the form of what was given."""
    first = [call.see(one) for one in call.given()]
    for one in first:
        if isinstance(one, Series):
            return Series(
                cames, union(inner_rows(call.machine, each) for each in call.given()), one.name, None, one.index
            )
    rows = union(inner_rows(call.machine, each) for each in call.given())
    return Thing(cames, rows)


def computed(call: Call) -> Value:
    """One value from all that is given."""
    return like(call, changed(call.cames(*call.given())))


def by_place(call: Call) -> Value:
    """Each value from those at its place."""
    frames = [one for one in call.given() if is_frame(call.machine, one)]
    if len(frames) == 1:
        table = table_of(call.machine, frames[0]) or tables.EMPTY
        extra = union(changed(call.cames(one)) for one in call.given() if one is not frames[0])
        content = call.see(frames[0])
        return call.new(Frame(tables.tinged(tables.computed(table), extra), content.row, content.array))
    return computed(call)


def summed_up(call: Call) -> Value:
    """One value of all."""
    return Thing(aggregated(call.cames(*call.given())), union(inner_rows(call.machine, one) for one in call.given()))


def chosen(call: Call) -> Value | None:
    """``where(condition, a, b)``."""
    if len(call.args) < 3:
        return None
    decides = deciding(call.cames(call.args[0]))
    return like(call, call.cames(*call.args[1:]) | decides)


def selected(call: Call) -> Value:
    """``select(conditions, choices, default)``."""
    decides = deciding(call.cames(call.argument(0, "condlist")))
    cames = call.cames(call.argument(1, "choicelist"), call.argument(2, "default")) | decides
    found = call.see(call.argument(0, "condlist"))
    for one in found.known if isinstance(found, Items) else ():
        content = call.see(one)
        if isinstance(content, Series):
            return Series(cames, content.rows, None, None, content.index)
    return Thing(cames)


def same(call: Call) -> Value | None:
    """``array``, ``asarray``, ``copy``: what went in."""
    value = call.argument(0, "object") or call.argument(0, "a")
    content = call.see(value)
    if isinstance(content, Frame) and not content.row:
        return call.new(Frame(content.table._replace(labels={}), False, True))
    if isinstance(content, Items):
        table = table_of(call.machine, value)
        table = table if table is None else tables.numbered(table, structured.fields(call, 1)) or table
        if table is not None and table.closed:
            return call.new(Frame(table, False, True))
    return value if isinstance(value, Series | Thing | Ref) else None


def flat(call: Call) -> Value | None:
    """``ravel``, ``flatten``: all values one after the other; of a single column that column."""
    value = call.argument(0, "a") if call.receiver is None else call.receiver
    content = call.see(value)
    if not isinstance(content, Frame) or content.row:
        return value if isinstance(content, Series | Thing) else None
    table = content.table
    if table.closed and len(table.columns) == 1:
        return Series(next(iter(table.columns.values())), table.rows)
    return Thing(tables.values(table), table.rows)


def shaped(call: Call) -> Value | None:
    """``reshape``: in one dimension, or as many columns as before; else any value may be anywhere."""
    given = call.args[1:] if call.receiver is None else call.args
    wanted = [plain(call.machine, one) for one in given]
    sizes = list(wanted[0]) if len(wanted) == 1 and isinstance(wanted[0], list | tuple) else wanted
    content = call.see(call.argument(0, "a") if call.receiver is None else call.receiver)
    if isinstance(content, Frame) and content.table.closed and sizes[1:] == [len(content.table.columns)]:
        return call.new(replace(content, table=content.table._replace(labels={}), array=True))
    found = flat(call)
    return Thing(hedged(found.cames), found.rows) if isinstance(found, Thing) and len(sizes) != 1 else found


def beside(call: Call) -> Value | None:
    """``column_stack``, ``hstack``, ``c_``: columns beside each other, by number."""
    value = call.argument(0, "tup")
    content = call.see(value)
    if not isinstance(content, Items) or content.loose is not None:
        return None
    columns: dict[Any, Cames] = {}
    rows = NOTHING
    for one in content.known:
        inner = call.see(one)
        rows |= rows_of(call.machine, one)
        if isinstance(inner, Frame) and not inner.table.closed:
            return None
        wide = inner.table.columns.values() if isinstance(inner, Frame) else [made_of(call.machine.memory, one)]
        for cames in wide:
            columns[len(columns)] = cames
    return call.new(Frame(Table(columns, rows=rows, closed=True), False, True))


def made(call: Call) -> Value | None:
    """``zeros``, ``empty``: an array whose columns are still to come, if the text says how many there are, or which."""
    if (found := structured.made(call)) is not None:
        return found
    shape = call.argument(0, "shape")
    content = call.see(shape)
    sizes = content.known if isinstance(content, Items) and content.loose is None else ()
    known = plain(call.machine, shape)
    if isinstance(known, tuple | list):
        sizes = tuple(map(Const, known))
    wide = sizes[1].value if len(sizes) == 2 and isinstance(sizes[1], Const) else None
    if not isinstance(wide, int) or not 0 < wide <= MAX_ITEMS:
        return None
    return call.new(Frame(Table(dict.fromkeys(range(wide), NOTHING), closed=True), False, True))


def below(call: Call) -> Value | None:
    """``vstack``, ``concatenate``: rows below each other."""
    value = call.argument(0, "arrays")
    content = call.see(value)
    if not isinstance(content, Items):
        return None
    parts = [*content.known, *([content.loose] if content.loose is not None else [])]
    if call.plain(1, "axis", 0) == 1:
        return beside(call)
    if all(is_frame(call.machine, one) for one in parts):
        stacked = tables.stacked(table_of(call.machine, one) or tables.EMPTY for one in parts)
        return call.new(Frame(stacked, False, True))
    return Thing(call.cames(value), union(rows_of(call.machine, one) for one in parts))


_SUMMED = """
    sum mean median min max std var prod any all percentile quantile nansum nanmean nanmedian nanmin nanmax nanstd
    nanvar nanpercentile average argmax argmin count_nonzero corrcoef cov dot trapz ptp amin amax size
"""
_BY_PLACE = """log log10 log2 log1p exp expm1 sqrt cbrt square abs absolute fabs sign round around rint floor ceil trunc
clip isnan isfinite nan_to_num maximum minimum power sin cos tan tanh arctan logical_not logical_and logical_or add
subtract multiply divide true_divide mod deg2rad rad2deg float_power negative"""

FUNCTIONS: Rules = {
    **{f"numpy.{name}": by_place for name in _BY_PLACE.split()},
    **{f"numpy.{name}": summed_up for name in _SUMMED.split()},
    **{f"numpy.{name}": same for name in ("array", "asarray", "copy", "ascontiguousarray", "squeeze")},
    **{f"numpy.{name}": made for name in ("zeros", "empty", "ones")},
    **{f"numpy.{name}": beside for name in ("column_stack", "hstack")},
    **{f"numpy.{name}": below for name in ("vstack", "concatenate", "append")},
    "numpy.ravel": flat,
    "numpy.reshape": shaped,
    "numpy.where": chosen,
    "numpy.select": selected,
    **{f"statistics.{name}": summed_up for name in ("mean", "median", "stdev", "pstdev", "mode", "fmean", "variance")},
}
ON_FRAMES: Rules = {"ravel": flat, "flatten": flat, "reshape": shaped}
