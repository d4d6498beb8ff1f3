"""Statements: what they bind, and in which ways the script can go on.

Enters: statements and a scope. Leaves: a changed memory. Branches are tried one by one and joined; a loop over things
that the text spells out is unrolled, another one goes around until little can be new.
"""

import ast
from collections.abc import Sequence
from typing import Any

from msgspec.structs import replace

from driftline.capture.script import access, importing, matching, unrolling, writing
from driftline.capture.script.call import plain
from driftline.capture.script.inlining import Inlining
from driftline.capture.script.joining import made_of
from driftline.capture.script.memory import Writes
from driftline.capture.script.operators import condition, operated, truth
from driftline.capture.script.reading import Cames
from driftline.capture.script.values import (
    NONE,
    Class,
    Function,
    Items,
    Pairs,
    Part,
    Ref,
    Scope,
    Series,
    Thing,
    Value,
    unordered,
)

GOES_ON, RETURNS, LEAVES_ROUND, BREAKS = "", "return", "loop", "break"
_ROUNDS = 2
_MAX_WHILE = 64


class Statements(Inlining):
    """The machine's reading of statements."""

    def execute(self, body: Sequence[ast.stmt], scope: Scope) -> str:
        """Follow statements; return how they end."""
        for one in body:
            self.step()
            rule = _RULES.get(type(one))
            end = rule(self, one, scope) if rule is not None else None
            if end:
                return str(end)
        return GOES_ON

    def attribute_of(self, of: Value, name: str) -> Value:
        """Return an attribute without calling a property."""
        return access.attribute(self, of, name)

    # Binding --------------------------------------------------------------------------------------------------------

    def assign(self, target: ast.expr, value: Value, scope: Scope) -> None:
        """Bind a target."""
        if isinstance(target, ast.Name):
            at = importing.home_of(scope, target.id)
            self.memory.put((at, target.id), value)
        elif isinstance(target, ast.Tuple | ast.List):
            self._unpack(target.elts, value, scope)
        elif isinstance(target, ast.Starred):
            self.assign(target.value, value, scope)
        elif isinstance(target, ast.Attribute):
            writing.attribute(self, self.evaluate(target.value, scope), target.attr, value)
        elif isinstance(target, ast.Subscript):
            self._assign_item(target, value, scope)

    def _assign_item(self, target: ast.Subscript, value: Value, scope: Scope) -> None:
        of, key = self._container(target.value, scope), self.evaluate(target.slice, scope)
        if isinstance(of, Series | Thing):
            self.assign(target.value, writing.series(self, of, key, value), scope)
        elif isinstance(of, Part) and isinstance(of.of, Series) and isinstance(target.value, ast.Attribute):
            self.assign(target.value.value, writing.series(self, of.of, key, value), scope)
        else:
            writing.item(self, of, key, value)

    def _container(self, node: ast.expr, scope: Scope) -> Value:
        """What something is put into: an element of a collection itself, however unsure it is which one."""
        if isinstance(node, ast.Subscript):
            of = self.memory.see(self.evaluate(node.value, scope))
            if isinstance(of, Items | Pairs) and not of.known and isinstance(of.loose, Ref):
                self.evaluate(node.slice, scope)
                return of.loose
        return self.evaluate(node, scope)

    def _unpack(self, targets: Sequence[ast.expr], value: Value, scope: Scope) -> None:
        content = self.memory.see(value)
        over = unrolling.unrolled(self, value)
        if unordered(content):
            over = unrolling.Unrolled((), access.doubtful(self, (*over.items, over.loose)))
        items = list(over.items)
        star = next((place for place, one in enumerate(targets) if isinstance(one, ast.Starred)), None)
        if star is not None and over.loose is None and len(items) >= len(targets) - 1:
            after = len(targets) - star - 1
            middle = writing.items(self, items[star : len(items) - after])
            items = [*items[:star], middle, *items[len(items) - after :]]
        for place, one in enumerate(targets):
            if place < len(items) and (over.loose is None or place < len(over.items)):
                self.assign(one, items[place], scope)
            else:
                loose = over.loose or Thing(made_of(self.memory, content))
                loose = access.among(self, loose, over.rows)
                self.assign(one, loose, scope)

    def _assignment(self, node: ast.Assign, scope: Scope) -> None:
        value = self.evaluate(node.value, scope)
        for target in node.targets:
            self.assign(target, value, scope)

    def _annotated(self, node: ast.AnnAssign, scope: Scope) -> None:
        if node.value is not None:
            self.assign(node.target, self.evaluate(node.value, scope), scope)

    def _augmented(self, node: ast.AugAssign, scope: Scope) -> None:
        before = self.evaluate(node.target, scope)
        after = self.evaluate(node.value, scope)
        value = operated(self, before, after, type(node.op).__name__)
        if isinstance(before, Ref) and isinstance(value, Ref) and before != value:
            self.memory.put(before.place, self.memory.see(value))  # lists and frames change in place
            value = before
        self.assign(node.target, value, scope)

    def _expression(self, node: ast.Expr, scope: Scope) -> None:
        if not isinstance(node.value, ast.Constant):
            self.evaluate(node.value, scope)

    def _delete(self, node: ast.Delete, scope: Scope) -> None:
        for target in node.targets:
            if isinstance(target, ast.Subscript):
                writing.delete(self, self.evaluate(target.value, scope), self.evaluate(target.slice, scope))
            elif isinstance(target, ast.Name):
                self.memory.put((importing.home_of(scope, target.id), target.id), Thing())

    # Functions, classes, imports ------------------------------------------------------------------------------------

    def _function(self, node: ast.FunctionDef | ast.AsyncFunctionDef, scope: Scope) -> None:
        value: Value = Function(node, scope, self.defaults(node.args, scope))
        for one in reversed(node.decorator_list):
            value = importing.decorated(self, self.evaluate(one, scope), value, self.at(one, scope))
            self._registered(one, value, scope)
        self.memory.put((importing.home_of(scope, node.name), node.name), value)

    def _registered(self, decorator: ast.expr, value: Value, scope: Scope) -> None:
        """``@f.register(Type)``: a call of ``f`` may mean this one, too."""
        at = decorator.func if isinstance(decorator, ast.Call) else decorator
        if not isinstance(at, ast.Attribute) or at.attr != "register" or not isinstance(at.value, ast.Name):
            return
        known = self.lookup(at.value.id, scope)
        if isinstance(known, Function) and isinstance(value, Function):
            home = importing.home_of(scope, at.value.id)
            self.memory.put((home, at.value.id), replace(known, others=(*known.others, value), hedge=True))

    def _class(self, node: ast.ClassDef, scope: Scope) -> None:
        bases = tuple(self.evaluate(one, scope) for one in node.bases)
        inner = Scope(scope.file, scope.module, scope)
        self.execute(node.body, inner)
        annotated = (
            one.target.id for one in node.body if isinstance(one, ast.AnnAssign) and isinstance(one.target, ast.Name)
        )
        self.memory.put((scope, node.name), Class(node.name, inner, bases, tuple(annotated)))

    def _import(self, node: ast.Import | ast.ImportFrom, scope: Scope) -> None:
        importing.imported(self, node, scope)

    def _shared(self, node: ast.Global | ast.Nonlocal, scope: Scope) -> None:
        for name in node.names:
            scope.elsewhere[name] = importing.owner(self, scope, name, isinstance(node, ast.Global))

    # Ways to go on --------------------------------------------------------------------------------------------------

    def _return(self, node: ast.Return, scope: Scope) -> str:
        self.returns(NONE if node.value is None else self.evaluate(node.value, scope))
        return RETURNS

    def _raise(self, node: ast.Raise, scope: Scope) -> str:
        return RETURNS

    def _round(self, node: ast.Break | ast.Continue, scope: Scope) -> str:
        if isinstance(node, ast.Continue):
            return LEAVES_ROUND
        self.breaks += 1
        return BREAKS

    def _if(self, node: ast.If, scope: Scope) -> str:
        test = self.evaluate(node.test, scope)
        known = truth(self, test)
        if known is not None:
            return self.execute(node.body if known else node.orelse, scope)
        return self._either([node.body, node.orelse], scope, condition(self, test))

    def _either(self, bodies: Sequence[Sequence[ast.stmt]], scope: Scope, decides: Cames) -> str:
        """Follow each way by itself; what a way that ends here wrote to objects may still be seen elsewhere."""
        before = len(self.guards)
        tried = []
        further: list[Cames] = []  # conditions inside of a way that went on, while another one there ended
        for body in bodies:
            self.guards.append(decides)
            end, writes = self.memory.aside(lambda body=body: self.execute(body, scope))  # type: ignore[misc]
            tried.append((end, writes))
            further += self.guards[before + 1 :] if end == GOES_ON else []
            del self.guards[before:]
        going = [writes for end, writes in tried if end == GOES_ON]
        ended = [_kept(writes, end) for end, writes in tried if end != GOES_ON]
        self.memory.join([*going, *ended] if going else ended, decides)
        if not going:
            ends = {end for end, _ in tried}
            return next(end for end in (LEAVES_ROUND, BREAKS, RETURNS) if end in ends)
        self.guards += [*([decides] if ended and decides else []), *further]
        return GOES_ON

    def _match(self, node: ast.Match, scope: Scope) -> str:
        test = self.evaluate(node.subject, scope)
        for case in node.cases:
            for pattern in ast.walk(case.pattern):
                name = getattr(pattern, "name", None)
                if isinstance(name, str):
                    self.memory.put((scope, name), test)
        bodies: list[Sequence[ast.stmt]] = []
        for case in node.cases:
            known = matching.fits(case.pattern, plain(self, test), lambda one: plain(self, self.evaluate(one, scope)))
            if known is not False:
                bodies.append(case.body)
            if known and case.guard is None:
                break
        else:
            bodies.append([])
        if len(bodies) == 1:
            return self.execute(bodies[0], scope)
        return self._either(bodies, scope, condition(self, test))

    def _for(self, node: ast.For | ast.AsyncFor, scope: Scope) -> str:
        value = self.evaluate(node.iter, scope)
        over = unrolling.unrolled(self, value)
        before = len(self.guards)
        if over.rows:
            self.guards.append(over.rows)
        content = self.memory.see(value)
        mixed = isinstance(content, Items) and (content.kind == "set" or content.shuffled)
        lazy = content if isinstance(content, Items) and content.lazy is not None and not content.known else None
        self.around += mixed
        end = GOES_ON
        breaks = known = self.breaks
        perhaps = 0  # how often the rest may not have happened
        with unrolling.Rounds(self) as rounds:
            for item in over.items:
                rounds.next()
                end = self._one_round(node, item, scope)
                if end in {RETURNS, BREAKS}:
                    break
                if self.breaks > known:
                    known, perhaps = self.breaks, perhaps + 1
                    self.memory.begin()
            if lazy is not None and end not in {RETURNS, BREAKS}:
                self._around(rounds, lambda: self._asked(node, lazy, scope))
                end = GOES_ON
            elif over.loose is not None and end not in {RETURNS, BREAKS}:
                place = self._only_here(node, over)
                self._around(rounds, lambda: self._one_round(node, over.loose, scope), place)
                end = GOES_ON
            for _ in range(perhaps):
                self.memory.join([{}, self.memory.end()])
        del self.guards[before:]
        self.around -= mixed
        return self._after(node, scope, breaks, GOES_ON if perhaps else end)

    def _only_here(self, node: Any, over: unrolling.Unrolled) -> int | None:
        """Return the place that stands for all elements, where the loop is sure to go over each of them."""
        whole = isinstance(over.loose, Ref) and not over.items and isinstance(node.iter, ast.Name | ast.Attribute)
        if not whole or not isinstance(over.loose, Ref) or self.memory.holders(over.loose.place) != 1:
            return None
        return over.loose.place

    def _after(self, node: Any, scope: Scope, breaks: int, end: str) -> str:
        """What comes after a loop: its ``else``, unless it was left by a break."""
        perhaps, self.breaks = self.breaks > breaks, breaks
        if end in {RETURNS, BREAKS}:
            return RETURNS if end == RETURNS else GOES_ON
        if not perhaps:
            return self.execute(node.orelse, scope)
        after, writes = self.memory.aside(lambda: self.execute(node.orelse, scope))
        self.memory.join([{}, writes if after == GOES_ON else _kept(writes, RETURNS)])
        return GOES_ON

    def _asked(self, node: Any, items: Items, scope: Scope) -> str:
        """A round over what a generator gives when it is asked."""
        for path in items.reads * 2:  # not known how often each
            self.did(path)
        return self._one_round(node, items.lazy, scope)

    def _one_round(self, node: Any, item: Value | None, scope: Scope) -> str:
        before = len(self.guards)
        if item is not None:
            self.assign(node.target, item, scope)
        end = self.execute(node.body, scope)
        del self.guards[before:]
        return end

    def _around(self, rounds: unrolling.Rounds, body: Any, place: int | None = None) -> None:
        """Go around: each round begins with what was before all of them, or with what the last one left."""
        start: dict[Any, Any] = {}
        rounds.around = True
        self.around += 1
        for _ in range(_ROUNDS + 1):
            rounds.next()
            breaks = self.breaks
            _, writes = self.memory.aside(body)
            moved = False
            if place in writes and self.breaks == breaks:  # each element is changed, none is left as it was
                moved = self.memory.get(place) != writes[place]
                self.memory.apply({place: writes[place]})
                writes = {key: held for key, held in writes.items() if key != place}
            if not self.memory.settle(start, writes) and not moved:
                break
        self.around -= 1

    def _while(self, node: ast.While, scope: Scope) -> str:
        test = self.evaluate(node.test, scope)
        before, breaks, end = len(self.guards), self.breaks, GOES_ON
        limit = 1 if isinstance(node.test, ast.Constant) else _MAX_WHILE
        with unrolling.Rounds(self) as rounds:
            while limit and truth(self, test) and end in {GOES_ON, LEAVES_ROUND} and self.breaks == breaks:
                rounds.next()
                end = self._one_round(node, None, scope)
                test = self.evaluate(node.test, scope) if end not in {RETURNS, BREAKS} else test
                limit -= 1
            if end not in {RETURNS, BREAKS} and truth(self, test) is not False:
                self.guards.append(condition(self, test))
                self._around(rounds, lambda: self._while_round(node, scope))
                end = GOES_ON
        del self.guards[before:]
        return self._after(node, scope, breaks, end)

    def _while_round(self, node: ast.While, scope: Scope) -> str:
        self.evaluate(node.test, scope)
        return self._one_round(node, None, scope)

    def _try(self, node: Any, scope: Scope) -> str:
        end = self.execute(node.body, scope)
        if end == GOES_ON:
            end = self.execute(node.orelse, scope)
        for handler in node.handlers:
            if handler.name:
                self.memory.put((scope, handler.name), Thing())
            after, writes = self.memory.aside(lambda handler=handler: self.execute(handler.body, scope))  # type: ignore[misc]
            if after == GOES_ON:
                self.memory.join([writes] if end == RETURNS else [{}, writes])
                end = GOES_ON
        last = self.execute(node.finalbody, scope)
        return last or end

    def _with(self, node: ast.With | ast.AsyncWith, scope: Scope) -> str:
        for one in node.items:
            value = self.evaluate(one.context_expr, scope)
            entered = access.attribute(self, value, "__enter__")
            if isinstance(entered, Function):
                value = self.inline(entered, [], {}, self.at(one.context_expr, scope), [])
            if one.optional_vars is not None:
                self.assign(one.optional_vars, value, scope)
        return self.execute(node.body, scope)


