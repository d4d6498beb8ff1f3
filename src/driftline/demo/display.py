"""What a person sees while the year is replayed: a calendar that fills up, counters, and the story as it happens.

Enters: one ``Tick`` a day and sentences. Leaves: a live display on a terminal, plain lines elsewhere (one a month and
one a sentence), nothing at all when told to be quiet. Never changes what is replayed.
"""

from datetime import date, timedelta
from types import TracebackType
from typing import Self

import msgspec
from rich.console import Console, Group
from rich.live import Live
from rich.panel import Panel
from rich.text import Text

CELLS = {
    "": ("·", "bright_black"),
    "well": ("■", "green"),
    "bad": ("▲", "bold red"),
    "held": ("◆", "yellow"),
}
PLAIN = 110
_ROWS = 7
_FRAMES_A_SECOND = 8


class Tick(msgspec.Struct, frozen=True, kw_only=True):
    """One day, as the display needs it."""

    day: date
    status: str  # well, bad (wrong money went out), held (answers took the fallback)
    flights: int = 0
    answers: int = 0
    paid: float = 0.0
    lost: float = 0.0
    held: int = 0


def console(*, quiet: bool = False) -> Console:
    """Return where the story goes: a terminal at its own width, anything else at ``PLAIN`` columns."""
    found = Console(quiet=quiet, highlight=False)
    if not found.is_terminal:
        found.width = PLAIN
    return found


class Display:
    """One replay of the year on the screen."""

    def __init__(self, title: str, first: date, last: date, *, quiet: bool = False) -> None:
        self.console = console(quiet=quiet)
        self.title = title
        self.first, self.last = first, last
        self.cells: dict[date, str] = {}
        self.flights = self.answers = self.held = 0
        self.paid = self.lost = 0.0
        self._live = (
            Live(self._screen(), console=self.console, refresh_per_second=_FRAMES_A_SECOND, transient=True)
            if self.console.is_terminal and not quiet
            else None
        )

    def __enter__(self) -> Self:
        self.console.print(Text(self.title, style="bold"))
        if self._live is not None:
            self._live.__enter__()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._live is not None:
            self._live.__exit__(kind, error, trace)
        self.console.print(self._counters())

    def tick(self, tick: Tick) -> None:
        """Fill one day in."""
        self.cells[tick.day] = tick.status
        self.flights += tick.flights
        self.answers += tick.answers
        self.held += tick.held
        self.paid += tick.paid
        self.lost += tick.lost
        if self._live is not None:
            self._live.update(self._screen())
        elif (tick.day + timedelta(days=1)).day == 1:
            self.console.print(
                f"  {tick.day:%B}: {self._counters().plain.strip()}", style="bright_black", highlight=False
            )

    def say(self, moment: date, sentence: str, *, style: str = "") -> None:
        """Tell one sentence of the story."""
        line = Text.assemble((f"  {moment:%d %b}  ", "bright_black"), (sentence, style))
        self.console.print(line, highlight=False)

    def _screen(self) -> Panel:
        return Panel(Group(self._calendar(), Text(""), self._counters()), title=self.title, border_style="bright_black")

    def _calendar(self) -> Text:
        start = self.first - timedelta(days=self.first.weekday())
        weeks = ((self.last - start).days // _ROWS) + 1
        out = Text()
        for row in range(_ROWS):
            for week in range(weeks):
                day = start + timedelta(days=week * _ROWS + row)
                inside = self.first <= day <= self.last
                sign, style = CELLS[self.cells.get(day, "")] if inside else (" ", "")
                out.append(sign, style=style)
            if row < _ROWS - 1:
                out.append("\n")
        return out

    def _counters(self) -> Text:
        out = Text("  ")
        for amount, name, style in (
            (f"{self.flights:,}", "flights", ""),
            (f"{self.answers:,}", "answers", ""),
            (f"${self.paid:,.0f}", "paid", ""),
            (f"${self.lost:,.0f}", "lost", "red" if self.lost else "green"),
            (f"{self.held:,}", "held for a person", "yellow" if self.held else ""),
        ):
            out.append(amount, style=f"bold {style}".strip())
            out.append(f" {name}   ", style="bright_black")
        return out
