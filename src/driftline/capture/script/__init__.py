"""Column edges of plain Python: the text of the user's own code is followed, and nothing of it is run."""

from typing import TYPE_CHECKING

from driftline import later

if not TYPE_CHECKING:
    __getattr__ = later.room(__name__)
