"""A served model: what it predicts is recorded, everything else is the model itself.

Enters: any model with ``predict`` or ``predict_proba``, or a callable. Leaves: a stand-in of the same class (as
far as ``isinstance`` can tell) that passes every attribute through and records calls of these methods: on the
current answer if there is one, else as one answer per row. The model is called exactly once per call, with the
same arguments; what is recorded of its input and its result is taken down at once, and made into answers later, on
the sender's thread.
"""

import functools
import inspect
import operator
import os
import time
import types
from collections.abc import Callable, Iterable
from typing import Any, TypeVar, cast

from driftline.capture.answering import copies, models, promised, special
from driftline.capture.answering.copies import Given, copied, result_of
from driftline.capture.answering.mint import moment_of
from driftline.capture.answering.mint import process as minting
from driftline.capture.answering.predictions import listable, made, score_of, values_of
from driftline.capture.frames import passed
from driftline.capture.ground import fault
from driftline.capture.ground.calls import is_later
from driftline.capture.ground.place import place as place_of
from driftline.capture.runs import around, emit, observe
from driftline.capture.runs.around import current_run
from driftline.capture.sending import client
from driftline.capture.sending.client import process
from driftline.capture.tables import measure
from driftline.event.answer import Source
from driftline.event.current import Draft, current_answer
from driftline.event.lineage import Touched, Version

Model = TypeVar("Model")

RECORDED = ("predict", "predict_proba")
LEARNS = ("fit", "partial_fit")  # at once, and in steps
_MEASURED = "xxh3:"  # what versions begin with that were measured, and not given
_NOTHING = object()  # no argument was given
_now = time.time_ns


class Served:
    """The stand-in; its own state is kept under names that no model uses."""

    __slots__ = (
        "__weakref__", "_driftline_all", "_driftline_made", "_driftline_model", "_driftline_name", "_driftline_source",
    )  # fmt: skip

    def __init__(self, model: Any, name: str, source: Source) -> None:
        object.__setattr__(self, "_driftline_model", model)
        object.__setattr__(self, "_driftline_name", name)
        object.__setattr__(self, "_driftline_source", source)
        object.__setattr__(self, "_driftline_made", {})
        object.__setattr__(self, "_driftline_all", (model, name, source))  # asked for at each call, at the cost of one

    @property  # type: ignore[misc]  # isinstance asks for the class through this attribute
    def __class__(self) -> type:
        return type(self._driftline_model)

    def __getattr__(self, name: str) -> Any:
        model = object.__getattribute__(self, "_driftline_model")
        value = getattr(model, name)
        if not callable(value):
            return value
        if name not in RECORDED:
            made = fault.attempt("serving", self._driftline_chained, name, model, value)
            return value if made is None else made
        made = fault.attempt("serving", self._driftline_recorded, name, value)
        return value if made is None else made

    def _driftline_recorded(self, name: str, value: Any) -> Any:
        made = object.__getattribute__(self, "_driftline_made")
        known = made.get(name)
        if known is None or known[0] != value:  # the model may be given another one
            known = made[name] = (value, self._driftline_recording(value))
        return known[1]

    def _driftline_chained(self, name: str, model: Any, value: Any) -> Any:
        """Return a method of the model that gives out this stand-in where it would give out the model."""
        if type(value) is not types.MethodType or value.__self__ is not model:
            return value
        made = object.__getattribute__(self, "_driftline_made")
        known = made.get(name)
        if known is None or known[0] != value:
            if not _at_once(value.__func__):
                return value
            learned = Served._driftline_learned if name in LEARNS else None
            known = made[name] = (value, special.chained(value, learned))
        return types.MethodType(known[1], self)

    def _driftline_learned(self, name: str) -> None:
        """Be another version than the one that was measured; of many small steps it is not measured which."""
        owner = client.current()
        version = self._driftline_source.version.version
        if owner is not None and (not version or version.startswith(_MEASURED)):
            measured = measure.of_object(self._driftline_model)[0] if name == LEARNS[0] else ""
            dataset = observe.name_of(self._driftline_name, "", owner.folder)
            source = Source("model", Version(dataset, measured))
            object.__setattr__(self, "_driftline_source", source)
            object.__setattr__(self, "_driftline_all", (self._driftline_model, self._driftline_name, source))
            for recorded in RECORDED:  # they hold the version before
                self._driftline_made.pop(recorded, None)

    def __setattr__(self, name: str, value: Any) -> None:
        setattr(self._driftline_model, name, value)

    def __delattr__(self, name: str) -> None:
        delattr(self._driftline_model, name)

    def __dir__(self) -> Iterable[str]:
        return dir(self._driftline_model)

    def __reduce_ex__(self, protocol: Any) -> Any:
        """Be pickled as the model: what is loaded is the one thing in a tuple of one, and the model only."""
        return operator.getitem, ((self._driftline_model,), 0)

    def __copy__(self) -> Any:
        import copy

        return copy.copy(self._driftline_model)

    def __deepcopy__(self, memo: Any) -> Any:
        import copy

        return copy.deepcopy(self._driftline_model, memo)

    def __hash__(self) -> int:
        return hash(self._driftline_model)

    def _driftline_recording(self, original: Callable[..., Any]) -> Callable[..., Any]:
        name, source = self._driftline_name, self._driftline_source
        if promised.comes_later(original):
            return promised.wrapped(original, functools.partial(_predicted, name, source), Given)

        @functools.wraps(original)
        def call(*args: Any, **kwargs: Any) -> Any:
            return _recorded(name, source, promised.given_of(args, kwargs), original(*args, **kwargs))

        return call


