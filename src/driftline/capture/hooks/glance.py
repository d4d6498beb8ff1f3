"""What can be told of data at a glance: columns, rows, the class of a model. Nothing is computed from values.

Enters: any object that was read or written. Leaves: what its type and its own records say, in microseconds. Attributes
are looked up on classes where an object might run code of its own to answer.
"""

from collections.abc import Mapping
from typing import Any, NamedTuple

from driftline.capture.frames import members
from driftline.capture.ground import imported
from driftline.event.lineage import Field
from driftline.event.names import distinct

_DEPTH = 3
_TEXT = (".csv", ".tsv")


class Look(NamedTuple):
    """What was seen."""

    kind: str = ""  # model, or "" = nothing that is known at a glance
    attributes: Mapping[str, str] = {}
    rows: int | None = None
    fields: tuple[Field, ...] | None = None
    levels: tuple[str, ...] = ()  # of the index of a frame of pandas, if all of them have names


NOTHING = Look()
_TYPES = 1_000
_types: dict[Any, str] = {}  # how types are spelled


def at(data: Any) -> Look:
    """Return what can be told of ``data``."""
    if data is None:
        return NOTHING
    library = type(data).__module__.partition(".")[0]
    if library in ("pandas", "polars", "pyarrow", "numpy"):
        return _frame(data, library)
    if _weights(data):
        return Look("model", {"class": "torch state_dict"})
    kind = members.spelled(data)
    return Look("model", {"class": kind}) if kind else NOTHING


def stored(data: Any, fields: tuple[Field, ...], options: Mapping[str, Any], path: str) -> tuple[Field, ...] | None:
    """Return the columns that a text file has to which a frame of pandas is written; None = they have other names.

    The index is a column there, by its name or without one, unless ``index=False``.
    """
    frame = type(data).__module__.partition(".")[0] == "pandas" and type(data).__name__ == "DataFrame"
    if not frame or not any(ending in path.lower() for ending in _TEXT):
        return fields
    if options.get("columns") is not None or options.get("header", True) is not True:
        return None
    return (*index(data, options), *fields)


def headless(data: Any, options: Mapping[str, Any]) -> tuple[str, ...]:
    """Return what a frame of pandas calls its columns, where a text file has them without a header; else nothing."""
    if options.get("header", True) is not False or options.get("columns") is not None:
        return ()
    return (*(field.name for field in index(data, options)), *columns(data))


def index(data: Any, options: Mapping[str, Any]) -> tuple[Field, ...]:
    """Return the columns that the index of a frame of pandas becomes in a text file, as the writer was told."""
    if type(data).__module__.partition(".")[0] != "pandas" or options.get("index", True) is False:
        return ()
    given = options.get("index_label")
    names = [given] if isinstance(given, str) else list(given or data.index.names)
    levels = getattr(data.index, "levels", None) or [data.index]
    return tuple(
        Field("" if name is None or given is False else str(name), str(level.dtype))
        for name, level in zip(names, levels, strict=False)
    )


def columns(data: Any) -> tuple[str, ...]:
    """Return the names of the columns of ``data``; none where it has none that can be told."""
    return tuple(field.name for field in at(data).fields or ())


def _weights(data: Any, depth: int = 0) -> bool:
    """Whether ``data`` is a mapping of tensors, or a checkpoint that holds one."""
    if type(data).__name__ not in ("dict", "OrderedDict") or depth >= _DEPTH:
        return False
    tensor = imported.of("torch").get("Tensor")
    if tensor is None:
        return False
    values = list(data.values())[:100]
    return any(isinstance(value, tensor) or _weights(value, depth + 1) for value in values)


def _spelled(dtype: Any) -> str:
    """Return what a type is called; those of NumPy are remembered, which takes its time to say it."""
    if type(dtype).__module__[:5] != "numpy":
        return str(dtype)
    found = _types.get(dtype)
    if found is None:
        if len(_types) >= _TYPES:
            _types.clear()
        found = _types[dtype] = str(dtype)
    return found


def _names_of(index: Any) -> list[Any]:
    """Return the names in an index of pandas; of one that Arrow holds, by way of Arrow, which is the shorter one."""
    if type(index.dtype).__name__ == "StringDtype" and index.dtype.storage == "pyarrow":
        found: list[Any] = index.array.__arrow_array__().to_pylist()
        if None not in found:
            return found
    names: list[Any] = index.tolist()
    return names


def _levels(index: Any) -> tuple[str, ...]:
    named = index.names
    return () if None in named else tuple(map(str, named))


def _types_of(data: Any) -> list[Any]:
    """Return the types of the columns of a frame of pandas, which are made into a series only where there is no way."""
    told = getattr(getattr(data, "_mgr", None), "get_dtypes", None)
    types: list[Any] = (data.dtypes if told is None else told()).tolist()
    return types


def _frame(data: Any, library: str) -> Look:
    kind = type(data).__name__
    if library == "pandas" and kind == "DataFrame":
        names, types = distinct(map(str, _names_of(data.columns))), _types_of(data)
        fields = tuple(Field(name, _spelled(dtype)) for name, dtype in zip(names, types, strict=False))
        return Look(rows=len(data), fields=fields, levels=_levels(data.index))
    if library == "polars" and kind == "DataFrame":
        return Look(rows=data.height, fields=tuple(Field(name, str(dtype)) for name, dtype in data.schema.items()))
    if library == "pyarrow" and kind in ("Table", "RecordBatch"):
        called = zip(distinct(data.schema.names), data.schema, strict=True)
        return Look(rows=data.num_rows, fields=tuple(Field(name, str(field.type)) for name, field in called))
    if library == "numpy" and kind in ("ndarray", "memmap"):
        shape = " x ".join(map(str, data.shape))
        named = tuple(Field(name, str(data.dtype[name])) for name in data.dtype.names or ())
        return Look("", {"shape": shape, "dtype": _spelled(data.dtype)}, len(data) if data.ndim else 1, named or None)
    return NOTHING
