"""Points at which our own code is made to fail, in every function of the SDK, without touching its source.

Enters: the names of packages, before they are imported. Leaves: their modules with a call before the first statement of
every function that does anything, before every statement that calls something, and behind every result. What is called
there raises, or sleeps, or does nothing. ``SHELLS`` are the functions that have no points: those that call the user's
code or are called by it, and do no more than to guard what they call; they are short enough to be read.
"""

import ast
import builtins
import importlib.abc
import importlib.machinery
import sys
from collections.abc import Iterator
from typing import Any, NamedTuple

PACKAGES = (
    "driftline.capture", "driftline.guard", "driftline.event", "driftline.profile", "driftline.config",
    "driftline.clock", "driftline.held", "driftline.latch", "driftline.later", "driftline.thrift",
)  # fmt: skip
LEFT_OUT = ("driftline.capture.runs.ask",)  # questions: they raise, as they say
_BEFORE, _AFTER = "_drill_before_", "_drill_after_"

_CAPTURE: dict[str, tuple[str, ...]] = {
    "answering.answers": (
        "Answering.__repr__", "Answering.id", "Answering.verdict", "Answering.text", "Answering.question",
        "Answering.uses", "Answering.retrieved", "Answering.features", "Answering.called", "Answering.decide",
        "Answering.__call__", "Answering.begin", "Answering.suspend", "Answering.finish", "Answering.__enter__",
        "Answering.__exit__", "answer", "current_answer",
    ),
    "runs.at_hand": ("Table.__del__",),
    "answering.at_once": ("record_answer",),
    "answering.asgi": ("asgi", "asgi.answering", "_Sending.__call__"),
    "ground.calls": (
        "_plain.call", "later", "_coroutine.call", "_awaited", "_generator.items", "_items", "_async_generator",
        "_async_generator.items", "_waiting",
    ),
    "ground.streamed": (
        "_Streamed.__class__", "_Streamed.__getattr__", "_Streamed.__setattr__", "_Streamed._driftline_end",
        "_Streamed.__del__", "_Sync._driftline_read", "_Sync._driftline_texts",
        "_Sync.__iter__", "_Sync.__next__", "_Sync.__enter__", "_Sync.__exit__", "_Sync.close",
        "_Async._driftline_read", "_Async._driftline_texts", "_Async.__aiter__", "_Async.__anext__",
        "_Async.__aenter__", "_Async.__aexit__", "_Async.close", "_Async._driftline_closed",
        "_Given._driftline_give", "_Given._driftline_left", "_Giving.__enter__", "_Giving.__exit__",
        "_AsyncGiving.__aenter__", "_AsyncGiving.__aexit__",
    ),
    "watching.children": ("Child.__call__",),
    "sending.client": ("current", "flush", "_at_exit", "_after_fork", "configure", "status"),
    "ground.fault": ("attempt", "failed"),
    "watching.gate": ("gate",),
    "hooks.backups": ("of_sqlite.backup",),
    "hooks.commits": ("telling.call", "_telling_later.call", "alchemy.heard.listen"),
    "hooks.dbapi": (
        "install.connect", "_connection.cursor", "_through_cursor.call", "_recording.call",
    ),
    "hooks.duckdb": ("_around.call", "_opening.call"),
    "hooks.exits": ("install.leave", "Code.__get__", "Code.__set__", "Code.__delete__"),
    "hooks.fsspec": ("install.told",),
    "hooks.loaded": ("_around.call",),
    "hooks.patch": ("_wrapper.call", "_later.call", "_among_the_callers.call"),
    "hooks.polars_plan": ("_around.call",),
    "hooks.psycopg2": ("install.connect", "_Classes._recording_base.cursor", "_Classes._telling.call"),
    "hooks.raised": ("through",),
    "hooks.sklearn": ("_around.call",),
    "hooks.sqlalchemy": ("_before", "_after"),
    "hooks.threads": (
        "Carrying.__call__", "_starting.start", "_carry.run", "_submitting.submit", "_spawning.init",
    ),
    "answering.models": ("deploy", "evaluate"),
    "runs.observe": ("named",),
    "answering.promised": ("given_of",),
    "ground.opens": ("_heard",),
    "answering.otel": (
        "SpanProcessor.on_start", "SpanProcessor.on_end", "SpanProcessor.shutdown", "SpanProcessor.force_flush",
    ),
    "ground.own": ("enter", "leave", "thread", "thread.ours"),
    "ground.parting": ("_before.leave", "_sends.send"),
    "probe.background": ("_work",),
    "explaining.probing": ("probe",),
    "watching.process": ("_at_exit", "_in_child"),
    "runs.recording": (
        "Recording.__init__", "Recording.id", "Recording.clock", "Recording.job", "Recording.opened",
        "Recording.attach", "Recording.parameters",
    ),
    "answering.retrieval": ("retriever", "retriever.decorate"),
    "runs.run": (
        "run", "Run.__init__", "Run.inputs", "Run.outputs", "Run.read", "Run.write", "Run.columns", "Run.documents",
        "Run.begin", "Run.__enter__", "Run.__exit__", "Run.finish",
    ),
    "answering.special": ("_passing.method", "_entered", "chained.call"),
    "answering.serving": (
        "serve", "_restore", "Served.__class__", "Served.__getattr__", "Served.__setattr__",
        "Served.__delattr__", "Served.__dir__", "Served.__reduce_ex__", "Served.__copy__",
        "Served.__deepcopy__", "Served.__hash__",
        "Served._driftline_recording.call", "_recorded", "_method.call", "_kind.recorded.method",
        "_kind.called", "_kind.called_later",
    ),
    "ground.resting": ("collector",),
    "sending.overflow": ("Overflow._work",),
    "sending.sender": ("Sender._work",),
    "watching.step": ("step", "step.safely"),
    "runs.transactions": ("any_open",),
    "ground.unbound": (
        "Unbound.__reduce__", "Unbound.__signature__", "Standing.__new__", "Standing.__init__",
        "Standing.__getattribute__", "Standing.__setattr__", "Standing.__delattr__", "Standing.__dir__",
        "Standing.__repr__", "Standing.__instancecheck__", "Standing.__subclasscheck__", "Standing.__or__",
        "Standing.__ror__", "Standing.__eq__", "Standing.__hash__", "_of",
    ),
    "ground.unlisted": ("pass_over.others", "pass_over.number"),
    "answering.unrecorded": ("current_answer",),
    "watching.watch": ("watch", "unwatch"),
    "watching.hooking": (
        "_AfterImport.find_spec", "_Hooking.__getattr__", "_Hooking.create_module",
        "_Hooking.exec_module",
    ),
}  # fmt: skip
_GUARD: dict[str, tuple[str, ...]] = {
    "batch": ("decide_batch",),
    "counters": ("reset", "_Counts.__init__"),  # called by Python in a forked child
    "judge": ("broken", "_asked", "_Slots.renew", "_Beside.work"),
    "policy": ("Rule.failure",),
    "stream": (
        "Pieces.__init__", "Pieces.see", "Pieces.keep", "Pieces.drain", "Passing.__init__", "Passing.send",
        "Passing.throw", "Passing.close", "onward", "items", "items_async",
    ),
    "turn": (
        "Turn.__init__", "Turn.__enter__", "Turn.__exit__", "Turn.before", "Turn.after", "Turn.fail", "Turn.waits",
        "Turn.streams", "Turn.gone", "Turn.falls_back", "Turn._judge", "Turn._money", "Turn._conclude",
    ),
    "watched": ("Watched.last", "Watched.get", "Watched._failed"),
    "wrap": (
        "_Guarded.turn", "_Guarded._plain.guarded", "_Guarded._instead", "_Guarded._instead_async", "_Guarded._later",
        "_Guarded._async.guarded", "_Guarded._run_async", "_Guarded._stream.guarded", "_Guarded._run_stream",
        "_Guarded._async_stream.guarded", "_Guarded._run_async_stream", "_off_loop", "checked", "_checked",
    ),
}  # fmt: skip
SHELLS = frozenset(
    f"driftline.{room}.{module}:{name}"
    for room, modules in (("capture", _CAPTURE), ("guard", _GUARD))
    for module, names in modules.items()
    for name in names
)


