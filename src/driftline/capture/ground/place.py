"""Where data lies and what it is called: paths made into dataset names that every process agrees on.

Enters: a path, an address or a plain name. Leaves: the local path, if it is one, and the (namespace, name,
partition) of ``event.names``. A local path below the folder that holds ``home`` is named relative to that
folder, any other one absolutely; a relative one where no file is, such as a name, is kept as it is. A symbolic link to
a folder or file below that folder is what it leads to. Reads nothing but links and whether
a file exists.
"""

import os
import stat
import time
from typing import NamedTuple

from driftline.event import names

_LOOKED_SECONDS = 0.5  # how long it is known where the way to a folder leads: a pipeline reads many files of one
_FOLDERS = 1_000
_PLACES = 10_000
_known: dict[tuple[str, str, str], tuple[float, names.Located]] = {}  # by path, folder and where: until when, the name
_ways: dict[str, tuple[float, int, int, str]] = {}  # folder -> until when it is known, device, inode, way without links


class Place(NamedTuple):
    """A dataset's name, with the local path that it was given by (``""`` = none)."""

    located: names.Located
    path: str


class File(NamedTuple):
    """A regular file: what it is called, its path and its state."""

    located: names.Located
    path: str
    state: os.stat_result
    inside: tuple[int, int, str, str] = (0, 0, "", "")  # its folder, as ``_Inside`` has it; zeros = behind a link


class _Inside(NamedTuple):
    """How files in a folder are called."""

    until: float  # when it is looked at anew
    device: int
    inode: int
    path: str  # absolute, with a separator at its end
    named: str  # the same as names begin: without links below the folder that they are relative to


_insides: dict[tuple[str, str, str], _Inside] = {}  # by a folder as it was given, what names are relative to, and where


def base(home: str) -> str:
    """Return the folder that names are relative to: the one that holds ``home``."""
    return os.path.dirname(os.path.abspath(home))


def absolute(given: str) -> str:
    """Return an absolute path without ``..``; behind a link, that leads up from where the link leads to."""
    if os.sep == "/" and given and given[0] != "." and given[-1] != "/" and "/." not in given and "//" not in given:
        return given if given[0] == "/" else f"{os.getcwd().rstrip('/')}/{given}"  # in which nothing is to be changed
    path = os.path.abspath(given)
    if os.pardir in given.split(os.sep):
        head, tail = os.path.split(given)
        real = os.path.realpath(given) if tail == os.pardir else os.path.join(os.path.realpath(head), tail)
        if os.path.realpath(real) != os.path.realpath(path):
            return real
    return path


def place(given: str | os.PathLike[str], folder: str) -> Place:
    """Return the place that ``given`` means, with names relative to ``folder``."""
    text = os.fspath(given)
    if "://" in text and not text.startswith("file://"):
        return Place(names.locate(text), "")
    text = text.removeprefix("file://")
    path = absolute(os.path.expanduser(text))
    exists = os.path.exists(path)
    if not exists and not os.path.isabs(text):
        return Place(_located(text), "")
    path = _straight(path, folder, is_folder=os.path.isdir(path)) if exists else path
    return Place(_located(_relative(path, folder)), path if exists else "")


def located(given: str, folder: str) -> names.Located:
    """Return what ``given`` is called; for a moment it is known: many documents are taken from one file."""
    key = given, folder, "" if given.startswith("/") or "://" in given else os.getcwd()
    known, now = _known.get(key), time.monotonic()
    if known is None or known[0] < now:
        if len(_known) >= _PLACES:
            _known.clear()
        known = _known[key] = now + _LOOKED_SECONDS, place(given, folder).located
    return known[1]


