"""``driftline ingest``: OpenLineage events from files into the store."""

import contextlib
import itertools
import os
import sys
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import BinaryIO

import click

from driftline.cli import event_files, opened, show
from driftline.engine.engine import Engine
from driftline.errors import BadEvent, BadInput, Interrupted, MissingFile
from driftline.event.report import Receipt

TOGETHER = 100  # events handed over at once
LONG_BYTES = 1_000_000  # files of more than this show a progress bar
REASONS = 5  # reasons listed; the rest is counted
_STDIN = "-"

Step = Callable[[int], object]


@click.command()
@click.argument("files", nargs=-1, required=True, metavar="FILE...")
@click.option("--json", "as_json", is_flag=True, help="Print one receipt per event, one a line.")
@click.pass_context
def ingest(ctx: click.Context, files: tuple[str, ...], as_json: bool) -> None:
    """Read OpenLineage events from FILEs: one object, an array, or one a line; gzip too; - is standard input.

    An event that cannot be read is kept in quarantine; the command then exits with 65.
    """
    for file in files:
        if file != _STDIN:
            _check(Path(file))
    counts: Counter[str] = Counter()
    reasons: Counter[str] = Counter()
    places: dict[str, str] = {}  # reason -> where it was met first
    with opened.engine(ctx, create=True) as engine:
        try:
            for place, receipt in _receipts(engine, files, quiet=as_json):
                counts[receipt.status] += 1
                if receipt.status == "quarantined":
                    reasons[receipt.reason] += 1
                    places.setdefault(receipt.reason, place)
                if as_json:
                    show.as_json(receipt)
        except KeyboardInterrupt:
            done = show.count(counts.total(), "event")
            raise Interrupted(f"{done} were taken and are stored", hint=_AGAIN) from None
    if not as_json:
        _summarise(counts, reasons, places)
    if reasons:
        ctx.exit(BadEvent.exit_code)


_AGAIN = "Run the same command again: an event that is known already is not counted twice."


def _check(file: Path) -> None:
    if not file.exists():
        raise MissingFile(str(file))
    if not file.is_file() and not file.is_fifo():
        raise BadInput(f"{file} is not a file")
    if not os.access(file, os.R_OK):
        raise BadInput(f"{file} may not be read")


def _receipts(engine: Engine, files: tuple[str, ...], *, quiet: bool) -> Iterator[tuple[str, Receipt]]:
    sizes = [Path(file).stat().st_size for file in files if file != _STDIN]
    bar = not quiet and sys.stderr.isatty() and sum(sizes) > LONG_BYTES
    with _progress(sum(sizes)) if bar else contextlib.nullcontext(_still) as step:
        for file in files:
            with _open(file) as stream:
                found = event_files.located(stream)
                while batch := list(itertools.islice(found, TOGETHER)):
                    receipts = engine.ingest_many([raw for _, raw in batch], noted=None if quiet else ())
                    for (place, _), receipt in zip(batch, receipts, strict=True):
                        yield f"{file}, {place}", receipt
                    step(sum(len(raw) for _, raw in batch))


@contextlib.contextmanager
def _open(file: str) -> Iterator[BinaryIO]:
    if file == _STDIN:
        yield sys.stdin.buffer
        return
    with Path(file).open("rb") as stream:
        yield stream


def _still(_size: int) -> None:
    """Show no progress."""


@contextlib.contextmanager
def _progress(total: int) -> Iterator[Step]:
    from rich.console import Console
    from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (TextColumn("Reading events"), BarColumn(), DownloadColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as progress:
        task = progress.add_task("", total=total)
        yield lambda size: progress.advance(task, size)


def _summarise(counts: Counter[str], reasons: Counter[str], places: Mapping[str, str]) -> None:
    parts = [f"{counts['accepted']:,} accepted"]
    if counts["merged"]:
        parts.append(f"{counts['merged']:,} known already")
    if counts["quarantined"]:
        parts.append(f"{counts['quarantined']:,} quarantined")
    if not counts:
        show.say("No events were found.")
        return
    show.say(f"{show.count(counts.total(), 'event')}: {', '.join(parts)}.", "bold")
    if not reasons:
        return
    for reason, number in reasons.most_common(REASONS):
        click.echo(f"{number:>7,}  {places[reason]}: {reason}")  # one line however wide, so that it can be copied
    if len(reasons) > REASONS:
        show.say(f"and {len(reasons) - REASONS:,} other reasons; --json lists all", "dim")
    show.say("They are kept, but nothing follows from them. List them with 'driftline events held'.", "dim")
