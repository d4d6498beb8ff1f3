"""The version of what is read or written, measured at once: content hashes, cheap enough for the user's thread.

Enters: a local path, a text, a model object. Leaves: versions such as ``xxh3:<16 hex digits>`` of a file's
bytes, on which every reader agrees, whatever library it uses. A file above ``HASH_LIMIT`` is named by its path,
size, time and inode instead (``stat:…``), which the caller records; so is, for the time being, one that a hook's
budget does not reach for: it is hashed later, on the sender's thread. Hashes are cached by path, size, times and
inode; a file younger than one tick of its timestamp is hashed again; one that the program holds a lock
on (``locks``) is hashed later. Schemas and profiles are measured later, in
``contents``. Where the settings want names only, no file is hashed and no object is pickled.
"""

import io
import os
import stat
import time
from typing import TYPE_CHECKING, Any, NamedTuple

import xxhash

from driftline import later
from driftline.capture.ground import locks, own
from driftline.config import Settings
from driftline.event import ids

if TYPE_CHECKING:
    import pickle
else:  # where it is loaded, it gets hooks
    pickle = later.module("pickle")

HASH_LIMIT = 1 << 30  # bytes; hashing costs about 0.4 s per GiB
BUDGET = 4 << 20  # bytes that one call of a hook hashes on the user's thread: about 2 ms
BYTES = "xxh3:"  # begins the version of a file that was hashed
STAT = "stat:"  # begins the version of a file that was not hashed
IDENTITY = "identity"  # attribute that says so
PASSING = "a pipe, a device or a socket"  # what is read there is gone: nothing of ours opens it
_PER_FILE = 64 << 10  # what opening a file costs, in bytes of hashing
_CHUNK = 1 << 20
_SETTLED_NS = 100_000_000
_CACHE = 10_000


class _Level:
    """How much is measured in this process, as ``settings.measure`` says."""

    contents = True  # files and tables are hashed
    profiles = True  # and profiled
    rows = False  # the rows of tables of any size are hashed whatever their order
    cells = 10_000_000  # of a table in memory that is measured where it was read or written
    remembered = 0  # bytes that may be kept of what was worked out
    home = ""  # where that is
    enough = False  # the process ends, and nobody waits any longer


level = _Level()


def use(settings: Settings) -> None:
    """Measure as much as the settings say from now on."""
    level.contents = settings.measure != "names"
    level.profiles = settings.measure in ("full", "rows")
    level.rows = settings.measure == "rows"
    level.cells = settings.table_cells
    level.remembered, level.home = settings.remembered_bytes, settings.home
    level.enough = False


class Enough(Exception):
    """The process ends before this is measured."""


class Locked(OSError):
    """The program holds a lock on the file, which would be gone with a look at it."""


class Unreadable(ValueError):
    """A file cannot be read as a table; its text says why, in plain words and without a value of the file."""


def unlocked(path: str) -> None:
    """Be called before a file is opened.

    Raises:
        Locked: it may not be, now.
        OSError: there is none, or it is no file.
    """
    found = os.stat(path)
    if not (stat.S_ISREG(found.st_mode) or stat.S_ISDIR(found.st_mode)):
        raise OSError(f"{path} is {PASSING}")
    if locks.on(found):
        raise Locked(f"{path} is locked by the program")


def go_on() -> None:
    """Be called between pieces of what takes long.

    Raises:
        Enough: nobody waits for the rest.
    """
    if level.enough:
        raise Enough


class FileState(NamedTuple):
    """A file as it was at one moment."""

    version: str
    size: int
    modified_ns: int
    deferred: bool = False  # the version is only provisional: the budget did not reach for a hash


def identity(state: FileState) -> str:
    """Return what a file is named by and why, where that is not the hash of its bytes; "" where it is."""
    if not state.version.startswith(STAT):
        return ""
    why = "too large to be hashed" if state.size > HASH_LIMIT else "changed while it was hashed"
    why = "names only" if not level.contents else "not hashed in time" if state.deferred else why
    return f"path, size and time ({why})"


