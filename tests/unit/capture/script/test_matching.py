import ast

import pytest

from driftline.capture.script.call import UNKNOWN
from driftline.capture.script.matching import fits


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