class Point(NamedTuple):
    """One place."""

    function: str  # module:qualified name
    line: int
    after: bool  # behind a result


points: list[Point] = []
shells_met: set[str] = set()


def install(faults: Any) -> None:
    """Have ``faults.hit(number)`` called at every point of what is imported from now on, while ``faults.armed``."""

    def before(number: int) -> None:
        if faults.armed:
            faults.hit(number)

    def after(number: int, result: Any) -> Any:
        if faults.armed:
            faults.hit(number)
        return result

    loaded = [name for name in sys.modules if name.startswith(PACKAGES)]
    assert not loaded, f"imported before the points were in place: {loaded}"
    setattr(builtins, _BEFORE, before)
    setattr(builtins, _AFTER, after)
    sys.meta_path.insert(0, _Finder(faults.quiet))


class _Finder(importlib.abc.MetaPathFinder):
    def __init__(self, quiet: Any) -> None:
        self.quiet = quiet

    def find_spec(self, name: str, path: Any = None, target: Any = None) -> Any:
        if not name.startswith(PACKAGES) or name in LEFT_OUT:
            return None
        spec = importlib.machinery.PathFinder.find_spec(name, path)
        if spec is not None and isinstance(spec.loader, importlib.machinery.SourceFileLoader):
            spec.loader = _Loader(spec.loader.name, spec.loader.path)
            spec.loader.quiet = self.quiet
        return spec


