"""Macros that a connection of DuckDB can call, by the statements that have made them.

Enters: texts that have run, and names. Leaves: how a macro is defined. Those of its databases the catalog tells, which
takes some 20 ms: it is asked once for each database that was opened, for names that DuckDB does not have itself, and
again once a text may have changed them; never of a database in memory as long as no text has made a macro. What DuckDB
has itself is remembered for other processes. Whether a macro of a file has such a name is seen by what DuckDB says
against a call that nothing understands, once for each name, in less than a millisecond. Macros that a cursor does not
see, temporary ones and those of a transaction, ``duckdb_scope`` reads off the statements.
Source: https://duckdb.org/docs/stable/sql/statements/create_macro.html.
"""

import re
import weakref
from collections.abc import Iterable, Sequence
from typing import Any

from driftline import later
from driftline.capture.hooks.duckdb_catalog import Catalog
from driftline.capture.hooks.duckdb_names import Meanings
from driftline.capture.hooks.duckdb_scope import MAIN
from driftline.capture.tables import remembered

_CHANGING = later.pattern(r"\b(?:macro|function|schema|attach|detach|import|from\s+database)\b", re.IGNORECASE)
_MACROS = (
    "select system.main.lower(function_name), [database_name, schema_name], parameters, macro_definition, "
    "case function_type when 'table_macro' then 'TABLE ' else '' end "
    "from duckdb_functions() where not internal and function_type in ('macro', 'table_macro')"
)
_MACRO = later.pattern(r"\bmacro\b", re.IGNORECASE)
_CALLS = ('explain select {0}("no such" := "no such")', 'explain from {0}("no such" := "no such")')  # bind no argument
_BUILT_IN = "select distinct system.main.lower(function_name) from duckdb_functions() where internal"


class Macros:
    """The macros of all connections of this process."""

    def __init__(self, catalog: Catalog, names: Meanings, duckdb: Any) -> None:
        self._catalog = catalog
        self._connect, self._version = duckdb.connect, duckdb.__version__  # before that is patched
        self._names = names
        self._changed = False  # a text may have made some
        self._built_in: frozenset[str] | None = None
        self._known: weakref.WeakKeyDictionary[Any, dict[str, str]] = weakref.WeakKeyDictionary()  # by database
        self._taken: weakref.WeakKeyDictionary[Any, dict[str, bool]] = weakref.WeakKeyDictionary()  # its own

    def ran(self, connection: Any, texts: Iterable[str] = ()) -> None:
        """These have run, and may have changed more than rows; or a transaction has ended."""
        scope = self._catalog.scopes.of(connection)
        if scope.settled or any(map(_CHANGING.search, texts)):
            self._changed, scope.settled = True, False
            self._known.clear()

    def defined_as(self, connection: Any, name: str) -> str:
        """Return the statements that have made a macro, by its name in small letters; "" = there is none."""
        if connection is None:
            return ""
        own = self._catalog.scopes.of(connection).macros.get(name)
        if own is not None:
            return own
        database = self._names.opened_as(connection)
        known = self._known.get(database)
        if known is None:
            new = self._names.is_new(connection)
            if not self._changed and (new or (name in self._own() and not self._is_taken(connection, database, name))):
                return ""
            known = self._known[database] = self._told(connection)
        return known.get(name, "")

    def _own(self) -> frozenset[str]:
        """Return the names of functions that DuckDB has itself."""
        if self._built_in is None:
            body = remembered.get("duckdb functions", (self._version,))
            if body is None:
                fresh = self._connect()  # functions of Python, on a connection, are told as if DuckDB had them
                body = "\n".join(row[0] for row in self._catalog.ask(fresh, _BUILT_IN)).encode()
                self._catalog.close(fresh)
                remembered.put("duckdb functions", (self._version,), body)
            self._built_in = frozenset(body.decode(errors="replace").split("\n"))
        return self._built_in

    def _is_taken(self, connection: Any, database: Any, name: str) -> bool:
        """Whether a macro that was there when a database was opened has the name of a function of DuckDB itself."""
        meant = self._catalog.meant(connection, name)
        way = meant.database if meant.schema == MAIN else meant.schema  # DuckDB's own macros are not there
        asked, call = self._taken.setdefault(database, {}), f"{_quoted(way)}.{_quoted(name)}"
        if call not in asked:
            said = (self._catalog.complaint(connection, one.format(call)) for one in _CALLS)
            asked[call] = any(map(_MACRO.search, said))
        return asked[call]

    def _told(self, connection: Any) -> dict[str, str]:
        """Return the macros of the catalog; of one name there may be several."""
        found: dict[str, list[str]] = {}
        for name, *rest in self._catalog.ask(connection, _MACROS):
            found.setdefault(name, []).append(_statement(name, *rest))
        return {name: ";\n".join(made) for name, made in found.items()}


def _statement(name: str, schema: Sequence[str], parameters: Sequence[str], definition: str, kind: str) -> str:
    named = ".".join(map(_quoted, (*schema, name)))
    return f"CREATE MACRO {named}({', '.join(map(_quoted, parameters))}) AS {kind}{definition}"


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'
