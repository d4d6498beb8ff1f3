"""What is held by key and must not grow, filled by several threads at one time.

Enters: a dict. Leaves: the same, with room for one more: what came first goes. Its steps may be between those
of another thread; none of them fails for that.
"""

from typing import Any


def room(held: dict[Any, Any], most: int) -> None:
    """Take out what came first until fewer than ``most`` are held."""
    if len(held) >= most:
        for key in list(held)[: len(held) - most + 1]:  # in one step, so that nobody adds any meanwhile
            held.pop(key, None)
