"""Column lineage of frames and models in memory: where their columns come from, carried beside them, weakly."""

from typing import TYPE_CHECKING

from driftline import later

if not TYPE_CHECKING:
    __getattr__ = later.room(__name__)
