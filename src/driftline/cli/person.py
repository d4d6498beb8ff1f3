"""Who is at the keyboard, and moments as people type them."""

import getpass

from driftline import clock
from driftline.errors import BadInput


def name(said: str | None) -> str:
    """Return who does something: as was said, else the user's name."""
    if said:
        return said
    try:
        return getpass.getuser()
    except (KeyError, OSError, ImportError):  # a user without a name, as in many containers
        return "command line"


def moment(option: str, text: str | None) -> int | None:
    """Return the moment that an option says; None where it says none.

    Raises:
        BadInput: it is no date and no time.
    """
    if text is None:
        return None
    try:
        return clock.parse(text)
    except ValueError as error:
        hint = "Write 2013-01-31 or 2013-01-31T08:00:00Z."
        raise BadInput(f"{option} {text!r} is not a moment", hint=hint) from error


def pairs(texts: tuple[str, ...]) -> dict[str, str]:
    """Return what was said as KEY=VALUE.

    Raises:
        BadInput: one has no equals sign, or nothing before it.
    """
    found: dict[str, str] = {}
    for text in texts:
        key, mark, value = text.partition("=")
        if not mark or not key.strip():
            raise BadInput(f"{text!r} is not KEY=VALUE", hint="Write it as in --set reason=email.")
        found[key.strip()] = value
    return found
