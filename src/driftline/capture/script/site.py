"""Where in the user's code a call stands, and by which calls it was reached.

Enters: nothing. Leaves: sites, which a syntax tree and a running frame spell alike, and paths of sites. A site is the
end of an expression, as the closing parenthesis lies at one place in every version of Python, which beginnings do
not.
"""

import ast
from collections.abc import Iterable
from typing import NamedTuple

MAX_DEPTH = 12  # sites in a path
_RELATION = "\0"  # before the name of a relation, in place of a file
PREVIOUS = -2  # in place of a number: the execution before the latest one


class Site(NamedTuple):
    """The end of a call."""

    file: str
    line: int  # from 1
    column: int  # in bytes of UTF-8, from 0


Path = tuple[Site, ...]
"""The user's frames, from the outermost to the innermost. Frames of libraries are left out, and so is the frame in
which a comprehension or a generator expression stands: the site inside of it takes its place."""


def end_of(node: ast.expr | ast.stmt, file: str) -> Site:
    """Return the site of a node of a syntax tree."""
    return Site(file, node.end_lineno or 0, node.end_col_offset or 0)


def numbered(path: Path, turn: int) -> Path:
    """Return the path of one execution of a call, which is the one with this number, from 0."""
    return (*path, Site("", turn, 0))


def previous(path: Path) -> Path:
    """Return the path of the execution of a call before its latest one."""
    return numbered(path, PREVIOUS)


def loading(path: Path, relation: str) -> Path:
    """Return the path of what a library read for a relation of the objects that the call at a path gave."""
    while path and (not path[-1].file or path[-1].file.startswith(_RELATION)):
        path = path[:-1]
    return (*path, Site(_RELATION + relation, 0, 0))


def turn_of(path: Path) -> tuple[Path, int | None]:
    """Return a path and the number of the execution that it means; None = any."""
    return (path[:-1], path[-1].line) if path and not path[-1].file else (path, None)


def nearest(path: Path, known: Iterable[Path]) -> list[Path]:
    """Return the paths that are most like one: equal, else those with the longest common end."""
    best: list[Path] = []
    longest = 1
    for one in known:
        if one == path:
            return [one]
        length = _common_end(path, one)
        if length > longest:
            best, longest = [], length
        if length == longest:
            best.append(one)
    return best


def _common_end(a: Path, b: Path) -> int:
    length = 0
    for left, right in zip(reversed(a), reversed(b), strict=False):
        if left != right:
            break
        length += 1
    return length
