"""How a hook is put on: one attribute of a class or module is replaced, and can be put back.

Enters: the owner, the attribute and what to record. Leaves: a function with the same name, signature and pickling that
calls the original exactly once with the same arguments, then (or before, too) records on the run around it. Without
a run, and inside a call that is recorded already, it only calls; so does a hook that has failed three times. Static and
class methods stay such.
"""

import contextlib
import functools
import inspect
import os
import sys
import types
from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple, TypeVar

from driftline.capture.ground import fault, own
from driftline.capture.ground.unbound import Standing, Unbound
from driftline.capture.hooks import raised
from driftline.capture.runs.around import recording
from driftline.capture.runs.recording import Recording

_ABSENT = object()
_FIXED = 1 << 8  # Py_TPFLAGS_IMMUTABLETYPE: what is inherited from a class that cannot be changed is put on its heir
PASS = object()
UNSEEN = "<driftline importlib._bootstrap>"  # file name of wrappers; see ``unseen``
_ACT = "__driftline_call"
_COUNTING = frozenset(("pandas", "polars"))


class Call(NamedTuple):
    """One call of an original that has returned."""

    args: Sequence[Any]
    kwargs: Mapping[str, Any]
    result: Any
    inside: own.Span
    before: Any = None  # what was found out before the call

    def argument(self, place: int, *names: str) -> Any:
        """Return the argument that was given at ``place`` or by one of ``names``; None where it was not given."""
        if len(self.args) > place >= 0:
            return self.args[place]
        return next((self.kwargs[name] for name in names if name in self.kwargs), None)


C = TypeVar("C", bound=Callable[..., Any])
Record = Callable[[Recording, Call], Any]  # returns whether anything was recorded
Before = Callable[[Sequence[Any], Mapping[str, Any]], Any]
Plain = Callable[[Sequence[Any], Mapping[str, Any]], bool]


class Patch(NamedTuple):
    """One attribute that was replaced."""

    owner: Any
    attribute: str
    original: Any
    inherited: bool = False  # the owner had it from a base class

    def undo(self) -> None:
        """Put the original back."""
        if self.inherited:
            delattr(self.owner, self.attribute)
        else:
            setattr(self.owner, self.attribute, self.original)


def nothing(run: Recording, call: Call) -> bool:  # noqa: ARG001 - the signature is Record's
    """Record nothing of a call that has returned: ``before`` has told of it."""
    return False


def around(
    owner: Any,
    attribute: str,
    record: Record,
    before: Before | None = None,
    plain: Plain | None = None,
    *,
    alone: bool = False,
    looks: int = 0,
) -> list[Patch]:
    """Have ``record`` look at each call of ``owner.attribute`` that has returned, and ``before`` at it earlier.

    Where ``before`` returns ``PASS``, or ``plain``, which must neither fail nor take long, returns True, the call is
    none of ours, and inner hooks see it. ``attribute`` may lead through a class (``DataFrame.to_csv``); what the
    library does not have is passed over. ``alone``: the module that the function comes from keeps it. ``looks``: at the
    variables of how many callers it looks.
    """
    *way, name = attribute.split(".")
    for step in way:
        owner = getattr(owner, step, None)
    if owner is None or not hasattr(owner, name):
        return []
    holder = next((one for one in getattr(owner, "__mro__", (owner,)) if name in one.__dict__), None)
    if holder is None or (isinstance(holder, type) and holder.__flags__ & _FIXED):
        holder = owner
    given = holder.__dict__.get(name, _ABSENT)
    if given is _ABSENT:
        given = getattr(owner, name)
    bound = isinstance(given, staticmethod | classmethod) and not isinstance(given, Unbound)
    function = given.__func__ if bound else given
    piece = f"hook {getattr(owner, '__name__', owner)}.{name}"
    acting = _among_the_callers(function, looks) if looks else function
    call = unbound(_wrapper(acting, piece, record, before, plain), function)
    made = type(given)(call) if bound else call
    patches = [_set(holder, name, given, made)]
    if alone:
        call.__module__ = owner.__name__  # so that it is pickled by its name
        return patches
    return patches + found_by_name(holder, name, function, call)


