"""Calls that are handed to workers, and their results.

Enters: a call of an executor or a pool, or of a future. Leaves: a future, which is a door to what the function
returned; the result. Source: the references of ``concurrent.futures`` and ``multiprocessing.pool``.
"""

from msgspec.structs import replace

from driftline.capture.script import access, unrolling
from driftline.capture.script.call import Call, Rule, Rules, callable_value
from driftline.capture.script.values import NONE, Const, Foreign, Function, Items, Library, Pairs, Part, Thing, Value

FUTURE = "future"


def submitted(call: Call) -> Value | None:
    """``submit(f, *args)`` and ``apply_async(f, args, kwds)``: the function is called by another thread or process."""
    function = call.argument(0, "func") or call.argument(-1, "fn")
    if function is None or not (callable_value(function) or isinstance(function, Library)):
        return None
    args, kwargs = list(call.args[1:]), dict(call.kwargs)
    if call.name != "submit":
        given = call.see(call.argument(1, "args"))
        args = list(given.known) if isinstance(given, Items) else []
        if isinstance(given, Const) and isinstance(given.value, tuple):
            args = [Const(one) for one in given.value]
        kwargs = {}
    result = call.machine.invoke(function, args, kwargs, call.path)
    return result if call.name == "apply" else Part(result, FUTURE)


def result(call: Call) -> Value:
    """``result()`` and ``get()`` of a future."""
    return call.receiver.of if isinstance(call.receiver, Part) else Thing()


def completed(call: Call) -> Value:
    """``as_completed``: the same futures, in any order."""
    content = call.see(call.argument(0, "fs"))
    if isinstance(content, Pairs) and content.held is not None:
        return call.new(Items((), content.held, content.rows, "set"))
    over = unrolling.unrolled(call.machine, call.argument(0, "fs") or Thing())
    return call.new(Items(over.items, over.loose, over.rows, "set"))


def waited(call: Call) -> Value:
    """``wait``: those that are done, and those that are not."""
    done = completed(call)
    return call.new(Items((done, done), kind="tuple"))


def gathered(call: Call) -> Value:
    """``asyncio.gather``: what each of the coroutines returned; a coroutine is followed where it is made."""
    return call.new(Items(tuple(call.args), call.more[0] if call.more else None))


def run(call: Call) -> Value:
    """``asyncio.run``, ``create_task``: what the coroutine returned."""
    return call.argument(0) or Thing()


def threaded(call: Call) -> Value | None:
    """``asyncio.to_thread(f, *args)``."""
    return None if not call.args else call.machine.invoke(call.args[0], call.args[1:], call.kwargs, call.path)


def begun(call: Call) -> Value | None:
    """``Thread(target=f, args=…)``, ``Process``, ``Timer``: the function is called by another thread or process."""
    timer = call.name.endswith("Timer")
    function = call.argument(1, "target") or call.argument(-1, "function")
    if not isinstance(function, Function):
        return None
    function = replace(function, apart=call.name.endswith("Process"))
    args, named = call.argument(2 if timer else 3, "args"), call.see(call.argument(3 if timer else 4, "kwargs"))
    given = unrolling.unrolled(call.machine, args or Const(())).items
    kwargs = {key: one for key, one in named.known.items() if isinstance(key, str)} if isinstance(named, Pairs) else {}
    call.machine.invoke(function, given, kwargs, call.path)
    return call.new(Foreign(call.name))


def started(call: Call) -> Value | None:
    """``start`` of an object of a class of the user that is a thread: its ``run``."""
    run = NONE if call.receiver is None else access.attribute(call.machine, call.receiver, "run")
    return call.machine.invoke(run, (), {}, call.path) if isinstance(run, Function) else None


SUBMITS = frozenset({"submit", "apply_async", "apply"})
OF_FUTURES: dict[str, Rule] = {"result": result, "get": result}
FUNCTIONS: Rules = {
    "concurrent.futures.as_completed": completed,
    "concurrent.futures.wait": waited,
    "asyncio.gather": gathered,
    **dict.fromkeys([f"asyncio.{name}" for name in ("run", "create_task", "ensure_future", "wait_for")], run),
    "asyncio.to_thread": threaded,
    **dict.fromkeys(("threading.Thread", "threading.Timer", "multiprocessing.Process"), begun),
}
