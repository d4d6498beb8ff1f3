"""Loops: a round for each thing that the text spells out, else rounds until little can be new.

Enters: ``for`` and ``while``. Leaves: a changed memory, and how the loop ends.
"""

import ast
import functools
from collections.abc import Sequence
from typing import Any

from msgspec.structs import replace

from driftline.capture.script import doubts, importing, ones, turning, unrolling
from driftline.capture.script.binding import Binding
from driftline.capture.script.cames import any_of, hedged, union
from driftline.capture.script.changing import copied, each
from driftline.capture.script.ending import of_one_round
from driftline.capture.script.memory import Writes
from driftline.capture.script.operators import condition, truth
from driftline.capture.script.reading import NOTHING, SORT, Cames
from driftline.capture.script.rules import heads
from driftline.capture.script.site import Path
from driftline.capture.script.tables import from_one
from driftline.capture.script.values import Frame, Items, Ref, Scope, Series, Thing, Value

GOES_ON, RETURNS, LEAVES_ROUND, BREAKS = "", "return", "loop", "break"
_ROUNDS = 2
_MAX_WHILE = 64


class Loops(Binding):
    """The machine's reading of loops."""

    def _for(self, node: ast.For | ast.AsyncFor, scope: Scope) -> str:
        value = unrolling.asked(self, self.evaluate(node.iter, scope), self.at(node.iter, scope))
        over = unrolling.unrolled(self, value)
        before = len(self.guards)
        if over.rows:
            self.guards.append(over.rows)
        content, every = self.memory.see(value), ones.of_all(self, Items(over.items, over.loose))
        mixed = isinstance(content, Items) and (content.kind == "set" or content.shuffled)
        lazy = content if isinstance(content, Items) and content.lazy is not None and not content.known else None
        held = copied(self.memory, lazy.lazy, since=lazy.since) if lazy is not None and lazy.lazy is not None else None
        self.around += mixed
        if _ends(node):  # another loop may go on from there
            heads.beheaded(self.memory, value)
        end, place = GOES_ON, self.only_here(node.iter, over, scope)
        breaks = known = len(self.breaks)
        perhaps: list[Cames] = []  # each time that the rest may not have happened, what decides that
        with unrolling.Rounds(self, value) as rounds:
            for item in over.items:
                rounds.next()
                if doubts.maybe(self, item) and not _ends(node):
                    _, writes = self.memory.aside(functools.partial(self._one_round, node, item, scope))
                    self.memory.join([{}, self._perhaps_made(writes)], doubt=True)
                    continue
                end = self._one_round(node, item, scope)
                if end in {RETURNS, BREAKS}:
                    break
                if len(self.breaks) > known:
                    perhaps.append(union(self.breaks[known:]))
                    known = len(self.breaks)
                    self.guards.append(perhaps[-1])
                    self.memory.begin()
            if lazy is not None and end not in {RETURNS, BREAKS}:
                self._around(rounds, lambda: self._asked(node, lazy, held, scope), decides=_which_rows(over.rows))
                end = GOES_ON
            elif over.loose is not None and end not in {RETURNS, BREAKS}:
                fresh = isinstance(content, Items) and content.kind == "reader"
                self._around(
                    rounds,
                    lambda: self._one_round(node, self._next(over.loose, fresh), scope),
                    place,
                    _which_rows(over.rows),
                )
                end = GOES_ON
            for decides in reversed(perhaps):
                self.memory.join([{}, self.memory.end()], decides)
            if rounds.many:
                self._of_one_round(node, rounds.many, scope)
        del self.guards[before:]
        self.around -= mixed
        if every is not None:
            self._last_one(node, every, scope)
        return self._after(node, scope, breaks, GOES_ON if perhaps else end)

    def _perhaps_made(self, writes: Writes) -> Writes:
        """What a round has made that is perhaps none: what is new is a hedge, as nothing has been there before."""
        return {
            key: each(held, hedged, {}) if isinstance(key, int) and self.memory.get(key) is None else held
            for key, held in writes.items()
        }

    def _of_one_round(self, node: Any, many: frozenset[Path], scope: Scope) -> None:
        """After a loop over many tables, what one round has made is of one of them, whichever that is."""

        def grows(name: str) -> bool:
            held = self.memory.get((importing.home_of(scope, name), name))
            return isinstance(held, Ref) and self.memory.written(held.place)

        for name in of_one_round(node, grows):
            key = (importing.home_of(scope, name), name)
            made = self.memory.see(held := self.memory.get(key))
            if isinstance(made, Frame):
                one: Any = replace(made, table=from_one(made.table, many))
            elif isinstance(made, Series | Thing):
                one = replace(made, cames=any_of(made.cames, many), rows=any_of(made.rows, many))
            else:
                continue
            if one != made:
                self.memory.put(key, self.memory.new(one) if isinstance(held, Ref) else one)

    def _last_one(self, node: ast.For | ast.AsyncFor, element: Value, scope: Scope) -> None:
        """After a loop the names that it has set to what it went over mean one of these."""
        inside = [*ast.walk(node)]
        looks = any(isinstance(one, ast.Break) for one in inside)  # for one, which is then asked for
        goes = {one.id for one in ast.walk(node.target) if isinstance(one, ast.Name)}
        for name in {one.id for one in inside if isinstance(one, ast.Name) and isinstance(one.ctx, ast.Store)}:
            key = (importing.home_of(scope, name), name)
            held = self.memory.get(key)
            if isinstance(held, Ref) and isinstance(element, Ref) and held.place == element.place:
                self.memory.put(key, replace(ones.one_of_many(held), left=name in goes and not looks))

    def _next(self, element: Value | None, fresh: bool) -> Value | None:
        """Return the element of a round; what a reader gives is another row each time."""
        row = self.memory.see(element)
        return self.memory.new(row) if fresh and isinstance(element, Ref) and isinstance(row, Frame) else element

    def _after(self, node: Any, scope: Scope, breaks: int, end: str) -> str:
        """What comes after a loop: its ``else``, unless it was left by a break."""
        perhaps = len(self.breaks) > breaks
        del self.breaks[breaks:]
        if end in {RETURNS, BREAKS}:
            return RETURNS if end == RETURNS else GOES_ON
        if not perhaps:
            return self.execute(node.orelse, scope)
        after, writes, left = self.way(node.orelse, scope)
        self.memory.join([{}, writes if after == GOES_ON else kept(writes, RETURNS)])
        self.may_leave(union(left))
        return GOES_ON

    def _asked(self, node: Any, items: Items, held: Value | None, scope: Scope) -> str:
        """A round over what a generator gives when it is asked: a new element, as ``held`` was before the loop."""
        for path in items.reads:
            self.did(path)
        given = copied(self.memory, held) if held is not None else None
        end = self._one_round(node, given, scope)
        self._kept_by_others(items.lazy, held, given)
        return end

    def _kept_by_others(self, known: Value | None, before: Value | None, after: Value | None) -> None:
        """Let who holds the elements of a generator, too, see what a round has made of one."""
        old, new = self.memory.see(before), self.memory.see(after)
        if isinstance(old, Items) and isinstance(new, Items) and isinstance(held := self.memory.see(known), Items):
            for parts in zip(held.known, old.known, new.known, strict=False):
                self._kept_by_others(*parts)
        elif isinstance(known, Ref) and before != after and old != new:
            self.memory.put(known.place, self.memory.joined(self.memory.see(known), new))

    def _one_round(self, node: Any, item: Value | None, scope: Scope) -> str:
        around, self.round = self.round, len(self.guards)
        mark, doubts = len(self.leaves), self.memory.doubts()
        if item is not None:
            self.assign(node.target, item, scope)
        self.rounds.append(turning.Round(node, scope))
        try:
            end = self.execute(node.body, scope)
        finally:
            self.rounds.pop()
        left = self._rejoined(mark)
        if left and end in {RETURNS, BREAKS}:  # perhaps
            self.breaks += left if end == RETURNS else []
            end = LEAVES_ROUND
        del self.guards[self.round :]
        self.memory.undoubt(doubts, of_call=False)
        self.round = around
        return end

    def way(self, body: Sequence[ast.stmt], scope: Scope) -> tuple[str, Writes, list[Cames]]:
        """Follow one of several ways aside; return how it ends, its writes, and what decides that it leaves a round."""
        mark = len(self.leaves)

        def followed() -> tuple[str, list[Cames]]:
            return self.execute(body, scope), self._rejoined(mark)

        (end, left), writes = self.memory.aside(followed)
        return end, writes, left

    def may_leave(self, decides: Cames) -> None:
        """What comes from here on in this round may not happen, as these decide."""
        if decides:
            self.leaves.append(decides)
            self.memory.begin()

    def _rejoined(self, mark: int) -> list[Cames]:
        """Let what may not have happened since then have happened or not; return what has decided that."""
        left = self.leaves[mark:]
        while len(self.leaves) > mark:
            self.memory.join([{}, self.memory.end()], self.leaves.pop())
        return left

    def _around(self, rounds: unrolling.Rounds, body: Any, place: int | None = None, decides: Cames = NOTHING) -> None:
        """Go around: each round begins with what was before all of them, or with what the last one left.

        ``decides`` tells how many rounds there are; so does what leaves the loop before its end.
        """
        start: dict[Any, Any] = {}
        begun = len(self.breaks)
        element, changed = (None if place is None else self.memory.get(place)), None
        former = 0
        rounds.around = True
        self.around += 1
        for _ in range(_ROUNDS + 1):
            rounds.next()
            breaks = len(self.breaks)
            if changed is not None and place is not None:  # each round has an element that no round before has changed
                changed = self.memory.get(place)
                former = self.memory.part(place).place
                self.memory.put(place, element)
            end, writes = self.memory.aside(body)
            moved = False
            if len(self.breaks) > breaks:
                self.guards.append(union(self.breaks[breaks:]))
            always = len(self.breaks) == breaks and end not in {RETURNS, BREAKS}
            if place in writes and always:  # each element is changed, none is left as it was
                moved = changed != writes[place]
                for one in (place, former):
                    changed = self.memory.joined(changed, writes.get(one))
                writes = {key: held for key, held in writes.items() if key != place}
            if changed is not None:
                self.memory.put(place, changed)
            if not self.memory.settle(start, writes, union([decides, *self.breaks[begun:]])) and not moved:
                break
        self.around -= 1

    def _while(self, node: ast.While, scope: Scope) -> str:
        test = self.evaluate(node.test, scope)
        before, breaks, end = len(self.guards), len(self.breaks), GOES_ON
        limit = 1 if isinstance(node.test, ast.Constant) else _MAX_WHILE
        with unrolling.Rounds(self) as rounds:
            while limit and truth(self, test) and end in {GOES_ON, LEAVES_ROUND} and len(self.breaks) == breaks:
                rounds.next()
                end = self._one_round(node, None, scope)
                test = self.evaluate(node.test, scope) if end not in {RETURNS, BREAKS} else test
                limit -= 1
            if end not in {RETURNS, BREAKS} and truth(self, test) is not False:
                self.guards.append(condition(self, test))
                self._around(rounds, lambda: self._while_round(node, scope), decides=self.guards[-1])
                end = GOES_ON
        del self.guards[before:]
        return self._after(node, scope, breaks, end)

    def _while_round(self, node: ast.While, scope: Scope) -> str:
        self.evaluate(node.test, scope)
        return self._one_round(node, None, scope)


def _ends(node: ast.AST) -> bool:
    """Whether a loop may end before its last round."""
    return any(isinstance(one, ast.Break | ast.Return) for one in ast.walk(node))


def _which_rows(rows: Cames) -> Cames:
    """Return what decides how many rounds there are, and not only in which order."""
    return frozenset(one for one in rows if one.subtype != SORT)


def kept(writes: Writes, end: str) -> Writes:
    """Return what is still seen of a way that ended: objects, and in a loop the names, too."""
    return writes if end != RETURNS else {key: held for key, held in writes.items() if isinstance(key, int)}