def found_by_name(owner: Any, attribute: str, original: Any, made: Any) -> list[Patch]:
    """Have ``made``, which stands in the place of ``original``, be found by its own name, by which it is pickled.

    Where the module that the original comes from still has it, it is replaced there, too; else ``made`` is called by
    where it stands.
    """
    home, qualified = sys.modules.get(made.__module__ or ""), made.__qualname__
    if _led(home, qualified) is made:
        return []
    if home is not None and home is not owner and home.__dict__.get(qualified) is original:
        return [_set(home, qualified, original, made)]
    module = isinstance(owner, types.ModuleType)
    made.__module__ = owner.__name__ if module else owner.__module__
    made.__qualname__ = attribute if module else f"{owner.__qualname__}.{attribute}"
    return []


def _led(module: Any, qualified: str) -> Any:
    """Return what a name leads to; a method as it stands in its class."""
    found = module
    for part in qualified.split("."):
        found = inspect.getattr_static(found, part, None)
    return found.__func__ if type(found) in (staticmethod, classmethod) else found


def _set(owner: Any, name: str, original: Any, made: Any) -> Patch:
    inherited = name not in owner.__dict__
    setattr(owner, name, made)
    return Patch(owner, name, original, inherited)


def _wrapper(original: Any, piece: str, record: Record, before: Before | None, plain: Plain | None) -> Any:
    if inspect.iscoroutinefunction(original):
        return _later(original, piece, record)
    begin, broken, end = _acts(piece, record, before, plain)

    @functools.wraps(original)
    def call(*args: Any, **kwargs: Any) -> Any:
        begun = fault.attempt(piece, begin, args, kwargs)
        try:
            result = original(*args, **kwargs)
        except raised.ANY as error:
            if begun is not None:
                begun.inside.closed = True
                fault.attempt(piece, broken, begun)
            raised.through(error)
            raise
        if begun is not None:
            begun.inside.closed = True
            fault.attempt(piece, end, begun, args, kwargs, result)
        return result

    return unseen(call, original)


def _acts(piece: str, record: Record, before: Before | None, plain: Plain | None) -> tuple[Any, Any, Any]:
    """What a wrapper does before and after its call, and where that has raised."""
    begin, end = raised.held(_begin, piece, before, plain), raised.held(_record, piece, record)
    return begin, raised.held(_broken), end


def _among_the_callers(original: Any, many: int) -> Any:
    """Return ``original``, which finds the variables of who calls the hook where it looks for those of its callers."""

    @functools.wraps(original)
    def call(*args: Any, **kwargs: Any) -> Any:
        act = raised.held(original, *args, **kwargs)
        caller: Any = raised.frame(2)
        while caller.f_code.co_filename == name and caller.f_back is not None:
            caller = caller.f_back  # another hook around the same function
        for _ in places:
            if caller is not None:
                act = raised.held(raised.evaluated, code, caller.f_globals, {**caller.f_locals, _ACT: act})
                caller = caller.f_back
        return act()

    places = range(many)
    made: Any = unseen(call, original)
    name = made.__code__.co_filename
    code = compile(f"{_ACT}()", name, "eval")
    return made


class Begun(NamedTuple):
    """A call that is to be recorded, while it lasts."""

    run: Recording
    inside: own.Span
    token: Any
    found: Any  # what was found out before the call


def _begin(
    piece: str, before: Before | None, plain: Plain | None, args: Sequence[Any], kwargs: Mapping[str, Any]
) -> Begun | None:
    run = recording()
    if run is None or fault.off(piece) or (plain is not None and plain(args, kwargs)):
        return None
    found = None if before is None else noted(piece, run, before, args, kwargs)
    if found is PASS:
        return None
    return entered(run, found)


def entered(run: Recording, found: Any) -> Begun:
    """Begin a call that is to be recorded: while its span is open no other hook records."""
    inside = own.Span()
    try:
        return Begun(run, inside, own.enter(inside), found)
    except BaseException:
        inside.closed = True
        raise


def _later(original: Any, piece: str, record: Record) -> Any:
    """The same for a coroutine function."""
    begin, broken, end = _acts(piece, record, None, None)

    @functools.wraps(original)
    async def call(*args: Any, **kwargs: Any) -> Any:
        begun = fault.attempt(piece, begin, args, kwargs)
        try:
            result = await original(*args, **kwargs)
        except raised.ANY as error:
            if begun is not None:
                begun.inside.closed = True
                fault.attempt(piece, broken, begun)
            raised.through(error)
            raise
        if begun is not None:
            begun.inside.closed = True
            fault.attempt(piece, end, begun, args, kwargs, result)
        return result

    return unseen(call, original)


