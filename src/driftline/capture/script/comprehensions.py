"""Comprehensions: lists, sets, dicts and generators that are made of what there is to go over.

Enters: a node and its scope. Leaves: a new list or dict, and what decides which elements it has.
"""

import ast
import functools
from typing import Any

from driftline.capture.script import doubts, ones, unrolling, writing
from driftline.capture.script.cames import deciding
from driftline.capture.script.memory import Writes
from driftline.capture.script.operators import condition, truth
from driftline.capture.script.picks import Picks
from driftline.capture.script.reading import FILTER, NOTHING
from driftline.capture.script.values import NONE, Const, Items, Pairs, Perhaps, Scope, Value


class Comprehensions(Picks):
    """The machine's reading of comprehensions."""

    def _comprehension(self, node: ast.ListComp | ast.SetComp | ast.GeneratorExp | ast.DictComp, scope: Scope) -> Value:
        inner = Scope(scope.file, scope.module, scope)
        made = (
            Pairs()
            if isinstance(node, ast.DictComp)
            else Items(kind="set" if isinstance(node, ast.SetComp) else "list")
        )
        value = self.memory.new(made)
        before = len(self.guards)
        self._generate(node, 0, inner, value)
        del self.guards[before:]
        self.memory.over(inner)
        return value

    def _generate(
        self, node: Any, at: int, scope: Scope, into: Value, unsure: bool = False, maybe: bool = False
    ) -> None:
        if at == len(node.generators):
            key = self.evaluate(node.key, scope) if isinstance(node, ast.DictComp) else NONE
            value = self.kept_one(node.value if isinstance(node, ast.DictComp) else node.elt, scope)
            value = doubts.unsure(self, value) if maybe and not isinstance(value, Const) else value
            if isinstance(node, ast.DictComp):
                writing.item(self, into, key, value)
            else:
                if unsure and isinstance(value, Const) and isinstance(value.value, str):
                    value = Perhaps(value.value)
                writing.append(self, into, value)
            return
        generator: ast.comprehension = node.generators[at]
        value = unrolling.asked(self, self.evaluate(generator.iter, scope), self.at(generator.iter, scope))
        over = unrolling.unrolled(self, value)
        if over.rows:
            writing.shape(self, into, over.rows)
        with unrolling.Rounds(self, value) as rounds:
            for item in over.items:
                rounds.next()
                self.assign(generator.target, item, scope)
                self._filtered(node, generator, at, scope, into, unsure, maybe or doubts.maybe(self, item))
            if over.loose is None:
                return
            place = None if at or generator.ifs else self.only_here(generator.iter, over, scope)

            def once(loose: Value) -> Writes:
                rounds.next()
                self.assign(generator.target, loose, scope)
                self.around += 1
                _, writes = self.memory.aside(lambda: self._filtered(node, generator, at, scope, into, unsure, maybe))
                self.around -= 1
                return writes

            ones.twice(self, place, functools.partial(once, over.loose))  # what the first one reads is older later

    def _filtered(
        self, node: Any, generator: ast.comprehension, at: int, scope: Scope, into: Value, unsure: bool, maybe: bool
    ) -> None:
        before = len(self.guards)
        for test in generator.ifs:
            value = self.evaluate(test, scope)
            known = truth(self, value)
            if known is False:
                return
            unsure |= known is None
            cames = NOTHING if known else condition(self, value)
            if cames:
                self.guards.append(cames)
                writing.shape(self, into, deciding(cames, FILTER))
        self._generate(node, at + 1, scope, into, unsure, maybe)
        del self.guards[before:]

    def only_here(self, iterated: ast.expr, over: "unrolling.Unrolled", scope: Scope) -> int | None:
        """Return the place that stands for all elements, where the loop is sure to go over each of them."""
        elements = Items(over.items, over.loose)
        match iterated, self.memory.see(over.loose):
            case ast.Call(func=ast.Name(id="enumerate"), args=[numbered, *_]), Items(known=(_, one)):
                iterated, elements = numbered, Items(tuple(self.memory.see(pair).known[1] for pair in over.items), one)
        match iterated:
            case ast.Subscript(value=many, slice=ast.Slice(lower=ast.Constant(int(first)), upper=None, step=None)):
                content = self.memory.see(self.evaluate(many, scope))
                iterated = many if isinstance(content, Items) and 0 <= first <= len(content.known) else iterated
        every = ones.of_all(self, elements) if isinstance(iterated, ast.Name | ast.Attribute) else None
        return every.place if every is not None and self.memory.holders(every.place) == 1 else None

    def assign(self, target: ast.expr, value: Value, scope: Scope) -> None:
        """Bind a target."""
        raise NotImplementedError
