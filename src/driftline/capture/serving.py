"""A served model: what it predicts is recorded, everything else is the model itself.

Enters: any model with ``predict`` or ``predict_proba``, or a callable. Leaves: a stand-in of the same class (as
far as ``isinstance`` can tell) that passes every attribute through and records calls of these methods: on the
current answer if there is one, else as one answer per row. The model is called exactly once per call, with the
same arguments, and neither it nor its input or result is changed, copied or kept.
"""

import functools
from collections.abc import Callable, Iterable, Mapping
from typing import Any, TypeVar, cast

from driftline.capture import client, fault, measure, observe
from driftline.capture.answers import Answering, plain
from driftline.event.answer import Source
from driftline.event.current import current_answer
from driftline.event.lineage import Version

Model = TypeVar("Model")

RECORDED = ("predict", "predict_proba")
ROWS = 1_000  # answers recorded per call; the rest is counted as ``unrecorded rows``
_FEATURES = 50  # features kept per answer
_PASSED = (  # looked up on the class, hence stated there
    "__len__", "__iter__", "__getitem__", "__setitem__", "__delitem__", "__contains__", "__eq__", "__ne__", "__lt__",
    "__bool__", "__repr__", "__str__", "__enter__", "__exit__", "__sklearn_tags__", "__sklearn_is_fitted__",
)  # fmt: skip


class Served:
    """The stand-in; its own state is kept under names that no model uses."""

    __slots__ = ("_driftline_model", "_driftline_name", "_driftline_partition", "_driftline_source")

    def __init__(self, model: Any, name: str, source: Source) -> None:
        object.__setattr__(self, "_driftline_model", model)
        object.__setattr__(self, "_driftline_name", name)
        object.__setattr__(self, "_driftline_source", source)

    @property  # type: ignore[misc]  # isinstance asks for the class through this attribute
    def __class__(self) -> type:
        return type(self._driftline_model)

    def __getattr__(self, name: str) -> Any:
        value = getattr(object.__getattribute__(self, "_driftline_model"), name)
        return self._driftline_recording(value) if name in RECORDED and callable(value) else value

    def __setattr__(self, name: str, value: Any) -> None:
        setattr(self._driftline_model, name, value)

    def __delattr__(self, name: str) -> None:
        delattr(self._driftline_model, name)

    def __dir__(self) -> Iterable[str]:
        return dir(self._driftline_model)

    def __reduce_ex__(self, protocol: Any) -> tuple[Any, ...]:
        return _restore, (self._driftline_model, self._driftline_name, self._driftline_source)

    def __copy__(self) -> Any:
        import copy

        return _restore(copy.copy(self._driftline_model), self._driftline_name, self._driftline_source)

    def __hash__(self) -> int:
        return hash(self._driftline_model)

    def _driftline_recording(self, original: Callable[..., Any]) -> Callable[..., Any]:
        name, source = self._driftline_name, self._driftline_source

        @functools.wraps(original)
        def call(*args: Any, **kwargs: Any) -> Any:
            result = original(*args, **kwargs)
            if client.current() is not None and not fault.off("serving"):
                fault.attempt("serving", _record, name, source, args, kwargs, result)
            return result

        return call


@functools.cache
def _kind(model: type) -> type[Served]:
    """The class of stand-ins for models of one class: it has the special methods that this class has."""

    def passing(name: str) -> Callable[..., Any]:
        def method(self: Served, *args: Any, **kwargs: Any) -> Any:
            return getattr(self._driftline_model, name)(*args, **kwargs)

        return method

    def called(self: Served, *args: Any, **kwargs: Any) -> Any:
        return self._driftline_recording(self._driftline_model)(*args, **kwargs)

    methods: dict[str, Any] = {name: passing(name) for name in _PASSED if hasattr(model, name)}
    if hasattr(model, "__call__"):  # noqa: B004 - asked of a class, whose instances may be called
        methods["__call__"] = called
    if "__eq__" in methods and getattr(model, "__hash__", None) is not None:
        methods["__hash__"] = Served.__hash__
    return type(f"Served{model.__name__}", (Served,), {"__slots__": (), **methods})


def _restore(model: Any, name: str, source: Source) -> Any:
    kind: type = type(model)
    return _kind(kind)(model, name, source)


def serve(model: Model, name: str = "", *, version: str = "", endpoint: str = "") -> Model:
    """Return ``model`` as it is, but with its predictions recorded.

    Args:
        model: anything with ``predict`` or ``predict_proba``, or a callable.
        name: of the model as a dataset, as in ``run.write(name, data=model)``; default: the name of its class.
        version: of the model; default: the hash of its pickled bytes, as ``run.write`` finds it.
        endpoint: name of the deployment; default ``name``.
    """
    owner = client.current()
    if owner is None:
        return model
    served = fault.attempt("serving", _serve, model, name or type(model).__name__, version, endpoint, owner.folder)
    return model if served is None else cast("Model", served)


def _serve(model: Any, name: str, version: str, endpoint: str, folder: str) -> Any:
    known = Version(observe.name_of(name, "", folder), version or measure.of_object(model)[0])
    return _restore(model, endpoint or name, Source("model", known))


def _record(name: str, source: Source, args: tuple[Any, ...], kwargs: Mapping[str, Any], result: Any) -> None:
    given = args[0] if args else next(iter(kwargs.values()), None)
    values = _values(result)
    draft = current_answer.get()
    if draft is not None:
        if source not in draft.sources:
            draft.sources.append(source)
        if len(values) == 1 and draft.score is None:
            draft.score = _score(values[0])
        return
    for place, value in enumerate(values[:ROWS]):
        made = Answering(name, "", "", None, None, "")
        made.draft.sources.append(source)
        made.draft.features.update(_row(given, place, len(values)))
        made.draft.score = _score(value)
        made.draft.decision = "" if made.draft.score is not None else str(value)[:100]
        made.__exit__(None, None, None)
    if len(values) > ROWS:
        fault.count("unrecorded rows", len(values) - ROWS)
        fault.tell("unrecorded rows", f"{name}: of {len(values)} predictions in one call the first {ROWS} are recorded")


def _values(result: Any) -> list[Any]:
    """One value per row, as plain Python; a probability table gives the last class."""
    if hasattr(result, "tolist"):
        result = result.tolist()
    if not isinstance(result, list | tuple):
        return [result]
    return [row[-1] if isinstance(row, list | tuple) and row else row for row in result]


def _score(value: Any) -> float | None:
    return float(value) if isinstance(value, int | float) else None


def _row(given: Any, place: int, rows: int) -> dict[str, Any]:
    if isinstance(given, Mapping):
        return plain(dict(list(given.items())[:_FEATURES]))
    if hasattr(given, "iloc") and hasattr(given, "columns") and len(given) == rows:
        row = given.iloc[place, :_FEATURES]
        return plain({str(column): row[column] for column in row.index})
    if hasattr(given, "__getitem__") and hasattr(given, "shape") and len(given.shape) > 1 and len(given) == rows:
        return plain({f"x{column}": given[place][column] for column in range(min(given.shape[1], _FEATURES))})
    return {}
