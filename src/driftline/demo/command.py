"""``driftline demo``: the 75,000-dollar incident, replayed on a real year of flights.

Enters: options. Leaves: the story on the screen, a closing table, one JSON line where asked for, and a server on the
guarded year's store unless told otherwise. The replay writes into a new folder each time and swaps it in at the end,
so an interrupted demo never leaves half a store behind.
"""

import os
import shutil
import signal
import sys
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from types import FrameType

import msgspec
from rich.table import Table

from driftline.config import Settings
from driftline.demo import display, faults, story
from driftline.demo.story import Outcome
from driftline.errors import BadInput, Interrupted, StoreUnusable
from driftline.serve.server import serve

PROGRAM = "driftline"
HOME = ".driftline-demo"
THREADS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")


def demo(
    *,
    fault: str = "units",
    seed: int = faults.DEFAULT_SEED,
    day: str = "",
    home: str = "",
    json: bool = False,
    serve_after: bool = True,
    host: str = "127.0.0.1",
    port: int = 8620,
) -> Outcome:
    """Replay the year twice and tell what came of it.

    Raises:
        BadInput: the fault is unknown or the day is not one of 2013 after the desk opened.
        MissingExtra: the demo's packages are not installed.
        Interrupted: it was stopped before its end; nothing of it is kept.
        PortInUse: the server's address is taken; the replay is kept.
    """
    chosen = faults.choose(fault, seed, _day(day))
    for name in THREADS:
        os.environ.setdefault(name, "1")
    folder = Path(home or HOME)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        work = Path(tempfile.mkdtemp(prefix="replay-", dir=folder))
    except OSError as error:
        raise StoreUnusable(f"{folder}: {error.strerror}", hint="Name another folder with --home.") from error
    with _stoppable() as stopped:
        try:
            result = story.tell(work, chosen, seed, quiet=json)
            latest = _keep(work, folder)
        except BaseException as error:  # libraries in between turn an interrupt into errors of their own
            if not stopped and not isinstance(error, KeyboardInterrupt):
                raise
            raise Interrupted(
                "the demo was stopped before its end; nothing of it was kept", hint="Run 'driftline demo' again."
            ) from error
        finally:
            shutil.rmtree(work, ignore_errors=True)
    if json:
        print(story.line(_at_home(result, latest)))
    else:
        close(result, latest)
    if serve_after:
        serve(Settings(home=str(latest / "guarded" / ".driftline"), host=host, port=port))
    return result


@contextmanager
def _stoppable() -> Iterator[list[int]]:
    """Note an interrupt where it comes in, and let it go on as usual."""
    stopped: list[int] = []

    def note(number: int, frame: FrameType | None) -> None:  # noqa: ARG001 - a signal handler's signature
        stopped.append(number)
        raise KeyboardInterrupt

    if threading.current_thread() is not threading.main_thread():
        yield stopped
        return
    former = signal.signal(signal.SIGINT, note)
    try:
        yield stopped
    finally:
        signal.signal(signal.SIGINT, former)


def close(result: Outcome, kept: Path) -> None:
    """Print the closing table, and what can be done with the two stores."""
    console = display.console()
    table = Table(
        title=f"The year 2013, fault {result.fault}, seed {result.seed}", title_style="bold", show_header=False
    )
    table.add_column(style="bright_black")
    table.add_column()
    for name, value in rows(result):
        table.add_row(name, value)
    console.print(table)
    for name in ("guarded", "unguarded"):
        home = kept / name / ".driftline"
        console.print(f"  {program()} --home {home} incidents", style="bright_black", soft_wrap=True)


def program() -> str:
    """Return how this program can be started again: by its name where that finds it, else as it was started."""
    started = sys.argv[0]
    if Path(started).name != PROGRAM:
        return PROGRAM
    found = shutil.which(PROGRAM)
    return PROGRAM if found and Path(found).resolve() == Path(started).resolve() else started


def rows(result: Outcome) -> list[tuple[str, str]]:
    """Return the closing table, line by line."""
    out = [("flights, answers a year", f"{result.flights:,} flights, {result.answers:,} answers")]
    if result.day is None:
        verdict = "none, as it should be" if not result.incidents else f"{result.incidents}, all of them false"
        return [*out, ("incidents", verdict), *_cost(result)]
    out.append(("first bad batch", result.day))
    if result.noticed_batch is None:
        return [*out, ("noticed", "[bold red]never[/]"), *_cost(result)]
    out += [
        (
            "noticed",
            f"{result.noticed_batch}: {result.batches_to_notice} batches and {result.answers_to_notice} answers later",
        ),
        ("cause ranked first", f"{result.cause_first} ({result.cause_score:.0%})"),
        ("its evidence", result.cause_sentence or ""),
        ("is that the truth?", "[bold green]yes[/]" if result.cause_correct else "[bold red]no[/]"),
        ("what else was hit", ", ".join(node.partition(":")[2] for node in result.hit) or "nothing"),
        ("incidents", f"{result.incidents}, of which false: {result.false_incidents}"),
    ]
    if result.mended:
        out.append(("mended", f"{result.mended}, {story.REPAIR_DAYS} days after people were told"))
    return [*out, *_cost(result)]


def _cost(result: Outcome) -> list[tuple[str, str]]:
    return [
        ("lost without guards", f"[bold red]{result.money_unguarded:,.0f} dollars[/]"),
        (
            "lost with guards",
            f"[bold green]{result.money_guarded:,.0f} dollars[/], of it {result.handling_guarded:,.0f} for the time of "
            f"persons, who decided {result.held_guarded:,} claims",
        ),
        ("CPU time, memory", f"{result.cpu_s:.0f} s, {result.peak_mb:,.0f} MB"),
    ]


def _day(text: str) -> date | None:
    if not text:
        return None
    try:
        found = date.fromisoformat(text)
    except ValueError as error:
        raise BadInput(f"day {text!r} is not a date", hint="Write it as 2013-08-14.") from error
    if not date(2013, 4, 15) <= found <= date(2013, 12, 15):
        raise BadInput(f"day {text} lies outside 2013-04-15 to 2013-12-15", hint="The desk opens on 2013-04-01.")
    return found


def _keep(work: Path, folder: Path) -> Path:
    """Put the finished replay in the place of the last one."""
    latest = folder / "latest"
    old = folder / f"{work.name}-old"
    if latest.exists():
        latest.rename(old)
    work.rename(latest)
    shutil.rmtree(old, ignore_errors=True)
    return latest


def _at_home(result: Outcome, latest: Path) -> Outcome:
    return msgspec.structs.replace(result, home=str(latest / "guarded" / ".driftline"))
