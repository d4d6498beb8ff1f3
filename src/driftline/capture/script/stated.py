"""What the user says was read: ``run.read(name, data=frame)`` makes a frame of unknown origin one that was read there.

Enters: the call, and the table that it is known to have read. Leaves: that table in the place of the frame, and of the
variable that was given. A frame that comes from something else that was read stays as it is.
"""

import ast

from driftline.capture.script.joining import made_of
from driftline.capture.script.memory import Memory
from driftline.capture.script.values import Foreign, Frame, Method, Ref, Scope, Thing, Value


def read(memory: Memory, node: ast.Call, scope: Scope, result: Value) -> None:
    """Take note of a call of ``read`` with ``data=``; of one that read nothing there is no table."""
    table = memory.see(result)
    given = next((one.value for one in node.keywords if one.arg == "data"), None)
    if not isinstance(table, Frame) or not isinstance(result, Ref) or not isinstance(given, ast.Name):
        return
    held = memory.get((scope, given.id))
    content = memory.see(held)
    if isinstance(content, Frame | Thing | Foreign | Method) and not made_of(memory, held):
        if isinstance(held, Ref) and isinstance(content, Frame):
            memory.put(held.place, Frame(table.table))
        else:
            memory.put((scope, given.id), result)
