"""Names that come from elsewhere: imports, global and nonlocal names, decorators.

Enters: statements. Leaves: libraries by their full names, modules of the user followed once, wrapped functions.
"""

import ast
from typing import Protocol

from msgspec.structs import replace

from driftline.capture.script.call import Machine
from driftline.capture.script.reading import Source, SourceOf
from driftline.capture.script.site import Path, end_of
from driftline.capture.script.values import Class, Function, Library, Method, Scope, UserModule, Value

# What such a decorator gives behaves as the function that it was given.
_TRANSPARENT = frozenset(
    [
        "step",
        "wraps",
        "cache",
        "lru_cache",
        "cached_property",
        "total_ordering",
        "singledispatch",
        "dataclass",
        "staticmethod",
        "classmethod",
        "property",
        "hybrid_property",
        "contextmanager",
        "asynccontextmanager",
        "abstractmethod",
        "overload",
        "final",
        "override",
        "flow",
        "task",
        "command",
        "group",
        "option",
        "argument",
        "pass_context",
        "asset",
        "op",
        "job",
        "fixture",
        "jit",
        "njit",
        "cache_data",
        "cache_resource",
        "memoize",
        "retry",
        "timer",
        "typechecked",
        "validate_call",
        "setter",
        "getter",
        "deleter",
        "define",
        "frozen",
        "attrs",
        "no_grad",
        "inference_mode",
        "parametrize",
        "runtime_checkable",
        "version_option",
    ]
)
_REMEMBERING = frozenset({"cache", "lru_cache", "cached_property", "cache_data", "cache_resource", "memoize"})
_PROPERTIES = frozenset({"property", "cached_property", "hybrid_property"})
_KINDS = _PROPERTIES | {"staticmethod", "classmethod", "contextmanager"}


class Importer(Machine, Protocol):
    """What is needed of the machine here."""

    path: Path
    source_of: SourceOf
    modules: dict[str, Scope]

    def module(self, source: Source, name: str) -> Scope:
        """Return the scope of a module of the user, followed once."""
        ...

    def called(self, callee: Value, args: list[Value], kwargs: dict[str, Value], path: Path) -> Value:
        """Call something."""
        ...


def imported(machine: Importer, node: ast.Import | ast.ImportFrom, scope: Scope) -> None:
    """Follow an import statement."""
    path = (*machine.path, end_of(node, scope.file))
    if isinstance(node, ast.Import):
        for one in node.names:
            if one.asname:
                machine.memory.put((scope, one.asname), _module(machine, one.name, path))
            else:
                _module(machine, one.name, path)
                first = one.name.partition(".")[0]
                machine.memory.put((scope, first), _module(machine, first, path))
        return
    name = _absolute(machine, node, scope)
    value = _module(machine, name, path)
    for one in node.names:
        if one.name == "*":
            if isinstance(value, UserModule):
                for inner in machine.memory.names(value.scope):
                    machine.memory.put((scope, inner), machine.memory.get((value.scope, inner)))
            elif isinstance(value, Library):
                for inner in machine.outside.names(name) or ():
                    machine.memory.put((scope, inner), Library(f"{name}.{inner}"))
            continue
        found: Value | None = None
        if isinstance(value, UserModule):
            found = machine.memory.get((value.scope, one.name))
        if found is None:
            found = _module(machine, f"{name}.{one.name}" if name else one.name, path)
        machine.memory.put((scope, one.asname or one.name), found)


def _absolute(machine: Importer, node: ast.ImportFrom, scope: Scope) -> str:
    """Return the full name of the module that an import names, by its dots from the package of the text."""
    if not node.level:
        return node.module or ""
    source = machine.source_of(scope.file)
    package = (source.package if source is not None else "") or scope.module.rpartition(".")[0]
    parts = package.split(".") if package else []
    return ".".join([*parts[: len(parts) + 1 - node.level], *([node.module] if node.module else [])])


def _module(machine: Importer, name: str, path: Path) -> Value:
    known = machine.modules.get(name)
    if known is not None:
        return UserModule(known)
    source = machine.source_of(name) if name else None
    if source is None:
        return Library(name)
    before, machine.path = machine.path, path
    try:
        return UserModule(machine.module(source, name))
    finally:
        machine.path = before


def home_of(scope: Scope, name: str) -> Scope:
    """Return the scope in which an assignment binds a name."""
    return scope.elsewhere.get(name, scope)


def owner(machine: Machine, scope: Scope, name: str, shared: bool) -> Scope:
    """Return the scope that a global or nonlocal name lives in."""
    at = scope.parent or scope
    while at.parent is not None and (shared or machine.memory.get((at, name)) is None):
        at = at.parent
    return at


def decorated(machine: Importer, decorator: Value, value: Value, path: Path) -> Value:
    """Return what a decorator makes of a function."""
    if isinstance(decorator, Function | Class):
        return machine.called(decorator, [value], {}, path)
    name = getattr(decorator, "name", "").rpartition(".")[2]
    if not isinstance(value, Function):
        return value
    if isinstance(decorator, Method) and isinstance(decorator.of, Function) and decorator.of.kind == "property":
        return replace(value, kind="property") if name == "getter" else decorator.of  # what it gives stays as it was
    kind = "property" if name in _PROPERTIES else name if name in _KINDS else value.kind
    once = value.once or name in _REMEMBERING
    return replace(value, kind=kind, hedge=value.hedge or name not in _TRANSPARENT, once=once)