def file(given: str | os.PathLike[str], folder: str) -> File | None:
    """Return the place of a regular file with its absolute path, as it was given, links and all; None = it is none.

    The same as ``place`` for the case that comes up most, and asks the file system twice.
    """
    text = os.fspath(given)
    if ":/" in text:
        return None
    head, _, tail = text.rpartition(os.sep)
    try:
        if tail in ("", ".", "..") or text[0] == "~" or text[:2] == "//" or os.sep != "/":
            return _file(absolute(os.path.expanduser(text)), folder)
        inside = _inside(head or (os.sep if text[0] == os.sep else "."), folder)
        path = inside.path + tail
        found = os.lstat(path)
        if not stat.S_ISREG(found.st_mode):
            return _file(path, folder)
    except (OSError, ValueError):
        return None
    return None if ":/" in path else File(_located(inside.named + tail), path, found, inside[1:])


def _file(path: str, folder: str) -> File | None:
    """The same for a path that may be a link.

    Raises:
        OSError: nothing is there.
    """
    found = os.stat(path)
    if not stat.S_ISREG(found.st_mode) or ":/" in path:
        return None
    return File(_located(_relative(_straight(path, folder, is_folder=False), folder)), path, found)


def _inside(head: str, folder: str) -> _Inside:
    """Return how files in a folder are called; for a moment it is known, if the same folder still lies there.

    Raises:
        OSError: there is none.
    """
    key = head, folder, "" if head[0] == os.sep else os.getcwd()
    known, now = _insides.get(key), time.monotonic()
    if known is not None and now <= known.until:
        found = os.stat(known.path)
        if (known.device, known.inode) == (found.st_dev, found.st_ino):
            return known
    full = absolute(head)
    found = os.stat(full)
    own, real, before = (os.path.join(path, "") for path in (full, way(full), way(folder)))
    straight = os.path.join(folder, real[len(before) :]) if real != own and real.startswith(before) else own
    if len(_insides) >= _FOLDERS:
        _insides.clear()
    known = _Inside(now + _LOOKED_SECONDS, found.st_dev, found.st_ino, own, _relative(straight, folder))
    _insides[key] = known
    return known


def _relative(path: str, folder: str) -> str:
    return path[len(folder) :].lstrip(os.sep) if path.startswith(folder.rstrip(os.sep) + os.sep) else path


def _straight(path: str, folder: str, *, is_folder: bool) -> str:
    """Return the way to ``path`` without links below ``folder``.

    A link that leads out of ``folder`` stays in the name, for nobody else need know the place behind it; so does a file
    that is a link into a cache, which names what it holds by its content.
    """
    head, tail = (path, "") if is_folder else os.path.split(path)
    real = os.path.join(way(head), tail) if tail else way(head)
    link = bool(tail) and os.path.islink(path)
    if real == path and not link:
        return path
    before = way(folder).rstrip(os.sep) + os.sep
    there = os.path.realpath(path) if link else ""
    if there.startswith(before) and not _cached(there[len(before) :], path):
        real = there
    return os.path.join(folder, real[len(before) :]) if real.startswith(before) else path


def _cached(real: str, link: str) -> bool:
    """Whether what a link leads to is called by its content: in a hidden folder, or without the ending of the link."""
    hidden = any(part.startswith(".") for part in real.split(os.sep)[:-1])
    return hidden or bool(os.path.splitext(link)[1] and not os.path.splitext(real)[1])


def way(folder: str) -> str:
    """Return the way to ``folder`` without links; for a moment it is known, if the same folder still lies there."""
    try:
        found = os.stat(folder)
    except OSError:
        return os.path.realpath(folder)
    now = time.monotonic()
    known = _ways.get(folder)
    if known is None or known[0] < now or known[1:3] != (found.st_dev, found.st_ino):
        if len(_ways) >= _FOLDERS:
            _ways.clear()
        known = _ways[folder] = now + _LOOKED_SECONDS, found.st_dev, found.st_ino, os.path.realpath(folder)
    return known[3]


def real(path: str) -> str:
    """Return an absolute path without links."""
    head, tail = os.path.split(path)
    found = os.path.join(way(head), tail)
    return os.path.realpath(path) if os.path.islink(found) else found


def _located(name: str) -> names.Located:
    """Return what a path is called; a sign that no name may have, such as a line break, is replaced."""
    found = names.locate(name)
    return found if found.name.isprintable() else found._replace(name=names.fitted(found.name, names.LONGEST))
