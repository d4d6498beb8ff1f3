"""What each method of a polars frame does to columns and rows.

Enters: the shapes of the frames that a method was called on and with, and its arguments. Leaves: the shape of the
frame that it returns. One function per group of methods that mean the same. A method that is not listed makes a frame
of which nothing is known. Source: the reference of polars' LazyFrame.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from driftline.capture.frames import expression
from driftline.capture.frames.expression import Unclear
from driftline.capture.frames.parts import Counted, Parts, some, through
from driftline.capture.frames.shape import NOTHING, Shape, united
from driftline.capture.sql.relation import (
    AGGREGATION,
    CONDITIONAL,
    FILTER,
    GROUP_BY,
    JOIN,
    NONE,
    SORT,
    TRANSFORMATION,
    Edges,
    Kind,
)


class Taken(NamedTuple):
    """One call of a method, without the frames themselves."""

    args: Sequence[Any]  # after self; a frame among them is left out
    kwargs: Mapping[str, Any]
    schema: Mapping[str, Any] | None = None  # of the frame that it was called on, where it had to be asked for

    def argument(self, place: int, name: str, default: Any = None) -> Any:
        """Return one argument."""
        return self.args[place] if len(self.args) > place else self.kwargs.get(name, default)


Rule = Callable[[Shape, Sequence[Shape], Taken], Shape]


def flat(given: Iterable[Any]) -> list[Any]:
    """Return names and expressions that may stand in lists."""
    found: list[Any] = []
    for one in given:
        found += flat(one) if isinstance(one, list | tuple | set | frozenset) else [] if one is None else [one]
    return found


def _outputs(frame: Shape, given: Iterable[Any], named: Mapping[str, Any], taken: Taken) -> dict[str, Edges]:
    found: dict[str, Edges] = {}
    for expr in flat(given):
        found |= expression.outputs(expr, frame, taken.schema)
    for name, expr in named.items():
        made = [*expression.outputs(expr, frame, taken.schema).values()]
        found[name] = made[0] if len(made) == 1 else NONE.union(*made)
    return found


def _roots(frame: Shape, given: Iterable[Any], taken: Taken) -> Edges:
    return NONE.union(*(expression.roots(one, frame, taken.schema) for one in flat(given)))


def _names(frame: Shape, given: Iterable[Any], taken: Taken) -> list[str]:
    return [name for one in flat(given) for name in expression.names(one, frame, taken.schema)]


def same(frame: Shape, others: Sequence[Shape], taken: Taken) -> Shape:
    """The same columns and rows in all that matters here."""
    return frame


def select(frame: Shape, others: Sequence[Shape], taken: Taken) -> Shape:
    """New columns in place of all."""
    found = _outputs(frame, taken.args, taken.kwargs, taken)
    return Shape(found, rows=frame.rows, unknown=frame.unknown)


def with_columns(frame: Shape, others: Sequence[Shape], taken: Taken) -> Shape:
    """New columns beside the others, or in place of those of the same name."""
    found = _outputs(frame, taken.args, taken.kwargs, taken)
    return frame._replace(columns={**frame.columns, **found}, without=frame.without | found.keys())


def filtered(frame: Shape, others: Sequence[Shape], taken: Taken) -> Shape:
    """Fewer rows."""
    expressions = [one for one in flat(taken.args) if hasattr(one, "meta") or isinstance(one, str)]
    return frame.shaped(_roots(frame, [*expressions, *taken.kwargs], taken), FILTER)


def dropped_rows(frame: Shape, others: Sequence[Shape], taken: Taken) -> Shape:
    """Fewer rows, by what is missing in some columns, or in any."""
    subset = taken.argument(0, "subset")
    return _by_columns(frame, subset, FILTER, taken)


def unique(frame: Shape, others: Sequence[Shape], taken: Taken) -> Shape:
    """One row of each kind."""
    return _by_columns(frame, taken.argument(0, "subset"), GROUP_BY, taken)


def _by_columns(frame: Shape, subset: Any, kind: Kind, taken: Taken) -> Shape:
    if subset is not None:
        return frame.shaped(_roots(frame, [subset], taken), kind)
    return frame.shaped(frame.all_edges(), kind)._replace(unknown=frame.unknown or not frame.closed)


def ordered(frame: Shape, others: Sequence[Shape], taken: Taken) -> Shape:
    """Other order."""
    more = [one for one in taken.args[1:] if isinstance(one, str) or hasattr(one, "meta")]
    return frame.shaped(_roots(frame, [taken.argument(0, "by"), *more], taken), SORT)


def best(frame: Shape, others: Sequence[Shape], taken: Taken) -> Shape:
    """The first rows by some order."""
    return frame.shaped(_roots(frame, [taken.kwargs.get("by")], taken), SORT)


def renamed(frame: Shape, others: Sequence[Shape], taken: Taken) -> Shape:
    """Other names."""
    mapping = taken.argument(0, "mapping")
    if not isinstance(mapping, Mapping):
        raise Unclear("rename by a function")
    columns = {mapping.get(name, name): edges for name, edges in frame.columns.items()}
    if frame.star is not None:
        columns |= {new: frame.find(old) or NONE for old, new in mapping.items() if old not in frame.columns}
    return frame._replace(columns=columns, without=frame.without | mapping.keys())


def dropped(frame: Shape, others: Sequence[Shape], taken: Taken) -> Shape:
    """Fewer columns."""
    gone = set(_names(frame, taken.args, taken))
    kept = {name: edges for name, edges in frame.columns.items() if name not in gone}
    return frame._replace(columns=kept, without=frame.without | gone)


def exploded(frame: Shape, others: Sequence[Shape], taken: Taken) -> Shape:
    """A row per element: the elements are values, their number shapes the rows."""
    chosen = {name: expression.behind(frame.find, name) for name in _names(frame, taken.args, taken)}
    columns = {**frame.columns, **{name: through(edges, TRANSFORMATION) for name, edges in chosen.items()}}
    return frame._replace(columns=columns).shaped(NONE.union(*chosen.values()), JOIN)


def unnested(frame: Shape, others: Sequence[Shape], taken: Taken) -> Shape:
    """The fields of structs as columns; unless the program made these, only the data knows their names."""
    gone = dict.fromkeys(_names(frame, taken.args, taken))
    between = taken.kwargs.get("separator")
    columns: dict[str, Edges] = {name: edges for name, edges in frame.columns.items() if name not in gone}
    inner = frame.rest
    for name in gone:
        whole = expression.behind(frame.find, name)
        if isinstance(whole, Parts) and whole.fields is not None:
            start = "" if between is None else f"{name}{between}"
            columns |= {start + field: edges for field, edges in whole.fields.items()}
        else:
            inner = some(whole) | (inner or NONE)
    return frame._replace(columns=columns, rest=inner, without=frame.without | columns.keys() | gone.keys())


def pivoted(frame: Shape, others: Sequence[Shape], taken: Taken) -> Shape:
    """A column per value of ``on``; their names are only known from the data."""
    said = taken.kwargs
    on = _names(frame, [taken.argument(0, "on")], taken)
    index = _names(frame, [said.get("index")], taken)
    values = _names(frame, [said.get("values")], taken)
    if not index or not values:
        if not frame.closed:
            raise Unclear("pivot")
        left = [name for name in frame.columns if name not in {*on, *index, *values}]
        index, values = (index, left) if index else (left, values)
    cells = NONE.union(*(through(expression.behind(frame.find, name), AGGREGATION) for name in values))
    chosen = NONE.union(*(through(expression.behind(frame.find, name), CONDITIONAL) for name in on))
    keys = {name: expression.behind(frame.find, name) for name in index}
    shaped = Shape(keys, rest=cells | chosen, rows=frame.rows)
    return shaped.shaped(NONE.union(*keys.values()), GROUP_BY)


def unpivoted(frame: Shape, others: Sequence[Shape], taken: Taken) -> Shape:
    """A row per column."""
    said = taken.kwargs
    index = _names(frame, [said.get("index")], taken)
    given = taken.argument(0, "on")
    if given is None and not frame.closed:
        raise Unclear("unpivot")
    on = [name for name in frame.columns if name not in index] if given is None else _names(frame, [given], taken)
    columns = {name: expression.behind(frame.find, name) for name in index}
    columns[said.get("variable_name") or "variable"] = Counted()  # names, which no column brings
    columns[said.get("value_name") or "value"] = NONE.union(*(expression.behind(frame.find, name) for name in on))
    return Shape(columns, rows=frame.rows)


def changed(frame: Shape, others: Sequence[Shape], taken: Taken) -> Shape:
    """The same rows with other values in any column, of this one and of expressions that are put in."""
    put = [one for one in (*taken.args, *taken.kwargs.values()) if hasattr(one, "meta")]
    return frame.every(TRANSFORMATION).tinged(through(_roots(frame, put, taken), TRANSFORMATION))


def shifted(frame: Shape, others: Sequence[Shape], taken: Taken) -> Shape:
    """Values of other rows: how far away these are decides."""
    far, fill = taken.argument(0, "n"), taken.kwargs.get("fill_value")
    made = changed(frame, others, Taken((fill,), {}, taken.schema))
    if not isinstance(far, str) and not hasattr(far, "meta"):
        return made
    return made.tinged(through(_roots(frame, [far], taken), CONDITIONAL))


def cast(frame: Shape, others: Sequence[Shape], taken: Taken) -> Shape:
    """Other types, of all columns or of those that are named."""
    given = taken.argument(0, "dtypes")
    if not isinstance(given, Mapping) or not all(isinstance(name, str) for name in given):
        return frame.every(TRANSFORMATION)
    found = {name: through(expression.behind(frame.find, name), TRANSFORMATION) for name in given}
    return frame._replace(columns={**frame.columns, **found})


def summed(frame: Shape, others: Sequence[Shape], taken: Taken) -> Shape:
    """One row that sums up each column."""
    return frame.every(AGGREGATION)


def numbered(frame: Shape, others: Sequence[Shape], taken: Taken) -> Shape:
    """A column more that comes from nowhere."""
    name = taken.argument(0, "name", "index")
    return frame._replace(columns={name: Counted(), **frame.columns}, without=frame.without | {name})


def below(frame: Shape, others: Sequence[Shape], taken: Taken) -> Shape:
    """Frames one below the other, side by side, or joined by the columns that they share."""
    how = str(taken.kwargs.get("how", "vertical"))
    every = [frame, *others]
    shape = united(every)
    if how.startswith("align"):
        shared = [name for name in frame.columns if all(name in other.columns for other in others)]
        keys = NONE.union(*(shape.find(name) or NONE for shape in every for name in shared))
        return shape.shaped(keys, JOIN)
    return shape


def beside(frame: Shape, others: Sequence[Shape], taken: Taken) -> Shape:
    """Columns of another frame, or columns alone, put beside; ``taken`` has their names."""
    other = others[0]
    columns = {**frame.columns, **{name: other.find(name) or NONE for name in taken.args}}
    without, unknown = frame.without | set(taken.args), frame.unknown or other.unknown
    return frame._replace(columns=columns, without=without, rows=frame.rows | other.rows, unknown=unknown)


def merged(frame: Shape, others: Sequence[Shape], taken: Taken) -> Shape:
    """Sorted frames, merged."""
    shape = united([frame, *others])
    return shape.shaped(_roots(shape, [taken.argument(0, "key")], taken), SORT)


def grouped(frame: Shape, keys: Mapping[str, Edges], taken: Taken, method: str) -> Shape:
    """What an aggregation per group makes.

    Args:
        frame: what was grouped.
        keys: columns that it was grouped by.
        taken: the call on the groups.
        method: its name.
    """
    shaping = NONE.union(*keys.values()) if keys else NONE
    if method in ("head", "tail"):
        return frame.shaped(shaping, GROUP_BY)
    if method == "len":
        return Shape({**keys, taken.argument(0, "name") or "len": Counted()}, rows=frame.rows).shaped(shaping, GROUP_BY)
    if method == "agg":
        others = frame._replace(columns={name: edges for name, edges in frame.columns.items() if name not in keys})
        schema = None if taken.schema is None else {one: of for one, of in taken.schema.items() if one not in keys}
        found: dict[str, Edges] = {}
        for expr in flat(taken.args):  # what chooses several columns leaves out those of the groups
            several = hasattr(expr, "meta") and expr.meta.has_multiple_outputs()
            found |= _outputs(others if several else frame, [expr], {}, taken._replace(schema=schema))
        found |= _outputs(frame, (), taken.kwargs, taken)
    elif frame.closed:
        found = {name: edges for name, edges in frame.columns.items() if name not in keys}
    else:
        raise Unclear(method)
    values = {name: through(edges, AGGREGATION) for name, edges in found.items()}
    return Shape({**keys, **values}, rows=frame.rows, unknown=frame.unknown).shaped(shaping, GROUP_BY)


def keys_of(frame: Shape, taken: Taken) -> dict[str, Edges]:
    """Return the columns that ``group_by``, ``rolling`` and ``group_by_dynamic`` were called with."""
    named = {name: one for name, one in taken.kwargs.items() if isinstance(one, str) or hasattr(one, "meta")}
    windowed = [named.pop(name) for name in ("index_column",) if name in named]
    if "group_by" in taken.kwargs:
        windowed.append(taken.kwargs["group_by"])
    named.pop("group_by", None)
    for option in ("every", "period", "offset", "closed", "label", "start_by"):
        named.pop(option, None)
    return _outputs(frame, [*taken.args, *windowed], named, taken)


def unknown(frame: Shape, others: Sequence[Shape], taken: Taken) -> Shape:
    """A frame of which nothing is known."""
    return NOTHING


RULES: dict[str, Rule] = {
    **dict.fromkeys(("lazy", "clone", "cache", "collect", "head", "limit", "tail", "slice", "first", "last", "reverse",
                     "gather_every", "set_sorted", "rechunk", "shrink_to_fit", "sample", "inspect", "clear"), same),
    **dict.fromkeys(("select", "select_seq"), select),
    **dict.fromkeys(("with_columns", "with_columns_seq"), with_columns),
    **dict.fromkeys(("filter", "remove"), filtered),
    **dict.fromkeys(("drop_nulls", "drop_nans"), dropped_rows),
    **dict.fromkeys(("top_k", "bottom_k"), best),
    **dict.fromkeys(("fill_null", "fill_nan", "interpolate"), changed),
    **dict.fromkeys(("sum", "mean", "min", "max", "median", "std", "var", "quantile", "count", "null_count"), summed),
    "unique": unique, "sort": ordered, "rename": renamed, "drop": dropped, "explode": exploded, "unnest": unnested,
    "pivot": pivoted, "unpivot": unpivoted, "melt": unpivoted, "cast": cast, "shift": shifted,
    "with_row_index": numbered, "with_row_count": numbered, "concat": below, "union": below, "merge_sorted": merged,
    "vstack": below, "hstack": beside,
}  # fmt: skip
