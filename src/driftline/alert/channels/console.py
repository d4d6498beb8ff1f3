"""The channel ``console``: the message on standard error, coloured where that is a terminal, plain text elsewhere.

Enters: a message. Leaves: lines to read, never more than a screen. Where standard error is closed the message counts as
not delivered and is told again.
"""

import sys
import textwrap
from typing import TextIO

from driftline.alert.channels.channel import NotDelivered
from driftline.alert.message import Message
from driftline.config import Settings

WIDTH = 100
_COLOURS = {"page": "bold red", "ticket": "bold yellow", "log": "bold blue"}


class Console:
    """Writes to ``stream``; default standard error as it is when the message comes."""

    def __init__(self, stream: TextIO | None = None) -> None:
        self._stream = stream

    def send(self, message: Message, delivery: str) -> None:  # noqa: ARG002 - a terminal has no memory to deduplicate by
        """Write ``message``."""
        stream = self._stream or sys.stderr
        try:
            if stream.isatty():
                _coloured(message, stream)
            else:
                stream.write(plain(message))
            stream.flush()
        except (OSError, ValueError, AttributeError) as error:  # closed, or None under a window system
            raise NotDelivered(f"standard error: {error}") from error


def plain(message: Message) -> str:
    """Return ``message`` as text, each line at most ``WIDTH`` characters wide where words allow it."""
    rows = [f"[{_mark(message)}] {message.subject}", *_wrapped(message.sentence, "  ")]
    for line in message.lines:
        rows.extend(_wrapped(line, "  - "))
    rows.append(f"  driftline incidents {message.key}")
    return "\n".join(rows) + "\n"


def _mark(message: Message) -> str:
    return message.severity if message.state == "open" else message.state


def _wrapped(text: str, start: str) -> list[str]:
    return textwrap.wrap(text, WIDTH, initial_indent=start, subsequent_indent=" " * len(start), break_long_words=False)


def _coloured(message: Message, stream: TextIO) -> None:
    from rich.console import Console as Terminal
    from rich.text import Text

    colour = _COLOURS[message.severity] if message.state == "open" else "bold green"
    head, _, rest = plain(message).partition("\n")
    text = Text(head, style=colour)
    text.append("\n" + rest, style="not bold default")
    Terminal(file=stream, soft_wrap=True).print(text, end="")


def open_channel(settings: Settings) -> Console | None:
    """Return the console, or None where the settings turn it off."""
    return Console() if settings.console else None