def _recorded(name: str, source: Source, given: Any, result: Any) -> Any:
    """Return ``result``, or what stands for it where it is not there yet, with its prediction taken down."""
    try:
        if type(result) is not list and is_later(result):
            return promised.kept(result, Given(given), functools.partial(_predicted, name, source))
        _predicted(name, source, given, result)
    except Exception as error:  # the fault rule: what cannot be recorded is a counted loss
        fault.failed("serving", error)
    return result


def _method(name: str, original: Callable[..., Any]) -> Callable[..., Any]:
    """The recorded method of all models of a class; of a model that has another one of that name it is that one."""

    @functools.wraps(original)
    def call(self: Served, given: Any = _NOTHING, /, *args: Any, **kwargs: Any) -> Any:
        model, served, source = self._driftline_all
        if given is _NOTHING or args or kwargs:
            more = args if given is _NOTHING else (given, *args)
            result = getattr(model, name)(*more, **kwargs)
            given = promised.given_of(more, kwargs)
        else:
            result = getattr(model, name)(given)
        return _recorded(served, source, given, result)

    return call


def _at_once(method: Any) -> bool:
    return isinstance(method, types.FunctionType) and not promised.comes_later(method)


@functools.cache
def _kind(model: type) -> type[Served]:
    """The class of stand-ins for models of one class: it has the special methods that this class has."""

    def called(self: Served, *args: Any, **kwargs: Any) -> Any:
        model, served, source = self._driftline_all
        return _recorded(served, source, promised.given_of(args, kwargs), model(*args, **kwargs))

    def called_later(self: Served) -> Any:
        value = self._driftline_model.__call__
        return fault.attempt("serving", self._driftline_recorded, "__call__", value) or value

    def recorded(name: str) -> property:
        def method(self: Served) -> Any:
            value = getattr(self._driftline_model, name)
            try:
                known = self._driftline_made.get(name)
                if known is not None and known[0] == value:
                    return known[1]
            except Exception as error:  # the fault rule: a model's attribute may refuse to be compared
                fault.failed("serving", error)
            return self.__getattr__(name)

        return property(method)

    methods: dict[str, Any] = {
        name: _method(name, original) if _at_once(original) else recorded(name)
        for name in RECORDED
        if (original := inspect.getattr_static(model, name, _NOTHING)) is not _NOTHING
    }
    own = special.of(model)
    methods |= special.passing(own)
    methods["__doc__"] = property(lambda self: self._driftline_model.__doc__)
    methods["__module__"] = model.__module__
    if "__call__" in own:
        methods["__call__"] = property(called_later) if promised.comes_later(own["__call__"]) else called
    if "__eq__" in methods and getattr(model, "__hash__", None) is not None:
        methods["__hash__"] = Served.__hash__
    methods["__qualname__"] = model.__qualname__
    return type(model.__name__, (Served,), {"__slots__": (), **methods})  # pipelines call their steps so


def _restore(model: Any, name: str, source: Source) -> Any:
    """Return the stand-in of a model, also of one in a file of an earlier version; the model where there is none."""
    made = fault.attempt("serving", _stand_in, model, name, source)
    return model if made is None else made


