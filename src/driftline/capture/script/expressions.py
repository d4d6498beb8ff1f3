"""The value of an expression.

Enters: a node of the syntax tree and the scope that it stands in. Leaves: a value. One small method per kind of node;
a kind that is not listed is made of all that stands inside of it.
"""

import ast
import builtins
from collections.abc import Sequence
from typing import Any

from driftline.capture.script import (
    access,
    given,
    literals,
    ones,
    own,
    queries,
    relations,
    risks,
    stated,
    templates,
    unrolling,
    writing,
)
from driftline.capture.script.call import UNKNOWN, Call, hashable, plain
from driftline.capture.script.cames import changed, union
from driftline.capture.script.comprehensions import Comprehensions
from driftline.capture.script.joining import either, made_of
from driftline.capture.script.operators import compared, condition, inverted, operated, truth
from driftline.capture.script.reading import NOTHING
from driftline.capture.script.rules import answer
from driftline.capture.script.values import (
    Class,
    Const,
    Frame,
    Function,
    Items,
    Library,
    Method,
    Pairs,
    Part,
    Ref,
    Scope,
    Thing,
    Value,
)

_BUILTINS = frozenset(name for name in dir(builtins) if not name.startswith("__"))  # ``__name__`` is each module's own


class Expressions(Comprehensions):
    """The machine's reading of expressions."""

    def evaluate(self, node: ast.expr, scope: Scope) -> Value:
        """Return the value of an expression."""
        self.step()
        rule = _RULES.get(type(node))
        if rule is None:
            return self._other(node, scope)
        value: Value = rule(self, node, scope)
        return value if isinstance(node, ast.Name | ast.Subscript) else self.taken_out(value)  # these have said it

    def _other(self, node: ast.expr, scope: Scope) -> Value:
        inside = [self.evaluate(one, scope) for one in ast.iter_child_nodes(node) if isinstance(one, ast.expr)]
        return Thing(changed(union(made_of(self.memory, one) for one in inside)))

    # Names ----------------------------------------------------------------------------------------------------------

    def lookup(self, name: str, scope: Scope) -> Value | None:
        """Return what a name holds; None where it is not bound."""
        at: Scope | None = scope
        while at is not None:
            found: Value | None = self.memory.get((at, name))
            if found is not None:
                return found
            at = at.parent
        return Library("builtins." + name) if name in _BUILTINS else None

    def _name(self, node: ast.Name, scope: Scope) -> Value:
        found = self.lookup(node.id, scope)
        if found is None:
            return Const(scope.module) if node.id == "__name__" else Thing()
        return self.taken_out(self.memory.left(found))

    def _attribute(self, node: ast.Attribute, scope: Scope) -> Value:
        return self.attribute(self.evaluate(node.value, scope), node.attr, node, scope)

    def attribute(self, of: Value, name: str, node: ast.expr, scope: Scope) -> Value:
        """Return an attribute; a property of the user's is called."""
        content = self.memory.see(of) if isinstance(of, Ref) else None
        found: Value | None = None
        if isinstance(content, Frame) and content.row and content.name and name not in content.table.columns:
            found = relations.attribute(self, of, content, name, self.at(node, scope))
        found = found or access.attribute(self, of, name)
        if isinstance(found, Function) and found.kind == "property":
            return self.called(found, [], {}, self.at(node, scope))
        return self._answered(own.missing(self, of, name, found), node, scope) or found

    def _answered(self, asked: own.Asked | None, node: ast.expr, scope: Scope) -> Value | None:
        return None if asked is None else self.inline(asked[0], asked[1], {}, self.at(node, scope), [])

    def _subscript(self, node: ast.Subscript, scope: Scope) -> Value:
        of, key = self.evaluate(node.value, scope), self.evaluate(node.slice, scope)
        if self.risking is not None and isinstance(self.memory.see(of), Pairs):
            self.risks.append(made_of(self.memory, key))
        if isinstance(of, Library) and of.name in _IN_BRACKETS:
            return self.called(Library(_IN_BRACKETS[of.name]), [key], {}, self.at(node, scope))
        found = self._answered(own.item(self, of, key), node, scope) or access.item(self, of, key)
        found = self.taken_out(found)
        if self.picked < 0:
            self.picked = self.place_of_one(node, of, found, scope)
        return found

    def _slice(self, node: ast.Slice, scope: Scope) -> Value:
        parts = [None if one is None else self.evaluate(one, scope) for one in (node.lower, node.upper, node.step)]
        found = [None if one is None else plain(self, one) for one in parts]
        cames = union(made_of(self.memory, one) for one in parts)
        if any(one is UNKNOWN for one in found):
            return Part(Thing(cames), "slice")
        return Const(slice(*found))

    # Constants and containers ---------------------------------------------------------------------------------------

    def _constant(self, node: ast.Constant, scope: Scope) -> Value:
        return Const(node.value)

    def _joined(self, node: ast.JoinedStr, scope: Scope) -> Value:
        parts = [self.evaluate(one, scope) for one in node.values]
        if all(isinstance(one, Const) for one in parts):
            return Const("".join(str(one.value) for one in parts if isinstance(one, Const)))
        return templates.text_of(self, parts)

    def _formatted(self, node: ast.FormattedValue, scope: Scope) -> Value:
        value = self.evaluate(node.value, scope)
        if not isinstance(value, Const):
            return value
        spec = "" if node.format_spec is None else plain(self, self.evaluate(node.format_spec, scope))
        try:
            text = repr(value.value) if node.conversion == 114 else value.value
            return Const(format(text, spec)) if isinstance(spec, str) and len(spec) < 8 else Thing()
        except Exception:  # a format that the script would fail with
            return Thing()

    def _sequence(self, node: ast.List | ast.Tuple | ast.Set, scope: Scope) -> Value:
        known: list[Value] = []
        rows = NOTHING
        elements, loose = literals.shortened(self.memory, node.elts)
        for one in elements:
            if not isinstance(one, ast.Starred):
                known.append(self.kept_one(one, scope))
                continue
            unrolled = unrolling.unrolled(self, self.evaluate(one.value, scope))
            known += unrolled.items
            loose, rows = self.memory.joined(loose, unrolled.loose), rows | unrolled.rows
        kind = type(node).__name__.lower()
        if loose is None and kind == "tuple" and not rows and all(isinstance(one, Const) for one in known):
            return Const(tuple(one.value for one in known if isinstance(one, Const)))
        return self.memory.new(Items(tuple(known), loose, rows, kind))

    def _dict(self, node: ast.Dict, scope: Scope) -> Value:
        value = self.memory.new(Pairs())
        told: dict[Any, Value] = {}  # put in together, as there may be many
        for key, held in zip(node.keys, node.values, strict=True):
            name = None if key is None else self.evaluate(key, scope)
            one = self.kept_one(held, scope)
            if isinstance(name, Const) and hashable(name.value):
                told[name.value] = one
                continue
            writing.update(self, value, self.memory.new(Pairs(told)))
            told = {}
            if name is None:
                writing.update(self, value, one)
            else:
                writing.item(self, value, name, one)
        writing.update(self, value, self.memory.new(Pairs(told)))
        return value

    # Operators ------------------------------------------------------------------------------------------------------

    def _binary(self, node: ast.BinOp, scope: Scope) -> Value:
        left, right = self.evaluate(node.left, scope), self.evaluate(node.right, scope)
        name = type(node.op).__name__
        return self._answered(own.operator(self, left, right, name), node, scope) or operated(self, left, right, name)

    def _unary(self, node: ast.UnaryOp, scope: Scope) -> Value:
        value = self.evaluate(node.operand, scope)
        known = truth(self, value) if isinstance(node.op, ast.Not) else None
        return inverted(self, value, type(node.op).__name__) if known is None else Const(not known)

    def _compare(self, node: ast.Compare, scope: Scope) -> Value:
        left = self.evaluate(node.left, scope)
        out: Value = Thing()
        for place, (op, after) in enumerate(zip(node.ops, node.comparators, strict=True)):
            right = self.evaluate(after, scope)
            name = type(op).__name__
            asked = self._answered(own.operator(self, left, right, name), node, scope)
            one = compared(self, left, right, name) if asked is None else asked
            out = operated(self, out, one, "And") if place else one
            left = right
        return out

    def _bool(self, node: ast.BoolOp, scope: Scope) -> Value:
        stop = isinstance(node.op, ast.Or)
        out: Value = self.kept_one(node.values[0], scope)
        for one in node.values[1:]:
            known = truth(self, out)
            if known is stop:
                return out
            doubts = self.memory.doubts()
            if known is None:
                self.memory.doubt()
            after = self.kept_one(one, scope)
            self.memory.undoubt(doubts)
            out = after if known is not None else self.memory.joined(out, after, condition(self, out))
        return out

    def _choice(self, node: ast.IfExp, scope: Scope) -> Value:
        test = self.evaluate(node.test, scope)
        known = truth(self, test)
        if known is not None:
            return self.kept_one(node.body if known else node.orelse, scope)
        doubts = self.memory.doubts()
        self.memory.doubt()
        body, other = self.kept_one(node.body, scope), self.kept_one(node.orelse, scope)
        self.memory.undoubt(doubts)
        return either(self.memory, body, other, condition(self, test))

    def _walrus(self, node: ast.NamedExpr, scope: Scope) -> Value:
        value = self.picked_one(node.value, scope)
        self.memory.put((scope, node.target.id), value)
        return value

    def _await(self, node: ast.Await, scope: Scope) -> Value:
        return self.evaluate(node.value, scope)

    def _yield(self, node: ast.Yield, scope: Scope) -> Value:
        self.yields(Const(None) if node.value is None else self.kept_one(node.value, scope), node)
        return Thing()

    def _yield_from(self, node: ast.YieldFrom, scope: Scope) -> Value:
        over = unrolling.unrolled(self, self.evaluate(node.value, scope))
        self.guards.append(over.rows)
        for one in (*over.items, over.loose):
            if one is not None:
                self.yields(one, node)
        self.guards.pop()
        return Thing()

    def yields(self, value: Value, node: ast.AST) -> None:
        """A generator yields a value."""
        raise NotImplementedError

    def _starred(self, node: ast.Starred, scope: Scope) -> Value:
        return self.evaluate(node.value, scope)

    # Functions and calls --------------------------------------------------------------------------------------------

    def _lambda(self, node: ast.Lambda, scope: Scope) -> Value:
        return Function(node, scope, self.defaults(node.args, scope))

    def defaults(self, args: ast.arguments, scope: Scope) -> tuple[tuple[str, Value], ...]:
        """Return the values of parameters that have one."""
        places = [*args.posonlyargs, *args.args]
        late = places[len(places) - len(args.defaults) :]
        found = [(one.arg, self.kept_one(value, scope)) for one, value in zip(late, args.defaults, strict=True)]
        for one, default in zip(args.kwonlyargs, args.kw_defaults, strict=True):
            if default is not None:
                found.append((one.arg, self.kept_one(default, scope)))
        return tuple(found)

    def _call(self, node: ast.Call, scope: Scope) -> Value:
        consumer, self.consumer = self.consumer, None
        self.picked = -1
        callee = self.evaluate(node.func, scope)
        place = self.one_picked(callee.of) if isinstance(callee, Method) else -1
        lazy = consumer if consumer is not None and isinstance(callee, Library) and callee.name in _LAZY else node
        args: list[Value] = []
        more: list[Value] = []
        for one in node.args:
            self.consumer = lazy if isinstance(one, ast.Call) else None
            value = self.given_one(one, callee, scope)
            self.consumer = None
            if isinstance(one, ast.Starred):
                unrolled = unrolling.unrolled(self, value)
                args += unrolled.items
                more += [unrolled.loose] if unrolled.loose is not None else []
            else:
                args.append(value)
        kwargs: dict[str, Value] = {}
        for keyword in node.keywords:
            value = self.given_one(keyword.value, callee, scope)
            if keyword.arg is not None:
                kwargs[keyword.arg] = value
            else:
                pairs = self._named(value)
                known = pairs.known if isinstance(pairs, Pairs) else {}
                kwargs |= {key: held for key, held in known.items() if isinstance(key, str)}
                more += [] if isinstance(pairs, Pairs) and pairs.loose is None else [value]
        if isinstance(callee, Method | Library) and callee.name.rpartition(".")[2] in queries.ASKING and args:
            table = queries.asked(self.memory, args[0], lambda name: self.lookup(name, scope))
            if table is not None:
                self.record(self.at(node, scope), table)
                return self.memory.new(Frame(table, relation=queries.relates(self.memory, callee)))
        before = ones.as_before(self, place) if place >= 0 else None
        result = self.called(callee, args, kwargs, self.at(lazy, scope), more)
        if place >= 0:
            ones.changed(self, place, before)
        if isinstance(callee, Method) and callee.name == "read" and "data" in kwargs:
            stated.read(self.memory, node, scope, result)
        return result

    def _named(self, value: Value) -> Any:
        """Return what ``**value`` names: a record that was read has its fields."""
        content = self.memory.see(value)
        if isinstance(content, Frame) and content.row and content.table.closed:
            return Pairs({name: Thing(cames, content.table.rows) for name, cames in content.table.columns.items()})
        return content

    def called(
        self, callee: Value, args: list[Value], kwargs: dict[str, Value], path: Any, more: Sequence[Value] = ()
    ) -> Value:
        """Call something, with what is known of its arguments."""
        if self.risking is not None:
            self.risks += [risks.of_call(callee, union(made_of(self.memory, one) for one in args))]
        if isinstance(callee, Function | Class):
            return self.inline(callee, args, kwargs, path, list(more))
        if isinstance(callee, Method):
            call = Call(self, callee.of, callee.name, args, kwargs, path, list(more))
        elif callee == Library("builtins.super"):
            return self.above()
        elif isinstance(callee, Library):
            call = Call(self, None, callee.name, args, kwargs, path, list(more))
        else:
            instance = access.attribute(self, callee, "__call__")
            if isinstance(instance, Function):
                return self.inline(instance, args, kwargs, path, list(more))
            call = Call(self, callee, "", args, kwargs, path, list(more))
        given.record(self, call)
        return answer.answer(call)

    def above(self) -> Value:
        """Return what ``super()`` gives."""
        raise NotImplementedError

    def inline(self, callee: Value, args: list[Value], kwargs: dict[str, Value], path: Any, more: list[Value]) -> Value:
        """Follow a function or class of the user."""
        raise NotImplementedError


