"""How many executions jobs have and versions datasets have, and how the last execution of a job stands.

Enters: what comes and goes, while executions are written. Leaves: sums in rows of their own, so that a page never
counts what it is cut from. Never counts anew.
"""

import json
from collections import Counter
from collections.abc import Iterable

from driftline.store.connection import Connection


class Amounts:
    """What is to be added up with the transaction in progress."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._runs: Counter[int] = Counter()
        self._versions: Counter[int] = Counter()
        self._spoken: set[int] = set()
        connection.on_rollback(self.forget)

    def runs(self, job: int, more: int) -> None:
        """A job has so many executions more; with 0, one of them may stand otherwise than before."""
        self._runs[job] += more
        self._spoken.add(job)

    def versions(self, dataset: int, more: int) -> None:
        """A dataset has so many versions more."""
        self._versions[dataset] += more

    def flush(self) -> None:
        """Write what was said; to be called when executions, versions and names are written."""
        nodes = {node for counted in (self._runs, self._versions) for node, more in counted.items() if more}
        rows = [{"node": node, "runs": self._runs[node], "versions": self._versions[node]} for node in sorted(nodes)]
        self._connection.many("amount_add", rows)
        self._look(self._spoken - {0})
        self.forget()

    def forget(self) -> None:
        """Let go of what was not written."""
        for held in (self._runs, self._versions, self._spoken):
            held.clear()

    def _look(self, jobs: Iterable[int]) -> None:
        if ids := sorted(jobs):
            self._connection.execute("amount_states", ids=json.dumps(ids))
