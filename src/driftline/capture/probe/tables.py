"""Tables of all kinds as one: columns as lists, rows by their place, the same kind of table back.

Enters: frames and series of pandas and polars, Arrow tables, lists of records, columns by name. Leaves: their columns,
and tables of the same kind and types with other rows or with a column changed. What it is given is never changed.
"""

from collections.abc import Mapping, Sequence
from typing import Any

SERIES = "value"  # name of the only column of what has no name for it


class NotATable(Exception):
    """Something that has no columns, or two of the same name."""


class CannotHold(Exception):
    """A value that a column of this type cannot hold."""


def library(data: Any) -> str:
    """Return the library that a table belongs to; ``""`` = plain Python, or no table at all."""
    name = type(data).__module__.partition(".")[0]
    return name if name in ("pandas", "polars", "pyarrow") else ""


def is_table(data: Any) -> bool:
    """Whether ``data`` is a table."""
    try:
        return bool(names(data))
    except NotATable:
        return False


def names(data: Any) -> list[Any]:
    """Return the names of the columns, in order, as the table has them.

    Raises:
        NotATable: there are none, or two are the same.
    """
    kind = type(data).__name__
    if library(data):
        if kind == "Series":
            return [SERIES if data.name is None else data.name]
        if kind == "DataFrame":
            found = list(data.columns)
        elif kind in ("Table", "RecordBatch"):
            found = list(data.schema.names)
        else:
            raise NotATable(kind)
    elif isinstance(data, dict) and data and all(isinstance(one, list | tuple) for one in data.values()):
        found = list(data) if len({len(one) for one in data.values()}) == 1 else []
    elif isinstance(data, list) and data and all(isinstance(row, dict) for row in data):
        found = list(dict.fromkeys(name for row in data for name in row))
    else:
        raise NotATable(kind)
    if len({str(name) for name in found}) != len(found):
        raise NotATable("two columns of the same name")
    return found


def height(data: Any) -> int:
    """Return the number of rows."""
    if type(data).__name__ in ("Table", "RecordBatch") and library(data):
        return int(data.num_rows)
    if isinstance(data, dict):
        return len(next(iter(data.values())))
    return len(data)


def types(data: Any) -> list[str]:
    """Return the types of the columns as text."""
    if not library(data):
        return ["" for _ in names(data)]
    if type(data).__name__ == "Series":
        return [str(data.dtype)]
    if library(data) == "pyarrow":
        return [str(field.type) for field in data.schema]
    return [str(one) for one in data.dtypes]


def column(data: Any, name: Any) -> list[Any]:
    """Return the values of a column as plain Python."""
    if isinstance(data, list):
        return [row.get(name) for row in data]
    if isinstance(data, dict):
        return list(data[name])
    if library(data) == "pyarrow":
        return list(data.column(name).to_pylist())
    found = data if type(data).__name__ == "Series" else data[name]
    return list(found.to_list())


def take(data: Any, rows: Sequence[int]) -> Any:
    """Return the table with these rows, in this order."""
    if isinstance(data, list):
        return [data[place] for place in rows]
    if isinstance(data, dict):
        return {name: type(values)(values[place] for place in rows) for name, values in data.items()}
    if library(data) == "pandas":
        return data.iloc[list(rows)]
    if library(data) == "pyarrow":
        return data.take(list(rows))
    return data.gather(list(rows)) if type(data).__name__ == "Series" else data[list(rows)]


def copied(data: Any) -> Any:
    """Return a table that does not change with this one."""
    kind = library(data)
    if kind:
        return data.copy() if kind == "pandas" else data if kind == "pyarrow" else data.clone()
    return [dict(row) for row in data] if isinstance(data, list) else {name: list(one) for name, one in data.items()}


def permuted(data: Any, name: Any, order: Sequence[int]) -> Any:
    """Return the table with the values of one column in another order; types stay as they are."""
    kind = library(data)
    if kind == "pandas":
        series = data if type(data).__name__ == "Series" else data[name]
        moved = series.iloc[list(order)]
        moved.index = data.index
        return (
            moved
            if series is data
            else data.assign(**{name: moved})
            if isinstance(name, str)
            else _set(data, name, moved)
        )
    if kind == "polars":
        return (
            take(data, order) if type(data).__name__ == "Series" else data.with_columns(data[name].gather(list(order)))
        )
    if kind == "pyarrow":
        place = data.schema.names.index(name)
        return data.set_column(place, data.schema.field(place), data.column(place).take(list(order)))
    values = column(data, name)
    return replaced(data, name, [values[place] for place in order])


def replaced(data: Any, name: Any, values: Sequence[Any]) -> Any:
    """Return the table with other values in one column, of the same type.

    Raises:
        CannotHold: the type does not take them.
    """
    try:
        return _replaced(data, name, list(values))
    except Exception as error:  # each library has its own way of refusing a value
        raise CannotHold(str(error)[:100]) from error


def _replaced(data: Any, name: Any, values: list[Any]) -> Any:
    kind = library(data)
    if kind == "pandas":
        import pandas as pd

        series = data if type(data).__name__ == "Series" else data[name]
        made = pd.Series(values, index=data.index, name=series.name)
        if made.dtype != series.dtype:
            made = made.astype(series.dtype)
        return made if series is data else _set(data, name, made)
    if kind == "polars":
        import polars as pl

        if type(data).__name__ == "Series":
            return pl.Series(data.name, values, dtype=data.dtype)
        return data.with_columns(pl.Series(name, values, dtype=data.schema[name]))
    if kind == "pyarrow":
        import pyarrow as pa

        place = data.schema.names.index(name)
        field = data.schema.field(place)
        return data.set_column(place, field, pa.array(values, type=field.type))
    if isinstance(data, dict):
        return {**data, name: type(data[name])(values)}
    return [{**row, name: value} for row, value in zip(data, values, strict=True)]


def _set(data: Any, name: Any, values: Any) -> Any:
    made = data.copy(deep=False)
    made[name] = values
    return made


def added(data: Any, name: str, values: Sequence[int]) -> Any:
    """Return the table with one more column of whole numbers."""
    kind = library(data)
    if type(data).__name__ == "Series" and kind:
        raise CannotHold("a series has one column")
    if kind == "pandas":
        return data.assign(**{name: list(values)})
    if kind == "polars":
        import polars as pl

        return data.with_columns(pl.Series(name, list(values)))
    if kind == "pyarrow":
        import pyarrow as pa

        return data.append_column(name, pa.array(list(values)))
    if isinstance(data, dict):
        return {**data, name: list(values)}
    return [{**row, name: value} for row, value in zip(data, values, strict=True)]


def indexed(data: Any, values: Sequence[int]) -> Any:
    """Return a pandas table with these numbers as its index.

    Raises:
        CannotHold: it is of another library, or its index means something.
    """
    if library(data) != "pandas" or type(data.index).__name__ != "RangeIndex":
        raise CannotHold("no index to use")
    made = data.copy(deep=False)
    made.index = list(values)
    return made


def plain_index(data: Any) -> Any:
    """Return a pandas table with its rows numbered anew where the index only numbered them; else the same."""
    if library(data) != "pandas" or type(data.index).__name__ not in ("RangeIndex", "Index"):
        return data
    counts = data.index.dtype.kind == "i" and data.index.name is None
    return data.reset_index(drop=True) if counts else data


def records(given: Mapping[str, Any]) -> dict[str, Any]:
    """Return those of several arguments that are tables."""
    return {name: one for name, one in given.items() if is_table(one)}
