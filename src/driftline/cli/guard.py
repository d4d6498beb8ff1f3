"""``driftline guard``: what is held back, and the deeds of holding back and letting go."""

import getpass

import click

from driftline.cli import opened, show
from driftline.engine.engine import Engine
from driftline.errors import Ambiguous, BadInput, NotFound
from driftline.event import names
from driftline.event.report import Quarantine

SHORTEST = 4  # letters of an id: an empty variable must never lift a quarantine


@click.group()
def guard() -> None:
    """Show, set and lift quarantines."""


@guard.command()
@click.option("--all", "everything", is_flag=True, help="Also those that were lifted.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
@click.pass_context
def status(ctx: click.Context, everything: bool, as_json: bool) -> None:
    """Tell what the guards hold back and what they have decided so far."""
    with opened.engine(ctx) as engine:
        found = engine.quarantines(active=not everything)
        overview = engine.overview()
        mode = engine.house.settings.guards
    if as_json:
        show.as_json({"mode": mode, "quarantines": found, "decisions": overview.decisions})
        return
    active = sum(not entry.released_us for entry in found)
    said = f"{show.count(active, 'quarantine is', 'quarantines are')} in force" if active else "Nothing is held back"
    show.say(f"{said}; guards {_MODES[mode]}.", "bold")
    _table(found)
    if overview.decisions:
        show.heading("Answers so far")
        rows = ((show.sign(action), f"{number:,}") for action, number in sorted(overview.decisions.items()))
        show.table(("decision", "answers"), rows, right=("answers",))
    if overview.avoided:
        avoided = show.money(overview.avoided, overview.currency)
        show.say(f"All that was held back would have paid about {avoided}, whether an incident is the reason or not.")


_MODES = {"enforce": "enforce their policies", "observe": "observe only", "off": "are off"}


@guard.command()
@click.argument("node")
@click.option("--reason", default="by hand", show_default=True, help="Why, in a few words.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
@click.pass_context
def quarantine(ctx: click.Context, node: str, reason: str, as_json: bool) -> None:
    """Hold back NODE and everything that derives from it.

    NODE is a dataset (from now on) or one version of it (dataset:namespace:name#version).
    """
    with opened.engine(ctx) as engine:
        entry = engine.quarantine(opened.node(engine, node), reason)
    if as_json:
        show.as_json(entry)
    else:
        show.say(f"{names.label(entry.node)} is held back, with everything that derives from it.", "bold")
        show.say(f"'driftline guard release {entry.id}' lets it go.")


@guard.command()
@click.argument("quarantine_id", metavar="ID")
@click.option("--by", help="Who lets it go.  [default: the user's name]")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
@click.pass_context
def release(ctx: click.Context, quarantine_id: str, by: str | None, as_json: bool) -> None:
    """Lift the quarantine ID (or the beginning of its id)."""
    with opened.engine(ctx) as engine:
        entry = engine.release(_whole(engine, quarantine_id), by or _person())
    if as_json:
        show.as_json(entry)
    else:
        show.say(f"{names.label(entry.node)} is let go, by {entry.released_by}.", "bold")


def _whole(engine: Engine, beginning: str) -> str:
    if len(beginning) < SHORTEST:
        raise BadInput(f"{beginning!r} is too short for a quarantine", hint="'driftline guard status' lists the ids.")
    found = [entry.id for entry in engine.quarantines(active=True) if entry.id.startswith(beginning)]
    if not found:
        raise NotFound(f"quarantine {beginning}", hint="'driftline guard status' lists those in force.")
    if len(found) > 1 and beginning not in found:
        raise Ambiguous(f"quarantine {beginning}: {', '.join(found[:5])}")
    return beginning if beginning in found else found[0]


def _person() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError, ImportError):  # a user without a name, as in many containers
        return "command line"


def _table(found: list[Quarantine]) -> None:
    show.table(
        ("id", "what", "since", "incident", "why"),
        (
            (
                entry.id,
                names.label(entry.node),
                show.when(entry.since_us or entry.created_us),
                entry.incident,
                entry.reason + (f" (lifted by {entry.released_by})" if entry.released_us else ""),
            )
            for entry in found
        ),
    )
