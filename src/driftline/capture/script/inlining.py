"""Calls of the user's own functions and classes: followed where they are called, with what they were given.

Enters: a function and arguments. Leaves: what it returns. A function that calls itself is cut, as is what is nested
too deep: its result is made of all that it was given, and not sure.
"""

import ast
from collections.abc import Mapping, Sequence
from typing import Any

import msgspec
from msgspec.structs import replace

from driftline.capture.script import access, relations, writing
from driftline.capture.script.call import hashable
from driftline.capture.script.cames import deciding, hedged, union
from driftline.capture.script.changing import copied
from driftline.capture.script.expressions import Expressions
from driftline.capture.script.joining import either, made_of
from driftline.capture.script.ones import bare
from driftline.capture.script.reading import FILTER, NOTHING, Cames
from driftline.capture.script.site import MAX_DEPTH, Path, previous
from driftline.capture.script.tables import hedge
from driftline.capture.script.values import (
    NONE,
    Class,
    Const,
    Frame,
    Function,
    Instance,
    Items,
    Library,
    Pairs,
    Part,
    Ref,
    Scope,
    Series,
    Super,
    Thing,
    Value,
)

_WAYS = (ast.If, ast.IfExp, ast.BoolOp, ast.Try, ast.While, ast.Match, ast.Break, ast.Continue, ast.YieldFrom)
_ENUMS = frozenset({f"enum.{name}" for name in ("Enum", "IntEnum", "StrEnum", "Flag", "IntFlag")})


def _asked(callee: Function, args: Sequence[Value], kwargs: Mapping[str, Value]) -> Any:
    """Return what a function that remembers its results knows a call by; None where that is not known."""
    given = (*args, *kwargs.values())
    plain = all(hashable(one.value) if isinstance(one, Const) else isinstance(one, Ref) for one in given)
    return (callee.node, *args, *kwargs.items()) if plain else None


class Running(msgspec.Struct, eq=False):
    """A call that is being followed."""

    callee: Function
    guards: int  # how many conditions held when it began
    returned: list[tuple[Value, Cames]] = []
    yielded: dict[ast.AST, list[tuple[Value, Cames]]] = {}  # by the place in the text, with what decides it
    reads: int = 0  # how many were done when it began
    marks: list[tuple[int, int]] = []  # at each element: how many reads were done, how many things are tried
    places: int = 0  # how many there were in the memory


