"""``driftline events``: receipts of single events, what is in quarantine, and trying it again."""

from pathlib import Path

import click

from driftline.cli import opened, show
from driftline.errors import BadEvent, BadInput, MissingFile
from driftline.event import mapping
from driftline.event.report import Receipt

SHOWN = 20


@click.group()
def events() -> None:
    """Look at single events, and take events out of quarantine."""


@events.command()
@click.argument("event")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
@click.pass_context
def receipt(ctx: click.Context, event: str, as_json: bool) -> None:
    """Tell what became of EVENT, by the id in its receipt."""
    with opened.engine(ctx) as engine:
        found = engine.receipt(event)
    if as_json:
        show.as_json(found)
        return
    if found.replaced_by:
        show.say(f"It was in quarantine ({found.reason.rstrip('.')}), and was taken after all as {found.replaced_by}.")
        return
    show.say(f"{found.status}{': ' + found.reason if found.reason else '.'}")
    for place, what in {**found.repairs, **found.facets}.items():
        show.say(f"  {place}: {what}")


@events.command(name="show")
@click.argument("event")
@click.pass_context
def show_event(ctx: click.Context, event: str) -> None:
    """Print EVENT as it came."""
    with opened.engine(ctx) as engine:
        click.echo(engine.event(event))


@events.command()
@click.option("--limit", type=click.IntRange(1, 100_000), default=SHOWN, show_default=True, help="Events to list.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object per event.")
@click.pass_context
def held(ctx: click.Context, limit: int, as_json: bool) -> None:
    """List the events in quarantine, newest first."""
    with opened.engine(ctx) as engine:
        found = engine.held_events(limit)
        total = engine.overview().events.get("quarantined", 0)
    if as_json:
        for one in found:
            show.as_json(one)
        return
    shown = f"; the newest {len(found):,} are" if total > len(found) else ""
    show.say(f"{show.count(total, 'event is', 'events are')} in quarantine{shown}{':' if found else '.'}")
    rows = [(one.event, show.when(one.received_us), one.reason) for one in found]
    show.table(("event", "received", "why"), rows)
    if found:
        show.say("Try them again with 'driftline events replay', mended by rules with --map FILE;", "dim")
        show.say("'driftline events discard' gives them up.", "dim")


@events.command()
@click.argument("ids", nargs=-1, metavar="[EVENT]...")
@click.option("--map", "rules", metavar="FILE", help="Rules in YAML or JSON that mend the events first.")
@click.option("--dry-run", is_flag=True, help="Only tell what would come of it.")
@click.option("--json", "as_json", is_flag=True, help="Print one receipt per event, one a line.")
@click.pass_context
def replay(ctx: click.Context, ids: tuple[str, ...], rules: str | None, dry_run: bool, as_json: bool) -> None:
    """Try events in quarantine again: all, or each EVENT that is named.

    An event that can be read now is taken; one that cannot stays. The command exits with 65 where some stay.
    """
    said = mapping.read(_read(Path(rules))) if rules else None
    with opened.engine(ctx) as engine:
        found = engine.replay(said, ids, rehearse=dry_run)
    if as_json:
        for one in (*found.taken, *found.refused):
            show.as_json(one)
    else:
        _tell(found.taken, found.refused, dry_run)
    if found.refused:
        ctx.exit(BadEvent.exit_code)


@events.command()
@click.argument("ids", nargs=-1, metavar="[EVENT]...")
@click.option("--all", "every", is_flag=True, help="All events in quarantine.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
@click.pass_context
def discard(ctx: click.Context, ids: tuple[str, ...], every: bool, as_json: bool) -> None:
    """Give up each EVENT in quarantine that is named, or all.

    They stay in the log, and their receipts say so; they are not listed, counted as waiting or tried again.
    """
    if bool(ids) == every:
        raise BadInput("no event was named", hint="Name some, or all with --all, and not both.")
    with opened.engine(ctx) as engine:
        done = engine.discard(ids)
    if as_json:
        show.as_json({"discarded": done})
    else:
        show.say(f"{show.count(done, 'event')} discarded.", "bold")


def _read(file: Path) -> bytes:
    if not file.is_file():
        raise MissingFile(str(file))
    return file.read_bytes()


def _tell(taken: tuple[Receipt, ...], refused: tuple[Receipt, ...], rehearsed: bool) -> None:
    verb = "would be taken" if rehearsed else "taken"
    show.say(f"{show.count(len(taken), 'event')} {verb}, {len(refused):,} left in quarantine.", "bold")
    show.table(("event", "why"), [(one.event, one.reason) for one in refused[:SHOWN]])
    if len(refused) > SHOWN:
        show.say(f"and {len(refused) - SHOWN:,} more; --json lists all", "dim")
