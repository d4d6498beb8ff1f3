"""Columns of functions that return rows. Expected names by the manuals of the databases, edges by hand."""

from collections.abc import Callable
from typing import Any

import pytest

Tell = Callable[..., list[Any]]
DOC = ["t.doc TRANSFORMATION"]


@pytest.mark.parametrize(
    ("name", "call", "columns"),
    [
        ("tsql", "CROSS APPLY OPENJSON(doc) WITH (x INT '$.x', y INT '$.y') AS j", {"x": DOC, "y": DOC}),
        ("tsql", "CROSS APPLY OPENJSON(doc)", {"[key]": DOC, "value": DOC, "type": DOC}),
        ("tsql", "CROSS APPLY STRING_SPLIT(doc, ',')", {"value": DOC}),
        ("tsql", "CROSS APPLY STRING_SPLIT(doc, ',', 1)", {"value": DOC, "ordinal": []}),
        ("postgres", ", jsonb_each(doc)", {"key": DOC, "value": DOC}),
        ("postgres", "CROSS JOIN LATERAL json_each_text(doc) AS e", {"e.key": DOC, "e.value": DOC}),
        ("postgres", ", generate_series(1, doc) g", {"g": DOC}),
        ("postgres", ", generate_series(1, t.doc)", {"generate_series": DOC}),
        ("postgres", "CROSS JOIN LATERAL regexp_split_to_table(doc, ',') AS word", {"word": DOC}),
        ("postgres", ", jsonb_array_elements(t.doc) e", {"e.value": DOC}),
        ("sqlite", ", json_each(t.doc)", {"value": DOC, "fullkey": DOC}),
        ("duckdb", ", json_each(t.doc) j", {"j.value": DOC}),
        ("snowflake", ", LATERAL SPLIT_TO_TABLE(t.doc, '.')", {"value": DOC, "index": []}),
        ("mysql", ", JSON_TABLE(doc, '$[*]' COLUMNS (n FOR ORDINALITY, x INT PATH '$.x', "
         "NESTED PATH '$.k[*]' COLUMNS (y INT PATH '$.y'))) AS j", {"n": [], "x": DOC, "y": DOC}),
        ("oracle", ", XMLTABLE('/r' PASSING doc COLUMNS x NUMBER PATH 'x') j", {"x": DOC}),
        ("oracle", ", XMLTABLE('/r' PASSING t.doc COLUMNS x PATH 'x') j", {"j.x": DOC}),
        ("oracle", ", XMLTABLE('/r' PASSING doc COLUMNS x PATH 'a,b' DEFAULT nvl(1, 2), y, "
         "z NUMBER(5, 2) PATH 'z', \"path\" PATH 'p', w DEFAULT 1, v) j",
         {"x": DOC, "y": DOC, "z": DOC, '"path"': DOC, "w": DOC, "v": DOC}),
    ],
)  # fmt: skip
def test_columns_that_a_function_is_known_to_have_leave_the_others_to_the_table(
    tell: Tell, name: str, call: str, columns: dict[str, list[str]]
) -> None:
    (one,) = tell(f"SELECT pk, {', '.join(columns)} FROM t {call}", name)
    assert (one.doubts, one.problem) == ([], "")
    assert {key.lower(): edges for key, edges in one.columns.items()} == {
        "pk": ["t.pk IDENTITY"],
        **{key.rpartition(".")[2].strip('[]"'): edges for key, edges in columns.items()},
    }


def test_columns_that_the_alias_lists_are_called_so(tell: Tell) -> None:
    (one,) = tell("SELECT k FROM t, jsonb_each(doc) AS e (k, v)", "postgres")
    assert one.columns == {"k": DOC}
