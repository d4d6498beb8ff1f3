"""How things look on a terminal, and what they become when it is none.

Enters: records. Leaves: JSON on one line, or a sentence and short tables. Colour never stands alone: a sign
of its own shape carries the same meaning. Piped output has no escape codes and is not cut to a width.
"""

import sys
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Literal

import click
import msgspec
from rich.console import Console
from rich.table import Table
from rich.text import Text

from driftline import clock
from driftline.event import names
from driftline.event.answer import Answer, Verdict
from driftline.event.lineage import Link, Node

PIPED_WIDTH = 200
IDS = frozenset({"id", "node", "event"})  # headings of columns whose words are copied
NARROW = 20  # of the other columns, at least
_OBEYED = {code: "�" for code in (*range(32), *range(127, 160)) if chr(code) not in "\n\t"}
_SPANS = 3  # spans of rows of one column
SIGNS = {
    "open": ("▲", "bold red"),
    "contained": ("■", "yellow"),
    "resolved": ("✓", "green"),
    "alarm": ("▲", "bold red"),
    "warn": ("△", "yellow"),
    "note": ("·", "dim"),
    "drift": ("▲", "bold red"),
    "failed": ("▲", "bold red"),
    "FAIL": ("▲", "bold red"),
    "ABORT": ("▲", "bold red"),
    "changed": ("◆", "yellow"),
    "quarantined": ("■", "magenta"),
    "block": ("■", "magenta"),
    "fallback": ("□", "magenta"),
    "flag": ("△", "yellow"),
    "allow": ("✓", "green"),
}


def as_json(record: Any) -> None:
    """Print ``record`` as JSON on one line."""
    click.echo(msgspec.json.encode(record))


def console() -> Console:
    """Return where people read."""
    terminal = sys.stdout.isatty()
    return Console(file=sys.stdout, highlight=False, width=None if terminal else PIPED_WIDTH, soft_wrap=not terminal)


def say(sentence: str | Text = "", style: str = "") -> None:
    """Print a line."""
    console().print(_harmless(sentence, style))


def _harmless(text: str | Text, style: str = "") -> Text:
    """Return a text without what a terminal would obey: names and problems hold what data and files hold."""
    found = text if isinstance(text, Text) else Text(text, style=style)
    if not found.plain.isprintable():
        found.plain = found.plain.translate(_OBEYED)
    return found


def sign(word: str) -> Text:
    """Return ``word`` with its sign and colour."""
    shape, style = SIGNS.get(word, ("", ""))
    return Text(f"{shape} {word}".strip(), style=style)


def verdict(found: Verdict) -> Text:
    """Return what a guard decided about an answer; where it only observed, what it would have done."""
    if found.mode == "observe" and found.action not in ("allow", "flag"):
        return Text(f"○ would {found.action}", style="dim")
    return sign(found.action)


def decided(answer: Answer) -> str:
    """Return the decision of an answer and its score, as far as it has them."""
    score = "" if answer.score is None else f"score {answer.score:.6g}"
    return "  ".join(filter(None, (answer.decision, score)))


def table(headings: Sequence[str], rows: Iterable[Sequence[str | Text]], *, right: Sequence[str] = ()) -> None:
    """Print a table; nothing where there are no rows. Columns named in ``right`` are aligned to the right."""
    drawn = Table(box=None, pad_edge=False, header_style="dim", padding=(0, 2, 0, 0))
    for heading in headings:
        whole = heading in IDS
        justify: Literal["left", "right"] = "right" if heading in right else "left"
        drawn.add_column(heading, justify=justify, overflow="fold", no_wrap=whole)
    cells = [[_harmless(cell) for cell in row] for row in rows]
    for row in cells:
        drawn.add_row(*row)
    if cells:
        page = console()
        page.width = max(page.width, _whole(cells) if page.soft_wrap else _least(headings, cells))
        page.print(drawn, crop=False)


def _whole(cells: Sequence[Sequence[Text]]) -> int:
    """Return how wide a table is of which nothing is broken, as it is where no person reads it."""
    widest = [max(max(map(len, cell.plain.split("\n"))) for cell in column) for column in zip(*cells, strict=True)]
    return sum(width + 2 for width in widest) + NARROW * len(widest)


def _least(headings: Sequence[str], cells: Sequence[Sequence[Text]]) -> int:
    """Return how wide a table is at least: an id is never broken, so that it can be copied."""
    widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
    return sum(
        2 + (wide if heading in IDS else min(wide, NARROW)) for heading, wide in zip(headings, widths, strict=True)
    )


def sure(link: Link) -> str:
    """Return how sure a link is, and by what; ``""`` where it is certain. What led along it may be a guess."""
    if link.through < 1:
        return f"{percent(link.through)} sure"
    return f"{link.provenance}, {percent(link.confidence)} sure" if link.confidence < 1 else ""


def percent(share: float) -> str:
    """Return how sure something is; what is not certain is never 100%."""
    return f"{min(share, 0.99) if share < 1 else share:.0%}"


def name(node: Node) -> str:
    """Return what people call a node; its own name also where that has signs by which an id is taken apart."""
    return node.label if node.type in ("DATASET", "JOB") and node.label else names.label(node.id)


def unmatched(words: Mapping[str, str]) -> None:
    """Say, beside the answer, which words of a selector fit nothing, and what is near each."""
    for word, near in words.items():
        click.echo(f"Note: nothing fits {word!r} in the selector{f'; {near}' if near else ''}.", err=True)


def newest(shown: int, noun: str, *, more: bool) -> str:
    """Return the head of a list of the newest of something; ``more``: there are others."""
    return f"The newest {count(shown, noun)} (--limit shows more):" if more else f"{count(shown, noun)}, newest first:"


def heading(text: str) -> None:
    """Print the heading of a part."""
    say()
    say(text, "bold")


def when(moment_us: int) -> str:
    """Return a moment for people, in UTC; ``""`` for an unknown one."""
    return clock.to_datetime(moment_us).strftime("%Y-%m-%d %H:%M") if moment_us else ""


def paid(amount: float, currency: str) -> str:
    """Return what one answer paid, for people, with cents."""
    return f"{amount:,.2f} {currency}"


def money(amount: float, currency: str) -> str:
    """Return an amount for people, without cents."""
    return f"{amount:,.0f} {currency}"


def spans(rows: Sequence[tuple[int, int]]) -> str:
    """Return spans of rows, the first few: ``0 to 65,535, 131,072 to 131,100``."""
    shown = ", ".join(f"{first:,} to {last:,}" if last > first else f"{first:,}" for first, last in rows[:_SPANS])
    return shown + (f" and {count(len(rows) - _SPANS, 'more span')}" if len(rows) > _SPANS else "")


def count(number: int, noun: str, plural: str = "") -> str:
    """Return ``1 event``, ``1,204 events``."""
    return f"{number:,} {noun if number == 1 else plural or noun + 's'}"
