"""The guard switch: which data must not reach anybody, known to every process without asking a server.

The engine publishes one small file, ``guard.json`` in the home folder, whole or not at all. Every process that answers
reads it through ``Switch``, at the price of a ``stat`` every few milliseconds, and decides from it whether the versions
that an answer stands on are quarantined themselves or derive from such data. The lineage closure is computed by the
engine; nothing here walks a graph. A file that cannot be read leaves the last good state in force.
"""

import os
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import msgspec

from driftline import config, later
from driftline.event.lineage import Version
from driftline.guard.watched import Watched

if TYPE_CHECKING:
    import tempfile
else:  # those who answer read the file, the engine writes it
    tempfile = later.module("tempfile")

FILE = "guard.json"
_READABLE = 0o644  # other users' processes read the switch too
Mode = Literal["off", "observe", "enforce"]


class Entry(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """One quarantine."""

    id: str
    node: str  # version node id, or dataset node id: all its versions but the spared ones
    since_us: int = 0  # with a dataset: its versions from this event time on
    spared: tuple[str, ...] = ()  # with a dataset: node ids of its versions that stay in use (older, or corrected)
    incident: str = ""
    reason: str = ""


class SwitchState(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """What the switch file holds."""

    sequence: int = 0  # rises with every publication
    mode: Mode = "enforce"  # weakens every policy of every process: observe = hold nothing back, off = do not judge
    entries: tuple[Entry, ...] = ()
    affected: dict[str, tuple[str, ...]] = {}  # version node id -> ids of the entries that it is downstream of


class Match(msgspec.Struct, frozen=True, kw_only=True):
    """A version that an answer stands on, and the quarantine that it falls under."""

    version: str  # node id of the version
    entry: Entry
    via: Literal["itself", "dataset", "upstream"]

    @property
    def sentence(self) -> str:
        """The way from the version to the quarantine, in words."""
        cause = f" ({self.entry.reason})" if self.entry.reason else ""
        if self.via == "itself":
            return f"{self.version} is quarantined{cause}"
        if self.via == "dataset":
            return f"{self.version} is a version of {self.entry.node}, which is quarantined{cause}"
        return f"{self.version} derives from {self.entry.node}, which is quarantined{cause}"


class _Index:
    """A state, arranged for looking up versions."""

    __slots__ = ("affected", "nodes", "state")

    def __init__(self, state: SwitchState) -> None:
        by_id = {entry.id: entry for entry in state.entries}
        self.state = state
        self.nodes: dict[str, list[tuple[Entry, frozenset[str]]]] = {}
        for entry in state.entries:
            self.nodes.setdefault(entry.node, []).append((entry, frozenset(entry.spared)))
        self.affected = {
            node: tuple(by_id[key] for key in keys if key in by_id) for node, keys in state.affected.items()
        }

    def matches(self, version: Version) -> Iterable[Match]:
        node = version.node
        seen: set[str] = set()
        for entry, _ in self.nodes.get(node, ()):
            seen.add(entry.id)
            yield Match(version=node, entry=entry, via="itself")
        if version.version:
            dataset = node[: -len(version.version) - 1]  # cheaper than naming it anew
            for entry, spared in self.nodes.get(dataset, ()):
                if node not in spared:
                    seen.add(entry.id)
                    yield Match(version=node, entry=entry, via="dataset")
        for entry in self.affected.get(node, ()):
            if entry.id not in seen:
                yield Match(version=node, entry=entry, via="upstream")


def _parse(data: bytes) -> _Index:
    return _Index(msgspec.json.decode(data, type=SwitchState))


class Switch:
    """The switch of one home folder, as this process sees it. Safe to share between threads and to fork."""

    def __init__(self, home: str | Path, *, enabled: bool = True) -> None:
        self._file = Watched(Path(home).absolute() / FILE, _parse, _Index(SwitchState()), label="switch")
        self._enabled = enabled

    @property
    def mode(self) -> Mode:
        """The strongest mode that is allowed to any policy now."""
        return self._file.get().state.mode if self._enabled else "off"

    @property
    def state(self) -> SwitchState:
        """The state in force, looked up right now."""
        return self._file.refresh().state

    @property
    def blind(self) -> str:
        """Why nothing is known about quarantines: there is a file, and it never could be read; ``""`` = not so."""
        return "" if self._file.loaded else self._file.error

    def decide(self, sources: Sequence[Version]) -> list[Match]:
        """Return every quarantine that one of ``sources`` falls under, in the order of ``sources``."""
        index = self._file.get()
        if not index.nodes:
            return []
        return [match for version in sources for match in index.matches(version)]


def publish(home: str | Path, state: SwitchState) -> SwitchState:
    """Write ``state`` for every process that reads ``home``; returns it as written, with its sequence number.

    Durable when it returns, and never seen half-written. The number is the given one or one more than the last.

    Raises:
        OSError: the file cannot be written; the former one is untouched.
    """
    folder = Path(home)
    folder.mkdir(parents=True, exist_ok=True)
    target = folder / FILE
    state = msgspec.structs.replace(state, sequence=max(state.sequence, _last(target) + 1))
    handle, name = tempfile.mkstemp(prefix=f".{FILE}.", dir=folder)
    try:
        with os.fdopen(handle, "wb") as file:
            Path(name).chmod(_READABLE)
            file.write(msgspec.json.encode(state))
            file.flush()
            os.fsync(file.fileno())
        Path(name).replace(target)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
    _sync_folder(folder)
    return state


def _last(target: Path) -> int:
    try:
        return msgspec.json.decode(target.read_bytes(), type=SwitchState).sequence
    except (OSError, msgspec.MsgspecError, UnicodeDecodeError):
        return 0


def _sync_folder(folder: Path) -> None:
    if os.name != "posix":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


_settings: config.Settings | None = None
_shared: dict[tuple[str, bool], Switch] = {}


def use(settings: config.Settings) -> None:
    """Make ``settings`` (``home``, ``enabled``) those of every guard in this process that names no home itself."""
    global _settings
    _settings = settings


def shared(home: str = "") -> Switch:
    """Return this process's switch for ``home``; ``""`` = the home of the settings in use.

    Raises:
        BadSetting: no settings were given to ``use`` and the ones in file and environment cannot be read.
    """
    settings = _settings
    if settings is None:
        settings = config.load()
        use(settings)
    key = (home or settings.home, settings.enabled)
    found = _shared.get(key)
    if found is None:
        found = _shared.setdefault(key, Switch(key[0], enabled=key[1]))
    return found
