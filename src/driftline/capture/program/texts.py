"""The text of the user's own code, as it runs in this process: of files, of cells of a notebook, of ``python -c``.

Enters: the name of a module or a file, as code objects spell it. Leaves: its text, where that is what runs; nothing for
libraries, for what has no text, and for what was changed since. Cells of a notebook are one text, in the order in which
they first ran, so that places in them are places in that (``placed``). Imports and runs nothing.
"""

import linecache
import os
import sys
import time
from collections.abc import Iterable, Iterator
from types import CodeType

from driftline.capture.ground import imported
from driftline.capture.program import whose
from driftline.capture.script import parsing
from driftline.capture.script.reading import Entry, Source
from driftline.capture.script.site import Path, Site

CELLS = "<cells>"  # what all cells of a notebook are called together
LONGEST = 1_000_000  # characters of one text
_COMMAND = "<string>"
_STARTED = time.time()
_CACHE = 100
_compiled: dict[tuple[str, float], frozenset[CodeType]] = {}


class Texts:
    """The texts as they are while one run is reported."""

    def __init__(self, codes: Iterable[CodeType]) -> None:
        self._running = list(codes)
        self._found: dict[str, Source | None] = {}
        self._offsets: dict[str, int] | None = None

    def of(self, name: str) -> Source | None:
        """Return the text of a module or of a file; None where there is none that can be trusted."""
        if name not in self._found:
            self._found[name] = self._look_up(name)
        return self._found[name]

    def entry(self, begin: Entry) -> Entry:
        """Return where the text begins in which the outermost frame of the user's is."""
        file = CELLS if begin.file in self._cells() else begin.file
        if not begin.function:
            return Entry(file)
        return Entry(file, begin.function, begin.line + self._cells().get(begin.file, 0))

    def placed(self, path: Path) -> Path:
        """Return a path as the texts count lines."""
        cells = self._cells()
        if not any(site.file in cells for site in path):
            return path
        return tuple(
            Site(CELLS, site.line + cells[site.file], site.column) if site.file in cells else site for site in path
        )

    def taken(self, path: Path) -> Path:
        """Return a path as code objects count lines: what ``placed`` was given."""
        if not any(site.file == CELLS for site in path):
            return path
        return tuple(self._in_cell(site) if site.file == CELLS else site for site in path)

    def _in_cell(self, site: Site) -> Site:
        file, before = max(
            ((file, before) for file, before in self._cells().items() if before < site.line), key=lambda one: one[1]
        )
        return Site(file, site.line - before, site.column)

    def _look_up(self, name: str) -> Source | None:
        module = imported.of(name)
        file = module.get("__file__") or "" if module else name
        if file == CELLS:
            return Source(CELLS, "".join(text for _, text in _cells()), "__main__")
        if file == _COMMAND or (name == "__main__" and not file):
            text = _command()
            return Source(_COMMAND, text, "__main__") if text else None
        started = imported.of("__main__").get("__file__") == file  # which may be called as a command is
        if not (file.endswith(".py") or started) or not whose.of_user(file):
            return None
        text = "".join(linecache.getlines(file))
        if not text or len(text) > LONGEST or not self._runs(file, text):
            return None
        if not module:
            name = "__main__" if started else whose.loaded_as(file)
            module = imported.of(name)
            name = module.get("__name__") or name  # of the script in a process that was spawned: ``__mp_main__``
        return Source(file, text, name or "__main__", module.get("__package__") or "")

    def _runs(self, file: str, text: str) -> bool:
        """Whether a text is what runs: it is older than this process, or is compiled to the same."""
        changed = os.stat(file).st_mtime
        if changed < _STARTED:
            return True
        mine = [code for code in self._running if code.co_filename == file]
        made = _compiled.get((file, changed))
        if made is None:
            if len(_compiled) >= _CACHE:
                _compiled.clear()
            made = _compiled[file, changed] = frozenset(_codes(parsing.compiled(text)))
        return bool(mine) and all(code in made for code in mine)

    def _cells(self) -> dict[str, int]:
        """The cells, with the lines that come before each."""
        if self._offsets is None:
            self._offsets, lines = {}, 0
            for file, text in _cells():
                self._offsets[file] = lines
                lines += text.count("\n")
        return self._offsets


def _cells() -> Iterator[tuple[str, str]]:
    """The cells of a notebook: texts that Python was told of and that are in no file."""
    for file in list(linecache.cache):
        if not whose.is_cell(file):
            continue
        text = "".join(linecache.getlines(file))
        if not text or len(text) > LONGEST or file.startswith(("<frozen", "<driftline", "<attrs ")):
            continue
        try:
            parsing.compiled(text)
        except (SyntaxError, ValueError):
            continue
        yield file, text if text.endswith("\n") else text + "\n"


def _command() -> str:
    """What ``python -c`` was given; "" = something else runs."""
    given = sys.orig_argv
    return given[given.index("-c") + 1] if sys.argv[:1] == ["-c"] and "-c" in given[:-1] else ""


def _codes(code: CodeType) -> Iterator[CodeType]:
    yield code
    for inner in code.co_consts:
        if isinstance(inner, CodeType):
            yield from _codes(inner)
