import pandas as pd

from driftline.capture.probe import detect
from driftline.capture.probe.call import Arguments, Budget, Call

FRAME = pd.DataFrame({"a": [3, 1, 2, 5], "b": [1, 1, 2, 2], "k": [1, 1, 1, 1], "c": pd.Categorical(list("xyxy"))})


def effect(function, column):
    call = Call(function, Arguments(["t"], [], {}), Budget(10))
    data = {"t": FRAME}
    return detect.effect(call, data, call.results(data), "t", column)


def test_a_column_is_changed_in_several_ways_as_far_as_its_type_allows() -> None:
    assert set(detect.changes(FRAME, "a")) == {"permuted", "coarse", "moved", "turned", "holed"}
    assert set(detect.changes(FRAME, "k")) == {"moved", "turned", "holed"}, "one value cannot change places"
    assert set(effect(lambda t: t[["c"]], "c").results) == {"permuted", "coarse", "holed"}, "no value outside the type"


def test_pairs_name_what_moves_what() -> None:
    found = [effect(lambda t: t.assign(s=t.a + 1)[["s", "b"]], column) for column in ("a", "b", "c")]
    assert detect.pairs(found) == {("t", "a", 0, "s"), ("t", "b", 0, "b")}


def test_a_function_that_fails_under_each_change_says_so() -> None:
    def strict(t):
        assert list(t.a) == [3, 1, 2, 5]
        return t

    assert effect(strict, "a").failed
    assert not effect(strict, "b").failed
