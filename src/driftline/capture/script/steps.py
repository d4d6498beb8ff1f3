"""How a field lies in plain containers: through what, and by which key, as a name and a type.

Enters: steps, or the type of a field. Leaves: the other one. A name leaves out what has no key of its own.
"""

from collections.abc import Sequence

DICT, LIST, TUPLE, FRAME, VALUE, MODEL = "dict", "list", "tuple", "frame", "value", "model"
EACH = "each"  # of a dict whose keys are data: ``KEY``, or what stands under each of them, ``HELD`` where it is plain
OBJECT = "object"  # of a class of the user's own, with its name; its attributes are like keys of a dict
KEY, HELD = "key", "value"
Step = tuple[str, str]
_MARK = "\0"


def spelled(steps: Sequence[Step]) -> tuple[str, str]:
    """Return the name of a field and its type, which says how it is reached."""
    name = ".".join(key for kind, key in steps if kind not in {LIST, VALUE, MODEL, OBJECT} and (key or kind != EACH))
    return name, _MARK + _MARK.join(part for step in steps for part in step)


def steps_of(kind: str) -> list[Step]:
    """Return the steps that a type says; none of any other type."""
    parts = kind[1:].split(_MARK) if kind.startswith(_MARK) else []
    return list(zip(parts[::2], parts[1::2], strict=False))
