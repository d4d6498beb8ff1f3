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
