"""Take out of recorded OpenLineage events what belongs to the machine that they were recorded on.

Enters: events, one a line, on standard input. Leaves: the same events on standard output, without spaces between their
parts; of paths in places where programs and people live the last part stays, the names of the machine and of the user
become ``host`` and ``user``, and what looks like an address of e-mail becomes ``somebody``. Keys are left alone.
"""

import getpass
import json
import re
import socket
import sys
from typing import Any

_PATH = re.compile(r"(?<![\w.:/])/(?:home|mnt|opt|private|root|srv|tmp|usr|var|work|Users)(?:/[\w.+-]+)*/([\w.+-]+)")
_MAIL = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+")


def main() -> None:
    """Scrub standard input."""
    for line in sys.stdin:
        if line.strip():
            print(json.dumps(scrubbed(json.loads(line)), ensure_ascii=False, separators=(",", ":")))


def scrubbed(value: Any) -> Any:
    """Return ``value`` with every text in it scrubbed."""
    if isinstance(value, dict):
        return {key: scrubbed(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [scrubbed(inner) for inner in value]
    return _text(value) if isinstance(value, str) else value


def _text(value: str) -> str:
    if value == getpass.getuser():
        return "user"
    value = value.replace(socket.gethostname(), "host")
    return _MAIL.sub("somebody", _PATH.sub(r"\1", value))


if __name__ == "__main__":
    main()
