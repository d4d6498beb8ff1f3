"""What the result of a statement says of its columns, before any row of it is fetched.

Enters: a result, as the rules for cursors make it. Leaves: names of columns, as a script asks for them.
"""

from driftline.capture.script.memory import Memory
from driftline.capture.script.values import NONE, Const, Frame, Items, Value

CURSOR = "cursor"  # kind of those items that are the rows of a result
ENTITY = "\0"  # between the name of an object and that of its attribute, in the name of a column; of a related object
# that was brought along its attribute is the relation, the class of that object and the attribute of that
_PLACES = 7  # of one column in ``cursor.description``: its name and six things about its type


def is_result(content: object) -> bool:
    """Tell whether something is the result of a statement."""
    return isinstance(content, Items) and content.kind == CURSOR


def names(memory: Memory, content: Items) -> list[str] | None:
    """Return the columns of a result; None where they are not known."""
    row = memory.see(content.loose)
    return list(map(str, row.table.columns)) if isinstance(row, Frame) and row.table.closed else None


def described(memory: Memory, content: Items) -> Value | None:
    """Return ``cursor.description``: a tuple for each column; None where they are not known."""
    known = names(memory, content)
    if known is None:
        return None
    others = (NONE,) * (_PLACES - 1)
    return memory.new(Items(tuple(memory.new(Items((Const(one), *others), kind="tuple")) for one in known)))
