"""What the columns of a function that returns rows are called, where its words or the dialect tell.

Enters: the call of a function in FROM. Leaves: the names of its columns, and whether each has a value of the
arguments or only a place among them: ``OPENJSON(doc) WITH (…)``, ``JSON_TABLE(… COLUMNS …)``, ``STRING_SPLIT``.
"""

from collections.abc import Iterator
from typing import Any

from sqlglot import exp

_PAIR = ("key", "value")
_JSON = (*_PAIR, "type", "atom", "id", "parent", "fullkey", "path")  # of SQLite and DuckDB
_KNOWN: dict[str, dict[str, tuple[str, ...]]] = {
    "tsql": {"string_split": ("value", "ordinal")},
    "sqlite": dict.fromkeys(("json_each", "json_tree"), _JSON),
    "postgres": {
        **dict.fromkeys(("json_each", "jsonb_each", "json_each_text", "jsonb_each_text"), _PAIR),
        **dict.fromkeys(
            (f"{kind}_array_elements{end}" for kind in ("json", "jsonb") for end in ("", "_text")), ("value",)
        ),
    },
    "snowflake": {"split_to_table": ("seq", "index", "value")},
}
_ALIKE = {"fabric": "tsql", "duckdb": "sqlite", "redshift": "postgres"}
_ONE = frozenset(  # of PostgreSQL, with one column that is called as the function is, or its alias
    ["generate_series", "exploding_generate_series", "generate_subscripts", "regexp_split_to_table", "string_to_table",
     "json_object_keys", "jsonb_object_keys"]
)  # fmt: skip
_WITH_ORDINAL = 3  # arguments of STRING_SPLIT
_PLACES = frozenset(["ordinal", "seq", "index"])


def makes_rows(call: Any, dialect: str) -> bool:
    """Return whether PostgreSQL makes several rows of one by a call among what SELECT lists."""
    name = call.name.lower() if isinstance(call, exp.Anonymous) else ""
    pairs = _KNOWN["postgres"].keys() | _ONE
    return name in pairs and name != "string_to_array" and _ALIKE.get(dialect, dialect) == "postgres"


def columns(call: Any, dialect: str, alias: str = "") -> tuple[tuple[Any, bool], ...]:
    """Return the identifiers of the columns, each with whether it has a value of the arguments; () where not known.

    Args:
        call: of the function.
        dialect: sqlglot's name of it.
        alias: of the call in FROM.
    """
    if isinstance(call, exp.OpenJSON):
        listed = tuple((column.this, True) for column in call.expressions)
        return listed or tuple((exp.to_identifier(name), True) for name in (*_PAIR, "type"))
    if isinstance(call, exp.JSONTable):
        return tuple(_defined(call.args.get("schema")))
    if isinstance(call, exp.XMLTable):
        return tuple(_defined(call, "columns"))
    name = call.name if isinstance(call, exp.Anonymous) else type(call).sql_name() if isinstance(call, exp.Func) else ""
    if name.lower() in _ONE and _ALIKE.get(dialect, dialect) == "postgres":
        return ((exp.to_identifier(alias or name.lower().removeprefix("exploding_")), True),)
    known = _KNOWN.get(_ALIKE.get(dialect, dialect), {}).get(name.lower(), ())
    if name.lower() == "string_split" and len(call.expressions) < _WITH_ORDINAL:
        known = known[:1]
    return tuple((exp.to_identifier(one), one not in _PLACES) for one in known)


def _defined(schema: Any, part: str = "expressions") -> Iterator[tuple[Any, bool]]:
    """The columns that are defined in the call, with those of NESTED PATH."""
    for column in (schema.args.get(part) or ()) if schema is not None else ():
        if isinstance(column.this, exp.Identifier):
            yield column.this, not column.args.get("ordinality")
        yield from _defined(column.args.get("nested_schema"))
