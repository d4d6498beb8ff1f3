"""Columns of tables as they were before a text, where its database is asked after all of the text has run.

Enters: the statements of a text, and what tells the columns of a table by the name that it has now. Leaves: the same by
the names that tables and columns had when the text began, as what comes before a renaming means these. A table that
had no such name then has no columns that can be told.
"""

from collections.abc import Callable, Sequence
from typing import NamedTuple

from driftline.capture.sql.relation import Source
from driftline.capture.sql.stated import Statement

_KIND = "ALTER TABLE"
ColumnsOf = Callable[[Source, Callable[[str], str]], tuple[str, ...] | None]


class Before(NamedTuple):
    """What has other names after a text than before it."""

    now: dict[Source, Source | None]  # by the names of before; None = there was no table of that name
    columns: dict[Source, list[dict[str, str]]]  # by the names of now: new names in small letters, and old; last first

    def asking(self, columns_of: ColumnsOf) -> ColumnsOf:
        """Return what tells the columns of before, of what tells those of now."""

        def ask(source: Source, spelled: Callable[[str], str]) -> tuple[str, ...] | None:
            now = self.now.get(source, source)
            found = None if now is None else columns_of(now, spelled)
            if found is None or now is None:
                return found
            for names in self.columns.get(now, ()):
                found = tuple(names.get(name.lower(), name) for name in found)
            return found

        return ask


def before(statements: Sequence[Statement]) -> Before | None:
    """Return what a text has renamed after another of its statements; None where it has not."""
    if len(statements) < 2 or not any(one.kind == _KIND for one in statements[1:]):
        return None
    found = Before({}, {})
    for one in reversed(statements):
        target = one.writes
        if one.kind != _KIND or target is None:
            continue
        now = found.now.get(target, target)
        if one.how == "create":
            found.now[target] = None
            found.now[one.reads[0]] = now
        elif now is not None:
            found.columns.setdefault(now, []).append({new.lower(): old for old, new in one.renamed})
    return found
