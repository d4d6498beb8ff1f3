"""Files that hold tables: how they are written, what is inside, and which version they are."""

from typing import TYPE_CHECKING

from driftline import later

if not TYPE_CHECKING:
    __getattr__ = later.room(__name__)
