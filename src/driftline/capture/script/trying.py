"""``try``: what came to an end, and what happened in its place.

Enters: a statement with its handlers. Leaves: a changed memory. Where a call that reads was seen in one of the two and
not in the other, that one counts; else either may have happened, and what only one of them leads to is a hedge.
"""

import ast
from collections.abc import Sequence
from typing import Any

from driftline.capture.script import risks
from driftline.capture.script.cames import deciding, union
from driftline.capture.script.loops import GOES_ON, RETURNS, Loops, kept
from driftline.capture.script.reading import NOTHING, Cames
from driftline.capture.script.values import Const, Scope, Thing, Value

_Returned = list[tuple[Value, Cames]]


class Trying(Loops):
    """The machine's reading of ``try``."""

    def _try(self, node: Any, scope: Scope) -> str:
        begun, before = len(self.reads), self._returned()
        raised = len(self.raised)
        end, decides = self._tried(node, scope)
        said = union(self.raised[raised:])
        del self.raised[raised:]
        guards, further = len(self.guards), NOTHING
        leaves: list[Cames] = []
        seen, returned = self._seen(begun), [self._returned()[len(before) :]]
        for handler in node.handlers if not self._found(node.body, scope) else ():
            begun, mark = len(self.reads), len(self._returned())
            if handler.name:
                self.memory.put((scope, handler.name), Thing(decides | said))  # what it says is about that
            self.guards.append(decides)
            after, writes, left = self.way(handler.body, scope)
            del self.guards[guards:]
            instead = self._seen(begun)
            if instead is False:  # it came to nothing, or never began
                continue
            fails = seen is False and (instead or begun == len(self.reads))
            returned = [[] if fails else returned[0], *returned[1:], self._returned()[mark:]]
            if after == GOES_ON:
                self.memory.join([writes] if end == RETURNS or fails else [{}, writes], decides, doubt=True)
                end = GOES_ON
            else:
                further = decides
                self.memory.join([{}, kept(writes, after)])
                left = left if after == RETURNS else [*left, decides]
            leaves += left
        self._return_one_of(before, returned)
        self.guards += [further] if further else []
        self.may_leave(union(leaves))
        last = self.execute(node.finalbody, scope)
        return last or end

    def _found(self, body: Sequence[ast.stmt], scope: Scope) -> bool:
        """Whether all that is tried is to look for something in a list or dict that the text says is there."""
        for one in body:
            value = one.value if isinstance(one, ast.Assign) and len(one.targets) == 1 else None
            looks = isinstance(value, ast.Subscript) or (
                isinstance(value, ast.Call) and isinstance(value.func, ast.Attribute) and value.func.attr == "index"
            )
            name = one.targets[0] if isinstance(one, ast.Assign) else None
            if not looks or not isinstance(name, ast.Name) or not isinstance(self.lookup(name.id, scope), Const):
                return False
        return True

    def _tried(self, node: Any, scope: Scope) -> tuple[str, Cames]:
        """Follow what is tried; return how it ends, and what decides, in a loop over rows, whether it fails."""
        mark, risking = len(self.risks), self.risking
        if self.around and not self.elements and risks.handled(node.handlers):
            self.risking = len(self.guards)
        doubts = self.memory.doubts()
        if risks.survived(node.handlers):
            self.memory.doubt()
        end = self.execute(node.body, scope)
        if end == GOES_ON:
            end = self.execute(node.orelse, scope)
        self.memory.undoubt(doubts, of_call=False)
        self.risking = risking
        decides = deciding(union(self.risks[mark:]))
        del self.risks[mark:]
        return end, decides

    def _seen(self, begun: int) -> bool | None:
        """Whether any of the reads since then was seen; None where there are none, or nobody can tell."""
        found = {self.outside.happened(path) for path in dict.fromkeys(path for path, *_ in self.reads[begun:])}
        return True if True in found else None if None in found or not found else False

    def _returned(self) -> _Returned:
        return [*self.running[-1].returned] if self.running else []

    def _return_one_of(self, before: _Returned, ways: list[_Returned]) -> None:
        """Have a function return what either way returns."""
        if not self.running:
            return
        some = [way for way in ways if way]
        if len(some) > 1:
            out, decides = None, NOTHING
            for value, guards in (one for way in some for one in way):
                out, decides = value if out is None else self.memory.doubted(out, value), decides | guards
            some = [[(out or Thing(), decides)]]
        self.running[-1].returned = [*before, *(one for way in some for one in way)]