class Inlining(Expressions):
    """The machine's reading of calls."""

    running: list[Running]

    def invoke(self, callee: Value, args: Sequence[Value], kwargs: Mapping[str, Value], path: Path) -> Value:
        """Call something as if at a path."""
        return bare(self.called(callee, list(args), dict(kwargs), path))

    def inline(
        self, callee: Value, args: list[Value], kwargs: dict[str, Value], path: Path, more: list[Value]
    ) -> Value:
        """Follow a function or class of the user."""
        if isinstance(callee, Class):
            return self._instance(callee, args, kwargs, path, more)
        assert isinstance(callee, Function)
        given = args
        args = [*([callee.self] if callee.self is not None else []), *callee.given, *args]
        if callee.apart:
            args = [copied(self.memory, one) for one in args]
            kwargs = {name: copied(self.memory, one) for name, one in kwargs.items()}
        if len(path) > MAX_DEPTH or self.active.count(callee.node) > 1:
            return self._cut([*args, *kwargs.values(), *more])
        asked = _asked(callee, args, kwargs) if callee.once and not more else None
        known: Value | None = None if asked is None else self.memory.get(asked)
        if known is not None:
            return known
        scope = self._bound(callee, args, kwargs, more)
        before, self.path = self.path, path
        guards = len(self.guards)
        self.guards += [callee.by] if callee.by else []
        self.active.append(callee.node)
        self.called_once.add(callee.node)
        try:
            value = self._run(callee, scope)
        finally:
            self.path = before
            self.active.pop()
            del self.guards[guards:]
        for one in callee.others:
            other = replace(one, others=(), by=one.by | callee.by)
            value = self.memory.joined(value, self.inline(other, given, kwargs, path, more))
        value = access.decided(self, value, callee.by) if callee.by else value
        value = self._hedged(value) if callee.hedge else value
        if asked is not None:
            self.memory.put(asked, value)
        return value

    def above(self) -> Value:
        """Return what ``super()`` gives in the method that is being followed."""
        callee = self.running[-1].callee if self.running else None
        content = None if callee is None else self.memory.see(callee.self)
        at = content.of if isinstance(content, Instance) else None
        while at is not None and callee is not None and at.scope is not callee.scope:
            at = next((one for one in at.bases if isinstance(one, Class)), None)
        return Thing() if at is None or callee is None or callee.self is None else Super(callee.self, at.bases)

    def _cut(self, given: list[Value]) -> Value:
        cames = hedged(union(made_of(self.memory, one) for one in given))
        return Thing(cames)

    def _run(self, callee: Function, scope: Scope) -> Value:
        if isinstance(callee.node, ast.Lambda):
            value = self.kept_one(callee.node.body, scope)
            self.memory.over(scope)
            return value
        running = Running(callee, len(self.guards), reads=len(self.reads), places=self.memory.places())
        self.running.append(running)
        left, doubts = self.left, self.memory.doubts()
        try:
            self.execute(callee.node.body, scope)
        finally:
            self.running.pop()
            self.left = left
            self.memory.undoubt(doubts)
            del self.guards[running.guards :]
        if running.yielded:  # it is called on
            return self._yields(callee, running)
        self.memory.over(scope)
        return self._returns(running)

    def _yields(self, callee: Function, running: Running) -> Value:
        lazy: Value | None = None
        for ones in running.yielded.values():
            lazy = self.memory.joined(lazy, ones[-1][0])
        reads = tuple(dict.fromkeys(path for path, *_ in self.reads[running.reads :]))
        self.memory.watch()
        out: Value | None = None
        rows: Cames = NOTHING
        for ones in running.yielded.values():
            for one, guards in ones:
                out, rows = self.memory.joined(out, one), rows | guards
        made = self.memory.new(Items((), out, rows))
        if any(len(ones) > 1 for ones in running.yielded.values()):  # all of them are from all rounds
            self.memory.age({**dict.fromkeys(reads), **dict.fromkeys(map(previous, reads))})
        self.memory.unwatch()
        if callee.kind == "contextmanager":
            return out or NONE
        if len(running.yielded) == 1:
            asked = reads if self._once(callee, running) else reads * 2  # not known how often each
            self.memory.put(made.place, replace(self.memory.see(made), lazy=lazy, reads=asked, since=running.places))
        return made

    def _once(self, callee: Function, running: Running) -> bool:
        """Whether a generator does each of its reads once for each element."""
        if any(isinstance(one, _WAYS) for one in ast.walk(callee.node)):
            return False
        ends = [number for number, _ in running.marks]
        rounds = [self.reads[a:b] for a, b in zip([running.reads, *ends], [*ends, len(self.reads)], strict=True)]
        first = [path for path, *_ in rounds[0]]
        return not rounds[-1] and all(
            [path for path, *_ in ones] == first == list(dict.fromkeys(first))
            and {aside for *_, aside in ones} <= {depth}
            for ones, (_, depth) in zip(rounds[:-1], running.marks, strict=True)
        )

    def _returns(self, running: Running) -> Value:
        if not running.returned:
            return NONE
        out, decides = running.returned[0]
        for one, guards in running.returned[1:]:
            decides |= guards
            out = either(self.memory, out, one, decides)
        if isinstance(out, Ref) and all(guards for _, guards in running.returned):  # else it may end without ``return``
            out = self.memory.joined(out, NONE, decides)
        return out

    def _hedged(self, value: Value) -> Value:
        content = self.memory.see(value)
        if isinstance(content, Frame):
            return self.memory.new(Frame(hedge(content.table), content.row))
        if isinstance(content, Series | Thing):
            return Thing(hedged(content.cames), hedged(content.rows))
        return value

    # Parameters -----------------------------------------------------------------------------------------------------

    def _bound(self, callee: Function, args: list[Value], kwargs: dict[str, Value], more: list[Value]) -> Scope:
        around: Scope | None = callee.scope
        while around is not None and around.of_class:
            around = around.parent
        scope = Scope(callee.scope.file, callee.scope.module, around)
        spec = callee.node.args
        held = dict(callee.defaults)
        places = [*spec.posonlyargs, *spec.args]
        held |= {one.arg: value for one, value in zip(places, args, strict=False)}
        further = args[len(places) :]
        left = dict(kwargs)
        for one in (*places, *spec.kwonlyargs):
            if one.arg in left:
                held[one.arg] = left.pop(one.arg)
            elif more and one.arg not in held:
                held[one.arg] = Thing(hedged(union(made_of(self.memory, value) for value in more)))
        if spec.vararg is not None:
            loose = more[0] if len(more) == 1 else None
            held[spec.vararg.arg] = self.memory.new(Items(tuple(further), loose, kind="tuple"))
        if spec.kwarg is not None:
            held[spec.kwarg.arg] = self.memory.new(Pairs(dict(left)))
        for one in (*places, *spec.kwonlyargs):
            self.memory.put((scope, one.arg), held.get(one.arg, Thing()))
        for extra in (spec.vararg, spec.kwarg):
            if extra is not None:
                self.memory.put((scope, extra.arg), held[extra.arg])
        return scope

    def _instance(
        self, callee: Class, args: list[Value], kwargs: dict[str, Value], path: Path, more: list[Value]
    ) -> Value:
        if len(args) == 1 and any(isinstance(one, Library) and one.name in _ENUMS for one in callee.bases):
            return args[0] if isinstance(args[0], Const) else Thing(made_of(self.memory, args[0]))  # a member by value
        value: Ref = self.memory.new(Instance(callee))
        made = self.attribute_of(value, "__init__")
        if isinstance(made, Function):
            self.inline(made, args, kwargs, path, more)
            return value
        fields = [*callee.fields]
        for base in callee.bases:
            fields = [*base.fields, *fields] if isinstance(base, Class) else fields
        given = dict([*zip(fields, args, strict=False), *kwargs.items()])
        if any(isinstance(one, Library) and one.name.startswith("pydantic.") for one in callee.bases):
            given = {name: one for name, one in given.items() if name in fields}  # it leaves out what it does not know
            if self.risking is not None:
                self.risks.append(union(self._checked(callee, name, one) for name, one in given.items()))
        for name in sorted(dict.fromkeys((*fields, *given)), key=lambda name: relations.is_one(self, callee, name)):
            held = given.get(name) or self._default(callee, name, path)
            if held is not None and not relations.is_relation(held):
                writing.attribute(self, value, name, held)
        return value

    def _checked(self, callee: Class, name: str, value: Value) -> Cames:
        """What decides whether a field is taken; whether data is ever of another type than it should, nobody knows."""
        cames = made_of(self.memory, value)
        return hedged(cames) if name in callee.typed else cames

    def _default(self, callee: Class, name: str, path: Path) -> Value | None:
        """What a field of a dataclass holds that nothing was given for."""
        found = self.memory.get((callee.scope, name))
        if found is None:
            inherited = (self._default(base, name, path) for base in callee.bases if isinstance(base, Class))
            return next((one for one in inherited if one is not None), None)
        made: Value = self.invoke(found.of, (), {}, path) if isinstance(found, Part) and found.kind == "new" else found
        return made

    def attribute_of(self, of: Value, name: str) -> Value:
        """Return an attribute without calling a property."""
        raise NotImplementedError

    # What statements tell -------------------------------------------------------------------------------------------

    def returns(self, value: Value) -> None:
        """A function returns a value."""
        if self.running:
            running = self.running[-1]
            self.running[-1].returned.append((value, deciding(union(self.guards[running.guards :]))))

    def yields(self, value: Value, node: ast.AST) -> None:
        """A generator yields a value."""
        if self.running:
            running = self.running[-1]
            guards = deciding(union(self.guards[running.guards :]), FILTER)
            running.yielded.setdefault(node, []).append((value, guards))
            running.marks.append((len(self.reads), self.memory.depth()))
