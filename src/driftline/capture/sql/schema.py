"""The columns of tables, as people write them down.

Enters: a JSON value that lists tables with their columns: ``{"orders": {"id": "int"}}``, nested by schema and
database or with dotted names, columns as an object, a list of names or a list of objects; or dbt's catalog and
manifest. Leaves: the columns of a table under any of its names, with or without schema and database, and the
spelling of that table here. What a table has that is not listed is not known.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from driftline.capture.sql.names import Name
from driftline.capture.sql.relation import Source
from driftline.errors import BadInput

_SHARD = re.compile(r"_(?:yyyymmdd|\d{8}|\*)$", re.IGNORECASE)
_DESCRIBED = {"type", "name", "index", "comment", "description", "nullable", "data_type", "tags"}
_Parts = tuple[str, ...]


class Schema:
    """Tables whose columns are known."""

    def __init__(self, given: Any = None) -> None:
        self._tables: dict[_Parts, tuple[str, ...]] = {}
        self._by_last: dict[str, list[_Parts]] = {}
        self._spelled: dict[str, tuple[str, ...]] = {}
        for parts, columns in _tables(given, ()) if given else ():
            if self._tables.get(parts, columns) != columns:
                raise BadInput(f"the schema names {'.'.join(parts)} twice, and not as the same")
            self.add(parts, columns)

    def __len__(self) -> int:
        return len(self._tables)

    def add(self, parts: _Parts, columns: tuple[str, ...]) -> None:
        """Add a table, by its parts from the outermost to its own name."""
        if not columns:
            return
        if parts not in self._tables:
            self._by_last.setdefault(_plain(parts[-1]), []).append(parts)
        self._tables[parts] = columns
        self._spelled[".".join(parts)] = columns

    def named_as(self, name: Name) -> str | None:
        """Return how the table is spelled here; None where none, or more than one, could be meant."""
        found = [parts for parts in self._by_last.get(_plain(name.key[-1]), ()) if _agree(parts, name.key)]
        if len(found) > 1:
            found = [parts for parts in found if len(parts) == len(name.parts)] or found
        if len(found) > 1:
            found = [parts for parts in found if parts[-len(name.parts) :] == name.parts] or found
        return ".".join(found[0]) if len(found) == 1 else None

    def columns(self, source: Source) -> tuple[str, ...] | None:
        """Return the columns of a source that is spelled as here."""
        return self._spelled.get(source.names[0]) if source.kind == "table" else None


def _plain(name: str) -> str:
    return _SHARD.sub("_*", name.lower())


def _agree(parts: _Parts, other: _Parts) -> bool:
    return all(_plain(a) == _plain(b) for a, b in zip(reversed(parts), reversed(other), strict=False))


def _tables(given: Any, path: _Parts) -> Iterator[tuple[_Parts, tuple[str, ...]]]:
    if isinstance(given, list) and not path:
        for entry in given:
            if not isinstance(entry, Mapping) or "name" not in entry:
                raise BadInput("a schema that is a list holds objects with a name and columns")
            outer = tuple(str(entry[key]) for key in ("database", "schema") if entry.get(key))
            parts = (*outer, *_split(str(entry["name"])))
            yield parts, _columns(entry.get("columns") or (), parts)
        return
    if not isinstance(given, Mapping):
        raise BadInput(
            f"the schema of {'.'.join(path) or 'all tables'} is neither an object nor a list",
            hint='Write {"table": {"column": "type"}}, nested by schema and database, or lists of columns.',
        )
    for name, value in given.items():
        parts = (*path, *_split(str(name)))
        if _is_table(value):
            yield parts, _columns(value, parts)
        else:
            yield from _tables(value, parts)


def _is_table(value: Any) -> bool:
    if isinstance(value, list):
        return True
    if isinstance(value, Mapping) and value:
        inner = value.get("columns")
        if isinstance(inner, list | Mapping) and (
            len(value) == 1 or not all(isinstance(v, Mapping) for v in value.values())
        ):
            return True
        return any(part is None or isinstance(part, str) for part in value.values()) or all(
            isinstance(part, Mapping) and "type" in part and part.keys() <= _DESCRIBED for part in value.values()
        )
    return isinstance(value, Mapping)


def _columns(value: Any, table: _Parts) -> tuple[str, ...]:
    if isinstance(value, Mapping):
        inner = value.get("columns")
        if isinstance(inner, list | Mapping):
            return _columns(inner, table)
        return tuple(str(name) for name in value)
    names = [part.get("name") if isinstance(part, Mapping) else part for part in value]
    if not all(isinstance(name, str) for name in names):
        raise BadInput(f"a column of {'.'.join(table)} in the schema has no name")
    return tuple(str(name) for name in names)


def _split(name: str) -> _Parts:
    """Return the parts of a name with dots, quotes taken off."""
    parts = re.findall(r'"[^"]*"|`[^`]*`|\[[^\]]*\]|[^.]+', name)
    return tuple(part[1:-1] if part[:1] in '"`[' and len(part) > 2 else part for part in parts) or (name,)
