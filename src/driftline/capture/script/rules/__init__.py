"""What pandas and its neighbours do with columns and rows: tables of small rules, by name."""

from typing import TYPE_CHECKING

from driftline import later

if not TYPE_CHECKING:
    __getattr__ = later.room(__name__)
