"""The user's own code: whose it is, its text, its version, what it runs in, the places in it that read and write."""

from typing import TYPE_CHECKING

from driftline import later

if not TYPE_CHECKING:
    __getattr__ = later.room(__name__)
