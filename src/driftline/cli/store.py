"""``driftline store``: whether the store is what its log says, its digest, copies of it, and keeping it small."""

import contextlib
import re
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import click

from driftline import clock
from driftline.cli import event_files, opened, show
from driftline.engine import upkeep
from driftline.errors import BadInput, MissingFile, StoreUnusable

_DAY_US = 86_400_000_000
_AGE = re.compile(r"^(\d+)([dwy])$")
_DAYS = {"d": 1, "w": 7, "y": 365}
_LONG = 2_000  # events from which a bar is shown


@click.group()
def store() -> None:
    """Keep the store well. Everything in it but answers and what people set follows from its log of events."""


@store.command()
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
@click.pass_context
def check(ctx: click.Context, as_json: bool) -> None:
    """Work everything out anew from the log, in memory, and compare it with the store."""
    with opened.engine(ctx) as engine:
        total = sum(engine.house.store.log.counts()[status] for status in ("accepted",))
        with _bar("Checking", total, hidden=as_json) as step:
            found = upkeep.check(engine.house, step)
    if as_json:
        show.as_json(found)
    elif found.differ:
        raise StoreUnusable(
            f"the store differs from its {found.events:,} events in {', '.join(found.differ)}",
            hint="Export it, import it into a new store, and please report this.",
        )
    else:
        pruned = " What pruned events named is known still." if found.pruned else ""
        show.say(f"The store is what its {show.count(found.events, 'event')} add up to.{pruned} Digest {found.digest}.")
    if found.differ:
        ctx.exit(StoreUnusable.exit_code)


@store.command()
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object, with the digest of each table.")
@click.pass_context
def digest(ctx: click.Context, as_json: bool) -> None:
    """Print a hash of all that follows from the events: equal for equal sets of events, on either engine."""
    with opened.engine(ctx) as engine:
        found = upkeep.digest(engine.house)
        tables = engine.house.store.canonical.digests() if as_json else {}
    if as_json:
        show.as_json({"digest": found, "tables": tables})
    else:
        click.echo(found)


@store.command()
@click.argument("file", required=False)
@click.option("--force", is_flag=True, help="Write over FILE where there is one.")
@click.pass_context
def export(ctx: click.Context, file: str | None, force: bool) -> None:
    """Write every event to FILE, one after the other, as it came; without FILE to standard output."""
    if file is not None and not force and Path(file).is_file():
        raise BadInput(f"{file} is there already", hint="Name another file, or write over it with --force.")
    with opened.engine(ctx) as engine:
        total = engine.house.store.log.counts()["accepted"]
        with _out(file) as write, _bar("Exporting", total, hidden=file is None) as step:
            done = 0
            for raw in upkeep.export(engine.house):
                write(raw + b"\n")
                step(1)
                done += 1
    if file is not None:
        show.say(f"{show.count(done, 'event')} written to {file}.")


@store.command(name="import")
@click.argument("file")
@click.pass_context
def import_(ctx: click.Context, file: str) -> None:
    """Read the past in from FILE, as ingest reads it: lineage follows from it, but no findings or messages."""
    if not Path(file).is_file():
        raise MissingFile(file)
    counts: dict[str, int] = {}
    with opened.engine(ctx, create=True) as engine, Path(file).open("rb") as stream:
        batch: list[bytes] = []
        with _bar("Importing", Path(file).stat().st_size, hidden=False) as step:
            for raw in event_files.events(stream):
                batch.append(raw)
                step(len(raw))
                if len(batch) == upkeep.TOGETHER:
                    _add(counts, upkeep.take(engine.house, batch))
                    batch = []
            _add(counts, upkeep.take(engine.house, batch))
    counts = {"known already" if status == "merged" else status: amount for status, amount in counts.items()}
    said = ", ".join(f"{amount:,} {status}" for status, amount in sorted(counts.items()))
    show.say(f"{show.count(sum(counts.values()), 'event')}{': ' + said if said else ''}.")


@store.command()
@click.pass_context
def compact(ctx: click.Context) -> None:
    """Move answers to Parquet, let go of what nothing names, and give back room."""
    with opened.engine(ctx) as engine:
        before, after = upkeep.compact(engine.house)
    show.say(f"{before / 1e6:,.1f} MB before, {after / 1e6:,.1f} MB now." if after else "Done.")


@store.command()
@click.option("--older-than", "age", required=True, metavar="AGE", help="Such as 400d, 60w or 2y; or a date.")
@click.option("--dry-run", is_flag=True, help="Only tell what would go.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
@click.pass_context
def prune(ctx: click.Context, age: str, dry_run: bool, as_json: bool) -> None:
    """Remove runs that ended before AGE, with their events, but none that a live model version came from.

    Live are the newest versions of models, indexes, prompts, deployments and windows of predictions, and all versions
    of them since AGE.
    """
    with opened.engine(ctx) as engine:
        found = upkeep.prune(engine.house, _before(age), rehearse=dry_run)
    if as_json:
        show.as_json(found)
        return
    verb = "would go" if dry_run else "removed"
    show.say(f"{show.count(found.runs, 'run')} with {show.count(found.events, 'event')} {verb}.", "bold")
    if found.spared:
        show.say(f"{show.count(found.spared, 'older run')} kept, as live versions came from them.")
    if found.runs and not dry_run:
        show.say("Give the room back with 'driftline store compact'.", "dim")


def _before(age: str) -> int:
    found = _AGE.match(age)
    if found:
        return clock.now_us() - int(found.group(1)) * _DAYS[found.group(2)] * _DAY_US
    try:
        return clock.parse(age)
    except ValueError as error:
        raise BadInput(f"--older-than {age!r} is no age; write 400d, 60w, 2y or 2025-01-31") from error


def _add(counts: dict[str, int], more: dict[str, int]) -> None:
    for status, amount in more.items():
        counts[status] = counts.get(status, 0) + amount


@contextlib.contextmanager
def _out(file: str | None) -> Iterator[Callable[[bytes], object]]:
    if file is None:
        yield sys.stdout.buffer.write
        return
    with contextlib.ExitStack() as held:
        try:
            stream = held.enter_context(Path(file).open("wb"))
        except OSError as error:
            raise BadInput(f"{file} cannot be written: {error.strerror}") from error
        yield stream.write


@contextlib.contextmanager
def _bar(text: str, total: int, *, hidden: bool) -> Iterator[Callable[[int], object]]:
    if hidden or total < _LONG or not sys.stderr.isatty():
        yield upkeep.quietly
        return
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (TextColumn(text), BarColumn(), TextColumn("{task.percentage:>3.0f} %"), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as progress:
        task = progress.add_task("", total=total)
        yield lambda amount: progress.advance(task, amount)
