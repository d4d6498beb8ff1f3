"""Where tables lie that a script names without database or schema: what USE says.

Enters: the kind and the name of a USE, and names of tables. Leaves: the names in full, as far as is known. A schema
that nobody named is not made up: after ``USE d`` of Snowflake and T-SQL, which is about a database, ``t`` stays
``t`` and ``s.t`` becomes ``d.s.t``.
"""

from typing import Any, NamedTuple

from sqlglot import exp

from driftline.capture.sql.dialect import Dialect
from driftline.capture.sql.names import Name

_DATABASES = frozenset(["snowflake", "tsql", "fabric"])  # where USE d is about a database that has schemas
_OPEN = frozenset(["duckdb"])  # where it is about a database or a schema, as they are at that time
_OUTER = ("DATABASE", "CATALOG")
_INNER = ("SCHEMA", "NAMESPACE")
_Part = tuple[str, str]  # as written, and the key by which it is compared


class Place(NamedTuple):
    """A database and a schema, each as far as it is known."""

    database: _Part | None = None
    schema: _Part | None = None

    def used(self, kind: str, named: Any, dialect: Dialect) -> "Place":
        """Return the place after ``USE kind named``."""
        parts = [(dialect.shown_table(part), dialect.table(part)) for part in named.parts
                 if isinstance(part, exp.Identifier)]  # fmt: skip
        if named.alias:  # USE NAMESPACE s
            kind, parts = named.name.upper(), [(named.alias, dialect.table(named.args["alias"].this))]
        if not parts or kind not in ("", *_OUTER, *_INNER):  # a warehouse, a role
            return self
        if len(parts) > 1:
            return Place(parts[-2], parts[-1])
        (part,) = parts
        if kind == "CATALOG" or (dialect.name in _DATABASES and kind not in _INNER):
            return Place(part)
        if kind == "" and dialect.name in _OPEN:
            return Place()
        return Place(self.database, part)

    def of(self, name: Name) -> Name:
        """Return ``name`` with the database and the schema that it leaves out."""
        known = [self.schema] if len(name.parts) == 1 and not name.temporary else []
        if self.schema is not None if known else len(name.parts) == 2:
            known = [self.database, *known]
        given = [part for part in known if part is not None]
        return Name((*(shown for shown, _ in given), *name.parts), (*(key for _, key in given), *name.key),
                    name.temporary) if given else name  # fmt: skip
