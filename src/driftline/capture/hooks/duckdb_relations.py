"""DuckDB's relations: whose they are, and the statements that their methods stand for.

Enters: calls that return relations, and calls of their methods. Leaves: for these what ``session`` makes of the
statement that does the same. A relation does not tell its connection, which is remembered weakly beside it, nor what a
variable that its query names was then: where that was a relation, its statement is remembered. Never runs a query.
"""

import os
import weakref
from collections.abc import Mapping, Sequence
from typing import Any

from driftline import later
from driftline.capture.ground.beside import Beside
from driftline.capture.hooks import duckdb_catalog, duckdb_frames
from driftline.capture.hooks.duckdb_calls import argument
from driftline.capture.hooks.session import Record, Session
from driftline.capture.runs.around import active

_WRITTEN = ("sep", "na_rep", "header")  # what may be given without a name, in order
_SOURCES = 1_000  # variables that statements have named
_NAMED = later.pattern(  # what a variable means in the statement of a relation, from DuckDB 2 on
    r"""(?:"(?P<quoted>[^"]+)"|(?P<plain>\w+)) AS NOT MATERIALIZED """
    r"""\(\s*SELECT \* FROM "(?P<source>__duckdb_source_\w+)"\s*\)"""
)
_SOURCE = later.pattern(r'"(__duckdb_source_\w+)"')
_OPTIONS = {"sep": "DELIMITER", "header": "HEADER", "quotechar": "QUOTE", "escapechar": "ESCAPE"}


class Relations:
    """All relations of this process."""

    def __init__(self, duckdb: Any, session: Session) -> None:
        self._duckdb = duckdb
        self._session = session
        self._owners: Beside[weakref.ref[Any]] = Beside()  # relation -> its connection
        self._sources: dict[str, str] = {}  # what DuckDB calls a relation that a query names -> its statement

    def writer(self, args: Sequence[Any], kwargs: Mapping[str, Any], caller: Any) -> Record | None:
        """``relation.write_parquet(path, …)`` and its kin."""
        path = argument(args, kwargs, 1, "file_name")
        if not isinstance(path, str | os.PathLike):
            return None
        quoted = os.fspath(path).replace("'", "''")
        options = _copied(args[2:], kwargs)
        text = f"COPY ({self._text(args[0])}\n) TO '{quoted}'{options}"
        return self._session.sql(self._connection(args[0]), text, caller)

    def maker(self, args: Sequence[Any], kwargs: Mapping[str, Any], caller: Any) -> Record | None:
        """``relation.create(table)`` and its kin."""
        name = argument(args, kwargs, 1, "table_name", "view_name")
        if not isinstance(name, str):
            return None
        return self._session.sql(
            self._connection(args[0]), f"CREATE TABLE {_quoted(name)} AS {self._text(args[0])}", caller
        )

    def inserter(self, args: Sequence[Any], kwargs: Mapping[str, Any], caller: Any) -> Record | None:
        """``relation.insert_into(table)``."""
        name = argument(args, kwargs, 1, "table_name")
        if not isinstance(name, str):
            return None
        return self._session.sql(
            self._connection(args[0]), f"INSERT INTO {_quoted(name)} {self._text(args[0])}", caller
        )

    def table(self, args: Sequence[Any], kwargs: Mapping[str, Any], caller: Any) -> Record | None:
        """``connection.table(name)``."""
        name = argument(args, kwargs, 1, "table_name", "view_name")
        return self._session.sql(args[0], f"FROM {_quoted(name)}", caller) if isinstance(name, str) else None

    def module_table(self, args: Sequence[Any], kwargs: Mapping[str, Any], caller: Any) -> Record | None:
        """``duckdb.table(name)``."""
        return self.table((self._session.default(kwargs), *args), kwargs, caller)

    def belongs(self, args: Sequence[Any], kwargs: Mapping[str, Any], result: Any, caller: Any) -> None:
        """Remember whose a relation is that a call has returned, what it selects and which relations it names."""
        if isinstance(result, self._duckdb.DuckDBPyConnection):
            self._session.queries.ran(result)
            self.fetched((result,), {}, None, caller)  # rows, one by one, which no further call tells of
        if type(result) is self._duckdb.DuckDBPyRelation:
            self._session.queries.made(result)
            owner = self._owner(args, kwargs)
            if owner is not None:
                self._owners.put(result, weakref.ref(owner))
            for query in (*args, *kwargs.values()):
                if isinstance(query, str) and self._names_relation(query, caller):
                    self._remember(result.sql_query(), caller)
                    return

    def ran(self, args: Sequence[Any], kwargs: Mapping[str, Any], *, failed: bool = False) -> None:
        """A call has ended that may have changed which tables there are, or where a connection looks for them."""
        texts = [text for one in (*args, *kwargs.values()) if isinstance(text := getattr(one, "query", one), str)]
        if not any(map(duckdb_catalog.rows, texts)):
            self._session.ran(self._owner(args, kwargs), texts, failed=failed)

    def _owner(self, args: Sequence[Any], kwargs: Mapping[str, Any]) -> Any:
        """The connection of a call; None where it was not seen."""
        given = args[0] if args else None
        if type(given) is self._duckdb.DuckDBPyRelation:
            return self._connection(given)
        return given if isinstance(given, self._duckdb.DuckDBPyConnection) else self._session.default(kwargs)

    def fetching(self, args: Sequence[Any], kwargs: Mapping[str, Any], caller: Any) -> Record | None:  # noqa: ARG002 - a hook
        """``relation.df()`` and its kin: of one that was made from another one its own statement is understood."""
        if self._session.queries.of(args[0]) is not None:
            return None
        record = self._session.sql(self._connection(args[0]), self._text(args[0]), caller, told=False)
        self._session.queries.made(args[0])
        return record

    def fetched(self, args: Sequence[Any], kwargs: Mapping[str, Any], result: Any, caller: Any) -> None:  # noqa: ARG002 - a hook
        """Remember where what ``relation.df()`` and its kin return comes from."""
        query = self._session.queries.of(args[0])
        if query is not None and active() is not None:
            duckdb_frames.gave(query, result, args[0])

    def module_fetched(self, args: Sequence[Any], kwargs: Mapping[str, Any], result: Any, caller: Any) -> None:
        """The same for ``duckdb.fetchdf()`` and its kin."""
        self.fetched((args[0] if args else self._session.default(kwargs),), kwargs, result, caller)

    def _names_relation(self, query: str, caller: Any) -> bool:
        """Whether a text has the name of one of the caller's variables in it that is a relation."""
        kind = self._duckdb.DuckDBPyRelation
        variables = (caller.f_locals, caller.f_globals)
        return any(type(value) is kind and name in query for some in variables for name, value in list(some.items()))

    def _remember(self, text: str, caller: Any) -> None:
        for found in _NAMED.finditer(text):
            name = found["quoted"] or found["plain"]
            value = caller.f_locals.get(name, caller.f_globals.get(name))
            if type(value) is self._duckdb.DuckDBPyRelation:
                if len(self._sources) >= _SOURCES:
                    self._sources.clear()
                self._sources[found["source"]] = self._text(value)

    def _text(self, relation: Any) -> str:
        """The statement of a relation, with those of the relations that it names."""
        return _SOURCE.sub(
            lambda found: f"({self._sources[found[1]]}\n)" if found[1] in self._sources else found[0],
            relation.sql_query(),
        )

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
