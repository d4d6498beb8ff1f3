"""What is on the screen, counted by hand on a fortnight; the console writes into text."""

import io
from datetime import date

from rich.console import Console

from driftline.demo.display import Display, Tick

FIRST, LAST = date(2013, 1, 1), date(2013, 1, 14)  # a Tuesday; a Monday
DAYS = [Tick(day=date(2013, 1, number), status="well", flights=10, answers=2, paid=150.0) for number in (1, 2)]


def test_a_day_stands_in_the_row_of_its_weekday():
    display = Display("a fortnight", FIRST, LAST, quiet=True)
    display.tick(Tick(day=date(2013, 1, 1), status="well"))  # Tuesday of the first week
    display.tick(Tick(day=date(2013, 1, 9), status="bad"))  # Wednesday of the second
    display.tick(Tick(day=date(2013, 1, 14), status="held"))  # Monday of the third
    rows = display._calendar().plain.split("\n")
    assert rows == [" ·◆", "■· ", "·▲ ", "·· ", "·· ", "·· ", "·· "]


def test_counters_add_the_days_up():
    display = Display("two days", FIRST, LAST, quiet=True)
    for tick in DAYS:
        display.tick(tick)
    display.tick(Tick(day=date(2013, 1, 3), status="bad", flights=1_000, answers=1, paid=75.0, lost=1_234.5, held=3))
    said = display._counters().plain
    assert said.split("   ")[:5] == [
        "  1,020 flights", "5 answers", "$375 paid", "$1,234 lost", "3 held for a person",
    ]  # fmt: skip


def test_elsewhere_than_on_a_terminal_a_line_a_month_and_a_line_a_sentence(capsys):
    with Display("January", FIRST, date(2013, 1, 31)) as display:
        for number in range(1, 32):
            display.tick(Tick(day=date(2013, 1, number), status="well", flights=1))
        display.say(date(2013, 1, 31), "It broke [here].", style="bold")
    lines = capsys.readouterr().out.rstrip().split("\n")
    assert lines[0] == "January"
    assert lines[1].startswith("  January: 31 flights")
    assert lines[2] == "  31 Jan  It broke [here]."
    assert lines[3].startswith("  31 flights")
    assert len(lines) == 4


def test_a_quiet_display_says_nothing_and_still_counts(capsys):
    with Display("quiet", FIRST, LAST, quiet=True) as display:
        display.tick(DAYS[0])
        display.say(FIRST, "Nobody hears it.")
    said = capsys.readouterr()
    assert (said.out, said.err) == ("", "")
    assert display.flights == 10


def test_on_a_terminal_the_calendar_is_drawn_and_taken_away(monkeypatch):
    screen = io.StringIO()
    monkeypatch.setattr(
        "driftline.demo.display.Console", lambda **_: Console(file=screen, force_terminal=True, width=100)
    )
    with Display("live", FIRST, LAST) as display:
        for tick in DAYS:
            display.tick(tick)
    text = screen.getvalue()
    assert "■" in text
    assert "live" in text
    assert "20" in text
