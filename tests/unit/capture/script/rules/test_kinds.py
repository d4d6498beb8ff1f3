import pytest

from driftline.capture.script.rules.kinds import kind


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("int64", "int"),
        ("Float32", "float"),
        ("decimal(10,2)", "float"),
        ("object", "text"),
        ("string", "text"),
        ("category", "text"),
        ("datetime64[ns]", "datetime"),
        ("bool", "bool"),
        ("numpy.number", "number"),
    ],
)
def test_names_of_types_mean_few_sorts(name: str, expected: str) -> None:
    assert kind(name) == expected
