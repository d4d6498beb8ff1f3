"""The record of a statement. Its shape is a promise; expected values by hand."""

from typing import Any

import msgspec

from driftline.capture.sql import dialect, statement
from driftline.capture.sql.report import report
from driftline.capture.sql.script import Script


def told(sql: str, schema: dict[str, tuple[str, ...]] | None = None, name: str = "postgres") -> list[dict[str, Any]]:
    script = Script(dialect.of(name), lambda source: (schema or {}).get(source.names[0]))
    records = [report(one, number) for number, one in enumerate(statement.read(sql, script), 1)]
    found: list[dict[str, Any]] = msgspec.json.decode(msgspec.json.encode(records))
    return found


def test_the_record_of_a_statement_has_the_documented_shape() -> None:
    (one,) = told("INSERT INTO mart.orders (total) SELECT sum(amount) FROM raw.orders WHERE day > 1")
    assert one == {
        "statement": 1,
        "kind": "INSERT",
        "target": "mart.orders",
        "columns": [
            {
                "name": "total",
                "sources": [
                    {"table": "raw.orders", "column": "amount", "type": "DIRECT", "subtype": "AGGREGATION",
                     "confidence": 1.0},
                ],
            }
        ],
        "dataset": [
            {"table": "raw.orders", "column": "day", "type": "INDIRECT", "subtype": "FILTER", "confidence": 1.0},
        ],
        "reads": ["raw.orders"],
        "unknown": [],
        "problem": None,
        "line": 1,
        "file": None,
    }  # fmt: skip


def columns(one: dict[str, Any]) -> dict[str, list[tuple[str, str, float]]]:
    return {c["name"]: [(s["table"], s["column"], s["confidence"]) for s in c["sources"]] for c in one["columns"]}


def test_columns_of_a_target_that_is_not_known_are_called_as_in_the_query_and_not_certain() -> None:
    (one,) = told("INSERT INTO m SELECT a AS p FROM t")
    assert columns(one) == {"p": [("t", "a", 0.9)]}
    (one,) = told("CREATE TABLE m AS SELECT a AS p FROM t")
    assert columns(one) == {"p": [("t", "a", 1.0)]}


def test_a_star_over_an_unknown_table_is_an_honest_unknown() -> None:
    (one,) = told("SELECT * FROM t")
    assert columns(one) == {"*": [("t", "*", 0.5)]}
    assert one["unknown"] == [{"name": "*", "why": "its columns are not known", "candidates": ["t.*"]}]


def test_outputs_around_a_star_are_placed_from_both_ends_of_a_known_target() -> None:
    (one,) = told("INSERT INTO m SELECT a, t.*, b AS z FROM t", {"m": ("p", "q", "r", "s")})
    assert columns(one) == {
        "p": [("t", "a", 1.0)], "q": [("t", "q", 0.5)], "r": [("t", "r", 0.5)], "s": [("t", "b", 1.0)],
    }  # fmt: skip


def test_more_outputs_than_columns_are_said_to_be_doubtful() -> None:
    (one,) = told("INSERT INTO m SELECT a, b FROM t", {"m": ("p",)})
    assert columns(one) == {"p": [("t", "a", 0.5)]}
    assert one["unknown"][0]["why"] == "2 outputs for 1 columns of the target"


def test_a_statement_that_cannot_be_parsed_is_told_with_its_tables() -> None:
    (one,) = told("INSERT INTO m SELECT a FROM t JOIN u ON a = = b")
    assert one["problem"].startswith("cannot be parsed")
    assert (one["target"], one["reads"], one["columns"]) == ("m", ["t", "u"], [])
    assert [(s["table"], s["column"], s["confidence"]) for s in one["dataset"]] == [("t", "*", 0.5), ("u", "*", 0.5)]


def test_one_source_in_one_way_is_listed_once_with_its_best_confidence() -> None:
    (one,) = told("SELECT a + (SELECT max(a) FROM t WHERE b = 1) AS p FROM t", {"t": ("a", "b")})
    sources = one["columns"][0]["sources"]
    assert len({(s["table"], s["column"], s["subtype"]) for s in sources}) == len(sources) == 3


def test_two_outputs_of_one_name_stay_two() -> None:
    (one,) = told("SELECT a AS v, b AS v FROM t", {"t": ("a", "b")})
    assert [(c["name"], [s["column"] for s in c["sources"]]) for c in one["columns"]] == [("v", ["a"]), ("v", ["b"])]


def test_a_column_that_no_column_brings_says_what_it_is_made_of() -> None:
    """And others say nothing of it, so that their records are what they were."""
    (one,) = told("insert into t (a, b, c) select 'x', count(*), d from s")
    (query,) = told("select now() as t, d from s")
    assert [(column["name"], column.get("made")) for column in (*one["columns"], *query["columns"])] == [
        ("a", "literals"), ("b", "nothing"), ("c", None), ("t", "nothing"), ("d", None),
    ]  # fmt: skip
