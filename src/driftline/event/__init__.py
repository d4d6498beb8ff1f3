"""The vocabulary: the records that rooms exchange, ids, naming and OpenLineage JSON. No input, no output."""

from typing import TYPE_CHECKING

from driftline import later

if not TYPE_CHECKING:
    __getattr__ = later.room(__name__)