# What they call is called where their elements are taken.
_LAZY = frozenset(f"builtins.{name}" for name in ("map", "filter", "zip", "enumerate")) | {"itertools.chain"}
_IN_BRACKETS = {"numpy.c_": "numpy.column_stack", "numpy.r_": "numpy.concatenate"}  # calls, but for the brackets
_RULES: dict[type[ast.AST], Any] = {
    ast.Name: Expressions._name,
    ast.Attribute: Expressions._attribute,
    ast.Subscript: Expressions._subscript,
    ast.Slice: Expressions._slice,
    ast.Constant: Expressions._constant,
    ast.JoinedStr: Expressions._joined,
    ast.FormattedValue: Expressions._formatted,
    ast.List: Expressions._sequence,
    ast.Tuple: Expressions._sequence,
    ast.Set: Expressions._sequence,
    ast.Dict: Expressions._dict,
    ast.BinOp: Expressions._binary,
    ast.UnaryOp: Expressions._unary,
    ast.Compare: Expressions._compare,
    ast.BoolOp: Expressions._bool,
    ast.IfExp: Expressions._choice,
    ast.NamedExpr: Expressions._walrus,
    ast.Await: Expressions._await,
    ast.Yield: Expressions._yield,
    ast.YieldFrom: Expressions._yield_from,
    ast.Starred: Expressions._starred,
    ast.Lambda: Expressions._lambda,
    ast.Call: Expressions._call,
    ast.ListComp: Expressions._comprehension,
    ast.SetComp: Expressions._comprehension,
    ast.GeneratorExp: Expressions._comprehension,
    ast.DictComp: Expressions._comprehension,
}
