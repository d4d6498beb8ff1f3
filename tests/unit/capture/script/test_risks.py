"""What decides whether a ``try`` in a loop over rows goes on; the expected origins are read off the scripts."""

import ast
from collections.abc import Callable

import pytest

from driftline.capture.script import risks

Wrote = Callable[..., dict[str, str]]
LOOP = """
        import csv
        good, bad = [], []
        def checked(row):
            if float(row["b"]) < 0:
                raise ValueError("negative")
            return row
        with open("orders") as file:
            for row in csv.DictReader(file):
                try:
                    {}
                except {}:
                    bad.append({{"id": row["oid"]}})
                    continue
                good.append({{"k": row["k"]}})
        pd.DataFrame({}).to_csv("o")
"""


@pytest.mark.parametrize("kept", ["good", "bad"])
@pytest.mark.parametrize(
    ("tried", "error", "rows"),
    [
        ('float(row["a"])', "ValueError", "a conditional"),
        ('float(row["a"])', "(TypeError, ValueError)", "a conditional"),
        ("checked(row)", "ValueError", "b conditional"),
        ('{"x": 1}[row["s"]]', "KeyError", "s conditional"),
        ('row["a"].strip()', "Exception", ""),
    ],
)
def test_rows_that_fail_are_decided_by_what_may_fail(
    wrote: Wrote, kept: str, tried: str, error: str, rows: str
) -> None:
    assert wrote(LOOP.format(tried, error, kept)).get("rows", "") == rows


def test_what_follows_in_the_same_try_is_decided_by_it(wrote: Wrote) -> None:
    text = LOOP.format('good.append({"k": row["k"], "a": float(row["a"])})', "ValueError", "good")
    assert wrote(text)["rows"] == "a conditional, a filter"


def test_a_flag_that_tells_of_the_fault_is_decided_by_it(wrote: Wrote) -> None:
    text = """
        def good(row):
            try:
                float(row["a"])
                known = "yes"
            except ValueError:
                known = "no"
            return known
        pd.DataFrame([{"v": good(row)} for row in orders.to_dict("records")]).to_csv("o")
    """
    assert wrote(text)["v"] == "a conditional"


def test_faults_of_the_world_outside_are_not_decided_by_data() -> None:
    def handlers(word: str) -> list[ast.ExceptHandler]:
        node = ast.parse(f"try:\n    pass\nexcept {word}:\n    pass\n").body[0]
        assert isinstance(node, ast.Try)
        return node.handlers

    assert not risks.handled(handlers("FileNotFoundError"))
    assert not risks.handled(handlers("(OSError, ImportError)"))
    assert risks.handled(handlers("(OSError, ValueError)"))
    assert risks.handled(handlers(""))


PYDANTIC = """
        import pydantic
        from pydantic import BaseModel
        class Row(BaseModel):
            k: str
            a: int{}
            {}
        good = []
        for row in orders.to_dict("records"):
            try:
                good.append(Row(k=row["k"], a=row["a"]).k)
            except ValueError:
                pass
        pd.DataFrame({{"k": good}}).to_csv("o")
"""


@pytest.mark.parametrize(
    ("bound", "method", "rows"),
    [
        ("", "", "a filter ?, k filter ?"),
        (" = pydantic.Field(gt=1)", "", "a filter, k filter ?"),
        ("", '@pydantic.field_validator("a")\n            def ok(cls, v): return v', "a filter, k filter ?"),
        ("", '@pydantic.model_validator(mode="after")\n            def ok(self): return self', "a filter, k filter"),
    ],
)
def test_fields_that_are_only_typed_decide_perhaps_whether_a_record_is_taken(
    wrote: Wrote, bound: str, method: str, rows: str
) -> None:
    assert wrote(PYDANTIC.format(bound, method))["rows"] == rows
