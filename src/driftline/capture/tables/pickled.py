"""What a pickle would make, read as data: nothing is imported, made or called.

Enters: the bytes of a pickle. Leaves: plain values, lists and tuples as they are; ``Pairs`` for mappings, ``Name`` for
what is looked up in a module, ``Made`` for each call, ``Kept`` for what the writer put elsewhere. Never runs what the
pickle says. Source: the documentation of ``pickletools``.
"""

import pickletools
from collections.abc import Callable
from typing import Any

from driftline.capture.tables import measure

_EACH = 10_000  # instructions between two looks at the time


class Pairs(list[tuple[Any, Any]]):
    """A mapping, in the order in which it was filled; its keys may be anything."""


class Name(str):
    """Something in a module, by its whole name."""

    __slots__ = ()


class Kept:
    """What stands elsewhere, and what the pickle says of it."""

    __slots__ = ("told",)

    def __init__(self, told: Any) -> None:
        self.told = told


class Made:
    """What a call would make."""

    __slots__ = ("args", "by", "more", "state")

    def __init__(self, by: Any, args: Any) -> None:
        self.by, self.args = by, args
        self.state: Any = None
        self.more = Pairs()  # what is put into it: pairs, or values of a class of lists or sets


def meaning(data: bytes) -> Any:
    """Return what the pickle would make.

    Raises:
        ValueError: it is none, or says something that is not known here.
    """
    machine = _Machine()
    try:
        for at, (told, given, _) in enumerate(pickletools.genops(data)):
            if not at % _EACH:
                measure.go_on()
            if told.name == "STOP":
                return machine.stack.pop()
            machine.do(told.name, given)
    except (IndexError, KeyError, TypeError, AttributeError) as error:
        raise ValueError("the pickle is broken") from error
    raise ValueError("the pickle has no end")


class _Machine:
    """The stack of a pickle, and what it remembers."""

    def __init__(self) -> None:
        self.stack: list[Any] = []
        self._below: list[list[Any]] = []  # the stacks under the marks
        self._memo: dict[int, Any] = {}

    def do(self, name: str, given: Any) -> None:
        """Follow one instruction."""
        if name in _PLAIN:
            self.stack.append(given)
        elif name in _EMPTY:
            self.stack.append(_EMPTY[name]())
        elif name in _REMEMBER:
            self._memo[len(self._memo) if given is None else int(given)] = self.stack[-1]
        elif name in _RECALL:
            self.stack.append(self._memo[int(given)])
        elif name in _TAKEN:
            many = _TAKEN[name]
            taken = self.stack[-many:]
            del self.stack[-many:]
            self._put(name, taken)
        elif name in ("GLOBAL", "PERSID"):
            self.stack.append(_name(given) if name == "GLOBAL" else Kept(given))
        elif name == "MARK":
            self._below.append(self.stack)
            self.stack = []
        elif name in _MARKED:
            taken, self.stack = self.stack, self._below.pop()
            self._marked(name, taken, given)
        elif name not in ("PROTO", "FRAME"):
            raise ValueError(f"{name} is not known")

    def _put(self, name: str, taken: list[Any]) -> None:
        """Follow an instruction for which a known number of values was taken off the stack."""
        if name == "DUP":
            self.stack += [taken[0], taken[0]]
        elif name.startswith("TUPLE"):
            self.stack.append(tuple(taken))
        elif name in ("REDUCE", "NEWOBJ", "NEWOBJ_EX"):
            self.stack.append(Made(taken[0], taken[1] if len(taken) == 2 else (taken[1], taken[2])))
        elif name == "STACK_GLOBAL":
            self.stack.append(Name(".".join(taken)))
        elif name == "BINPERSID":
            self.stack.append(Kept(taken[0]))
        elif name == "BUILD":
            if isinstance(self.stack[-1], Made):
                self.stack[-1].state = taken[0]
        elif name == "APPEND":
            self._into(taken)
        elif name == "SETITEM":
            self._into([(taken[0], taken[1])])

    def _marked(self, name: str, taken: list[Any], given: Any) -> None:
        """Follow an instruction for all that stands behind a mark."""
        if name == "TUPLE":
            self.stack.append(tuple(taken))
        elif name == "LIST":
            self.stack.append(taken)
        elif name == "DICT":
            self.stack.append(Pairs(_pairs(taken)))
        elif name == "FROZENSET":
            self.stack.append(Made(Name("builtins.frozenset"), (taken,)))
        elif name in ("APPENDS", "ADDITEMS"):
            self._into(taken)
        elif name == "SETITEMS":
            self._into(_pairs(taken))
        elif name == "INST":
            self.stack.append(Made(_name(given), tuple(taken)))
        elif name == "OBJ":
            self.stack.append(Made(taken[0], tuple(taken[1:])))

    def _into(self, values: list[Any]) -> None:
        whole = self.stack[-1]
        (whole.more if isinstance(whole, Made) else whole).extend(values)


def _name(given: str) -> Name:
    return Name(given.replace(" ", "."))


def _pairs(values: list[Any]) -> list[tuple[Any, Any]]:
    return list(zip(values[::2], values[1::2], strict=True))


_EMPTY: dict[str, Callable[[], Any]] = {
    "NONE": lambda: None, "NEWTRUE": lambda: True, "NEWFALSE": lambda: False, "EMPTY_LIST": list,
    "EMPTY_TUPLE": tuple, "EMPTY_DICT": Pairs, "EMPTY_SET": lambda: Made(Name("builtins.set"), ()),
}  # fmt: skip
_PLAIN = frozenset({
    "INT", "BININT", "BININT1", "BININT2", "LONG", "LONG1", "LONG4", "FLOAT", "BINFLOAT", "STRING", "BINSTRING",
    "SHORT_BINSTRING", "UNICODE", "BINUNICODE", "SHORT_BINUNICODE", "BINUNICODE8", "BINBYTES", "SHORT_BINBYTES",
    "BINBYTES8", "BYTEARRAY8",
})  # fmt: skip
_REMEMBER = frozenset({"PUT", "BINPUT", "LONG_BINPUT", "MEMOIZE"})
_RECALL = frozenset({"GET", "BINGET", "LONG_BINGET"})
_TAKEN = {
    "POP": 1, "DUP": 1, "TUPLE1": 1, "TUPLE2": 2, "TUPLE3": 3, "REDUCE": 2, "NEWOBJ": 2, "NEWOBJ_EX": 3,
    "STACK_GLOBAL": 2, "BINPERSID": 1, "BUILD": 1, "APPEND": 1, "SETITEM": 2,
}  # fmt: skip
_MARKED = frozenset({
    "POP_MARK", "TUPLE", "LIST", "DICT", "FROZENSET", "APPENDS", "ADDITEMS", "SETITEMS", "INST", "OBJ",
})  # fmt: skip