class _Loader(importlib.machinery.SourceFileLoader):
    quiet: Any

    def exec_module(self, module: Any) -> None:
        """Without faults: a library that cannot be imported is not there, which Python says in its own words."""
        with self.quiet():
            super().exec_module(module)

    def get_code(self, fullname: str) -> Any:
        """Compile anew, past the cache of byte code."""
        path = self.get_filename(fullname)
        tree = ast.parse(self.get_data(path), path)
        _Placing(fullname).visit(tree)
        return compile(ast.fix_missing_locations(tree), path, "exec", dont_inherit=True)


class _Placing(ast.NodeTransformer):
    """Puts points into every function that is no shell."""

    def __init__(self, module: str) -> None:
        self._module = module
        self._names: list[str] = []

    def visit_ClassDef(self, node: ast.ClassDef) -> ast.AST:
        self._names.append(node.name)
        self.generic_visit(node)
        self._names.pop()
        return node

    def visit_FunctionDef(self, node: Any) -> ast.AST:
        self._names.append(node.name)
        inner = f"{self._module}:{'.'.join(self._names)}"
        shell = inner in SHELLS
        if shell:
            shells_met.add(inner)
        self.generic_visit(node)  # functions inside of it
        if not shell and not all(map(_does_nothing, node.body)):
            node.body = self._placed(node.body, inner, first=True)
            if not isinstance(node.body[-1], ast.Return | ast.Raise):
                node.body.append(self._before(inner, node.end_lineno or node.lineno, after=True))
        self._names.pop()
        return node

    visit_AsyncFunctionDef = visit_FunctionDef  # noqa: N815 - the name is that of ast

    def _placed(self, body: list[ast.stmt], function: str, *, first: bool = False) -> list[ast.stmt]:
        made: list[ast.stmt] = []
        for statement in body:
            if _is_docstring(statement) and first and not made:
                made.append(statement)
                continue
            if isinstance(statement, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef | ast.Nonlocal | ast.Global):
                made.append(statement)
                continue
            if first or _calls(statement):
                made.append(self._before(function, statement.lineno))
                first = False
            self._inside(statement, function)
            made.append(statement)
        return made

    def _inside(self, statement: ast.stmt, function: str) -> None:
        for block in ("body", "orelse", "finalbody"):
            held = getattr(statement, block, None)
            if held:
                setattr(statement, block, self._placed(held, function))
        for handler in (*getattr(statement, "handlers", ()), *getattr(statement, "cases", ())):
            handler.body = self._placed(handler.body, function)
        if isinstance(statement, ast.Return) and statement.value is not None:
            arguments: list[ast.expr] = [ast.Constant(self._number(function, statement.lineno, after=True))]
            statement.value = ast.Call(ast.Name(_AFTER, ast.Load()), [*arguments, statement.value], [])

    def _before(self, function: str, line: int, *, after: bool = False) -> ast.stmt:
        number = ast.Constant(self._number(function, line, after=after))
        return ast.Expr(ast.Call(ast.Name(_BEFORE, ast.Load()), [number], []))

    def _number(self, function: str, line: int, *, after: bool) -> int:
        points.append(Point(function, line, after))
        return len(points) - 1


def _is_docstring(statement: ast.stmt) -> bool:
    return isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant)


def _does_nothing(statement: ast.stmt) -> bool:
    """Whether it is a docstring, ``...`` or ``pass``, as in a protocol: there is nothing that could fail."""
    return _is_docstring(statement) or isinstance(statement, ast.Pass)


def _calls(statement: ast.stmt) -> bool:
    return any(isinstance(node, ast.Call | ast.Subscript | ast.Await) for node in _header(statement))


def _header(statement: ast.stmt) -> Iterator[ast.AST]:
    """What a statement computes itself, without the blocks inside it."""
    blocks = {"body", "orelse", "finalbody", "handlers", "cases"}
    for name, value in ast.iter_fields(statement):
        if name in blocks:
            continue
        for one in value if isinstance(value, list) else [value]:
            if isinstance(one, ast.AST):
                yield from ast.walk(one)
