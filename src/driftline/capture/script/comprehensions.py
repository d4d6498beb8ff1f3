"""Comprehensions: lists, sets, dicts and generators that are made of what there is to go over.

Enters: a node and its scope. Leaves: a new list or dict, and what decides which elements it has.
"""

import ast
from typing import Any

from driftline.capture.script import doubts, unrolling, writing
from driftline.capture.script.cames import deciding
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
            for loose in [over.loose] * 2 if over.loose is not None else []:  # what the first one reads is older later
                rounds.next()
                self.assign(generator.target, loose, scope)
                self.around += 1
                _, writes = self.memory.aside(lambda: self._filtered(node, generator, at, scope, into, unsure, maybe))
                self.around -= 1
                self.memory.join([{}, writes])

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

    def assign(self, target: ast.expr, value: Value, scope: Scope) -> None:
        """Bind a target."""
        raise NotImplementedError
