"""Functions that return rows: whether one may read what the statement does not name.

Enters: the entry of a FROM clause that is a function. Leaves: its name, where that is how the entry is called, or where
nothing tells what it reads: a function of the user's own, a query that another server runs, a file of a stage. What
makes rows of its arguments alone, as ``generate_series`` does, and what sqlglot knows as such a function, hides
nothing.
"""

from typing import Any

from sqlglot import exp

from driftline.capture.sql import nodes

HIDDEN = "a function that returns rows; what it reads is not known"
_MAKES = frozenset(
    ["generate_series", "range", "repeat_row", "sequence", "numbers", "numbers_mt", "zeros", "zeros_mt",
     "values", "generator", "generate_subscripts", "generate_date_array", "string_split", "split_to_table",
     "strtok_split_to_table", "regexp_split_to_table", "regexp_matches", "string_to_table", "openjson",
     "openxml", "xmltable", "json_table", "json_each", "json_tree", "json_array_elements",
     "json_array_elements_text", "jsonb_array_elements", "jsonb_array_elements_text", "jsonb_each",
     "jsonb_each_text", "json_each_text", "json_object_keys", "jsonb_object_keys", "json_to_record",
     "json_to_recordset", "jsonb_to_record", "jsonb_to_recordset", "json_populate_record",
     "json_populate_recordset", "jsonb_populate_recordset", "unnest", "explode", "flatten", "stack", "inline",
     "parse_path", "current_schemas", "null", "input", "repeat"]
)  # fmt: skip
_CALLED = frozenset(["postgres", "materialize", "risingwave", "redshift", "duckdb"])  # without an alias by its name
_NAMES = {
    exp.XMLTable: "xmltable", exp.JSONTable: "json_table", exp.Unnest: "unnest", exp.Explode: "unnest",
    exp.ExplodingGenerateSeries: "generate_series",
}  # fmt: skip
_DYNAMIC = nodes.classes("DynamicIdentifier")  # IDENTIFIER($name)
_OF_THE_ENGINE = ("duckdb_", "pg_", "pragma_", "sys.", "information_schema")  # what is told of the engine itself


def hidden(entry: Any) -> str:
    """Return the name of a function whose reads are not known; ``""`` where it hides none."""
    inner = entry.this if isinstance(entry, exp.TableFromRows | exp.Lateral) else entry
    named = [
        part.name for part in (inner.args.get("catalog"), inner.args.get("db")) if isinstance(part, exp.Identifier)
    ]
    if isinstance(inner, exp.Table):
        inner = inner.this
    if isinstance(inner, _DYNAMIC) or (inner is not entry and isinstance(inner, exp.Parameter)):
        return str(inner.sql())
    if isinstance(inner, exp.Anonymous) and inner.name.lower() == "table" and len(inner.expressions) == 1:
        inner = inner.expressions[0]
    while isinstance(inner, exp.Dot):
        named.append(inner.this.name if isinstance(inner.this, exp.Identifier) else inner.this.sql())
        inner = inner.expression
    if not isinstance(inner, exp.Anonymous):
        return ""
    name = ".".join((*named, inner.name))
    own = name.lower() in _MAKES or name.lower().startswith(_OF_THE_ENGINE)
    return "" if own else f"{name}()"


def called(entry: Any, dialect: str) -> Any:
    """Return the identifier by which columns of a function without an alias are named; None where there is none."""
    if dialect not in _CALLED:
        return None
    inner = entry.this if isinstance(entry, exp.Table | exp.Lateral) else entry
    if isinstance(inner, exp.GenerateSeries):
        return exp.to_identifier("range" if inner.args.get("is_end_exclusive") else "generate_series")
    name = inner.name if isinstance(inner, exp.Anonymous) else _NAMES.get(type(inner), "")
    return exp.to_identifier(name) if name else None
