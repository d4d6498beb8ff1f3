"""The engine that a command works on: opened from the settings in force, closed when the command ends."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import click

from driftline import config
from driftline.config import Settings
from driftline.engine.engine import Engine

OTHERS = 4  # things of the same name that are told


def settings(ctx: click.Context, **more: Any) -> Settings:
    """Return the settings in force for this command; what is not None in ``more`` wins over all others."""
    said = {key: value for key, value in more.items() if value is not None}
    return config.load({**(ctx.obj or {}), **said})


@contextmanager
def engine(ctx: click.Context, *, create: bool = False) -> Iterator[Engine]:
    """Open the engine; a store that does not exist is made only where ``create`` says so.

    What processes recorded in it and did not work out yet, as they put that off or were killed, is worked out first.

    What waits in the spool is told. A server that capture delivers to is not asked, which a note says before anything
    is opened.

    Raises:
        StoreUnusable: there is no store, or it cannot be opened.
        StoreTooNew: a newer Driftline wrote it.
    """
    chosen = settings(ctx)
    if chosen.url:
        place = config.bare(chosen.store) or chosen.home
        note = f"Note: this works on the store in {place}; the server at {chosen.url} is for capture only."
        click.echo(note, err=True)
    waiting = sum(1 for _ in (Path(chosen.home) / "spool").glob("*.jsonl"))
    if waiting:
        note = (
            f"Note: {waiting} {'file' if waiting == 1 else 'files'} of events in {chosen.home}/spool could not be "
            "delivered yet; the next program that records with this home delivers them."
        )
        click.echo(note, err=True)
    with Engine.open(chosen, create=create) as found:
        found.catch_up()
        yield found


def node(engine: Engine, text: str) -> str:
    """Return the node id that a person means by ``text``; what else goes by that name is told on standard error.

    Raises:
        NotFound, Ambiguous: nothing goes by that name, or several things do.
    """
    return also(engine, text, engine.resolve(text))


def also(engine: Engine, text: str, found: str) -> str:
    """Return ``found``; what else goes by the name ``text`` is told on standard error."""
    others = engine.also(text, found)
    if others:
        more = f" and {len(others) - OTHERS:,} more" if len(others) > OTHERS else ""
        click.echo(f"Note: {text!r} is {found} here; also: {', '.join(others[:OTHERS])}{more}.", err=True)
    return found
