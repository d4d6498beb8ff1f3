"""Settings: defaults, then ``driftline.toml``, then ``DRIFTLINE_*`` variables, then arguments; the later one wins.

Leaves: one frozen record. An unknown key is refused with the list of known ones, so that a misspelt setting is never
silently ignored.
"""

import os
import re
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal

import msgspec

from driftline.errors import BadSetting

FILE = "driftline.toml"
PREFIX = "DRIFTLINE_"
# The address of a database, strictly: where a sign is not percent-encoded, nobody can tell what is the password.
ADDRESS = re.compile(
    r"(?P<scheme>[a-z][a-z0-9+.-]*)://"
    r"(?:[^:@/?#\[\]]*(?::[^:@/?#\[\]]*)?@)?"  # user, password
    r"(?P<host>(?:[\w.,~%-]|\[[\w:.%]*\]|:\d+)*)(?P<name>/[^/?#@]*)?"
    r"(?:\?\w+=[^?#@]*)?"  # options, a password perhaps among them
)


class Settings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Everything that can be set. Every field is documented in docs/reference/settings.md."""

    enabled: bool = True  # False: nothing is patched, recorded or sent
    disabled: bool = False  # True: the same as ``enabled = false``, whatever that says
    home: str = ".driftline"  # folder of the embedded store, the spool and the guard switch
    store: str = ""  # address of the store: sqlite://FOLDER or postgresql://…; "" = the embedded store in ``home``
    url: str = ""  # address of a Driftline server; "" = straight into the store
    token: str = ""  # Bearer token for that server
    namespace: str = "default"  # namespace of jobs that name none
    measure: Literal["names", "fingerprints", "full", "rows"] = "full"  # names: nothing is read; rows: all row sets too
    table_cells: int = 10_000_000  # cells of a table of a database or an address that is still measured; 0 = none
    queue: int = 10_000  # events and answers held in memory before they are spooled
    flush_seconds: float = 5.0  # longest wait for delivery at exit, and of ``flush()``
    answer_features: Literal["values", "hash"] = "values"  # what is kept of an answer's features; the hash always is
    answer_text: Literal["text", "hash"] = "text"  # what is kept of what was said; the hash always is
    answer_share: float = 1.0  # share of the answers whose values and text are kept at all; ids and hashes always are
    quarantine: Literal["auto", "manual"] = "auto"  # auto: bad versions that reach people are quarantined
    guards: Literal["off", "observe", "enforce"] = "enforce"  # strongest mode of any guard; observe only records
    probe: Literal["off", "asked", "steps"] = "asked"  # steps that are probed: none, those with probe=True, or all
    probe_seconds: float = 30.0  # longest time of one probe
    currency: str = "USD"  # of money amounts that name none
    console: bool = True  # incidents are told on standard error
    webhook_url: str = ""  # where incidents are posted; "" = nowhere
    webhook_secret: str = ""  # signs the webhook body (HMAC-SHA256)
    host: str = "127.0.0.1"  # address that the server listens on
    port: int = 8620  # port that the server listens on

    @property
    def location(self) -> str:
        """Address of the store in force."""
        return self.store or f"sqlite://{self.home}"

    @property
    def target(self) -> str:
        """Where capture delivers: the server's address, or the store."""
        return self.url or self.location


def bare(address: str) -> str:
    """Return ``address`` as it may be shown: a database's without user, password and options."""
    scheme, mark, _ = address.partition("://")
    if not mark or scheme == "sqlite":
        return address
    found = ADDRESS.fullmatch(address)
    return f"{scheme}://{found['host']}{found['name'] or ''}" if found else f"{scheme}://…"


def load(arguments: Mapping[str, Any] | None = None, *, directory: Path | None = None) -> Settings:
    """Return the settings in force.

    Args:
        arguments: values that win over all others; None values are passed over.
        directory: where ``driftline.toml`` is looked for; default the current directory.

    Raises:
        BadSetting: a key is unknown or a value has the wrong type.
    """
    values: dict[str, Any] = {}
    file = (directory or Path()) / FILE
    if file.is_file():
        try:
            values.update(tomllib.loads(file.read_text("utf-8")))
        except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
            raise BadSetting(f"{file}: {error}") from error
    known = {field.name: field for field in msgspec.structs.fields(Settings)}
    for variable, text in os.environ.items():
        key = variable.removeprefix(PREFIX).lower()
        if variable.startswith(PREFIX) and key in known:
            values[key] = text
    values.update({key: value for key, value in (arguments or {}).items() if value is not None})
    unknown = sorted(set(values) - set(known))
    if unknown:
        raise BadSetting(f"unknown {', '.join(unknown)}; known are {', '.join(sorted(known))}")
    try:
        settings = msgspec.convert(values, Settings, strict=False)
    except msgspec.ValidationError as error:
        raise BadSetting(str(error)) from error
    return msgspec.structs.replace(settings, enabled=settings.enabled and not settings.disabled)
