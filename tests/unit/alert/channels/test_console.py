"""The console: text to read, colour only where there is a terminal."""

import io
import sys

import pytest

from driftline.alert.channels import open_channels
from driftline.alert.channels.channel import NotDelivered
from driftline.alert.channels.console import WIDTH, Console, plain
from driftline.alert.message import Message
from driftline.config import Settings

MESSAGE = Message(
    key="inc-7f3a",
    revision="r",
    state="open",
    severity="page",
    subject="arr_delay [feed] moved",
    sentence="Bad data reaches refund-desk.",
    lines=("Cause (81%): " + "the feed reports seconds instead of minutes, " * 4, "Hit downstream: features."),
)


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_plain_text_is_readable_line_by_line() -> None:
    lines = plain(MESSAGE).splitlines()
    assert lines[:2] == ["[page] arr_delay [feed] moved", "  Bad data reaches refund-desk."]
    assert lines[2].startswith("  - Cause (81%): the feed")
    assert lines[3].startswith("    ")
    assert lines[-2:] == ["  - Hit downstream: features.", "  driftline incidents inc-7f3a"]
    assert max(map(len, lines)) <= WIDTH


def test_without_a_terminal_there_is_no_colour() -> None:
    stream = io.StringIO()
    Console(stream).send(MESSAGE, "d")
    assert stream.getvalue() == plain(MESSAGE)


def test_a_terminal_gets_colour_and_the_same_words(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in (("TERM", "xterm-256color"), ("COLUMNS", "40")):
        monkeypatch.setenv(name, value)
    monkeypatch.delenv("NO_COLOR", raising=False)
    stream = Terminal()
    Console(stream).send(MESSAGE, "d")
    assert "\x1b[" in stream.getvalue()
    assert "arr_delay [feed] moved" in stream.getvalue()  # brackets are no markup, and long lines stay whole


def test_standard_error_is_the_one_of_the_moment(capsys: pytest.CaptureFixture[str]) -> None:
    Console().send(MESSAGE, "d")
    assert capsys.readouterr().err == plain(MESSAGE)


def test_a_closed_stream_is_not_delivered(monkeypatch: pytest.MonkeyPatch) -> None:
    stream = io.StringIO()
    stream.close()
    with pytest.raises(NotDelivered, match="closed"):
        Console(stream).send(MESSAGE, "d")
    monkeypatch.setattr(sys, "stderr", None)
    with pytest.raises(NotDelivered):
        Console().send(MESSAGE, "d")


def test_a_resolved_message_is_marked_so() -> None:
    resolved = Message(key="k", revision="r", state="resolved", severity="page", subject="s", sentence="t")
    assert plain(resolved).startswith("[resolved] s\n")


def test_settings_say_which_channels_are_open() -> None:
    assert set(open_channels(Settings())) == {"console"}
    assert set(open_channels(Settings(console=False, webhook_url="https://example.org/hook"))) == {"webhook"}
