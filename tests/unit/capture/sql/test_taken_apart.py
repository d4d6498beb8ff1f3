"""What takes apart a list that an expression builds. Expected parts by hand, as the manual of each dialect counts."""

import itertools

import duckdb
import pytest
import sqlglot

from driftline.capture.sql import taken_apart


@pytest.mark.parametrize(
    ("dialect", "text", "part"),
    [
        ("duckdb", "[a, b][2]", "b"),
        ("duckdb", "[a, b][-1]", "b"),
        ("postgres", "(ARRAY[a, b])[2]", "b"),
        ("bigquery", "[a, b][OFFSET(0)]", "a"),
        ("bigquery", "[a, b][ORDINAL(2)]", "b"),
        ("snowflake", "ARRAY_CONSTRUCT(a, b)[1]", "b"),
        ("trino", "element_at(ARRAY[a, b], -1)", "b"),
    ],
)
def test_an_element_by_its_place(dialect: str, text: str, part: str) -> None:
    node = sqlglot.parse_one(text, dialect=dialect)

    assert taken_apart.picked(dialect, node).sql() == part


@pytest.mark.parametrize(
    ("dialect", "text"),
    [
        ("duckdb", "[a, b][3]"),
        ("duckdb", "[a, b][k]"),
        ("duckdb", "[x + 1 FOR x IN l][1]"),
        ("postgres", "(ARRAY[a, b])[-1]"),  # no part of an array of PostgreSQL
        ("mysql", "l"),
    ],
)
def test_what_no_place_tells_stays_as_it_stands(dialect: str, text: str) -> None:
    node = sqlglot.parse_one(text, dialect=dialect)

    assert taken_apart.picked(dialect, node) is node


def test_a_list_each_of_whose_elements_is_made_into_another_one() -> None:
    node = sqlglot.parse_one("[x + 1 FOR x IN [a, b]]", dialect="duckdb")
    made = taken_apart.changed("duckdb", node)

    assert made is not None
    assert made[0].sql() == "ARRAY(a, b)"
    assert node.expressions[0].this.parent is node.expressions[0]  # the tree is as it was
    assert taken_apart.changed("duckdb", sqlglot.parse_one("[x FOR x IN l IF x > 1]", dialect="duckdb")) is None


def test_bounds_of_a_slice_are_those_of_duckdb() -> None:
    """By running DuckDB: all bounds around a list of three elements, in both spellings, with steps and without."""
    said = ("", "-4", "-3", "-2", "-1", "0", "1", "2", "3", "4")
    forms = [f"[10, 11, 12][{first}:{last}]" for first, last in itertools.product(said, said)]
    forms += [f"list_slice([10, 11, 12], {first}, {last}, 2)" for first, last in itertools.product(said[1:], said[1:])]
    (expected,) = duckdb.connect().execute(f"SELECT {', '.join(forms)}").fetchall()
    found = []
    for form in forms:
        cut = taken_apart.sliced("duckdb", sqlglot.parse_one(form, dialect="duckdb"))
        assert cut is not None
        chosen = taken_apart.within(cut[1], 3)
        assert chosen is not None
        found.append([10, 11, 12][chosen])

    assert found == list(expected)


@pytest.mark.parametrize("text", ["l[k:2]", "l[1:k]", "list_slice(l, 3, 1, -1)", "l[NULL:2]"])
def test_bounds_that_no_number_says_tell_of_no_elements(text: str) -> None:
    cut = taken_apart.sliced("duckdb", sqlglot.parse_one(text, dialect="duckdb"))

    assert cut is not None
    assert taken_apart.within(cut[1], 3) is None


def test_other_dialects_count_slices_in_other_ways() -> None:
    assert taken_apart.sliced("clickhouse", sqlglot.parse_one("arraySlice(l, 2, 1)", dialect="clickhouse")) is None
