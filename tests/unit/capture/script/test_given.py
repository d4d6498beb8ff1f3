from collections.abc import Callable

from driftline.capture.script.follow import Followed
from driftline.capture.script.site import Site


def test_an_argument_is_told_by_place_and_by_name(follows: Callable[..., Followed]) -> None:
    found = follows('model.fit(df[["a"]], y=df["b"])\n')
    path = (Site("script.py", 6, 31),)
    first, label = found.argument(path, 0), found.argument(path, "y")
    assert first is not None
    assert list(first.columns) == ["a"]
    assert label is not None
    assert list(label.columns) == ["b"]
    assert found.argument(path, 1) is None
