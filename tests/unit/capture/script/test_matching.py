import ast
from collections.abc import Callable

import pytest

from driftline.capture.script.call import UNKNOWN
from driftline.capture.script.matching import fits

Wrote = Callable[..., dict[str, str]]


@pytest.mark.parametrize(
    ("pattern", "value", "expected"),
    [
        ('"a"', "a", True),
        ('"a"', "b", False),
        ('"a" | "b"', "b", True),
        ("None", None, True),
        ("_", "x", True),
        ("_", UNKNOWN, True),
        ("name", 3, True),
        ('"a" as name', "b", False),
        ('"a"', UNKNOWN, None),
        ("[1, 2]", [1, 2], None),
        ("Some.NAME", "a", None),
    ],
)
def test_a_pattern_fits_or_not_or_it_is_not_known(pattern: str, value: object, expected: bool | None) -> None:
    case = ast.parse(f"match x:\n    case {pattern}:\n        pass\n").body[0]
    assert isinstance(case, ast.Match)

    def plain(node: ast.expr) -> object:
        return node.value if isinstance(node, ast.Constant) else UNKNOWN

    assert fits(case.cases[0].pattern, value, plain) is expected


@pytest.mark.parametrize(
    ("subject", "cases", "n"),
    [
        ("row", 'case {"name": x}:\n        n = x', "name"),
        ("row", 'case {"age": _, **more}:\n        n = more["name"]', "name"),
        ("(row['k'], row['name'])", "case (_, x):\n        n = x", "name"),
        ("[row]", 'case [{"name": x}, *_]:\n        n = x', "name"),
        ("Person(row['k'], row['name'])", "case Person(_, x):\n        n = x", "name"),
        ("Person(row['k'], row['name'])", "case Person(name=x):\n        n = x", "name"),
        ("row['name']", "case str(x) | x:\n        n = x", "name"),
        ("row['name']", "case str() as x:\n        n = x", "name"),
        ("[row, row]", "case [first, *rest]:\n        n = rest[0]['name']", "name"),
        ("row", 'case {"k": "x", "name": x}:\n        n = x\n    case _:\n        n = ""', "k conditional, name"),
        ("row", 'case {"age": a, "name": x} if a > "3":\n        n = x\n    case _:\n        n = ""',
         "age conditional, name"),
    ],
)  # fmt: skip
def test_names_of_a_pattern_hold_the_parts_of_a_value(subject: str, cases: str, n: str, wrote: Wrote) -> None:
    """By hand: what a pattern compares with a value that is spelled out decides, and what its ``if`` asks."""
    text = f"""
import csv
from dataclasses import dataclass
@dataclass
class Person:
    k: str
    name: str
def found(row):
    match {subject}:
    {cases.replace(chr(10), chr(10) + "    ").replace("        n", "            n")}
    return n
pd.DataFrame([{{"n": found(row)}} for row in csv.DictReader(open("users"))]).to_csv("o")
"""
    text = text.replace("\n    case", "\n        case").replace("            n =", "            n =")
    assert wrote(text) == {"n": n}


def test_a_dict_in_place_of_a_record_leaves_each_column_what_it_is(wrote: Wrote) -> None:
    """By hand: whether the record is there decides, and nothing of other columns comes to this one."""
    text = """
        import csv
        by = {row["k"]: row for row in csv.DictReader(open("users"))}
        found = [by.get(k, {"name": "nobody"}) for k in orders["k"]]
        pd.DataFrame([{"n": one["name"]} for one in found]).to_csv("o")
    """
    assert wrote(text)["n"].split(", ")[-1] == "name"
    assert "age" not in wrote(text)["n"]


def test_a_record_that_a_pattern_takes_out_of_many_is_one_of_them(wrote: Wrote) -> None:
    """By hand: one of the records has what is put into it, the others have what they had."""
    text = """
        import csv
        rows = list(csv.DictReader(open("users")))
        match rows:
            case [first, *_]:
                first["name"] = first["k"]
        pd.DataFrame(rows)[["name"]].to_csv("o")
    """
    assert wrote(text)["name"] == "k transformation ?, name transformation"
