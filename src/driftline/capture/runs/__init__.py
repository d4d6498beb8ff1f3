"""One execution while it lasts, and what is told of it: versions read and written, their columns, and events."""

from typing import TYPE_CHECKING

from driftline import later

if not TYPE_CHECKING:
    __getattr__ = later.room(__name__)
