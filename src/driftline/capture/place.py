"""Where data lies and what it is called: paths made into dataset names that every process agrees on.

Enters: a path, an address or a plain name. Leaves: the local path, if it is one, and the (namespace, name,
partition) of ``event.names``. A local path below the folder that holds ``home`` is named relative to that
folder, any other one absolutely; a relative one where no file is, such as a name, is kept as it is. A symbolic link to
a folder or file below that folder is what it leads to. Reads nothing but links and whether
a file exists.
"""

import os
from typing import NamedTuple

from driftline.event import names


class Place(NamedTuple):
    """A dataset's name, with the local path that it was given by (``""`` = none)."""

    located: names.Located
    path: str


def base(home: str) -> str:
    """Return the folder that names are relative to: the one that holds ``home``."""
    return os.path.dirname(os.path.abspath(home))


def place(given: str | os.PathLike[str], folder: str) -> Place:
    """Return the place that ``given`` means, with names relative to ``folder``."""
    text = os.fspath(given)
    if "://" in text and not text.startswith("file://"):
        return Place(names.locate(text), "")
    text = text.removeprefix("file://")
    path = os.path.abspath(os.path.expanduser(text))
    exists = os.path.exists(path)
    if not exists and not os.path.isabs(text):
        return Place(_located(text), "")
    path = _straight(path, folder) if exists else path
    name = path[len(folder) :].lstrip(os.sep) if path.startswith(folder.rstrip(os.sep) + os.sep) else path
    return Place(_located(name), path if exists else "")


def _straight(path: str, folder: str) -> str:
    """Return the way to ``path`` without links below ``folder``.

    A link that leads out of ``folder`` stays in the name, for nobody else need know the place behind it; so does a file
    that is a link into a cache, which names what it holds by its content.
    """
    root = os.path.realpath(folder)
    before = root.rstrip(os.sep) + os.sep
    real = os.path.realpath(path)
    away = not real.startswith(before)
    if os.path.islink(path) and not os.path.isdir(path) and (away or _cached(real[len(before) :], path)):
        head, tail = os.path.split(path)
        real = os.path.join(os.path.realpath(head), tail)
    if real == path or not real.startswith(before):
        return path
    return os.path.join(folder, real[len(before) :])


def _cached(real: str, link: str) -> bool:
    """Whether what a link leads to is called by its content: in a hidden folder, or without the ending of the link."""
    hidden = any(part.startswith(".") for part in real.split(os.sep)[:-1])
    return hidden or bool(os.path.splitext(link)[1] and not os.path.splitext(real)[1])


def _located(name: str) -> names.Located:
    """Return what a path is called; a sign that no name may have, such as a line break, is replaced."""
    found = names.locate(name)
    return found if found.name.isprintable() else found._replace(name=names.fitted(found.name, names.LONGEST))
