"""Statements: what they bind, and in which ways the script can go on.

Enters: statements and a scope. Leaves: a changed memory. Branches are tried one by one and joined; a loop over things
that the text spells out is unrolled, another one goes around until little can be new.
"""

import ast
from collections.abc import Sequence
from typing import Any

from msgspec.structs import replace

from driftline.capture.script import access, importing, matching, risks, waiting
from driftline.capture.script.cames import changed, union
from driftline.capture.script.joining import made_of
from driftline.capture.script.loops import BREAKS, GOES_ON, LEAVES_ROUND, RETURNS, kept
from driftline.capture.script.operators import condition, truth
from driftline.capture.script.reading import Cames
from driftline.capture.script.values import (
    NONE,
    Class,
    Function,
    Scope,
    Value,
)


class Statements(matching.Matching):
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
        inner = Scope(scope.file, scope.module, scope, of_class=True)
        self.execute(node.body, inner)
        annotated = (
            one.target.id for one in node.body if isinstance(one, ast.AnnAssign) and isinstance(one.target, ast.Name)
        )
        self.memory.put((scope, node.name), Class(node.name, inner, bases, tuple(annotated), risks.typed(node)))

    def _import(self, node: ast.Import | ast.ImportFrom, scope: Scope) -> None:
        importing.imported(self, node, scope)

    def _shared(self, node: ast.Global | ast.Nonlocal, scope: Scope) -> None:
        for name in node.names:
            scope.elsewhere[name] = importing.owner(self, scope, name, isinstance(node, ast.Global))

    # Ways to go on --------------------------------------------------------------------------------------------------

    def _return(self, node: ast.Return, scope: Scope) -> str:
        self.returns(NONE if node.value is None else self.kept_one(node.value, scope))
        self.left += 1
        return RETURNS

    def _raise(self, node: ast.Raise, scope: Scope) -> str:
        if node.exc is not None:  # such as ``raise SystemExit(main())``
            self.raised.append(changed(made_of(self.memory, self.evaluate(node.exc, scope))))
        if self.risking is not None:
            self.risks.append(union(self.guards[self.risking :]))
        return RETURNS

    def _round(self, node: ast.Break | ast.Continue, scope: Scope) -> str:
        if isinstance(node, ast.Continue):
            return LEAVES_ROUND
        self.breaks.append(union(self.guards[self.round :]))
        return BREAKS

    def _if(self, node: ast.If, scope: Scope) -> str:
        test = self.evaluate(node.test, scope)
        known = truth(self, test)
        if known is not None:
            return self.execute(node.body if known else node.orelse, scope)
        return self.either([node.body, node.orelse], scope, condition(self, test))

    def _alone(self, node: ast.Expr, scope: Scope) -> str | None:
        """An expression that is a statement; ``(a if test else b).method(…)`` changes one of two things."""
        called = node.value
        method = called.func if isinstance(called, ast.Call) else None
        of = method.value if isinstance(method, ast.Attribute) else None
        if not isinstance(called, ast.Call) or not isinstance(method, ast.Attribute) or not isinstance(of, ast.IfExp):
            self._expression(node, scope)
            return None

        def way(one: ast.expr) -> list[ast.stmt]:
            found = ast.copy_location(ast.Attribute(one, method.attr, ast.Load()), method)
            call = ast.copy_location(ast.Call(found, called.args, called.keywords), called)
            return [ast.copy_location(ast.Expr(call), node)]

        return self._if(ast.copy_location(ast.If(of.test, way(of.body), way(of.orelse)), node), scope)

    def either(self, bodies: Sequence[Sequence[ast.stmt]], scope: Scope, decides: Cames) -> str:
        """Follow each way by itself; what a way that ends here wrote to objects may still be seen elsewhere."""
        before, returned = len(self.guards), self.left
        tried = []
        leaves: list[Cames] = []  # conditions inside of a way on which the round is left
        further: list[Cames] = []  # conditions inside of a way that went on, while another one there ended
        for body in bodies:
            self.guards.append(decides)
            end, writes, left = self.way(body, scope)
            tried.append((end, writes))
            leaves += left
            further += self.guards[before + 1 :] if end == GOES_ON else []
            del self.guards[before:]
        going = [writes for end, writes in tried if end == GOES_ON]
        ended = [kept(writes, end) for end, writes in tried if end != GOES_ON]
        self.memory.join([*going, *ended] if going else ended, decides)
        ends = {end for end, _ in tried}
        if not going:
            return LEAVES_ROUND if leaves else next(end for end in (LEAVES_ROUND, BREAKS, RETURNS) if end in ends)
        if self.left > returned or ends & {LEAVES_ROUND, BREAKS}:
            self.memory.doubt(of_call=self.left > returned)
        self.guards += [*([decides] if ended and decides else []), *further]
        self.may_leave(union([*leaves, *([decides] if leaves or ends & {LEAVES_ROUND, BREAKS} else [])]))
        return GOES_ON

    def _with(self, node: ast.With | ast.AsyncWith, scope: Scope) -> str:
        for one in node.items:
            value = self.picked_one(one.context_expr, scope)
            entered = access.attribute(self, value, "__enter__")
            if isinstance(entered, Function):
                value = self.inline(entered, [], {}, self.at(one.context_expr, scope), [])
            if one.optional_vars is not None:
                self.assign(one.optional_vars, value, scope)
        doubts = self.memory.doubts()
        if risks.suppressed(node.items):
            self.memory.doubt()
        before = waiting.aside(self, [one.context_expr for one in node.items])
        end = self.execute(node.body, scope)
        self.memory.undoubt(doubts, of_call=False)
        for one in reversed(node.items):
            if waiting.begins(one.context_expr):  # which of the two its end is said to be at, Python decides
                waiting.written(self, self.at(node, scope), self.at(one.context_expr, scope))
        waiting.again(self, before)
        return end


_RULES: dict[type[ast.stmt], Any] = {
    ast.Assign: Statements._assignment,
    ast.AnnAssign: Statements._annotated,
    ast.AugAssign: Statements._augmented,
    ast.Expr: Statements._alone,
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
    matching.Taken: Statements._taken,
    ast.For: Statements._for,
    ast.AsyncFor: Statements._for,
    ast.While: Statements._while,
    ast.Try: Statements._try,
    ast.TryStar: Statements._try,
    ast.With: Statements._with,
    ast.AsyncWith: Statements._with,
}
