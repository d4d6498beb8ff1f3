"""Probing: a plain Python step is run again, elsewhere, on a sample, with one column changed at a time.

``ship`` carries the function, ``sample`` the data; ``child`` runs them behind the ``fence``; ``influence`` finds out
what reaches what; ``background`` does it one step at a time, off the critical path; ``cache`` keeps what was found.
"""

from typing import TYPE_CHECKING

from driftline import later

if not TYPE_CHECKING:
    __getattr__ = later.room(__name__)
