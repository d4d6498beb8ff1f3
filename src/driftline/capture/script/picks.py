"""What was just taken out of many: one of them, whatever is done to it.

Enters: expressions. Leaves: their values, of one of many the same with word of that, where something is to keep it: a
name, a parameter, a list, a dict, an object.
"""

import ast

from driftline.capture.script import ones, turning
from driftline.capture.script.machine import Machine
from driftline.capture.script.values import Class, Function, Method, Ref, Scope, Value


class Picks(Machine):
    """The machine's word on what was taken out of many last."""

    picked = -1  # the place of all elements of a list of which one was taken out last

    def taken_out(self, value: Value) -> Value:
        """Return a value without word of being one of many, which is kept here; a method has that of its object."""
        if not isinstance(value, Method):
            value, self.picked = ones.meant(value, looping=bool(self.around))
        return value

    def place_of_one(self, node: ast.Subscript, of: Value, one: Value, scope: Scope) -> int:
        """Return the place of ``one``, which was taken out of many and no other with it; else -1."""
        place = ones.place_of(self, of, one, looping=bool(self.around))
        here = [one for one in self.rounds if one.scope is scope] if place >= 0 else []
        return -1 if here and turning.each(here, node) else place

    def picked_one(self, node: ast.expr, scope: Scope) -> Value:
        """Return the value of an expression to which a name is given: one of many stays one of them."""
        value = self.evaluate(node, scope)
        return ones.one_of_many(value) if self.one_picked(value) >= 0 else value

    def kept_one(self, node: ast.expr, scope: Scope) -> Value:
        """Return the same of what is put into something, or returned; a loop may come to each of them that way."""
        return self.evaluate(node, scope) if self.around else self.picked_one(node, scope)

    def given_one(self, node: ast.expr, callee: Value, scope: Scope) -> Value:
        """Return the same of what a call is given: one of the user's own is looked into, another may keep it."""
        users = isinstance(callee, Function | Class)
        return self.picked_one(node, scope) if users else self.kept_one(node, scope)

    def one_picked(self, of: Value) -> int:
        """Return the place of all elements of a list of which ``of`` is the one that was just taken out; else -1."""
        return self.picked if isinstance(of, Ref) and of.place == self.picked else -1
