"""``driftline incidents``: the list, or everything about one."""

import click

from driftline.cli import incident_page, opened, show
from driftline.engine import runs

_LATELY_US = 7 * 86_400_000_000
_COUNTED = 1_000  # findings


@click.command()
@click.argument("incident", required=False)
@click.option("--state", type=click.Choice(["open", "contained", "resolved"]), help="Only incidents in this state.")
@click.option("--limit", type=click.IntRange(1, 500), default=20, show_default=True, help="Incidents to list.")
@click.option("--resolve", is_flag=True, help="Close INCIDENT; its quarantines are lifted.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
@click.pass_context
def incidents(
    ctx: click.Context, incident: str | None, state: str | None, limit: int, resolve: bool, as_json: bool
) -> None:
    """List incidents, newest first; or tell everything about INCIDENT (its id or the beginning of it)."""
    if resolve and incident is None:
        raise click.UsageError("--resolve needs the id of an incident.")
    with opened.engine(ctx) as engine:
        if incident is None:
            found, total = engine.incidents(state=state or "", limit=limit)
            if as_json:
                show.as_json({"incidents": found, "total": total})
                return
            incident_page.listing(found, total, state or "")
            since = engine.house.now() - _LATELY_US
            incident_page.beside(
                runs.failed_since(engine.house, since),
                len(engine.house.store.incidents.findings(since_us=since, limit=_COUNTED)),
            )
            return
        if resolve:
            engine.resolve_incident(engine.incident(incident).incident.id)
        report = engine.incident(incident)
    if as_json:
        show.as_json(report)
    else:
        incident_page.page(report)
