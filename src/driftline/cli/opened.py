"""The engine that a command works on: opened from the settings in force, closed when the command ends."""

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import click

from driftline import config
from driftline.capture.ground import place
from driftline.config import Settings
from driftline.engine import questions, spooled
from driftline.engine.engine import Engine
from driftline.errors import Ambiguous, NotFound

_PATHS = ("./", "../", "/", "~")  # how a path begins that is no name
_TOLD = "driftline.misspelt"
_UNSEEN = (
    "Nothing is recorded before driftline.watch() is called, or while DRIFTLINE_DISABLED is set, and each home has "
    "records of its own; 'driftline lineage --list' shows what is known."
)
_RUN = "It is a run: 'driftline facets {0}' tells all that was said of it, 'driftline lineage --view {0}' its data."
OTHERS = 4  # things of the same name that are told


def settings(ctx: click.Context, **more: Any) -> Settings:
    """Return the settings in force for this command; what is not None in ``more`` wins over all others."""
    told = "" if ctx.meta.get(_TOLD) else config.misspelt(os.environ)
    ctx.meta[_TOLD] = True
    if told:
        click.echo(f"Note: {told}.", err=True)
    said = {key: value for key, value in more.items() if value is not None}
    return config.load({**(ctx.obj or {}), **said})


@contextmanager
def engine(ctx: click.Context, *, create: bool = False) -> Iterator[Engine]:
    """Open the engine; a store that does not exist is made only where ``create`` says so.

    What processes recorded in it and did not work out yet, as they put that off or were killed, is worked out first.

    What processes that are gone have spooled for it is taken in; what is meant for a server is told. A server that
    capture delivers to is not asked, which a note says before anything is opened.

    Raises:
        StoreUnusable: there is no store, or it cannot be opened.
        StoreTooNew: a newer Driftline wrote it.
    """
    chosen = settings(ctx)
    if chosen.url:
        place = config.bare(chosen.store) or chosen.home
        note = f"Note: this works on the store in {place}; the server at {chosen.url} is for capture only."
        click.echo(note, err=True)
    waiting = spooled.for_a_server(chosen)
    if waiting:
        note = (
            f"Note: {waiting} {'file' if waiting == 1 else 'files'} of events in {chosen.home}/spool could not be "
            "delivered yet; the next program that sends to a server with this home delivers them."
        )
        click.echo(note, err=True)
    with Engine.open(chosen, create=create or spooled.left(chosen)) as found:
        found.catch_up()
        yield found


def node(engine: Engine, text: str) -> str:
    """Return the node id that a person means by ``text``; what else goes by that name is told on standard error.

    Raises:
        NotFound, Ambiguous: nothing goes by that name, or several things do.
    """
    called = typed(engine, text)
    try:
        return also(engine, called, engine.resolve(called))
    except NotFound:
        if "\0" in text or not Path(text).exists():
            raise
        near = questions.near(engine.house, called)
        said = f"{text!r}, a file that no run on record has read or written"
        raise NotFound(said + (f"; near are {', '.join(near)}" if near else ""), hint=_UNSEEN) from None


def job(engine: Engine, text: str) -> str:
    """Return the node id of the job that a person means by ``text``.

    Raises:
        NotFound, Ambiguous: no job goes by that name, or several do.
    """
    found = engine.house.store.lineage.find(text, only="JOB")
    if len(found) == 1:
        return found[0]
    if found:
        raise Ambiguous(f"{text!r} is {', '.join(found[:OTHERS])}")
    near = questions.near(engine.house, text, ("JOB",))
    said = f"job {text!r}" + (f"; near are {', '.join(near)}" if near else "")
    raise NotFound(said, hint=_RUN.format(text.removeprefix("run ")) if _is_run(engine, text) else "")


def _is_run(engine: Engine, text: str) -> bool:
    with suppress(NotFound, Ambiguous):
        return engine.resolve(text).startswith("run:")
    return False


def typed(engine: Engine, text: str) -> str:
    """Return ``text``; where it is a path of a local file or folder, the name of its dataset.

    A name that is known goes before a file of the same name, and a path may end in ``#`` and a version.
    """
    path, mark, version = text.partition("#")
    if not path or "://" in path or engine.house.store.lineage.find(text):
        return text
    if not path.startswith(_PATHS) and not Path(path).exists():
        return text
    located = place.place(path, place.base(engine.house.settings.home)).located
    version = version or located.partition
    name = f"{located.name}#{version}" if version else located.name
    return name if mark or engine.house.store.lineage.find(name) else located.name


def also(engine: Engine, text: str, found: str) -> str:
    """Return ``found``; what else goes by the name ``text`` is told on standard error."""
    others = engine.also(text, found)
    if others:
        more = f" and {len(others) - OTHERS:,} more" if len(others) > OTHERS else ""
        click.echo(f"Note: {text!r} is {found} here; also: {', '.join(others[:OTHERS])}{more}.", err=True)
    return found
