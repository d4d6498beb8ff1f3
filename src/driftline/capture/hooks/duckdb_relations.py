"""DuckDB's relations: whose they are, and the statements that their methods stand for.

Enters: calls that return relations, and calls of their methods. Leaves: for these what ``session`` makes of the
statement that does the same. A relation does not tell its connection, which is remembered weakly beside it. Never runs
a query.
"""

import os
import weakref
from collections.abc import Mapping, Sequence
from typing import Any

from driftline.capture.beside import Beside
from driftline.capture.hooks.session import Record, Session, argument

_WRITTEN = ("sep", "na_rep", "header")  # what may be given without a name, in order
_OPTIONS = {"sep": "DELIMITER", "header": "HEADER", "quotechar": "QUOTE", "escapechar": "ESCAPE"}


class Relations:
    """All relations of this process."""

    def __init__(self, duckdb: Any, session: Session) -> None:
        self._duckdb = duckdb
        self._session = session
        self._owners: Beside[weakref.ref[Any]] = Beside()  # relation -> its connection

    def writer(self, args: Sequence[Any], kwargs: Mapping[str, Any], caller: Any) -> Record | None:
        """``relation.write_parquet(path, …)`` and its kin."""
        path = argument(args, kwargs, 1, "file_name")
        if not isinstance(path, str | os.PathLike):
            return None
        quoted = os.fspath(path).replace("'", "''")
        options = _copied(args[2:], kwargs)
        text = f"COPY ({args[0].sql_query()}\n) TO '{quoted}'{options}"
        return self._session.sql(self._connection(args[0]), text, caller)

    def maker(self, args: Sequence[Any], kwargs: Mapping[str, Any], caller: Any) -> Record | None:
        """``relation.create(table)`` and its kin."""
        name = argument(args, kwargs, 1, "table_name", "view_name")
        if not isinstance(name, str):
            return None
        return self._session.sql(
            self._connection(args[0]), f"CREATE TABLE {_quoted(name)} AS {args[0].sql_query()}", caller
        )

    def inserter(self, args: Sequence[Any], kwargs: Mapping[str, Any], caller: Any) -> Record | None:
        """``relation.insert_into(table)``."""
        name = argument(args, kwargs, 1, "table_name")
        if not isinstance(name, str):
            return None
        return self._session.sql(
            self._connection(args[0]), f"INSERT INTO {_quoted(name)} {args[0].sql_query()}", caller
        )

    def table(self, args: Sequence[Any], kwargs: Mapping[str, Any], caller: Any) -> Record | None:
        """``connection.table(name)``."""
        name = argument(args, kwargs, 1, "table_name", "view_name")
        return self._session.sql(args[0], f"FROM {_quoted(name)}", caller) if isinstance(name, str) else None

    def module_table(self, args: Sequence[Any], kwargs: Mapping[str, Any], caller: Any) -> Record | None:
        """``duckdb.table(name)``."""
        return self.table((self._session.default(kwargs), *args), kwargs, caller)

    def belongs(self, args: Sequence[Any], kwargs: Mapping[str, Any], result: Any) -> None:
        """Remember whose a relation is that a call has returned."""
        if type(result) is self._duckdb.DuckDBPyRelation:
            given = args[0] if args else None
            if type(given) is self._duckdb.DuckDBPyRelation:
                owner = self._connection(given)
            else:
                owner = given if isinstance(given, self._duckdb.DuckDBPyConnection) else self._session.default(kwargs)
            if owner is not None:
                self._owners.put(result, weakref.ref(owner))

    def _connection(self, relation: Any) -> Any:
        """The connection of a relation; None = it was not seen, or is gone."""
        found = self._owners.get(relation)
        return None if found is None else found()


def _copied(args: Sequence[Any], kwargs: Mapping[str, Any]) -> str:
    """What ``write_csv`` was told of the text, as options of COPY."""
    given = {**dict(zip(_WRITTEN, args, strict=False)), **kwargs}
    found = []
    for name, meant in _OPTIONS.items():
        value = given.get(name)
        if isinstance(value, bool):
            found.append(f"{meant} {str(value).lower()}")
        elif isinstance(value, str):
            found.append(f"{meant} '" + value.replace("'", "''") + "'")
    return f" ({', '.join(found)})" if found else ""


def _quoted(name: str) -> str:
    return ".".join('"' + part.replace('"', '""') + '"' for part in name.split("."))
