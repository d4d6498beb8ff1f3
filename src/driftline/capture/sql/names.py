"""Which source a table expression names: a table of the catalog, or files.

Enters: table nodes of a sqlglot tree. Leaves: the parts of the name as they are written and the key by which it
is compared, or the paths of files. Shards and partitions of BigQuery are one table: ``events_20230101``,
``events_*`` and ``events$20230101`` all name it.
"""

import re
from collections.abc import Iterable
from typing import Any, NamedTuple

from sqlglot import exp

from driftline import later
from driftline.capture.sql import nodes
from driftline.capture.sql.dialect import Dialect
from driftline.capture.sql.relation import Source

READERS = frozenset(
    ["read_parquet", "parquet_scan", "read_csv", "read_csv_auto", "read_json", "read_json_auto", "read_ndjson",
     "read_ndjson_auto", "read_json_objects", "read_text", "read_blob", "read_xlsx", "read_avro", "st_read",
     "delta_scan", "iceberg_scan", "read_files", "cloud_files"]
)  # fmt: skip
_CLICKHOUSE = frozenset(  # functions of ClickHouse that read files, or write them
    ["file", "filecluster", "url", "urlcluster", "s3", "s3cluster", "gcs", "hdfs", "hdfscluster", "oss", "cosn",
     "deltalake", "hudi", "iceberg", "icebergs3"]
)  # fmt: skip
_FILE = later.pattern(
    r"[/\\]|\.(?:parquet|pq|csv|tsv|json|jsonl|ndjson|arrow|feather|txt)(?:\.\w+)?$|^\u00a7\d+\u00a7$",
    re.IGNORECASE,
)
_FORMATS = frozenset(["parquet", "json", "csv", "orc", "avro", "delta", "text", "iceberg", "binaryfile"])
_DECORATOR = later.pattern(r"\$[\w*]+$")
_DYNAMIC = nodes.classes("DynamicIdentifier")  # IDENTIFIER('a.b')
_SHARD = later.pattern(r"_(?:\d{8}|\d{0,7}\*)$")


class Name(NamedTuple):
    """A table's name: its parts as written, and the key of each."""

    parts: tuple[str, ...]
    key: tuple[str, ...]
    temporary: bool = False

    @property
    def dotted(self) -> str:
        """The name with dots."""
        return ".".join(self.parts)


def name_of(table: Any, dialect: Dialect) -> Name | Source | None:
    """Return the name of a table, or the files that it stands for; None where it names nothing that holds data."""
    if isinstance(table, exp.TableFromRows):
        table = exp.Table(this=exp.Anonymous(this="identifier", expressions=[table.this]))
    if not isinstance(table, exp.Table):
        return None
    inner = table.this
    if isinstance(inner, exp.Identifier):
        return _identified(table, inner, dialect)
    if isinstance(inner, exp.Parameter):
        return Name((f"@{inner.name}",), (f"@{inner.name.lower()}",), temporary=True)
    if isinstance(inner, exp.Literal):
        return Source("file", (inner.name,))
    dynamic = _dynamic(inner)
    if dynamic:
        return name_of(exp.to_table(dynamic, dialect=dialect.name or None), dialect)
    if isinstance(inner, exp.Var):
        return Source("file", (inner.name,)) if inner.name.startswith("@") else None
    if dialect.name == "clickhouse" and isinstance(inner, exp.Anonymous) and inner.name.lower() in _CLICKHOUSE:
        return _address(inner.expressions)
    if not is_reader(table):
        return None
    first = inner.this if isinstance(inner.this, exp.Expression) else next(iter(inner.expressions), None)
    found = texts(first.expressions if isinstance(first, exp.Array) else [first])
    return Source("file", found) if found else None


def _address(given: list[Any]) -> Source | None:
    """The first of the arguments that is an address or a path; before it may stand the name of a cluster."""
    found = (one.name for one in given[:2] if isinstance(one, exp.Literal) and one.is_string)
    path = next((name for name in found if _FILE.search(name)), "")
    return Source("file", (path,)) if path else None


def _dynamic(inner: Any) -> str:
    """The name that a text is, as in ``IDENTIFIER('a.b')``; ``""`` where it is put together when it runs."""
    called = inner.name.lower() if isinstance(inner, exp.Anonymous) and inner.expressions else ""
    if called in ("table_changes", "query_table") or (called == "identifier" and len(inner.expressions) == 1):
        inner = inner.expressions[0]
    elif isinstance(inner, _DYNAMIC):
        inner = inner.this
    else:
        return ""
    return inner.name if isinstance(inner, exp.Literal) and inner.is_string else ""


def _identified(table: Any, inner: Any, dialect: Dialect) -> Name | Source:
    if dialect.name == "duckdb" and not table.args.get("db") and inner.args.get("quoted") and _FILE.search(inner.name):
        return Source("file", (inner.name,))
    parts = [part for part in table.parts if isinstance(part, exp.Identifier)]
    if dialect.name in ("spark", "spark2", "databricks") and len(parts) == 2 and parts[0].name.lower() in _FORMATS:
        return Source("file", (parts[1].name,))
    names = [dialect.shown_table(part) for part in parts]
    keys = [dialect.table(part) for part in parts]
    temporary = bool(inner.args.get("temporary")) or names[-1].startswith("#")
    if temporary and not names[-1].startswith("#"):
        sign = "##" if inner.args.get("global_") or inner.args.get("global") else "#"
        names[-1], keys[-1] = sign + names[-1], sign + keys[-1]
    if dialect.name == "bigquery":
        for given in (names, keys):
            given[-1] = _SHARD.sub("_*", _DECORATOR.sub("", given[-1]))
    return Name(tuple(names), tuple(keys), temporary)


def texts(parts: Iterable[Any]) -> tuple[str, ...]:
    """Return the literal texts of ``parts``, or of tables that are one; ``()`` unless all of them are."""
    given = [part.this if isinstance(part, exp.Table) and isinstance(part.this, exp.Literal | exp.Var) else part
             for part in parts]  # fmt: skip
    found = [
        part.name
        for part in given
        if (isinstance(part, exp.Literal) and part.is_string) or (isinstance(part, exp.Var) and part.name[:1] == "@")
    ]
    return tuple(found) if len(found) == len(given) else ()


def is_reader(table: Any) -> bool:
    """Whether a table node is one of DuckDB's functions that read files."""
    inner = table.this
    name = inner.name if isinstance(inner, exp.Anonymous) else inner.sql_name() if isinstance(inner, exp.Func) else ""
    return name.lower() in READERS
