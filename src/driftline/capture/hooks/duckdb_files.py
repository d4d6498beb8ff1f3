"""The files that one statement of DuckDB reads and writes, each looked at once before it runs.

Enters: paths, as statements spell them. Leaves: versions, each with the form of its text table, and the columns of
sources. What a look has found serves both, if nothing can have changed the file between the two. Reads headers, and
bytes where files are named by them.
"""

from collections.abc import Sequence

from driftline.capture.hooks.duckdb_text import Forms
from driftline.capture.runs import headers, observe
from driftline.capture.runs.observe import Given
from driftline.capture.runs.trace import Seen
from driftline.capture.sending import client

_HERE, _ELSEWHERE = Given(), Given(kind="file")


class Files:
    """The files of one statement or call."""

    __slots__ = ("_looked", "forms")

    def __init__(self, forms: Forms) -> None:
        self.forms = forms
        self._looked: dict[str, list[Seen]] = {}

    def take(self, path: str) -> list[Seen]:
        """Return the files that ``path`` stands for, as they are now; the statement has not begun, or is over."""
        found = self._looked.pop(path, None)
        return self._look(path) if found is None else found

    def columns(self, paths: Sequence[str]) -> tuple[str, ...] | None:
        """Return the columns that all files of a source have in common order; None where that cannot be told."""
        for path in paths:
            if path not in self._looked:
                self._looked[path] = self._look(path)
        found = [one for path in paths for one in self._looked[path]]
        if all(one.path for one in found):
            return headers.of_seen(found)
        return headers.columns(paths, self.forms.read)  # a table of Delta or its kin: its files are not named

    def begin(self) -> None:
        """The statement begins: what was found holds no longer."""
        self._looked.clear()

    def _look(self, path: str) -> list[Seen]:
        found = observe.observe(path, None, _ELSEWHERE if "://" in path else _HERE, folder())
        for one in found:
            one.form = self.forms.read(path, one.path) if one.path else None
        return found


def folder() -> str:
    """Return the folder that names of files are relative to."""
    owner = client.current()
    assert owner is not None
    return owner.folder
