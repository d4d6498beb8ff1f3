"""One file per library whose readers and writers are recorded while a run is active, and what these files share."""

from typing import TYPE_CHECKING

from driftline import later

if not TYPE_CHECKING:
    __getattr__ = later.room(__name__)
