"""Bytes by key in a few files, to which several processes append.

Enters: keys of ``KEY`` bytes, and bodies. Leaves: the last body of a key, whole, or nothing; who knows one does not
look for later ones of other processes. A volume is two files: bodies, each behind a hash of its key and itself, and
beside them a record per body of its key, place and length. Nothing but appending is done to a volume, so that who is
killed, or writes while others do, leaves at worst a piece that nobody finds. What is asked for while it lies among the
older half is appended anew; the oldest volume goes first where there is too much. Files are open only while they are
used, for a program may close every file that it finds open. What is no volume of this user is not read, not counted
and not removed: each user has the room, and a file that somebody has put there stays.
"""

import contextlib
import io
import os
import struct
import threading
from collections.abc import Iterator

import xxhash

KEY = 16
_SUM = 8  # bytes of the hash before a body
_RECORD = struct.Struct(f"<{KEY}sQQ")  # key, place and length
_KEYS = ".keys"
_VOLUMES = 8  # that fill the room
_KEPT = 0.75  # of the room, after it was full
_PLAIN = getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0)  # no link is followed, no pipe waited for


class Shelf:
    """The volumes of one folder, as one process knows them. Safe to share between threads."""

    def __init__(self, folder: str, room: int) -> None:
        self.folder = folder
        self.room = room
        self._ending = f".{getattr(os, 'getuid', int)()}"
        self._lock = threading.RLock()  # a signal may come while it is held
        self._where: dict[bytes, tuple[int, int, int]] = {}  # volume, place and length of each body
        self._known: dict[int, int] = {}  # volume -> bytes of its records that were read
        self._newest = 0
        self._changed = 0  # when files in the folder came or went last, as far as that is known
        self._bytes = 0  # that lie there

    def get(self, key: bytes) -> bytes | None:
        """Return what was put for ``key``, last by this process or before this one looked; None = nothing.

        Raises:
            OSError: the folder cannot be read.
        """
        with self._lock:
            found = self._read(key)
            if found is None and self._follow():
                found = self._read(key)
            if found is not None and self._is_old(self._where[key][0]):
                with contextlib.suppress(OSError):  # it cannot be written, and is found where it is
                    self._append(key, found)
        return found

    def put(self, key: bytes, body: bytes) -> None:
        """Keep ``body`` in the place of what was put before.

        Raises:
            OSError: the folder cannot be written.
        """
        with self._lock:
            if not self._changed:
                os.makedirs(self.folder, exist_ok=True)
            self._follow()
            self._append(key, body)

    def _read(self, key: bytes) -> bytes | None:
        place = self._where.get(key)
        if place is None or max(place[1:]) > self.room:  # a record that is damaged would have too much read
            return None
        try:
            with io.FileIO(self._path(place[0]), opener=_private) as file:
                file.seek(place[1])
                found = file.read(place[2])
        except OSError:  # it went meanwhile
            found = b""
        return found[_SUM:] if found and _sum(key, found[_SUM:]) == found[:_SUM] else None

    def _append(self, key: bytes, body: bytes) -> None:
        made = _sum(key, body) + body
        size = len(made) + _RECORD.size
        if self._bytes + size > self.room:
            self._clear()
            if self._bytes + size > self.room:
                raise OSError(f"{self.folder} is full")
        self._bytes += size
        volume = self._newest
        end = _appended(self._path(volume), made)
        upto = _appended(self._path(volume) + _KEYS, _RECORD.pack(key, end - len(made), len(made)))
        self._where[key] = volume, end - len(made), len(made)
        if upto - _RECORD.size == self._known.get(volume, 0):
            self._known[volume] = upto
        if end >= self.room // _VOLUMES or upto % _RECORD.size:  # what a record was torn in is not written to any more
            self._newest += 1

    def _is_old(self, volume: int) -> bool:
        """Whether a volume is among the older half of a shelf that fills up."""
        return self._bytes > self.room // 2 and 2 * sum(one <= volume for one in self._known) <= len(self._known)

    def _follow(self) -> bool:
        """Take note of what other processes have put there; returns whether they have."""
        try:
            changed = os.stat(self.folder).st_mtime_ns
        except FileNotFoundError:
            self._changed = self._bytes = 0
            self._where, self._known = {}, {}
            return False
        if changed != self._changed:
            self._changed = changed
            self._look()
            return True
        return self._learn(self._newest)

    def _look(self) -> None:
        """Take note of which volumes there are, and of what is new in them."""
        self._bytes, volumes = 0, set()
        for name, size, _ in self._entries():
            self._bytes += size
            if name.endswith(_KEYS):
                volumes.add(int(name.partition(".")[0]))
        for gone in self._known.keys() - volumes:
            del self._known[gone]
        self._where = {key: place for key, place in self._where.items() if place[0] in volumes}
        for volume in sorted(volumes):
            self._learn(volume)
        self._newest = max(self._newest, *volumes) if volumes else self._newest

    def _learn(self, volume: int) -> bool:
        """Read the records of a volume that were added since it was read last; returns whether there are any."""
        known = self._known.get(volume, 0)
        try:
            size = os.stat(self._path(volume) + _KEYS).st_size
            if size < known:  # another one was begun under its name
                self._where = {key: place for key, place in self._where.items() if place[0] != volume}
                known = self._known[volume] = 0
            if size <= known:
                return False
            with io.FileIO(self._path(volume) + _KEYS, opener=_private) as file:
                file.seek(known)
                raw = file.read()
        except OSError:  # it went meanwhile, or never came
            return False
        raw = raw[: len(raw) - len(raw) % _RECORD.size]
        self._where.update((key, (volume, place, length)) for key, place, length in _RECORD.iter_unpack(raw))
        self._known[volume] = known + len(raw)
        return bool(raw)

    def _entries(self) -> Iterator[tuple[str, int, int]]:
        """Yield the name of each file of a volume of this user, its bytes and when it was last written."""
        with os.scandir(self.folder) as entries:
            for entry in entries:
                number, ending, rest = entry.name.partition(self._ending)
                if not (number.isdecimal() and ending and rest in ("", _KEYS)):
                    continue
                with contextlib.suppress(OSError):  # another process has just removed it
                    state = entry.stat()
                    yield entry.name, state.st_size, state.st_mtime_ns

    def _clear(self) -> None:
        """Remove the oldest volumes until what lies there fits."""
        sizes: dict[str, int] = {}
        times: dict[str, int] = {}
        for name, size, modified in self._entries():
            volume = name.removesuffix(_KEYS)
            sizes[volume] = sizes.get(volume, 0) + size
            times[volume] = max(times.get(volume, 0), modified)
        held = 0
        for volume in sorted(times, key=lambda one: times[one], reverse=True):
            held += sizes[volume]
            if held > self.room * _KEPT:
                for path in (os.path.join(self.folder, volume + _KEYS), os.path.join(self.folder, volume)):
                    with contextlib.suppress(OSError):
                        os.unlink(path)
        self._newest += 1  # what was removed is not begun anew under its name
        self._look()

    def _path(self, volume: int) -> str:
        return os.path.join(self.folder, f"{volume:08d}{self._ending}")


def _sum(key: bytes, body: bytes) -> bytes:
    seed = int.from_bytes(key[:8], "little") ^ int.from_bytes(key[8:], "little")
    return xxhash.xxh3_64_digest(body, seed)


def _appended(path: str, data: bytes) -> int:
    """Append to a file that its owner alone may read; returns where it ends then.

    Raises:
        OSError: it cannot be written, or only in part.
    """
    with io.FileIO(path, "a", opener=_private) as file:
        if file.write(data) != len(data):
            raise OSError(f"{path} was written in part")
        return file.tell()


def _private(path: str, flags: int) -> int:
    return os.open(path, flags | _PLAIN, 0o600)
