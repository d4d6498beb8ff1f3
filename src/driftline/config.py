"""Settings: defaults, then ``driftline.toml``, then ``DRIFTLINE_*`` variables, then arguments; the later one wins.

Leaves: one frozen record. An unknown key is refused with the list of known ones, so that a misspelt setting is never
silently ignored; a value that cannot be used is refused with where it stands, what it is and what is allowed there.
Variables that are no settings are named by ``misspelt``, but for those that are known to be other people's.
"""

import os
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, get_args

import msgspec

from driftline import later
from driftline.errors import BadSetting

if TYPE_CHECKING:
    import difflib
    import urllib.parse as urls
else:  # for what is misspelt, and for who has a server
    difflib = later.module("difflib")
    urls = later.module("urllib.parse")

FILE = "driftline.toml"
PREFIX = "DRIFTLINE_"
_ALIKE = 0.7  # share of letters from which on two names are alike
# The address of a database, strictly: where a sign is not percent-encoded, nobody can tell what is the password.
ADDRESS = later.pattern(
    r"(?P<scheme>[a-z][a-z0-9+.-]*)://"
    r"(?:[^:@/?#\[\]]*(?::[^:@/?#\[\]]*)?@)?"  # user, password
    r"(?P<host>(?:[\w.,~%-]|\[[\w:.%]*\]|:\d+)*)(?P<name>/[^/?#@]*)?"
    r"(?:\?\w+=[^?#@]*)?"  # options, a password perhaps among them
)


_YES, _NO = frozenset(("yes", "on", "y", "t")), frozenset(("no", "off", "n", "f"))
_NO_HOST = frozenset(" \t\"'<>\\^`{|}")
_SECRET = frozenset(("token", "webhook_secret"))
_DAY = 86_400
_RANGES: dict[str, tuple[float, float]] = {  # from, to
    "table_cells": (0, 2**63),
    "remembered_bytes": (0, 2**63),
    "queue": (1, 2**31),
    "flush_seconds": (0, _DAY),
    "answer_share": (0, 1),
    "probe_seconds": (0, _DAY),
    "port": (0, 65_535),
}
# What Kubernetes and Docker make for a service that is called so; variables of the demo and of the tests.
_OTHERS = later.pattern(r"(\w+_)?(service_(host|port(_\w+)?)|port(_\d+_(tcp|udp|sctp)(_\w+)?)?)|(demo|test)_\w+")
_NEEDED = {bool: "true or false (also 1, 0, yes, no, on, off)", int: "a whole number", float: "a number", str: "a text"}


