"""Trouble: findings, changes and the incidents that join them.

Enters and leaves: the records of ``event.finding``, whole, with a few columns beside them to be found by.
Putting one again replaces it. Never judges.
"""

from collections.abc import Iterable

import msgspec

from driftline.event.finding import Change, Finding, Incident
from driftline.store.connection import OPEN, Connection

_encode = msgspec.msgpack.Encoder().encode
_finding = msgspec.msgpack.Decoder(Finding).decode
_change = msgspec.msgpack.Decoder(Change).decode
_incident = msgspec.msgpack.Decoder(Incident).decode


class Incidents:
    """Findings, changes, incidents."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def put_findings(self, findings: Iterable[Finding]) -> None:
        """Keep findings."""
        rows = [
            {
                "id": finding.id,
                "node": finding.dataset.node,
                "version": finding.version,
                "severity": finding.severity,
                "time_us": finding.time_us,
                "body": _encode(finding),
            }
            for finding in findings
        ]
        self._connection.many("finding_put", rows)

    def finding(self, id_: str) -> Finding | None:
        """Return one finding."""
        row = self._connection.row("finding_get", id=id_)
        return _finding(row[0]) if row else None

    def findings(
        self,
        node: str = "",
        *,
        version: str = "",
        since_us: int = 0,
        until_us: int = OPEN,
        limit: int = 1_000,
    ) -> list[Finding]:
        """Return findings newest first: of a dataset (its node id) or of all, ``until_us`` excluded."""
        span = {"since_us": since_us, "until_us": until_us, "limit": limit}
        rows = (
            self._connection.rows("findings_of", node=node, version=version, **span)
            if node
            else self._connection.rows("findings_between", **span)
        )
        return [_finding(body) for (body,) in rows]

    def put_changes(self, changes: Iterable[Change]) -> None:
        """Keep changes."""
        rows = [
            {
                "id": change.id,
                "node": change.node,
                "run": change.run,
                "time_us": change.time_us,
                "body": _encode(change),
            }
            for change in changes
        ]
        self._connection.many("change_put", rows)

    def change(self, id_: str) -> Change | None:
        """Return one change."""
        row = self._connection.row("change_get", id=id_)
        return _change(row[0]) if row else None

    def changes(self, node: str = "", *, since_us: int = 0, until_us: int = OPEN, limit: int = 1_000) -> list[Change]:
        """Return changes newest first: of a node or of all, ``until_us`` excluded."""
        span = {"since_us": since_us, "until_us": until_us, "limit": limit}
        rows = (
            self._connection.rows("changes_of", node=node, **span)
            if node
            else self._connection.rows("changes_between", **span)
        )
        return [_change(body) for (body,) in rows]

    def put(self, incident: Incident) -> None:
        """Keep an incident, and that its findings and changes belong to it."""
        with self._connection.transaction():
            self._connection.execute(
                "incident_put",
                id=incident.id,
                state=incident.state,
                opened_us=incident.opened_us,
                updated_us=incident.updated_us,
                body=_encode(incident),
            )
            members = dict.fromkeys((incident.symptom, *incident.findings, *incident.changes))
            self._connection.many(
                "incident_member_put", [{"member": member, "incident": incident.id} for member in members]
            )

    def get(self, id_: str) -> Incident | None:
        """Return one incident by its whole id."""
        return next((found for found in self.matching(id_, 1) if found.id == id_), None)

    def matching(self, prefix: str, limit: int = 10) -> list[Incident]:
        """Return the incidents whose id begins with ``prefix``, by id."""
        rows = self._connection.rows("incidents_like", low=prefix, high=prefix + "\U0010ffff", limit=limit)
        return [_incident(body) for (body,) in rows]

    def unresolved(self, limit: int = 1_000) -> list[Incident]:
        """Return the incidents that are open or contained, newest first."""
        found = [*self.list("open", limit)[0], *self.list("contained", limit)[0]]
        return sorted(found, key=lambda incident: (-incident.opened_us, incident.id))

    def of_member(self, id_: str) -> list[Incident]:
        """Return the incidents that a finding or a change belongs to, oldest first."""
        return [_incident(body) for (body,) in self._connection.rows("incidents_of_member", member=id_)]

    def counts(self) -> dict[str, int]:
        """Return how many incidents are in which state."""
        return dict(self._connection.rows("incident_counts"))

    def list(self, state: str = "", limit: int = 50, offset: int = 0) -> tuple[list[Incident], int]:
        """Return incidents newest first, in one state or in any, and how many there are."""
        page = {"limit": limit, "offset": offset}
        rows = (
            self._connection.rows("incidents_in_state", state=state, **page)
            if state
            else self._connection.rows("incidents_all", **page)
        )
        counted = self.counts()
        total = counted.get(state, 0) if state else sum(counted.values())
        return [_incident(body) for (body,) in rows], total
