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
