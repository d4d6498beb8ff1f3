"""Incidents as a tired person on call reads them: what is wrong, since when, why, at what cost, what next."""

from collections.abc import Sequence

from rich.text import Text

from driftline.cli import show
from driftline.event import names
from driftline.event.finding import Cause, Finding, Incident
from driftline.event.report import IncidentReport

FINDINGS = 6  # shown; the rest is counted


def beside(failed: int, findings: int) -> None:
    """Say what happened lately that is no incident by itself."""
    if failed:
        said = f"{show.count(failed, 'run has', 'runs have')} failed in the last 7 days"
        show.say(f"{said}; 'driftline runs --state failed' lists them.")
    if findings:
        said = f"{show.count(findings, 'finding is', 'findings are')} known of the last 7 days"
        show.say(f"{said}; 'driftline findings' lists them.", "dim")


def listing(found: Sequence[Incident], total: int, state: str) -> None:
    """Print a list of incidents."""
    kind = f"{state} " if state else ""
    if not found:
        show.say(f"No {kind}incidents." if state else "No incidents: nothing that is served has drifted.")
        return
    unresolved = sum(incident.state != "resolved" for incident in found)
    tail = "" if state else f", {unresolved:,} not resolved"
    more = f" The newest {len(found):,} are:" if total > len(found) else ""
    show.say(f"{show.count(total, f'{kind}incident')}{tail}.{more}", "bold")
    show.table(
        ("state", "id", "first bad", "lost", "avoided", "what is wrong"),
        (
            (
                show.sign(incident.state),
                incident.id,
                incident.first_bad or show.when(incident.first_bad_us or incident.opened_us),
                show.money(incident.money.lost, incident.money.currency),
                show.money(incident.money.avoided, incident.money.currency),
                incident.title,
            )
            for incident in found
        ),
        right=("lost", "avoided"),
    )
    show.say("\n'driftline incidents ID' tells everything about one.", "dim")


def page(report: IncidentReport) -> None:
    """Print everything about one incident."""
    incident = report.incident
    show.say(sentence(incident.title), "bold")
    line = Text.assemble(show.sign(incident.state), f"  {incident.id}")
    first = incident.first_bad or show.when(incident.first_bad_us)
    if first:
        line.append(f"  first bad batch {first}")
    show.say(line.append(f"  last news {show.when(incident.updated_us)} UTC"))
    _money(incident)
    causes(incident)
    _findings(report.findings)
    if report.changes:
        show.heading("Changes")
        show.table(
            ("when", "kind", "what", "how"),
            ((show.when(c.time_us), c.kind, names.label(c.node), c.sentence) for c in report.changes),
        )
    quarantines = [entry for entry in report.quarantines if not entry.released_us]
    if quarantines:
        show.heading(f"Held back: {show.count(len(quarantines), 'quarantine')}")
        show.table(("id", "what"), ((entry.id, names.label(entry.node)) for entry in quarantines[-FINDINGS:]))
    if report.actions:
        show.heading("What to do")
        for action in report.actions:
            show.say(f"- {action}")


def causes(incident: Incident) -> None:
    """Print the ranking of causes."""
    if not incident.causes:
        show.say("No cause was found in this graph.")
        return
    show.heading("Causes, the likeliest first")
    rows: list[tuple[str | Text, ...]] = [_cause(cause) for cause in incident.causes]
    if incident.unknown:
        rows.append(("", show.percent(incident.unknown), Text("not in this graph", "dim"), "", ""))
    show.table(("", "belief", "what", "kind", "why"), rows, right=("belief",))


def _cause(cause: Cause) -> tuple[str | Text, ...]:
    style = "bold" if cause.rank == 1 else ""
    return (
        str(cause.rank),
        show.percent(cause.score),
        Text(names.label(cause.node), style),
        cause.kind,
        cause.sentence,
    )


def _money(incident: Incident) -> None:
    money = incident.money
    if not (money.answers or money.held):
        return
    others = "".join(f" and {show.money(amount, currency)}" for currency, amount in money.others.items())
    said = (
        f"{show.count(money.answers, 'affected answer')} paid {show.money(money.paid, money.currency)}{others}, "
        f"{show.money(money.lost, money.currency)} more than usual."
    )
    if money.held:
        avoided = show.money(money.avoided, money.currency)
        said += (
            f" Guards held back {money.held:,}, for data of this incident: about {avoided} that they would have paid."
        )
    show.say(said)


def _findings(found: Sequence[Finding]) -> None:
    if not found:
        return
    worst = sorted(found, key=lambda finding: (-finding.size, finding.id))
    show.heading("What moved, the largest move first")
    show.table(
        ("", "where", "partition", "what"),
        (
            (
                show.sign(finding.severity),
                finding.dataset.name + (f".{finding.column}" if finding.column else ""),
                finding.partition,
                finding.sentence,
            )
            for finding in worst[:FINDINGS]
        ),
    )
    if len(worst) > FINDINGS:
        show.say(f"and {len(worst) - FINDINGS:,} more; --json lists all", "dim")


def sentence(text: str) -> str:
    """Return ``text`` with a full stop."""
    return text if text.endswith((".", "!", "?")) else f"{text}."
