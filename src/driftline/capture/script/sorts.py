"""Sorts of types of columns: as they were read, or as what has computed them tells.

Enters: origins, and what has made them. Leaves: a sort, or None where nobody knows. Origins remember the sort that the
program has given to them; what is computed of these are others, which have none until something tells it. Source: the
references of pandas' ``Series``, ``Series.str`` and ``Series.dt``.
"""

import re
from collections.abc import Iterable, Mapping
from typing import Any

from msgspec.structs import replace

from driftline import later
from driftline.capture.script import tables
from driftline.capture.script.call import Call, Machine, plain
from driftline.capture.script.reading import DIRECT, IDENTITY, Came, Cames, Table
from driftline.capture.script.values import Const, Grouped, Library, Pairs, Part, Series, Value

_KINDS = (
    ("bool", later.pattern("bool", re.IGNORECASE)),
    ("timedelta", later.pattern("timedelta|duration", re.IGNORECASE)),
    ("interval", later.pattern("interval", re.IGNORECASE)),
    ("category", later.pattern("categ|dictionary|enum", re.IGNORECASE)),
    ("complex", later.pattern("complex", re.IGNORECASE)),
    ("datetime", later.pattern("date|time", re.IGNORECASE)),
    ("float", later.pattern("float|double|decimal|real", re.IGNORECASE)),
    ("int", later.pattern("int", re.IGNORECASE)),
    ("number", later.pattern("num", re.IGNORECASE)),
    ("text", later.pattern("obj|str|text|char", re.IGNORECASE)),
)
TEXT, NUMBER, BOOL, DATETIME, TIMEDELTA = "text", "number", "bool", "datetime", "timedelta"
NUMBERS = frozenset({"complex", "float", "int", NUMBER})
_ARITHMETIC = frozenset({"Add", "Sub", "Mult", "Div", "FloorDiv", "Mod", "Pow", "USub", "UAdd"})
_COMPARED = frozenset({"Eq", "NotEq", "Lt", "LtE", "Gt", "GtE"})
_FLAGS = frozenset({"BitAnd", "BitOr", "BitXor", "Invert"})


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


_OF_ANY = {  # methods and what they give, whatever the column is
    BOOL: _words("isna isnull notna notnull isin between eq ne lt le gt ge duplicated"),
    NUMBER: _words("count nunique size cumcount ngroup"),
}
_OF_NUMBERS = _words(
    "round abs interpolate cumsum cumprod rank pct_change mul div truediv floordiv mod pow rmul rdiv add sub radd rsub"
)
_KEPT = _words(
    "copy head tail sample sort_values sort_index reset_index rename fillna ffill bfill shift clip dropna"
    " drop_duplicates nlargest nsmallest cummax cummin"
)
_SUMMED = _words("sum mean median std var sem skew cumsum cumprod prod rank pct_change diff quantile")
_OF_GROUPS = _words("min max first last ffill bfill fillna shift cummax cummin")
_OF_TEXTS = {
    BOOL: _words(
        "contains startswith endswith match fullmatch isalnum isalpha isdecimal isdigit islower isnumeric isspace"
        " istitle isupper"
    ),
    NUMBER: _words("len count find rfind index rindex"),
}
_OF_DATES = {
    TEXT: _words("strftime day_name month_name date time"),
    DATETIME: _words("floor ceil round normalize tz_convert tz_localize"),
    NUMBER: _words(
        "total_seconds year month day hour minute second dayofweek day_of_week weekday dayofyear day_of_year quarter"
        " days_in_month daysinmonth days seconds microsecond week"
    ),
}
_MADE = {
    "pandas.to_numeric": NUMBER,
    "pandas.to_datetime": DATETIME,
    "pandas.to_timedelta": TIMEDELTA,
    **dict.fromkeys(("pandas.isna", "pandas.isnull", "pandas.notna", "pandas.notnull"), BOOL),
}


class Sorted(frozenset[Came]):
    """Origins of a column whose type the program has told."""

    sort: str


def kind(type_: str) -> str:
    """Return what sort of type a name means: one of those above, or the name."""
    return next((name for name, pattern in _KINDS if pattern.search(type_)), type_)


def sorted_as(cames: Cames, sort: str | None) -> Cames:
    """Return the origins with the sort that the type of their column is of; as they are where that is not known."""
    if sort is None or not cames:
        return cames
    found = Sorted(cames)
    found.sort = sort
    return found


def of_origins(machine: Machine, cames: Cames) -> str | None:
    """Return the sort of type of a column, if it is as it was read, or the program has told it."""
    if isinstance(cames, Sorted):
        return cames.sort
    direct = [one for one in cames if one.type == DIRECT]
    if not direct or any(one.subtype != IDENTITY for one in direct):
        return None
    found = {kind((machine.columns(one.read) or {}).get(one.column, "?")) for one in direct}
    return found.pop() if len(found) == 1 and "?" not in found else None


def of_value(machine: Machine, value: Any) -> str | None:
    """Return the sort of type of a column or of a plain value."""
    if isinstance(value, Series):
        return of_origins(machine, value.cames)
    if not isinstance(value, Const) or value.value is None:
        return None
    named = {bool: BOOL, int: NUMBER, float: NUMBER, str: TEXT}
    return named.get(type(value.value))