def _stand_in(model: Any, name: str, source: Source) -> Any:
    kind: type = type(model)
    return _kind(kind)(model, name, source)


def serve(model: Model, name: str = "", *, version: str = "", endpoint: str = "") -> Model:
    """Return ``model`` as it is, but with its predictions recorded.

    Args:
        model: anything with ``predict`` or ``predict_proba``, or a callable.
        name: of the model as a dataset, as in ``run.write(name, data=model)``, or the path of its file; default: the
            name of its class.
        version: of the model; default: the file that ``watch`` saw it being loaded from or saved to, else the file
            that ``name`` is, else the hash of its pickled bytes, as ``run.write`` finds it.
        endpoint: name of the deployment; default ``name``. Where the file is known and called otherwise, a deployment
            of its version is recorded (``driftline.deploy``).
    """
    owner = client.current()
    if owner is None:
        return model
    served = fault.attempt("serving", _serve, model, name, version, endpoint, owner.folder)
    return model if served is None else cast("Model", served)


def _serve(model: Any, name: str, version: str, endpoint: str, folder: str) -> Any:
    if issubclass(type(model), Served):  # as a cell of a notebook that runs again does: it answers under the new name
        model = model._driftline_model
    name = name or type(model).__name__
    served, dataset = endpoint or name, observe.name_of(name, "", folder)
    known = None if version else _in_file(model) or _of_file(name, folder)
    if known is not None and known.dataset != observe.name_of(served, "", folder):
        models.deploy(served, model=Touched(dataset=known.dataset, version=known.version, kind="model"))
    known = known or Version(dataset, version or measure.of_object(model)[0])
    return _restore(model, served, Source("model", known))


def _in_file(model: Any) -> Version | None:
    """Return the file that a model was loaded from or saved to, as it was then."""
    seen = passed.kept_in(model)
    if seen is None:
        return None
    emit.settle(seen)
    return Version(seen.touched.dataset, seen.touched.version)


def _of_file(name: str, folder: str) -> Version | None:
    """Return the file that a model is called by, as it is now."""
    path = place_of(name, folder).path
    if not path or not os.path.isfile(path):
        return None
    return Version(observe.name_of(name, "", folder), measure.of_file(path).version)


def _predicted(name: str, source: Source, given: Any, result: Any) -> None:
    owner = process.client or client.current()
    if owner is None or (fault.known and fault.off("serving")):
        return
    draft = current_answer.get()
    if draft is not None:
        _add(draft, source, result)
        return
    rows = len(result) if type(result) is list else _rows(result)
    if not rows:
        return
    if current_run.get() is None and around.process.run is None:
        id_, digits, moment = "", minting.next(), _now() // 1000
    else:
        (id_, moment), digits = moment_of(None), ""
    some = min(rows, copies.ROWS)
    taken = (
        made,
        some,
        owner.settings,
        id_,
        digits,
        moment,
        name,
        source,
        given.of(rows) if type(given) is Given else copied(given, rows),
        result_of(result),
    )
    if rows == 1:
        owner.sender.answer(taken)
        return
    owner.sender.put_many(taken)
    if rows > copies.ROWS:
        fault.count("unrecorded rows", rows - copies.ROWS)
        fault.tell("unrecorded rows", f"{name}: of {rows} predictions in one call the first {copies.ROWS} are recorded")


def _add(draft: Draft, source: Source, result: Any) -> None:
    """Make a prediction part of the answer that is being made."""
    if source not in draft.sources:
        draft.sources = [*draft.sources, source]  # of one that is over there is nothing to append to
    if draft.score is None and _rows(result) == 1:  # of many no list is made, for which the program would wait
        values = values_of(copies.last(result))
        draft.score = score_of(values[0]) if len(values) == 1 else None


def _rows(result: Any) -> int:
    if isinstance(result, list | tuple):
        return len(result)
    shape = getattr(result, "shape", None)
    if shape is None and hasattr(result, "to_pylist"):  # a column of Arrow
        return len(result)
    if shape is None:
        return 0 if promised.unknown(result) else 1
    if shape and type(shape[0]) is not int:  # as of Dask: nobody knows by now
        return promised.unrecorded(type(result))
    return int(shape[0]) if shape and listable(result) else 1