class Settings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Everything that can be set. Every field is documented in docs/reference/settings.md."""

    enabled: bool = True  # False: nothing is patched, recorded or sent
    disabled: bool = False  # True: the same as ``enabled = false``, whatever that says
    home: str = ".driftline"  # folder of the embedded store, the spool and the guard switch
    store: str = ""  # sqlite://FOLDER, a folder's path, or postgresql://…; "" = the embedded store in ``home``
    url: str = ""  # http:// or https:// address of a Driftline server; "" = straight into the store
    token: str = ""  # Bearer token for that server
    namespace: str = "default"  # namespace of jobs that name none
    measure: Literal["names", "fingerprints", "full", "rows"] = "full"  # names: nothing is read; rows: all row sets too
    table_cells: int = 10_000_000  # cells of a table of a database or an address that is still measured; 0 = none
    remembered_bytes: int = 64_000_000  # kept in ``home`` of what was worked out of files and SQL; 0 = none
    queue: int = 10_000  # events and answers held in memory before they are spooled; at least 1
    flush_seconds: float = 5.0  # longest wait for delivery at exit, and of ``flush()``
    answer_features: Literal["values", "hash"] = "values"  # what is kept of an answer's features; the hash always is
    answer_text: Literal["text", "hash"] = "text"  # what is kept of what was said; the hash always is
    answer_share: float = 1.0  # share of the answers whose values and text are kept, 0 to 1; ids and hashes always are
    quarantine: Literal["auto", "manual"] = "auto"  # auto: bad versions that reach people are quarantined
    guards: Literal["off", "observe", "enforce"] = "enforce"  # strongest mode of any guard; observe only records
    read_code: bool = True  # the text of your own code is read to tell which column comes from which
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


def load(
    arguments: Mapping[str, Any] | None = None, *, directory: Path | None = None, mended: list[str] | None = None
) -> Settings:
    """Return the settings in force.

    Args:
        arguments: values that win over all others; None values are passed over.
        directory: where ``driftline.toml`` is looked for; default the current directory.
        mended: takes a sentence for each number that is out of its range, for which the default stands then.

    Raises:
        BadSetting: a key is unknown, or a value has the wrong type or is out of its range.
    """
    values: dict[str, Any] = {}
    origin: dict[str, str] = {}  # key -> where its value stands
    file = (directory or Path()) / FILE
    if file.is_file():
        import tomllib

        try:
            values.update(tomllib.loads(file.read_text("utf-8")))
        except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
            raise BadSetting(f"{file}: {error}") from error
        origin.update((key, f"{key} in {FILE}") for key in values)
    known = {field.name: field for field in msgspec.structs.fields(Settings)}
    for variable, text in os.environ.items():
        key = variable.removeprefix(PREFIX).lower()
        if variable.startswith(PREFIX) and key in known and (text or known[key].type is str):
            values[key], origin[key] = text, variable
    given = {key: value for key, value in (arguments or {}).items() if value is not None}
    values.update(given)
    unknown = sorted(set(values) - set(known))
    if unknown:
        raise BadSetting(f"unknown {', '.join(map(_near, unknown))}; known are {', '.join(sorted(known))}")
    origin.update(zip(given, given, strict=True))
    taken = {key: _taken(key, value, known[key].type, origin[key]) for key, value in values.items()}
    for key in _RANGES.keys() & taken.keys():
        said = _outside(key, taken[key], origin[key])
        if said and mended is None:
            raise BadSetting(said)
        if said and mended is not None:
            mended.append(f"{said}; the default {known[key].default} is used")
            del taken[key]
    settings = Settings(**taken)
    return msgspec.structs.replace(settings, enabled=settings.enabled and not settings.disabled)


def anchored(settings: Settings) -> Settings:
    """Return ``settings`` with absolute folders, so that a program that changes its folder keeps its store."""
    scheme, mark, rest = settings.store.partition("://")
    store = settings.store
    if store and (not mark or scheme == "sqlite") and store != ":memory:":
        store = f"sqlite://{Path(rest if mark else store).absolute()}"
    return msgspec.structs.replace(settings, home=str(Path(settings.home).absolute()), store=store)


def misspelt(variables: Iterable[str]) -> str:
    """Return a sentence that names variables which are no settings, with the setting that they look like; "" = none.

    Kubernetes and Docker make variables that begin alike for a service that is called so; those are passed over.
    """
    found = []
    for variable in sorted(variables):
        key = variable.removeprefix(PREFIX).lower()
        if variable.startswith(PREFIX) and key not in Settings.__struct_fields__ and not _OTHERS.fullmatch(key):
            close = difflib.get_close_matches(key, Settings.__struct_fields__, 1, cutoff=_ALIKE)
            found.append(f"{variable} (meant is perhaps {PREFIX}{close[0].upper()})" if close else variable)
    return f"{', '.join(found)}: no such setting, and passed over" if found else ""


def _near(key: str) -> str:
    close = difflib.get_close_matches(key, Settings.__struct_fields__, 1)
    return f"{key} (meant is perhaps {close[0]})" if close else key


def _taken(key: str, value: Any, kind: Any, where: str) -> Any:
    """Return ``value`` as the setting ``key`` takes it."""
    if kind is bool and isinstance(value, str):
        word = value.strip().lower()
        value = True if word in _YES else False if word in _NO else word
    try:
        taken = msgspec.convert(value, kind, strict=False)
    except msgspec.ValidationError as error:
        allowed = get_args(kind)
        needed = f"one of {', '.join(allowed)}" if allowed else _NEEDED[kind]
        raise BadSetting(f"{where} is {_shown(key, value)}, allowed is {needed}") from error
    wanted = unusable(taken) if key == "url" and taken else ""
    if wanted:
        raise BadSetting(f"{where} is {_shown(key, taken)}, allowed is {wanted}")
    return taken


def unusable(url: str) -> str:
    """Return what an address of a server should be, where ``url`` is none to which anything can be sent; "" = it is."""
    if not url.startswith(("http://", "https://")):
        return _address(url)
    try:
        parts = urls.urlsplit(url.strip())
        host, port = parts.hostname or "", parts.port
        if not host.isascii():
            host.encode("idna")
    except ValueError:  # a port that is no number or too large, brackets that do not close, letters of no host
        host, port = "", None
    if not host or port == 0 or not host.isprintable() or any(sign in host for sign in _NO_HOST):
        return "an address with a host and, perhaps, a port from 1 to 65,535, such as http://localhost:8620"
    if "@" in parts.netloc:
        return "an address without user and password; what a server is to know you by is set by token"
    if parts.query or parts.fragment:
        return "an address without ? and #"
    return ""


def _outside(key: str, value: float, where: str) -> str:
    """Say that a number is out of the range of its setting; "" = it is not."""
    low, high = _RANGES[key]
    if low <= value <= high:
        return ""
    return f"{where} is {value}, allowed is {_NEEDED[type(value)]} from {low:,} to {high:,}"


def _shown(key: str, value: Any) -> str:
    text = repr(bare(value).rpartition("@")[2]) if isinstance(value, str) else repr(value)
    return "a secret" if key in _SECRET else text[:100]


def _address(given: str) -> str:
    """What an address that is none should be."""
    host, _, rest = given.rpartition("@")[2].partition(":")
    if "://" not in given and not host.startswith((".", "/", "~")) and (rest[:1].isdigit() or host == "localhost"):
        return f"an address with its scheme, such as http://{given.rpartition('@')[2]}"
    return (
        "the address of a Driftline server (http://… or https://…); a folder is named by home or store, "
        "a database by store"
    )
