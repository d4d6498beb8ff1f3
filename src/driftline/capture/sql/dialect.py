"""How a dialect of SQL spells names: what is folded to which case, and what a name may mean.

Enters: the name of a dialect, as people and drivers write it. Leaves: the keys by which names are compared
(two spellings of one thing have one key), whether an alias may be used by the outputs after it, whether a dot
may lead into a struct. The strategies of folding are those of sqlglot's dialects; that BigQuery and MySQL
compare tables by their case and columns not is theirs alone (their manuals, "case sensitivity").
"""

import functools
from typing import Any, Literal, NamedTuple

from sqlglot import exp
from sqlglot.dialects import DIALECTS
from sqlglot.dialects.dialect import Dialect as Grammar

from driftline.errors import BadInput

Fold = Literal["lower", "upper", "same", "none"]

_ALSO = {
    "": "", "ansi": "", "generic": "", "postgresql": "postgres", "pg": "postgres", "greenplum": "postgres",
    "alloydb": "postgres", "vertica": "postgres", "netezza": "postgres", "cockroachdb": "postgres", "sparksql": "spark",
    "spark3": "spark", "pyspark": "spark", "mssql": "tsql", "sqlserver": "tsql", "synapse": "tsql", "mariadb": "mysql",
    "impala": "hive", "flink": "hive", "flinksql": "hive", "db2": "", "prestosql": "presto", "sqlite3": "sqlite",
    "bq": "bigquery",
}  # fmt: skip
_LATERAL = frozenset(["", "redshift", "snowflake", "databricks", "spark", "duckdb", "teradata", "clickhouse"])
_STRUCTS = frozenset(["bigquery", "duckdb", "spark", "spark2", "databricks", "hive", "trino", "presto", "athena",
                      "clickhouse", "snowflake"])  # fmt: skip
_ROWLESS = frozenset(["tsql", "fabric", "mysql", "oracle", "snowflake", "teradata", "hive", "clickhouse"])
_BY_CASE = frozenset(["bigquery", "mysql", "doris", "starrocks"])


class Dialect(NamedTuple):
    """One dialect."""

    name: str  # sqlglot's name; "" for SQL of no dialect in particular
    columns: Fold
    tables: Fold
    lateral: bool  # an output may use the alias of one before it
    structs: bool  # a.b may be a field of the column a
    plain: bool  # texts stand in single quotes and are doubled to escape, names in double quotes

    @property
    def rows(self) -> bool:
        """Whether the name of a table may stand for its row as a value, as in ``count(t)``."""
        return self.name not in _ROWLESS

    def column(self, node: Any) -> str:
        """Return the key of a column's identifier."""
        return _key(self.columns, node)

    def table(self, node: Any) -> str:
        """Return the key of an identifier of a table, of one of its qualifiers, or of an alias."""
        return _key(self.tables, node)

    def shown(self, node: Any) -> str:
        """Return how a column is called whose table's schema is not known: PostgreSQL keeps names in lower case."""
        name: str = node.name
        return name.lower() if self.columns == "lower" and not node.args.get("quoted") else name

    def shown_table(self, node: Any) -> str:
        """Return how a table, or one of its qualifiers, is called whose schema is not known."""
        name: str = node.name
        return name.lower() if self.tables == "lower" and not node.args.get("quoted") else name

    def written(self, name: str) -> str:
        """Return the key of a column whose name is known without its quotes, as from a schema."""
        return name.lower() if self.columns == "same" else name


def _key(fold: Fold, node: Any) -> str:
    name: str = node.args["this"] if type(node) is exp.Identifier else node.name
    if fold == "same":
        return name.lower()
    if fold == "none" or node.args.get("quoted"):
        return name
    return name.lower() if fold == "lower" else name.upper()


def exists(name: str) -> bool:
    """Whether a dialect is called ``name``; loads none of them."""
    wanted = name.strip().lower()
    return wanted in _ALSO or any(wanted == one.lower() for one in DIALECTS)


@functools.cache
def of(name: str) -> Dialect:
    """Return the dialect ``name``, in any case and by its usual other names; raises BadInput with those that exist."""
    wanted = name.strip().lower()
    wanted = _ALSO.get(wanted, wanted)
    found = Grammar.get(wanted) if wanted else Grammar
    if found is None:
        raise BadInput(f"no dialect of SQL is called {name!r}", hint=f"One of {', '.join(names())}.")
    strategy = str(found.NORMALIZATION_STRATEGY.value)
    fold: Fold = "lower"
    if "CASE_INSENSITIVE" in strategy:
        fold = "same"
    elif strategy != "LOWERCASE":
        fold = "upper" if strategy == "UPPERCASE" else "none"
    if not wanted:
        fold = "same"
    tokens = found.tokenizer_class
    plain = set(tokens.STRING_ESCAPES) == {"'"} and set(tokens.IDENTIFIERS) == {'"'} and set(tokens.QUOTES) == {"'"}
    by_case = wanted in _BY_CASE
    return Dialect(
        wanted, "same" if by_case else fold, "none" if by_case else fold, wanted in _LATERAL, wanted in _STRUCTS, plain
    )


def names() -> list[str]:
    """Return the names of all dialects."""
    return sorted(name for name in Grammar.classes if name and name != "dialect")


def text(node: Any, dialect: Dialect) -> str:
    """Return an expression as the dialect spells it, at most 120 characters; for outputs that have no name."""
    if not isinstance(node, exp.Expression):
        return ""
    try:
        said = node.sql(dialect=dialect.name or None, normalize_functions="lower", comments=False)
    except Exception:  # what the generator cannot write has no name; its edges stand all the same
        return ""
    return said if len(said) <= _LONG else said[: _LONG - 1] + "…"


_LONG = 120