class Dispatching(Unbound):
    """A function that objects may answer for themselves by ``__array_function__``, which is handed the original.

    What they keep by the one has to be found by the other, so both are equal. Source: NEP 18.
    """

    def __get__(self, owner: Any, kind: Any = None) -> Any:
        """Bind as a method, as the original does."""
        return self if owner is None else types.MethodType(self, owner)

    def __getattr__(self, name: str) -> Any:
        """Return what only the original has, such as its implementation."""
        return getattr(_dispatcher(self), name)

    def __eq__(self, other: object) -> bool:
        """Whether ``other`` is the same function, with or without a hook."""
        return self is other or _dispatcher(other) is _dispatcher(self)

    def __hash__(self) -> int:
        """Return the hash of the original."""
        return hash(_dispatcher(self))


def _dispatcher(function: Any) -> Any:
    """Return the dispatcher of NumPy's below a hook; None where there is none."""
    while isinstance(function, staticmethod | types.FunctionType):
        function = function.__func__ if isinstance(function, staticmethod) else function.__dict__.get("__wrapped__")
    return function if type(function).__name__ == "_ArrayFunctionDispatcher" else None


def unbound(call: Any, original: Any) -> Any:
    """Return ``call`` as something that binds, and is found, like ``original``."""
    if _dispatcher(original) is not None:
        return Dispatching(call)
    if isinstance(original, type):
        return Standing(call)
    if _binds(original):
        return call
    made: Any = Unbound(call)
    made.__text_signature__ = getattr(original, "__text_signature__", None)
    return made


def _binds(original: Any) -> bool:
    return hasattr(type(original), "__get__") and not isinstance(original, Unbound)


def unseen(call: C, original: Any) -> C:
    """Return ``call``, over which warnings pass as if it were not there.

    ``warnings.warn(stacklevel=2)`` must name the user's line, not ours. Python does not count frames of the import
    system, which it knows by ``importlib`` and ``_bootstrap`` in the file's name. pandas and Polars count frames
    themselves, up to the first file outside of their own folder: there, the wrapper seems to lie in that folder.
    """
    inner = inspect.unwrap(original)
    file = getattr(getattr(inner, "__code__", None), "co_filename", "") or _file(inner)
    counted = (getattr(inner, "__module__", None) or "").partition(".")[0] in _COUNTING
    name = os.path.join(os.path.dirname(file), "<driftline>") if counted else UNSEEN
    raised.names.add(name)
    made: Any = call
    made.__code__ = made.__code__.replace(co_filename=name)
    if _binds(original):
        with contextlib.suppress(Exception):  # compiled functions may have none
            made.__signature__ = inspect.signature(original)  # for those who ask the wrapper, as getfullargspec does
    if not hasattr(original, "__annotations__"):
        made.__annotations__ = {}  # as compiled functions have none, not those of the wrapper
    return call


def _file(function: Any) -> str:
    return getattr(sys.modules.get(getattr(function, "__module__", None) or ""), "__file__", None) or ""


def _broken(begun: Begun) -> None:
    """End a call that has raised."""
    own.leave(begun.token)
    begun.run.opened.update(begun.inside.opened)


def _record(
    piece: str, record: Record, begun: Begun, args: Sequence[Any], kwargs: Mapping[str, Any], result: Any
) -> None:
    """End a call that has returned."""
    own.leave(begun.token)
    run, inside = begun.run, begun.inside
    if noted(piece, run, record, run, Call(args, kwargs, result, inside, begun.found)):
        run.attribute(inside.opened)
    else:
        run.opened.update(inside.opened)


def noted(piece: str, run: Recording, act: Callable[..., Any], *args: Any) -> Any:
    """Return ``act(*args)``; where it fails, the failure is counted and the run carries a gap."""
    token = own.enter(own.OURS)
    try:
        return act(*args)
    except Exception as error:  # the fault rule: whatever of ours fails, the user's call is done
        fault.failed(piece, error)
        fault.attempt(piece, run.gap, piece)
        return None
    finally:
        own.leave(token)
