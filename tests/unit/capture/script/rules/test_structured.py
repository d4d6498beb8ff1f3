"""Structured arrays; expected origins are read off the scripts."""

from collections.abc import Callable

import pytest

Wrote = Callable[..., dict[str, str]]

READ = """
    from numpy.lib import recfunctions as rfn
    data = np.genfromtxt("orders", delimiter=",", names=True, dtype=None)
"""


@pytest.mark.parametrize(
    ("step", "found"),
    [
        (
            'rfn.append_fields(data[["k", "a"]], ["c", "d"], [data["a"] * 2, data["s"]], usemask=False)',
            {"k": "k", "a": "a", "c": "a transformation", "d": "s"},
        ),
        ('rfn.append_fields(data[["k"]], "c", data["b"])', {"k": "k", "c": "b"}),
        ('rfn.drop_fields(data, ["k", "a", "oid"])', {"b": "b", "s": "s"}),
        ('rfn.rename_fields(data[["k", "a"]], {"a": "z"})', {"k": "k", "z": "a"}),
        ('rfn.structured_to_unstructured(data[["k", "a"]])', {"0": "k", "1": "a"}),
        ('np.rec.fromarrays([data["a"], data["k"]], names="x, y")', {"x": "a", "y": "k"}),
        ('np.array([(one["a"], one["k"]) for one in data], dtype=[("x", "f8"), ("y", "U3")])', {"x": "a", "y": "k"}),
    ],
)
def test_fields_keep_what_they_come_from(wrote: Wrote, step: str, found: dict[str, str]) -> None:
    assert wrote(f"{READ}    pd.DataFrame({step}).to_csv('o')\n") == found


def test_other_functions_of_fields_are_not_sure(wrote: Wrote) -> None:
    text = f"""{READ}
    pd.DataFrame(rfn.join_by("k", data[["k", "a"]], data[["k", "b"]])).to_csv('o')
    """
    assert wrote(text) == {"...": "a transformation ?, b transformation ?, k transformation ?"}


def test_fields_that_a_type_names_are_filled_one_by_one(wrote: Wrote) -> None:
    text = f"""{READ}
    made = np.zeros(3, dtype=[("name", "U3"), ("mean", "f8"), ("left", "f8")])
    made["name"] = data["k"][:3]
    for place in range(3):
        made["mean"][place] = np.nanmean(data["a"])
    pd.DataFrame(made).to_csv('o')
    """
    assert wrote(text) == {"name": "k", "mean": "a aggregation", "left": ""}


def test_a_field_that_is_written_to_is_no_row(wrote: Wrote) -> None:
    text = f"""{READ}
    data["a"][3] = users["age"].mean()
    data["b"] = data["b"] * 2
    pd.DataFrame(data).to_csv('o')
    """
    assert wrote(text) == {"oid": "oid", "k": "k", "a": "a, age aggregation", "b": "b transformation", "s": "s"}
