"""What names hold and what objects contain, at one point of a script that is being followed.

Enters: writes, and branches that are tried aside. Leaves: what is there. Every branch runs on the one memory; its
writes are taken back and joined afterwards, so that a branch costs what it writes and not what there is.
"""

import itertools
from collections.abc import Callable, Hashable, Iterator, Mapping
from typing import Any, TypeVar

from msgspec.structs import replace

from driftline.capture.script import changing, joining
from driftline.capture.script.cames import aged
from driftline.capture.script.reading import NOTHING, Cames
from driftline.capture.script.site import Path
from driftline.capture.script.values import Class, Content, Found, Frame, Function, Items, Ref, Scope, Value

Key = Hashable
Writes = Mapping[Any, Any]
Result = TypeVar("Result")
_ABSENT = object()
_MAX_PARTED = 16


class Memory:
    """Cells by place or by (scope, name)."""

    def __init__(self) -> None:
        self._cells: dict[Any, Any] = {}
        self._logs: list[dict[Any, Any]] = []  # what each cell held before the branch that is being tried
        self._watched: list[dict[Any, None]] = []
        self._places = 0
        self._over: set[Any] = set()  # scopes of calls that have ended
        self._doubts: list[int] = []  # what was met that what is written now may not be, though no way is tried aside
        self._born: dict[Key, frozenset[int]] = {}  # the doubts in which a place was made
        self._numbers = itertools.count(1)
        self._parted: dict[int, list[int]] = {}  # what was taken out of many, by the place of these
        self._written: list[Any] | None = None  # cells in order, once it was asked what holds a place
        self._holders: dict[int, tuple[dict[Key, int], int]] = {}  # of such a place, when so many had been written
        self._followers: dict[int, Callable[[Any], None]] = {}  # of places that stand for several

    def new(self, content: Content) -> Ref:
        """Put something at a new place."""
        self._places += 1
        if self._doubts:
            self._born[self._places] = frozenset(self._doubts)
        self.put(self._places, content)
        return Ref(self._places)

    def places(self) -> int:
        """Return how many places there are."""
        return self._places

    def put(self, key: Key, held: Any) -> None:
        """Write a cell."""
        if self._logs:
            self._logs[-1].setdefault(key, self._cells.get(key, _ABSENT))
        if self._watched:
            self._watched[-1][key] = None
        if self._doubts and not self._born.get(key, frozenset()).issuperset(self._doubts):
            held = self._perhaps(self._cells.get(key), held)
        self._cells[key] = held
        if self._written is not None:
            self._written.append(key)
        if key in self._followers:
            self._followers[key](held)

    def _perhaps(self, before: Any, held: Any) -> Any:
        """What a row is into which something is written, or is not."""
        rows = isinstance(before, Frame) and isinstance(held, Frame) and before.row and held.row
        return self.joined(before, held) if rows else held

    def follow(self, place: int, told: Callable[[Any], None]) -> None:
        """Have ``told`` hear of each content that a place has from now on."""
        self._followers[place] = told

    def get(self, key: Key) -> Any:
        """Read a cell; None if there is none."""
        return self._cells.get(key)

    def see(self, value: Value | None) -> Any:
        """Return what a value points to, or the value."""
        return self._cells.get(value.place) if isinstance(value, Ref) else value

    def forget(self, about: Any) -> None:
        """Forget what is known by keys that begin with that."""
        for key in [key for key in self._cells if isinstance(key, tuple) and key[0] is about]:
            self.put(key, None)

    def class_of(self, name: str) -> Class | None:
        """Return the class of the user's that is called so, in whichever module."""
        found = (held for key, held in self._cells.items() if isinstance(key, tuple) and key[-1] == name)
        return next((one for one in found if isinstance(one, Class)), None) if name else None

    def classes(self) -> list[Class]:
        """Return the classes of the user's."""
        return [held for key, held in self._cells.items() if isinstance(key, tuple) and isinstance(held, Class)]

    def objects(self, name: str) -> list[Frame]:
        """Return the mapped objects of a class that there are."""
        return [one for one in self._cells.values() if isinstance(one, Frame) and one.row and one.name == name]

    def names(self, scope: Scope) -> list[str]:
        """Return the names that a scope has."""
        return [key[1] for key in self._cells if isinstance(key, tuple) and key[0] is scope]

    def trying(self) -> bool:
        """Whether something is being tried aside, which may not happen, or more than once."""
        return bool(self._logs)

    def depth(self) -> int:
        """How many things are being tried aside, one inside of the other."""
        return len(self._logs)

    def aside(self, run: Callable[[], Result]) -> tuple[Result, Writes]:
        """Run something, take back what it wrote, and return that with its result."""
        self.begin()
        try:
            result = run()
        finally:
            writes = self.end()
        return result, writes

    def begin(self) -> None:
        """Begin what may not happen."""
        self._logs.append({})

    def end(self) -> Writes:
        """Take back what was written since then, and return it."""
        before = self._logs.pop()
        writes = {key: self._cells[key] for key in before}
        if self._written is not None:
            self._written += before
        for key, held in before.items():
            if held is _ABSENT:
                del self._cells[key]
            else:
                self._cells[key] = held
        return writes

    def holders(self, place: int) -> int:
        """Return how many lists hold a place for any number of elements, as far as anything still holds these lists."""
        lists = [key for key, one in self._cells.items() if isinstance(one, Items) and one.loose == Ref(place)]
        lists = [key for key in lists if self._cells[key].kind != "reader"]  # what that has given is in it no more
        if len(lists) < 2:
            return len(lists)
        held: set[int] = set()
        over = self._gone()
        for key, one in self._cells.items():
            if not isinstance(key, tuple) or key[0] not in over:
                held.update(ref.place for ref in (one, *joining.inside(one)) if isinstance(ref, Ref))
        return sum(key in held for key in lists)

    def alone(self, place: int) -> bool:
        """Whether one list, dict or name and no other holds what lies at a place, of all that names lead to."""
        if self.holding(place) < 2:  # of all cells, whether a name leads to them or not
            return True
        over = self._gone()
        todo: list[Any] = [key for key in self._cells if isinstance(key, tuple) and key[0] not in over]
        seen: set[int] = set()
        held = 0
        while todo:
            refs = list(_refs(self._cells.get(todo.pop())))
            held += sum(_holds(one, place) for one in refs)
            fresh = {one.place for one in refs} - seen
            seen |= fresh
            todo += fresh
        return held < 2

    def holding(self, place: int) -> int:
        """Return how many cells hold a place; those that were written since that was asked last are looked at again."""
        if self._written is None:
            self._written = []
        known, seen = self._holders.get(place, ({}, -1))
        for key in dict.fromkeys([*self._cells] if seen < 0 else self._written[seen:]):
            known[key] = sum(_holds(one, place) for one in _refs(self._cells.get(key)))
            if not known[key]:
                del known[key]
        self._holders[place] = known, len(self._written)
        return sum(known.values())

    def _gone(self) -> set[Any]:
        """The scopes of calls that are over, but for those that functions hold."""
        return self._over - {one.scope for one in self._cells.values() if isinstance(one, Function)}

    def parted(self, one: Ref) -> Ref:
        """Return a place of its own for what was taken out of many; a name that a loop has left may mean it, too."""
        other = self.new(self._cells[one.place])
        self._parted.setdefault(one.place, []).append(other.place)
        return replace(one, place=other.place)

    def left(self, value: Value) -> Value:
        """Return what a name holds: of one that a loop has left what may have been taken out of the many since."""
        if not isinstance(value, Found) or not value.left or value.place not in self._parted:
            return value
        out: Value = value
        for place in self._parted[value.place][:_MAX_PARTED]:
            if self._cells.get(place, self.see(out)) != self.see(out):
                out = self.doubted(out, Ref(place))
        return out

    def part(self, place: int) -> Ref:
        """Let names that mean what lies at a place mean another one from now on, with the same there."""
        other = self.new(self._cells[place])
        for key, one in [*self._cells.items()]:
            if isinstance(key, tuple) and isinstance(one, Ref) and one.place == place:
                self.put(key, replace(one, place=other.place))
        return other

    def doubt(self, *, of_call: bool = False) -> None:
        """What is written into rows from here on may not be, until the round, or the call, is over."""
        number = next(self._numbers)
        self._doubts.append(-number if of_call else number)

    def doubts(self) -> int:
        """Return how many doubts there are."""
        return len(self._doubts)

    def undoubt(self, mark: int, *, of_call: bool = True) -> None:
        """End the doubts since then; those of the call only where that is over."""
        self._doubts[mark:] = [] if of_call else [one for one in self._doubts[mark:] if one < 0]

    def over(self, scope: Scope) -> None:
        """A call is over: what its names hold is not held by them any more, though it can still be looked at."""
        self._over.add(scope)

    def watch(self) -> None:
        """Begin to note which cells are written."""
        self._watched.append({})

    def unwatch(self) -> None:
        """End it; who watches around this one notes them, too."""
        done = self._watched.pop()
        if self._watched:
            self._watched[-1].update(done)

    def written(self, key: Key) -> bool:
        """Whether a cell was written since ``watch``."""
        return key in self._watched[-1]

    def apply(self, writes: Writes) -> None:
        """Write all of these."""
        for key, held in writes.items():
            self.put(key, held)

    def join(self, branches: list[Writes], condition: Cames = NOTHING, *, doubt: bool = False) -> bool:
        """Let one of several branches have happened; return whether anything is new. No writes: nothing happened.

        ``doubt``: what only one of them leads to is not sure.
        """
        moved = False
        keys = dict.fromkeys(key for writes in branches for key in writes)
        for key in sorted(keys, key=lambda key: not self._fresh(key)):  # what is referred to must be there
            before = self._cells.get(key)
            held = [writes.get(key, before) for writes in branches]
            there = [one for one in held if one is not None]
            if not there:
                continue
            out = there[0]
            for one in there[1:]:
                out = self.doubted(out, one, condition) if doubt else joining.chosen(self, out, one, condition)
            if out is not before and out != before:
                self.put(key, out)
                moved = True
        return moved

    def _fresh(self, key: Key) -> bool:
        """Whether it is a place that one of the branches alone has made."""
        return isinstance(key, int) and key not in self._cells

    def settle(self, start: dict[Any, Any], writes: Writes, condition: Cames = NOTHING) -> bool:
        """Let a round of a loop have happened, or none; return whether anything is new.

        ``start`` takes what there was before the first round: what a round wrote over is no longer there. What decides
        how many rounds there are decides what the loop leaves.
        """
        moved = False
        for key, held in writes.items():
            before = self._cells.get(key)
            first = start.setdefault(key, before)
            out = held if first is None else self.joined(first, held, condition)
            if condition and isinstance(key, tuple):
                out = joining.because(self, out, condition)
            if out is not before and out != before:
                self.put(key, out)
                moved = True
        return moved

    def joined(self, a: Any, b: Any, condition: Cames = NOTHING) -> Any:
        """Return what holds for both of two values or contents of which one is meant."""
        return joining.joined(self, a, b, condition)

    def doubted(self, a: Any, b: Any, condition: Cames = NOTHING) -> Any:
        """Return the same where nothing tells which one: what only one of them comes from is not sure."""
        return joining.doubted(self, a, b, condition)

    def age(self, reads: Mapping[Path, Path | None]) -> None:
        """Let what was written since ``watch`` be from an earlier round of a loop that does those reads."""
        for key in list(self._watched[-1]):
            held = self._cells.get(key)
            older = changing.each(held, lambda cames: aged(cames, reads), reads)
            if older is not held:
                self.put(key, older)


def _refs(held: Any) -> Iterator[Ref]:
    """Yield the places that a cell leads to by itself; what a reader has given is in it no more."""
    todo = [] if isinstance(held, Items) and held.kind == "reader" else [held]
    while todo:
        one = todo.pop()
        if isinstance(one, Ref):
            yield one
            continue
        todo += joining.inside(one)
        if isinstance(one, Function):
            todo += (*one.given, *(value for _, value in one.defaults), *one.others)


def _holds(one: Ref, place: int) -> bool:
    return one.place == place and not (isinstance(one, Found) and one.left)
