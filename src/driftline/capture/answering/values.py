"""The features of an answer as values: plain numbers, texts, booleans and None by their names.

Enters: what a user gives as features: a mapping, a record, a row of a table, a sequence, with values of any kind.
Leaves: a dictionary of its own, in which nothing changes any more: what can be written into (lists, arrays, columns)
is read at once and spelled in full, a large array by its first values, type, shape and hash. Plain values are kept as
they are. What cannot be read is a counted failure, and costs itself only.
"""

import dataclasses
from collections.abc import Mapping, Sequence
from gc import is_tracked
from typing import Any, cast

import xxhash

from driftline.capture.ground import fault
from driftline.event import ids

FEATURE_LENGTH = 200  # characters of a text feature that are kept
_PLACES = tuple(map(str, range(64)))  # what the values of a short sequence are called
_WIDEST = 2**63 - 1  # beyond it a number is kept as text
_SPELLED = FEATURE_LENGTH // 3  # values of an array that can be worth spelling: each takes three characters or more
_DEPTH = 4  # lists within lists that are searched for arrays
_KEPT = frozenset((float, int, str, bool, type(None)))  # types of values that are kept as they are
_FIELDS = ("__struct_fields__", "__pydantic_fields__")  # where other records name their fields
_LISTS = ("to_pylist", "to_list", "tolist", "to_dicts")  # how columns are made lists
_hashed = frozenset[Any]().isdisjoint  # asks each for its hash, at less than a tuple of them costs
_NAN = float("nan")  # what it is added to stays it: no sum overflows, and no library warns of one
_OTHERS = 63  # features that are not added up first, after some that were no numbers
Value = float | int | str | bool | None


class _Habit:
    """What the features of this process were of late, which they are likely to be again."""

    __slots__ = ("rest",)

    def __init__(self) -> None:
        self.rest = 0  # how many to come are not added up first


_habit = _Habit()


def taken(given: Any) -> dict[Any, Any]:
    """Return the features in ``given`` as they are now; of what has none, a counted failure and no features."""
    kind = type(given)
    if kind is dict:
        return settled(given.copy())
    row = given if kind is list or kind is tuple else _array_row(given, kind)
    if row is not None:  # as most models take them; what else it may be need not be asked
        places = _PLACES if len(row) <= len(_PLACES) else map(str, range(len(row)))
        return settled(dict(zip(places, row, strict=False)))
    return settled(fault.attempt("answer", named, given) or {})


def _array_row(given: Any, kind: type) -> list[Any] | None:
    """Return the values of an array of numpy's that is one row; None where it is none."""
    if kind.__name__ != "ndarray" or kind.__module__ != "numpy" or given.dtype.names:
        return None
    shape = given.shape
    found: list[Any] | None = None
    if len(shape) == 1:
        found = given.tolist()
    elif len(shape) == 2 and shape[0] == 1:
        found = given[0].tolist()
    return found


def settled(values: dict[Any, Any]) -> dict[Any, Any]:
    """Return ``values``, which nobody else has, so that none of them can change any more.

    Python does not track a dictionary of things that hold no others; of these, what can change has no hash. Where the
    sum of all of them is a number of Python, they are numbers of Python: adding them takes less than half the time of
    their hashes. (An array of numpy that is one Python object and no more adds up to that, too. It is read later.)
    """
    if is_tracked(values):
        return values if _KEPT.issuperset(map(type, values.values())) else values_of(values)
    if _habit.rest:
        _habit.rest -= 1
    else:
        try:
            if type(sum(values.values(), _NAN)) is float:
                return values
        except Exception:  # noqa: S110 - a text, no value, or anything else that is no number: the hashes tell
            pass
        _habit.rest = _OTHERS
    try:
        _hashed(values.values())
    except Exception:  # an array has no hash, and another value may fail at it in any way it likes: all are read
        return values_of(values)
    return values


def kept(values: Mapping[Any, Any]) -> bool:
    """Whether all of the values can be kept as they are."""
    return _KEPT.issuperset(map(type, values.values()))


def named(given: Any) -> dict[Any, Any]:
    """Return values by name: of a mapping, a record, a row, a table of one row; of a sequence by their places.

    Raises:
        TypeError: it is none of them.
        ValueError: it is a table of several rows.
    """
    if isinstance(given, Mapping):
        return dict(given)
    kind = type(given)  # asked in place of the value, where a label may hide what it is asked for
    if hasattr(kind, "columns") and hasattr(kind, "shape"):
        return _row(given)
    if hasattr(kind, "iloc"):
        return dict(given.to_dict())
    if hasattr(kind, "_asdict"):
        return dict(given._asdict())
    if dataclasses.is_dataclass(kind):
        return {field.name: getattr(given, field.name) for field in dataclasses.fields(kind)}
    fields = next((found for one in _FIELDS if (found := getattr(kind, one, None)) is not None), None)
    if fields is not None:
        return {name: getattr(given, name) for name in fields}
    names = getattr(getattr(given, "dtype", None), "names", None)
    if names and not given.shape:
        return dict(zip(names, given.item(), strict=True))
    if hasattr(kind, "keys"):
        return {name: given[name] for name in given.keys()}  # noqa: SIM118 - no mapping: its iterator gives values
    return {str(place): value for place, value in enumerate(_sequence(given))}