class Budget:
    """How much one call of a hook may still hash."""

    __slots__ = ("left",)

    def __init__(self, size: int | None = None) -> None:
        self.left = BUDGET if size is None else size

    def take(self, size: int) -> bool:
        """Whether a file of ``size`` bytes may be hashed now."""
        self.left -= size + _PER_FILE
        return self.left >= 0


_hashes: dict[tuple[str, int, int, int, int], str] = {}


def state(path: str) -> tuple[int, int]:
    """Return the size of the file at ``path`` in bytes and when it was last modified, in nanoseconds.

    Raises:
        OSError: there is none.
    """
    found = os.stat(path)
    return found.st_size, found.st_mtime_ns


def of_file(path: str, budget: Budget | None = None, found: os.stat_result | None = None) -> FileState:
    """Return the state of the file at ``path``; without a ``budget`` it is hashed, however long that takes.

    ``found`` is what the file system has just said of it, where it was asked.

    Raises:
        OSError: it cannot be read, or it is not a regular file.
    """
    found = os.stat(path) if found is None else found
    if not stat.S_ISREG(found.st_mode):
        raise OSError(f"{path} is not a regular file")
    key = (path, found.st_size, found.st_mtime_ns, found.st_ino)
    hashed = *key, found.st_ctime_ns  # who sets back the time at which it was written cannot set back that one
    version = _hashes.get(hashed)
    if version is None:
        if not level.contents or found.st_size > HASH_LIMIT or locks.on(found) or _beyond(budget, found.st_size):
            version = named(*key)
            deferred = level.contents and found.st_size <= HASH_LIMIT
            return FileState(version, found.st_size, found.st_mtime_ns, deferred=deferred)
        version = _hash(path)
        if state(path) != (
            found.st_size,
            found.st_mtime_ns,
        ):  # it was changed meanwhile: these bytes are no state of it
            version = named(*key)
            return FileState(version, found.st_size, found.st_mtime_ns)
        if time.time_ns() - found.st_mtime_ns > _SETTLED_NS:
            if len(_hashes) >= _CACHE:
                _hashes.clear()
            _hashes[hashed] = version
    return FileState(version, found.st_size, found.st_mtime_ns)


def named(*state: object) -> str:
    """Return the version of a file that is not hashed: by its path and all else that tells its states apart."""
    return f"{STAT}{xxhash.xxh3_64_hexdigest(repr(state).encode())}"


def _beyond(budget: Budget | None, size: int) -> bool:
    return budget is not None and not budget.take(size)


def _hash(path: str) -> str:
    state = xxhash.xxh3_64()
    with own.working(), io.FileIO(path) as file:  # who replaces ``open``, to count, hears nothing of it
        while block := file.read(_CHUNK):
            go_on()
            state.update(block)
    return f"{BYTES}{state.hexdigest()}"


def files(path: str) -> list[str]:
    """Return the data files that ``path`` stands for: itself, or everything in the folder that is not hidden."""
    if not os.path.isdir(path):
        return [path]
    found: list[str] = []
    for folder, folders, names in os.walk(path):
        folders[:] = sorted(name for name in folders if name[0] not in "._")
        found += [os.path.join(folder, name) for name in sorted(names) if name[0] not in "._"]
    return found


def of_bytes(data: Any) -> str:
    """Return the version of a file that holds these bytes, given as ``bytes`` or another buffer."""
    return f"{BYTES}{xxhash.xxh3_64_hexdigest(data)}"


def of_text(text: str) -> str:
    """Return the version of a text, such as a prompt."""
    return f"xxh3:{xxhash.xxh3_64_hexdigest(text.encode(errors=ids.SPELLED))}"


def of_parts(*parts: str) -> str:
    """Return the version of something that consists of versioned parts, in order."""
    return of_text("\n".join(parts))


def of_object(value: Any) -> tuple[str, str]:
    """Return the version of a model or another object, and how it was found: ``pickle``, or ``repr`` as a fallback."""
    try:
        return f"xxh3:{xxhash.xxh3_64_hexdigest(pickle.dumps(value, protocol=5))}", "pickle"
    except Exception:  # an object may refuse to be pickled in any way it likes; its description stands in
        parameters: Any = getattr(value, "get_params", dict)()
        return of_parts(type(value).__qualname__, repr(value), repr(parameters)), "repr"
