"""``match``: whether a pattern fits a value, what its names hold, and what decides that it does.

Enters: a statement. Leaves: a changed memory. A case that surely fits is the last one that is followed. What a pattern
compares with something that is spelled out decides which case is taken, and so does its ``if``.
"""

import ast
import functools
from collections.abc import Callable, Sequence
from typing import Any

from driftline.capture.script import access
from driftline.capture.script.call import UNKNOWN, plain, rows_of
from driftline.capture.script.cames import deciding, union
from driftline.capture.script.joining import made_of
from driftline.capture.script.operators import condition, truth
from driftline.capture.script.reading import FILTER, NOTHING, Cames
from driftline.capture.script.trying import Trying
from driftline.capture.script.values import Class, Const, Instance, Items, Library, Scope, Value


class Taken(ast.stmt):
    """That a case was taken: the names of its pattern are bound to what they stand for in a value."""

    def __init__(self, pattern: ast.pattern, value: Value) -> None:
        super().__init__()
        self.taken = pattern, value


class Matching(Trying):
    """The machine's reading of ``match``."""

    def _match(self, node: ast.Match, scope: Scope) -> str:
        subject = self.evaluate(node.subject, scope)
        bodies: list[Sequence[ast.stmt]] = []
        decides = NOTHING if self._has_parts(subject) else condition(self, subject)
        for case in node.cases:
            known = fits(case.pattern, plain(self, subject), lambda one: plain(self, self.evaluate(one, scope)))
            if known is False:
                continue
            taken = Taken(case.pattern, subject)
            (compared, guard), _ = self.memory.aside(functools.partial(self._case_decided, taken, case.guard, scope))
            decides |= NOTHING if known else compared
            if isinstance(guard, bool):
                known = known if guard else False
            elif guard is not None:
                known, decides = None, decides | guard
            if known is not False:
                bodies.append([taken, *case.body])
            if known:
                break
        else:
            bodies.append([])
        return self.execute(bodies[0], scope) if len(bodies) == 1 else self.either(bodies, scope, decides)

    def either(self, bodies: Sequence[Sequence[ast.stmt]], scope: Scope, decides: Cames) -> str:
        """Follow each way by itself."""
        raise NotImplementedError

    def _has_parts(self, value: Value) -> bool:
        """Whether a value has parts, of which a pattern tells by which it decides."""
        content = self.memory.see(value)
        return not isinstance(content, Const) and content is not value

    def _case_decided(self, taken: Taken, guard: ast.expr | None, scope: Scope) -> tuple[Cames, bool | Cames | None]:
        """What a pattern compares, and what the ``if`` behind it tells or is decided by."""
        compared = self._fitted(*taken.taken, scope)
        if guard is None:
            return compared, None
        test = self.evaluate(guard, scope)
        known = truth(self, test)
        return compared, condition(self, test) if known is None else known

    def _taken(self, node: Taken, scope: Scope) -> None:
        self._fitted(*node.taken, scope)

    def _fitted(self, pattern: ast.pattern | None, value: Value, scope: Scope) -> Cames:
        """Bind the names of a pattern; return what is compared in it."""
        match pattern:
            case ast.MatchAs(pattern=inner, name=name):
                if name is not None:
                    self.assign(ast.Name(name, ast.Store()), value, scope)
                return self._fitted(inner, value, scope)
            case ast.MatchStar(name=str(name)):
                self.assign(ast.Name(name, ast.Store()), value, scope)
            case ast.MatchValue() | ast.MatchSingleton():
                return made_of(self.memory, value)
            case ast.MatchSequence(patterns=patterns):
                return self._sequence_bound(patterns, value, scope)
            case ast.MatchMapping(keys=keys, patterns=patterns, rest=rest):
                if rest is not None:
                    self.assign(ast.Name(rest, ast.Store()), value, scope)
                found = [access.item(self, value, self.evaluate(key, scope)) for key in keys]
                return self._all_fitted(patterns, found, scope)
            case ast.MatchClass(patterns=patterns, kwd_attrs=names, kwd_patterns=named):
                places = self._at_places(self.evaluate(pattern.cls, scope), value, len(patterns))
                found = [*places, *(access.attribute(self, value, name) for name in names)]
                return self._all_fitted([*patterns, *named], found, scope)
            case ast.MatchOr(patterns=patterns):
                ways = [self.memory.aside(functools.partial(self._fitted, one, value, scope)) for one in patterns]
                self.memory.join([writes for _, writes in ways])
                return union(compared for compared, _ in ways)
        return NOTHING

    def _all_fitted(self, patterns: Sequence[ast.pattern], values: Sequence[Value], scope: Scope) -> Cames:
        return union(self._fitted(one, value, scope) for one, value in zip(patterns, values, strict=False))

    def _sequence_bound(self, patterns: Sequence[ast.pattern], value: Value, scope: Scope) -> Cames:
        star = next((place for place, one in enumerate(patterns) if isinstance(one, ast.MatchStar)), None)
        content = self.memory.see(value)
        known = isinstance(content, Items) and content.loose is None
        many = NOTHING if known else deciding(rows_of(self, value), FILTER)  # how many there are
        return many | self._all_fitted(patterns, self.unpacked(value, len(patterns), star), scope)

    def _at_places(self, of: Value, value: Value, count: int) -> list[Value]:
        """Return what stands at the first places of an object: its fields in order; of a plain value itself."""
        if isinstance(of, Class) and of.fields:
            return [access.attribute(self, value, name) for name in of.fields[:count]]
        content = self.memory.see(value)
        if isinstance(content, Instance):
            return list(content.fields.values())[:count]
        return [value] * count if isinstance(of, Library) else []


def fits(pattern: ast.pattern, value: Any, plain: Callable[[ast.expr], Any]) -> bool | None:
    """Return whether a pattern fits a plain value, UNKNOWN or not."""
    if isinstance(pattern, ast.MatchAs) and pattern.pattern is None:
        return True
    if value is UNKNOWN:
        return None
    if isinstance(pattern, ast.MatchAs) and pattern.pattern is not None:
        return fits(pattern.pattern, value, plain)
    if isinstance(pattern, ast.MatchOr):
        found = [fits(one, value, plain) for one in pattern.patterns]
        return True if True in found else None if None in found else False
    if isinstance(pattern, ast.MatchSingleton):
        return value is pattern.value
    if isinstance(pattern, ast.MatchValue):
        other = plain(pattern.value)
        return None if other is UNKNOWN else bool(value == other)
    return None
