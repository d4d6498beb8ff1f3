"""The standard library's own readers and writers of data: csv, json, and XML as a tree.

Enters: one of these modules. Leaves: patches on its functions. ``csv`` and ``json`` are given open files: what these
are called is what is read or written, and lists of lines, buffers and files without a name are passed over. A file that
is still open is measured when the run's event is made. Files of Python and its packages, and caches, are no data.
"""

import codecs
import io
from collections.abc import Mapping, Sequence
from typing import Any, Literal

from driftline.capture.ground import opens
from driftline.capture.hooks import addressed, again, patch, table
from driftline.capture.hooks.patch import Call, Patch
from driftline.capture.hooks.table import Entry
from driftline.capture.runs.recording import Recording
from driftline.capture.sending import client
from driftline.capture.tables.form import BEYOND, Form

_FILES = (io.IOBase, codecs.StreamReaderWriter)
_LOOKED_AT = 100  # records of a list
_DIALECT = ("delimiter", "quotechar", "escapechar")
_OPEN: dict[str, tuple[tuple[str, Literal["read", "write"], int, tuple[str, ...]], ...]] = {
    "csv": (("reader", "read", 0, ()), ("writer", "write", 0, ())),
    "json": (("load", "read", 0, ("fp",)), ("dump", "write", 1, ("fp",))),
}
_TREES = (
    Entry("parse", "read", 0, ("source",)),
    Entry("iterparse", "read", 0, ("source",)),
    Entry("ElementTree.write", "write", 1, ("file_or_filename",)),
)


def install(module: Any) -> list[Patch]:
    """Put the hooks on and return what was replaced."""
    if module.__name__ not in _OPEN:
        return table.install(module, _TREES)
    return [
        one
        for name, way, place, names in _OPEN[module.__name__]
        for one in patch.around(module, name, _recorder(way, place, names), None, _nameless(place, names))
    ]


def _nameless(place: int, names: tuple[str, ...]) -> patch.Plain:
    """Whether a call is given something else than an open file that may have a name."""

    def plain(args: Sequence[Any], kwargs: Mapping[str, Any]) -> bool:
        given = args[place] if len(args) > place else next((kwargs[name] for name in names if name in kwargs), None)
        return not isinstance(given, _FILES) or isinstance(given, io.BytesIO | io.StringIO)

    return plain


def _recorder(way: Literal["read", "write"], place: int, names: tuple[str, ...]) -> patch.Record:
    def record(run: Recording, call: Call) -> bool:
        given = call.argument(place, *names)
        opened = way == "read" or not place  # else ``json.dump``, which is given all of it
        if way == "write" and again.written(run, record, given, None, call, there=not opened):
            return True
        owner = client.current()
        if owner is None or any(opens.foreign(path, owner.home) for path in addressed.places(given)):
            return False
        made = call.result if way == "read" or not place else call.argument(0, "obj")
        found = table.note(run, way, given, call, form=_form(made), sheet=None if opened else "")
        if found and way == "write":
            again.remember(run, record, given)
        return found

    return record


def _form(made: Any) -> Form | None:
    """How a reader or writer of ``csv`` separates and quotes; of what JSON holds, whether that is a table: records."""
    if type(made).__module__ != "_csv":
        return None if type(made) is list and made and all(type(row) is dict for row in made[:_LOOKED_AT]) else BEYOND
    delimiter, quote, escape = (getattr(made.dialect, name, None) or "" for name in _DIALECT)
    return Form(delimiter, quote=quote, escape=escape, doubt=True)