def _row(table: Any) -> dict[Any, Any]:
    """Return the one row of a table of pandas, polars or pyarrow."""
    if table.shape[0] != 1:
        raise ValueError(f"the features of one answer are one row, not {table.shape[0]}")
    if hasattr(table, "iloc"):
        return {name: table.iloc[0, place] for place, name in enumerate(table.columns)}
    return dict((table.to_pylist() if hasattr(table, "to_pylist") else table.to_dicts())[0])


def _sequence(given: Any) -> list[Any]:
    if isinstance(given, Sequence) and not isinstance(given, str | bytes | bytearray | memoryview):
        return list(given)
    shape = getattr(given, "shape", None)
    found = given[0] if shape is not None and len(shape) == 2 and shape[0] == 1 else given  # as models take a row
    values = _listed(found)
    if not isinstance(values, list):
        raise TypeError(f"features are a mapping, a record, a row or a sequence, not {type(given).__name__}")
    return values


def values_of(features: Mapping[Any, Any]) -> dict[str, Value]:
    """Return features as plain values; one that cannot be read is a counted failure, and left out."""
    try:
        return plain(features)
    except Exception as error:  # a value may fail at being read in any way it likes; the others are kept
        fault.failed("answer", error)
        found: dict[str, Value] = {}
        for name, value in features.items():
            found.update(fault.attempt("answer", plain, {name: value}) or {})
        return found


def plain(values: Mapping[Any, Any]) -> dict[str, Value]:
    """Return ``values`` with numpy scalars as Python ones and everything that is no scalar as text, in full."""
    return {name if type(name) is str else clean(str(name)): _scalar(value) for name, value in values.items()}


def short(values: Mapping[str, Value]) -> dict[str, Value]:
    """Return ``values`` with long texts cut, as they are kept."""
    return {name: value[:FEATURE_LENGTH] if type(value) is str else value for name, value in values.items()}


def clean(text: str) -> str:
    """Return ``text`` with half characters, which nothing can keep, as their escapes."""
    return ids.spelled(text)


def _scalar(value: Any) -> Value:
    kind = type(value)
    if kind is float or kind is bool or value is None:
        return cast("Value", value)
    if isinstance(value, str):
        return clean(str(value))
    if hasattr(value, "item") and not getattr(value, "ndim", len(getattr(value, "shape", ()))):
        value = value.item()
    if isinstance(value, bool):
        return value
    if isinstance(value, float):
        return float(value)
    if isinstance(value, int) and abs(value) <= _WIDEST:
        return int(value)
    return clean(_spelled(value))


def _spelled(value: Any) -> str:
    """Return a value as a text that no other value has; ``str`` shortens arrays and columns."""
    if isinstance(value, list | tuple | dict):
        return str(_unfolded(value, _DEPTH))
    array = _array_of(value)
    text = _array(array) if array is not None else str(_unfolded(_listed(value), _DEPTH))
    for one in ("index", "columns"):  # of pandas
        labels = getattr(value, one, None) if hasattr(type(value), one) else None
        if hasattr(labels, "dtype") and type(labels).__name__ != "RangeIndex":
            text = f"{text} {one} {_spelled(labels)}"
    return text


def _array_of(value: Any) -> Any:
    """Return the array that a value is or has, as columns of pandas have one; None where there is none."""
    for one in (value, getattr(value, "values", None)):
        if hasattr(one, "dtype") and hasattr(one, "shape") and hasattr(one, "tobytes"):
            return one
    return None


def _array(array: Any) -> str:
    """Return an array as text: in full where that is short, else its beginning, type, shape and hash."""
    kind = array.dtype
    if getattr(kind, "hasobject", False):  # its bytes are addresses
        return str(_unfolded(array.tolist(), _DEPTH))
    first = array.reshape(-1)[:_SPELLED] if array.size > _SPELLED else array
    text = str((first.astype(str) if getattr(kind, "kind", "") in ("m", "M") else first).tolist())
    if array.size <= _SPELLED and len(text) <= FEATURE_LENGTH:
        return text
    shape = ",".join(map(str, array.shape))
    known = f"{kind}"[: FEATURE_LENGTH // 4] + f"[{shape}] xxh3:{xxhash.xxh3_64_hexdigest(array.tobytes())}"
    return f"{text[: FEATURE_LENGTH - len(known) - 2]}… {known}"


def _listed(value: Any) -> Any:
    """Return a column as a list; anything else as it is."""
    for one in _LISTS:
        if callable(made := getattr(value, one, None)):
            return made()
    return value.__array__().tolist() if hasattr(value, "__array__") else value


def _unfolded(value: Any, depth: int) -> Any:
    """Return a list or a dictionary with the arrays and columns in it spelled."""
    if isinstance(value, str | float | int) or value is None or not depth:
        return value
    if type(value) is list:
        return [_unfolded(one, depth - 1) for one in value]
    if isinstance(value, tuple):
        return getattr(type(value), "_make", tuple)(_unfolded(one, depth - 1) for one in value)
    if type(value) is dict:
        return {name: _unfolded(one, depth - 1) for name, one in value.items()}
    if getattr(value, "ndim", 1) and (_array_of(value) is not None or _listed(value) is not value):
        return _spelled(value)
    return value
