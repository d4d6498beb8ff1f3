"""Assignments: what names, attributes and places in containers hold from then on.

Enters: targets and values. Leaves: a changed memory. What is unpacked goes by place, as far as the places are known.
"""

import ast
from collections.abc import Sequence

from msgspec.structs import replace

from driftline.capture.script import access, doubts, importing, labels, ones, relations, unrolling, writing
from driftline.capture.script.call import rows_of
from driftline.capture.script.cames import deciding, union
from driftline.capture.script.inlining import Inlining
from driftline.capture.script.joining import made_of
from driftline.capture.script.operators import operated
from driftline.capture.script.values import (
    Const,
    Frame,
    Instance,
    Items,
    Pairs,
    Part,
    Ref,
    Scope,
    Series,
    Thing,
    Value,
)


class Binding(Inlining):
    """The machine's reading of assignments."""

    def attribute_of(self, of: Value, name: str) -> Value:
        """Return an attribute without calling a property."""
        return access.attribute(self, of, name)

    def assign(self, target: ast.expr, value: Value, scope: Scope) -> None:
        """Bind a target."""
        if isinstance(target, ast.Name):
            at = importing.home_of(scope, target.id)
            self.memory.put((at, target.id), value)
        elif isinstance(target, ast.Tuple | ast.List):
            self._unpack(target.elts, value, scope)
        elif isinstance(target, ast.Starred):
            self.assign(target.value, value, scope)
        elif isinstance(target, ast.Attribute) and not self._labelled(target, value, scope):
            of = self.evaluate(target.value, scope)
            if self.running and isinstance(self.memory.see(of), Instance):
                value = self._if_reached(value, self.running[-1].guards)
            writing.attribute(self, of, target.attr, value)
        elif isinstance(target, ast.Subscript):
            self._assign_item(target, value, scope)

    def _labelled(self, target: ast.Attribute, value: Value, scope: Scope) -> bool:
        """Whether it is a name of a column or of an index that is set, or the index of a column."""
        inner = target.value
        if isinstance(inner, ast.Attribute) and inner.attr in {"index", "columns"} and target.attr in {"name", "names"}:
            owner = self.evaluate(inner.value, scope)
            fresh = labels.index_named(self, owner, value) if inner.attr == "index" else owner
            if isinstance(fresh, Series):
                self.assign(inner.value, fresh, scope)
            return fresh is not None
        of = self.evaluate(inner, scope) if target.attr in {"name", "index"} else None
        if isinstance(of, Series) and isinstance(inner, ast.Name | ast.Attribute):
            self.assign(inner, labels.named(self, of, target.attr, value), scope)
            return True
        return False

    def _assign_item(self, target: ast.Subscript, value: Value, scope: Scope) -> None:
        (of, place), key = self._container(target.value, scope), self.evaluate(target.slice, scope)
        before = ones.as_before(self, place) if place >= 0 else None
        if isinstance(of, Series | Thing):
            self.assign(target.value, writing.series(self, of, key, value), scope)
        elif isinstance(of, Part) and isinstance(of.of, Series) and isinstance(target.value, ast.Attribute):
            self.assign(target.value.value, writing.series(self, of.of, key, value), scope)
        else:
            writing.item(self, of, key, value)
        if place >= 0:
            ones.changed(self, place, before)

    def _container(self, node: ast.expr, scope: Scope) -> tuple[Value, int]:
        """What something is put into: an element of a collection itself, however unsure it is which one.

        With its place, where it is one of many of a list.
        """
        if isinstance(node, ast.Subscript):
            of = self.evaluate(node.value, scope)
            content = self.memory.see(of)
            every = ones.of_all(self, content)
            key = None if every is None else self.evaluate(node.slice, scope)
            if every is not None and not (content.known and key == Const(0)):
                return every, self.place_of_one(node, of, every, scope)
        self.picked = -1
        return (of := self.evaluate(node, scope)), self.one_picked(of)

    def _unpack(self, targets: Sequence[ast.expr], value: Value, scope: Scope) -> None:
        star = next((place for place, one in enumerate(targets) if isinstance(one, ast.Starred)), None)
        for one, part in zip(targets, self.unpacked(value, len(targets), star), strict=True):
            self.assign(one, part, scope)

    def unpacked(self, value: Value, count: int, star: int | None) -> list[Value]:
        """Return what each of so many targets has of a value; the one at ``star`` all that the others have not."""
        content, over = self.memory.see(value), unrolling.in_places(self, value)
        items = list(over.items)
        if star is not None and over.loose is None and len(items) >= count - 1:
            after = count - star - 1
            middle = writing.items(self, items[star : len(items) - after])
            items = [*items[:star], middle, *items[len(items) - after :]]
        found: list[Value] = []
        for place in range(count):
            if place == star and over.loose is not None:  # those that are left, however many
                found.append(self.memory.new(Items(over.items[place:], over.loose, over.rows)))
            elif place < len(items) and (over.loose is None or star is None or place < star):
                found.append(items[place])
            else:
                loose = over.loose or Thing(made_of(self.memory, content))
                loose = access.among(self, doubts.one_of(self, loose) or loose, over.rows)
                shared = isinstance(loose, Ref) and isinstance(over.loose, Ref) and loose.place == over.loose.place
                found.append(ones.one_of_many(loose) if shared else loose)
        return found

    def _assignment(self, node: ast.Assign, scope: Scope) -> None:
        value = self.picked_one(node.value, scope)
        if isinstance(node.value, ast.Name | ast.Attribute | ast.Subscript):
            value = self._picked(value)
        elif isinstance(node.value, ast.Tuple) and isinstance(content := self.memory.see(value), Items):
            known = tuple(map(self._picked, content.known))  # of several, each
            value = self.memory.new(replace(content, known=known)) if known != content.known else value
        for target in node.targets:
            self.assign(target, value, scope)

    def _picked(self, value: Value) -> Value:
        """A record that is kept in a branch of a loop is this one because of what led there."""
        guards = self.guards[self.round :] if self.around and isinstance(value, Ref) else []
        content = self.memory.see(value) if guards else None
        record = isinstance(content, Pairs | Instance) or (isinstance(content, Frame) and content.row)
        return access.decided(self, value, deciding(union(guards))) if record else value

    def _annotated(self, node: ast.AnnAssign, scope: Scope) -> None:
        if node.value is not None:
            self.assign(node.target, relations.annotated(self.picked_one(node.value, scope), node.annotation), scope)

    def _augmented(self, node: ast.AugAssign, scope: Scope) -> None:
        before = self.evaluate(node.target, scope)
        after = self.evaluate(node.value, scope)
        value = operated(self, before, after, type(node.op).__name__)
        if isinstance(before, Ref) and isinstance(value, Ref) and before != value:
            self.memory.put(before.place, self.memory.see(value))  # lists and frames change in place
            value = before
        if self.around and isinstance(node.target, ast.Name | ast.Attribute):
            value = self._if_reached(value, self.round)
        self.assign(node.target, value, scope)

    def _if_reached(self, value: Value, since: int) -> Value:
        """Return a value that outlives what it is made in: what has left that before, decides of it, too."""
        decides = deciding(union(self.guards[since:]))
        if not decides or not isinstance(value, Thing | Const):
            return value
        return Thing(made_of(self.memory, value) | decides, rows_of(self, value))

    def _expression(self, node: ast.Expr, scope: Scope) -> None:
        if not isinstance(node.value, ast.Constant):
            self.evaluate(node.value, scope)

    def _delete(self, node: ast.Delete, scope: Scope) -> None:
        for target in node.targets:
            if isinstance(target, ast.Subscript):
                self.picked = -1
                of = self.evaluate(target.value, scope)
                place = self.one_picked(of)
                before = ones.as_before(self, place) if place >= 0 else None
                writing.delete(self, of, self.evaluate(target.slice, scope))
                if place >= 0:
                    ones.changed(self, place, before)
            elif isinstance(target, ast.Name):
                self.memory.put((importing.home_of(scope, target.id), target.id), Thing())
