"""The models of what is kept in one file: the object itself, or the models in a tuple, list or dict.

Enters: any object that was read or written. Leaves: models, in order, as they are. What a model is, its class tells by
what it can do. Of a container the first members are looked at, ``DEPTH`` deep; keys and values are never touched.
"""

from collections.abc import Iterator
from itertools import islice
from typing import Any

DEPTH = 2  # containers, one in the other, that are looked into
WIDTH = 16  # members of one container that are looked at
_MODEL = ("predict", "transform", "state_dict", "get_params", "predict_proba")
_DATA = frozenset(("pandas", "polars", "pyarrow", "numpy"))  # whose frames, and kinds of them, can be transformed, too
_CONTAINERS = (tuple, list, dict)
VALUES = frozenset((str, int, float, bool, bytes, type(None)))  # what most data are made of, and never models


def is_model(data: Any) -> bool:
    """Whether ``data`` is a model, by what its class can do."""
    kind = type(data)
    if kind in VALUES or not any(hasattr(kind, name) for name in _MODEL):
        return False
    return not any(one.__module__.partition(".")[0] in _DATA for one in kind.__mro__)


def flat(data: Any, depth: int = 0) -> Iterator[Any]:
    """Yield an object, or those in it where it is a plain container."""
    if type(data) in _CONTAINERS and depth < DEPTH:
        for one in islice(data.values() if type(data) is dict else data, WIDTH):
            yield from flat(one, depth + 1)
    else:
        yield data


def plain(data: Any) -> bool:
    """Whether ``data`` is made of values of Python's own alone, as far as it is looked at."""
    return all(type(one) in VALUES for one in flat(data))


def models(data: Any) -> list[Any]:
    """Return the models that a container holds; of any other object itself, where it is one."""
    return [one for one in flat(data) if is_model(one)]


def spelled(data: Any) -> str:
    """Return the class of a model, or which models a container holds (``dict with Pipeline``); "" = none."""
    found = models(data)
    if not found:
        return ""
    if type(data) not in _CONTAINERS:
        return f"{type(data).__module__}.{type(data).__qualname__}"
    return f"{type(data).__name__} with {', '.join(dict.fromkeys(type(one).__name__ for one in found))}"
