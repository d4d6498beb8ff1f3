"""Where columns come from that no library tells: what the user's code says, bound to what a run has seen."""

from typing import TYPE_CHECKING

from driftline import later

if not TYPE_CHECKING:
    __getattr__ = later.room(__name__)