def _kept(writes: Writes, end: str) -> Writes:
    """Return what is still seen of a way that ended: objects, and in a loop the names, too."""
    return writes if end != RETURNS else {key: held for key, held in writes.items() if isinstance(key, int)}


_RULES: dict[type[ast.stmt], Any] = {
    ast.Assign: Statements._assignment,
    ast.AnnAssign: Statements._annotated,
    ast.AugAssign: Statements._augmented,
    ast.Expr: Statements._expression,
    ast.Delete: Statements._delete,
    ast.FunctionDef: Statements._function,
    ast.AsyncFunctionDef: Statements._function,
    ast.ClassDef: Statements._class,
    ast.Import: Statements._import,
    ast.ImportFrom: Statements._import,
    ast.Global: Statements._shared,
    ast.Nonlocal: Statements._shared,
    ast.Return: Statements._return,
    ast.Raise: Statements._raise,
    ast.Break: Statements._round,
    ast.Continue: Statements._round,
    ast.If: Statements._if,
    ast.Match: Statements._match,
    ast.For: Statements._for,
    ast.AsyncFor: Statements._for,
    ast.While: Statements._while,
    ast.Try: Statements._try,
    ast.TryStar: Statements._try,
    ast.With: Statements._with,
    ast.AsyncWith: Statements._with,
}
