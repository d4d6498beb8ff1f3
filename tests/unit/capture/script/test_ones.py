"""One of many records that a script changes; expected origins by hand."""

from collections.abc import Callable

import pytest

Wrote = Callable[..., dict[str, str]]
RECORDS = """
        import csv
        with open("orders") as file:
            rows = list(csv.DictReader(file))
        %s
        pd.DataFrame(rows)[["b", "s"]].to_csv("o")
"""
BOTH = "b transformation ?, s transformation ?"


@pytest.mark.parametrize(
    ("changed", "s"),
    [
        ('rows[0]["s"] = rows[0]["b"]', BOTH),
        ('rows[-1].update(s=rows[0]["b"])', BOTH),
        (
            'rows[2]["s"] += rows[2]["b"]',
            "b transformation, s transformation",
        ),  # of that one, and no less of all others
        ('rows[0]["s"] = rows[0]["s"].strip()', "s transformation"),
        ('del rows[0]["s"]', "s"),
        ('rows[0].pop("s")', "s"),
        ('for row in rows:\n            row["s"] = row["b"]', "b"),
        ('first = rows[0]["s"]\n        for row in rows:\n            row.update(s=row["b"])', "b"),
    ],
)
def test_what_is_put_into_one_record_of_many_is_a_hedge_and_so_is_what_was_there(
    changed: str, s: str, wrote: Wrote
) -> None:
    found = wrote(RECORDS % changed)
    assert (found["b"], found["s"]) == ("b", s)


@pytest.mark.parametrize(
    "loop",
    [
        'for i in range(len(rows)):\n            rows[i]["s"] = rows[i]["b"]',
        'for i, row in enumerate(rows):\n            rows[i].update(s=row["b"])',
        'for i in range(len(rows) - 1, -1, -1):\n            rows[i]["s"] = rows[i]["b"]',
        'i = 0\n        while i < len(rows):\n            rows[i]["s"] = rows[i]["b"]\n            i += 1',
        "old, rows = rows, []\n        for row in old:\n            rows.append(dict(row))\n"
        '            rows[-1]["s"] = row["b"]',
    ],
)
def test_a_loop_that_comes_to_each_record_by_its_place_changes_them_all(loop: str, wrote: Wrote) -> None:
    found = wrote(RECORDS % loop)
    assert found["b"] == "b"
    assert "b" in found["s"].split(", ")  # surely; what is there if no round runs is another matter


@pytest.mark.parametrize(
    "loop",
    [
        'for i in range(3):\n            rows[i]["s"] = rows[i]["b"]',
        'for i in range(0, len(rows), 2):\n            rows[i]["s"] = rows[i]["b"]',
        'for n, i in enumerate(wanted):\n            rows[i]["s"] = rows[i]["b"]',
        'for row in rows:\n            rows[0]["s"] = row["b"]',
    ],
)
def test_a_loop_that_comes_to_some_records_changes_those(loop: str, wrote: Wrote) -> None:
    assert "b transformation ?" in wrote(RECORDS % loop)["s"].split(", ")


@pytest.mark.parametrize(
    "named",
    [
        'one = rows[3]\n        one["s"] = one["b"]',
        'one = rows[3]\n        other = one\n        other.update(s=one["b"])',
        'def mend(row):\n            row["s"] = row["b"]\n        mend(rows[3])',
        'first, *rest = rows\n        first["s"] = first["b"]',
        'for row in rows:\n            print(row)\n        row["s"] = row["b"]',
        'one = next(iter(rows))\n        one["s"] = one["b"]',
        'one = max(rows, key=len)\n        one["s"] = one["b"]',
    ],
)
def test_one_record_of_many_is_one_of_them_under_a_name_too(named: str, wrote: Wrote) -> None:
    found = wrote(RECORDS % named)
    assert (found["b"], found["s"]) == ("b", BOTH)


def test_a_record_that_data_has_found_is_one_of_many_and_each_round_of_a_loop_finds_another(wrote: Wrote) -> None:
    by_key = RECORDS % 'by = {row["k"]: row for row in rows}\n        %s'
    found = wrote(by_key % 'by["x"]["s"] = by["x"]["b"]')["s"]
    assert {"b transformation ?", "s transformation ?"} <= set(found.split(", "))
    found = wrote(by_key % 'for row in rows:\n            by[row["k"]]["s"] = row["b"]')["s"]
    assert "b" in found.split(", ")


def test_a_name_that_a_loop_gives_to_each_record_in_turn_changes_them_all(wrote: Wrote) -> None:
    loop = 'for i in range(len(rows)):\n            row = rows[i]\n            row["s"] = row["b"]'
    assert "b" in wrote(RECORDS % loop)["s"].split(", ")
    called = 'def mend(row):\n            row["s"] = row["b"]\n        for row in rows:\n            mend(row)'
    assert wrote(RECORDS % called)["s"] == "b"


def test_cells_of_one_row_that_are_put_in_another_order_may_be_in_either(wrote: Wrote) -> None:
    text = """
        import csv
        with open("users") as file:
            cells = list(csv.reader(file))
        cells[1].reverse()
        pd.DataFrame(cells).to_csv("o")
    """
    found = wrote(text)
    assert found["0"] == "age transformation ?, k transformation ?"
    assert found["1"] == "name"
