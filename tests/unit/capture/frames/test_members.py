"""Models in containers; what is expected is what was put in."""

from typing import Any

import pandas as pd
from sklearn.feature_extraction import DictVectorizer
from sklearn.linear_model import LinearRegression

from driftline.capture.frames import members


def test_the_models_of_a_tuple_a_list_and_a_dict_are_found_in_order() -> None:
    one, other = DictVectorizer(), LinearRegression()
    assert members.models((one, other)) == members.models([one, 3, other]) == [one, other]
    assert members.models({"steps": (one, other), "columns": ["a", "b"]}) == [one, other]
    assert members.models(one) == [one]


def test_frames_values_and_what_lies_deeper_or_behind_many_others_are_no_models() -> None:
    model = LinearRegression()
    assert members.models(pd.DataFrame({"a": [1]})) == members.models("text") == members.models(None) == []
    assert members.models([[[model]]]) == members.models([*range(members.WIDTH), model]) == []
    assert members.models([*range(members.WIDTH - 1), model]) == [model]


def test_a_container_is_called_by_its_kind_and_by_the_models_in_it() -> None:
    assert members.spelled((DictVectorizer(), LinearRegression())) == "tuple with DictVectorizer, LinearRegression"
    assert members.spelled({"a": LinearRegression(), "b": LinearRegression()}) == "dict with LinearRegression"
    assert members.spelled(LinearRegression()) == "sklearn.linear_model._base.LinearRegression"
    assert members.spelled({"a": [1, 2]}) == members.spelled(()) == ""


def test_no_member_is_asked() -> None:
    class Lazy:
        def __getattr__(self, name: str) -> Any:
            raise AssertionError(name)

        def __eq__(self, other: object) -> bool:
            raise AssertionError

        __hash__ = None

    assert members.models([Lazy()]) == []


def test_a_kind_of_frame_or_array_that_another_library_makes_is_no_model() -> None:
    class GeoFrame(pd.DataFrame): ...

    assert members.models(GeoFrame({"a": [1]})) == []
    assert members.spelled(pd.DataFrame({"a": [1]}).astype(float)) == ""

    class Own:
        def predict(self) -> None: ...

    assert members.spelled(Own()).endswith("Own")


def test_plain_is_what_has_values_of_python_s_own_alone() -> None:
    assert all(map(members.plain, (None, 1, "a", [1, (2.5, None)], {"a": b"x", "b": [True]})))
    assert not any(map(members.plain, (LinearRegression(), [1, LinearRegression()], {"a": {1}}, object(), range(3))))
