"""Text tables of DuckDB: in which form it reads and writes each of them.

Enters: statements, arguments of its readers, and files. Leaves: forms by path. Whether a file has a header DuckDB finds
out by itself where nobody says; it is asked, once per state of a file, where the first line could be either. It is
asked through the connection's cursor, as the catalog is.
"""

import os
import re
from collections.abc import Callable, Mapping
from typing import Any

from driftline import hidden, later
from driftline.capture.ground import fault
from driftline.capture.sql import outline, text_options
from driftline.capture.tables import arguments, endings
from driftline.capture.tables.form import Form, readable

_SNIFF = "select HasHeader from sniff_csv(?, delim = ?, skip = ?)"
_CACHE = 10_000
_TEXT = "driftline.capture.tables.text"
_VALUE = later.pattern(
    r"\s*|[-+]?[\d.,]+(?:e[-+]?\d+)?%?|\d{1,4}[-/.]\d{1,2}[-/.]\d{1,4}.*|true|false|null|nan|n/a", re.IGNORECASE
)

Ask = Callable[..., list[Any]]  # asks a connection
_outlined: dict[str, list[text_options.Said]] = {}
_headers: dict[tuple[str, int, int, int, int, Form], bool] = {}


class Forms:
    """The forms of the text tables of one statement or call."""

    __slots__ = ("_ask", "_reads", "_writes")

    def __init__(
        self, ask: Ask, text: str = "", paths: tuple[str, ...] = (), options: Mapping[str, Any] | None = None
    ) -> None:
        found = _said(text)
        self._ask = ask
        self._reads = {one.path: one.options for one in found if not one.writes}
        self._reads |= dict.fromkeys(paths, options or {})
        self._writes = {one.path: one.options for one in found if one.writes}

    def read(self, name: str, path: str) -> Form | None:
        """Return the form in which the file at ``path`` is read, which the statement calls ``name``; None = no text."""
        options = self._reads.get(name)
        if _format(options) not in ("", "csv") or (options is None and endings.form(path) != "csv"):
            return None
        given = dict(options or {})
        if given.get("auto_detect") is False:
            given.setdefault("header", False)
        header = _truth(given.get("header"))
        form = arguments.duckdb_csv({**given, "header": True})
        if type(header) is bool or not readable(path, form):
            return arguments.duckdb_csv({**given, "header": header}) if type(header) is bool else form
        return arguments.duckdb_csv({**given, "header": self._has_header(path, form)})

    def written(self, name: str, columns: Callable[[], tuple[str, ...] | None]) -> Form | None:
        """Return the form in which a statement has written the file that it calls ``name``; None = as usual.

        ``columns`` tells what the statement has written, if that is known.
        """
        options = self._writes.get(name)
        if not options or _format(options) not in ("", "csv") or (not _format(options) and endings.form(name) != "csv"):
            return None
        form = arguments.duckdb_csv(options)._replace(guess=False)
        names = columns() if form.bare else None
        return form._replace(names=names, bare="") if names else form

    def _has_header(self, path: str, form: Form) -> bool:
        state = os.stat(path)
        key = (path, state.st_size, state.st_mtime_ns, state.st_ctime_ns, state.st_ino, form)
        if key not in _headers:
            if len(_headers) >= _CACHE:
                _headers.clear()
            first, delimiter = hidden.module(_TEXT).first(path, form)
            doubtful = any(_VALUE.fullmatch(field.strip().strip(form.quote or '"')) for field in first)
            _headers[key] = not doubtful or self._asked(path, delimiter, form.skip)
        return _headers[key]

    def _asked(self, path: str, delimiter: str, skip: int) -> bool:
        rows = fault.attempt("duckdb header", self._ask, _SNIFF, [path, delimiter, skip])
        return bool(rows[0][0]) if rows else True


def _said(text: str) -> list[text_options.Said]:
    """Return what statements say, which is worked out once for all that differ in their texts alone."""
    form, texts = outline.of(text)
    found = _outlined.get(form)
    if found is None:
        found = text_options.said(form)
        if not all(_settled(one) for one in found):
            return text_options.said(text)
        found = [one for one in found if not one.writes or (one.options and _format(one.options) in ("", "csv"))]
        if len(_outlined) >= outline.FORMS:
            _outlined.clear()
        _outlined[form] = found
    if not texts:
        return found
    return [
        one._replace(path=texts[int(mark[1])]) if (mark := outline.MARK.fullmatch(one.path)) else one for one in found
    ]


def _settled(said: text_options.Said) -> bool:
    """Whether an outline says the same as each of its statements: no option of it is a text or number taken out."""
    plain = all(
        value is None or isinstance(value, bool) or (isinstance(value, str) and "\u00a7" not in value)
        for value in said.options.values()
    )
    return plain and ("\u00a7" not in said.path or outline.MARK.fullmatch(said.path) is not None)


def _truth(value: Any) -> Any:
    """Return what DuckDB takes for true or false as that."""
    word = str(value).strip().lower()
    return True if word in ("true", "1") else False if word in ("false", "0") else value


def _format(options: Mapping[str, Any] | None) -> str:
    return str((options or {}).get("format", "")).lower()
