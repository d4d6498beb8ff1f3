import pandas as pd

from driftline.capture.script import words


def test_every_public_name_of_pandas_is_known() -> None:
    assert {name for name in dir(pd.DataFrame) if not name.startswith("_")} <= words.FRAME
    assert {name for name in dir(pd.Series) if not name.startswith("_")} <= words.SERIES


def test_methods_of_groups_are_known() -> None:
    groups = pd.DataFrame({"a": [1]}).groupby("a")
    left = {name for name in dir(groups) if not name.startswith("_")} - words.GROUPED - {"a"}
    assert left <= {
        "groups",
        "keys",
        "level",
        "axis",
        "as_index",
        "sort",
        "group_keys",
        "observed",
        "grouper",
        "obj",
        "ewm",
    }
