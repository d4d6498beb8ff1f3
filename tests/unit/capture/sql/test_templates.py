"""SQL in which templates were not filled in. Expected names and edges by hand."""

from collections.abc import Callable
from typing import Any

import pytest
import sqlglot

from driftline.capture.sql import templates

Tell = Callable[..., list[Any]]


def words(sql: str) -> list[str]:
    return [token.text for token in templates.folded(sqlglot.tokenize(sql), sql)]


@pytest.mark.parametrize(
    ("sql", "expected"),
    [
        ("FROM {{ env }}_raw.visits", ["FROM", "{{ env }}_raw", ".", "visits"]),
        ("FROM stage_{{ day }}", ["FROM", "stage_{{ day }}"]),
        ("FROM {{ ref('visits') }} v", ["FROM", "visits", "v"]),
        ("FROM {{ ref('pkg', 'visits') }}", ["FROM", "visits"]),
        ('FROM {{- source("crm", "people") -}} p', ["FROM", "crm", ".", "people", "p"]),
        ("{{ config(materialized='view') }} SELECT 1", ["SELECT", "1"]),
        ("SELECT 1 {% if a %} WHERE b {% endif %}", ["SELECT", "1", "WHERE", "b"]),
        ("SELECT '{{ day }}'", ["SELECT", "{{ day }}"]),
        ("SELECT {'a': {'b': 1}}", ["SELECT", "{", "a", ":", "{", "b", ":", "1", "}", "}"]),
        ("SELECT {{ cut", ["SELECT", "{{ cut"]),
    ],
)
def test_an_expression_of_a_template_becomes_a_name_and_tags_go_away(sql: str, expected: list[str]) -> None:
    assert words(sql) == expected


def test_tables_with_templates_in_their_names_are_tables_like_others(tell: Tell) -> None:
    (one,) = tell(
        "CREATE TABLE {{ zone }}.daily_{{ day }} AS SELECT v.k, {{ measure }} AS m FROM {{ zone }}_raw.visits v",
        "snowflake",
    )
    assert one.target == "{{ zone }}.daily_{{ day }}"
    assert one.columns == {"k": ["{{ zone }}_raw.visits.k IDENTITY"], "m": []}
    assert one.doubts == ["{{ measure }}"]


def test_an_incremental_model_of_dbt_is_understood_without_being_compiled(tell: Tell) -> None:
    sql = """{{ config(materialized='incremental') }}
        SELECT k, n FROM {{ ref('visits') }}
        {% if is_incremental() %} WHERE day > (SELECT max(day) FROM {{ this }}) {% endif %}"""
    (one,) = tell(sql, "duckdb", {"visits": ("k", "n", "day"), "{{ this }}": ("k", "n", "day")})
    assert one.columns == {"k": ["visits.k IDENTITY"], "n": ["visits.n IDENTITY"]}
    assert one.rows == ["visits.day FILTER", "{{ this }}.day FILTER"]


def test_a_name_is_a_template_only_with_its_braces() -> None:
    assert templates.is_template("a_{{ b }}")
    assert not templates.is_template("a_b")