def with_gaps(table: Table) -> Table:
    """Return a table of which values may be missing now: beside these, what was true or false is of any sort."""
    return tables.mapped(
        table, lambda own: frozenset(own) if isinstance(own, Sorted) and own.sort == BOOL else own, IDENTITY
    )


def put_in(machine: Machine, value: Value, cames: Cames) -> Cames:
    """Return the origins of a column that is put into a table, with the sort of what is put in."""
    told = isinstance(value, Series) and isinstance(value.cames, Sorted)
    return sorted_as(cames, of_value(machine, value)) if told or isinstance(value, Const) else cames


def operated(machine: Machine, name: str, out: Value, *values: Any) -> Value:
    """Return what an operator gives, a column with its sort."""
    if not isinstance(out, Series):
        return out
    sorts = [of_value(machine, one) for one in values]
    told = [sort for sort, one in zip(sorts, values, strict=True) if isinstance(one, Series | Const)]
    if name in _COMPARED or (name in _FLAGS and {*sorts} == {BOOL}):
        sort: str | None = BOOL
    elif name == "Add" and TEXT in sorts:
        sort = TEXT
    elif name == "Sub" and sorts == [DATETIME, DATETIME]:
        sort = TIMEDELTA
    else:  # a number of which nobody knows the sort makes a number of one
        numbers = name in _ARITHMETIC and {*told} <= NUMBERS | {BOOL} and not NUMBERS.isdisjoint(told)
        sort = NUMBER if numbers else None
    return replace(out, cames=sorted_as(out.cames, sort))


def answered(call: Call, out: Value | None) -> Value | None:
    """Return what a call gives, a column with the sort that the call tells."""
    if not isinstance(out, Series):
        return out
    sort = _of_function(call) if call.receiver is None else _of_method(call, call.see(call.receiver))
    cames = frozenset(out.cames) if isinstance(out.cames, Sorted) else out.cames  # of what it was made of
    return replace(out, cames=sorted_as(cames, sort)) if sort or cames is not out.cames else out


def of_date(series: Series, name: str) -> Series:
    """Return a part of dates with its sort."""
    return replace(series, cames=sorted_as(series.cames, BOOL if name.startswith("is_") else _among(_OF_DATES, name)))


def _among(sorts: Mapping[str, frozenset[str]], name: str) -> str | None:
    return next((sort for sort, names in sorts.items() if name in names), None)


def _common(sorts: Iterable[str | None]) -> str | None:
    """Return the sort that all have."""
    found = {NUMBER if one in NUMBERS else one for one in sorts}
    return found.pop() if len(found) == 1 else None


def _of_function(call: Call) -> str | None:
    given = [call.see(one) for one in call.given()]
    if call.name in {"pandas.cut", "pandas.qcut"}:
        return NUMBER if call.plain(2, "labels") is False else "category"
    if call.name in {"numpy.where", "numpy.select"}:
        choices = getattr(call.see(call.argument(1, "choicelist")), "known", ())
        ones = given[1:3] if call.name == "numpy.where" else [*map(call.see, choices), *given[2:3]]
        return _common(of_value(call.machine, one) for one in ones)
    if call.name.startswith(("numpy.is", "numpy.logical_")):
        return BOOL
    if call.name.startswith("numpy."):
        return NUMBER if _common(of_value(call.machine, one) for one in given) == NUMBER else None
    return _MADE.get(call.name)


def _of_method(call: Call, receiver: Any) -> str | None:
    if isinstance(receiver, Grouped):
        return _of_groups(call, receiver)
    if isinstance(receiver, Part):
        found = {"str": _among(_OF_TEXTS, call.name) or TEXT, "dt": _among(_OF_DATES, call.name)}
        return found.get(receiver.kind)
    if call.name == "astype":
        return _asked_for(call, call.argument(0, "dtype"))
    given = [call.see(one) for one in (*call.args, *call.kwargs.values())]
    if call.name in {"map", "replace"}:  # by a dict
        pairs = given[0] if given and isinstance(given[0], Pairs) and given[0].loose is None else None
        values = () if pairs is None or call.name == "replace" else pairs.known.values()
        return _common(of_value(call.machine, one) for one in values)
    own = of_value(call.machine, receiver)
    told = [of_value(call.machine, one) for one in given if isinstance(one, Series | Const)]
    if call.name in _OF_NUMBERS:
        return NUMBER if {own, *told} <= NUMBERS else None
    if call.name == "fillna":  # by what nobody knows: a number by a number
        return own if _common((own, *told)) and (own in NUMBERS or told) else None
    kept = call.name in _KEPT and not (call.name == "shift" and own == BOOL)
    return own if kept else _among(_OF_ANY, call.name)


def _of_groups(call: Call, groups: Grouped) -> str | None:
    how = call.plain(0, "func", "") if call.name in {"transform", "agg", "aggregate"} else call.name
    columns = tables.only(groups.table, groups.picked or ()).columns
    own = _common(of_origins(call.machine, one) for one in columns.values()) if groups.single else None
    if not isinstance(how, str):
        return None
    kept = own if how in _OF_GROUPS and own != BOOL else None
    return kept or _among(_OF_ANY, how) or (NUMBER if how in _SUMMED and own == NUMBER else None)


def _asked_for(call: Call, value: Value | None) -> str | None:
    name = value.name.rpartition(".")[2] if isinstance(value, Library) else plain(call.machine, value)
    found = kind(name) if isinstance(name, str) else None
    return found if found in dict(_KINDS) else None
