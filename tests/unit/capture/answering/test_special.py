"""Special methods of a served model are those of the model: what is compared with goes without it."""

import asyncio
import contextlib
import copy
import inspect
import pickle
import re
import weakref
from pathlib import Path
from typing import Any, Self

import joblib
import numpy as np
import pytest
import xxhash
from sklearn.linear_model import LogisticRegression, SGDClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

import driftline
from driftline.testing import MemorySink


def test_a_model_that_is_its_own_context_stays_served_and_copies_itself(sink: MemorySink) -> None:
    class Model(contextlib.ExitStack):  # entered, it is itself
        def __deepcopy__(self, memo: Any) -> "Model":
            return Model()

        def predict(self, rows: list[int]) -> list[int]:
            return rows

    with driftline.serve(Model(), name="m") as served:
        served.predict([1])
    assert type(copy.deepcopy(served)) is Model
    assert driftline.flush()
    assert [answer.score for answer in sink.recorded] == [1.0]


def test_an_asynchronous_context_stays_served(sink: MemorySink) -> None:
    class Model:
        async def __aenter__(self) -> Self:
            return self

        async def __aexit__(self, *_: object) -> None:
            pass

        async def predict(self, rows: list[int]) -> list[int]:
            return rows

    async def asked() -> None:
        async with driftline.serve(Model(), name="m") as served:
            await served.predict([3])

    asyncio.run(asked())
    assert driftline.flush()
    assert [answer.score for answer in sink.recorded] == [3.0]


class Refusing:
    """Has no iteration, though its items could be asked for, and leaves arithmetic to nobody but itself."""

    __iter__ = None
    __array_ufunc__ = None

    def __getitem__(self, place: int) -> int:
        return place

    def __rmul__(self, other: Any) -> str:
        return "mine"

    def predict(self, rows: list[int]) -> list[int]:
        return rows


def test_what_a_class_refuses_is_refused(sink: MemorySink) -> None:
    bare = Refusing()
    served = driftline.serve(bare, name="m")
    for model in (bare, served):
        assert np.ones(2) * model == "mine"
        with pytest.raises(TypeError, match="not iterable"):
            list(model)
    assert driftline.flush()
    assert sink.recorded == []


def test_a_served_model_may_be_held_weakly(sink: MemorySink) -> None:
    served = driftline.serve(Refusing(), name="m")
    known = weakref.WeakKeyDictionary({served: "m"})
    assert weakref.ref(served)() is served
    assert known[served] == "m"


def test_a_model_that_stands_for_another_one_is_not_asked_for_its_class(sink: MemorySink) -> None:
    """As proxies of web frameworks are, which fail outside of a request."""

    class Proxy:
        @property
        def __class__(self) -> type:
            raise RuntimeError("outside of a request")

        def predict(self, rows: list[int]) -> list[int]:
            return rows

    assert driftline.serve(Proxy()).predict([4]) == [4]
    assert driftline.serve(driftline.serve(Refusing())).predict([5]) == [5]
    assert driftline.flush()
    assert [(answer.endpoint, answer.score) for answer in sink.recorded] == [("Proxy", 4.0), ("Refusing", 5.0)]


ROWS, LABELS = np.array([[1.0], [2.0], [3.0], [4.0]]), [0, 0, 1, 1]


def test_what_gives_out_the_model_gives_out_the_served_one(sink: MemorySink) -> None:
    """As people chain calls: without that, nothing of the last one would be recorded."""
    served = driftline.serve(SGDClassifier(random_state=0), name="m", version="7")
    assert served.set_params(alpha=0.1).partial_fit(ROWS, LABELS, classes=[0, 1]) is served
    assert served.fit(ROWS, LABELS).predict(ROWS).tolist() == LABELS
    pipeline = driftline.serve(make_pipeline(StandardScaler(), SGDClassifier(random_state=0)), name="p")
    pipeline.fit(ROWS, LABELS).predict(ROWS[:1])
    assert driftline.flush()
    assert [answer.endpoint for answer in sink.recorded] == [*"mmmm", "p"]
    assert {answer.sources[0].version.version for answer in sink.recorded[:4]} == {"7"}  # as it was said


def test_a_served_model_that_learns_is_another_version(sink: MemorySink) -> None:
    model = SGDClassifier(random_state=0)
    served = driftline.serve(model, name="m")
    served.fit(ROWS, LABELS)
    fitted = f"xxh3:{xxhash.xxh3_64_hexdigest(pickle.dumps(model, protocol=5))}"
    served.predict(ROWS[:1])
    served.partial_fit(ROWS, LABELS)
    served.predict(ROWS[:1])
    assert served.fit(ROWS, LABELS[::-1]) is served
    served.predict(ROWS[:1])
    again = f"xxh3:{xxhash.xxh3_64_hexdigest(pickle.dumps(model, protocol=5))}"
    assert driftline.flush()
    assert [answer.sources[0].version.version for answer in sink.recorded] == [fitted, "", again]


def test_methods_of_a_served_model_are_those_of_the_model(sink: MemorySink) -> None:
    model = SGDClassifier()
    served = driftline.serve(model, name="m")
    assert inspect.signature(served.fit) == inspect.signature(model.fit)
    assert inspect.ismethod(served.fit)
    assert served.fit.__doc__ == model.fit.__doc__
    assert served.fit == served.fit
    assert pickle.loads(pickle.dumps(served.get_params))() == model.get_params()
    with pytest.raises(TypeError):
        served.set_params(1)


def test_a_module_of_torch_computes_as_before_and_each_row_of_a_call_is_an_answer(watched: MemorySink) -> None:
    """Weights of two and one: [1, 1] gives 3, [2, 0] gives 4."""
    torch = pytest.importorskip("torch")
    model = torch.nn.Linear(2, 1, bias=False)
    model.weight.data = torch.tensor([[2.0, 1.0]])
    served = driftline.serve(model, name="net", version="1")
    given, seen = torch.tensor([[1.0, 1.0], [2.0, 0.0]]), []
    hook = served.register_forward_hook(lambda module, _, result: seen.append((module is model, result.dtype)))
    result = served(given)
    assert isinstance(served, torch.nn.Module)
    assert result.tolist() == [[3.0], [4.0]]
    assert seen == [(True, torch.float32)]
    result.sum().backward()
    assert model.weight.grad.tolist() == [[3.0, 1.0]]
    hook.remove()
    with torch.inference_mode():
        assert not served.eval().to(torch.float32)(given[:1]).requires_grad
    assert served.train(mode=False) is served
    assert not model.training
    assert torch.func.functional_call(served, {"weight": torch.ones(1, 2)}, (given,)).tolist() == [[2.0], [2.0]]
    assert torch.equal(torch.nn.Sequential(served)(given), model(given))
    driftline.flush()
    assert [answer.score for answer in watched.recorded[:3]] == [3.0, 4.0, 3.0]
    assert watched.recorded[1].features == {"x0": 2.0, "x1": 0.0}


def test_a_model_whose_methods_have_such_names_and_return_something_else_does_so(sink: MemorySink) -> None:
    class Model:
        eval = "words"

        def to(self, place: str) -> str:
            """Say where."""
            return place

        def predict(self, rows: Any) -> Any:
            return rows

    served = driftline.serve(Model(), name="m", version="1")
    assert (served.eval, served.to("here"), served.to.__doc__) == ("words", "here", "Say where.")


def test_an_attribute_that_has_no_truth_value_comes_out_as_it_is(sink: MemorySink) -> None:
    class Odd:
        def __call__(self) -> int:
            return 1

        def __bool__(self) -> bool:
            raise ValueError

    class Model:
        odd = Odd()

    assert driftline.serve(Model()).odd() == 1


def test_a_served_model_is_pickled_and_copied_as_the_model_that_it_is(sink: MemorySink, tmp_path: Path) -> None:
    model = LogisticRegression().fit([[1.0], [2.0]], [0, 1])
    served = driftline.serve(model, name="eligibility", version="7")
    joblib.dump(served, tmp_path / "served.joblib")
    assert b"driftline" not in (tmp_path / "served.joblib").read_bytes()
    loaded = [pickle.loads(pickle.dumps(served, protocol)) for protocol in range(pickle.HIGHEST_PROTOCOL + 1)]
    for other in (*loaded, joblib.load(tmp_path / "served.joblib"), copy.copy(served), copy.deepcopy(served)):
        assert type(other) is LogisticRegression
        assert other.predict([[1.0], [2.0]]).tolist() == [0, 1]
    driftline.flush()
    assert sink.recorded == []


@pytest.mark.parametrize("model", [len, re.compile("a"), LogisticRegression])
def test_what_is_pickled_by_its_name_or_by_a_rule_of_its_own_is_what_comes_back(sink: MemorySink, model: Any) -> None:
    assert pickle.loads(pickle.dumps(driftline.serve(model, name="m", version="1"))) == model


class Whole:
    """A model with a part that knows it."""

    def __init__(self) -> None:
        self.part = Whole.__new__(Whole)
        self.part.part = self

    def predict(self, rows: list[Any]) -> list[Any]:
        return rows


def test_a_served_model_with_a_part_that_knows_it_is_one_thing_when_it_is_loaded(sink: MemorySink) -> None:
    loaded = pickle.loads(pickle.dumps(driftline.serve(Whole(), name="m", version="1")))
    assert loaded.part.part is loaded


def test_what_cannot_be_pickled_says_so_in_its_own_words(sink: MemorySink) -> None:
    class Model:
        def __getstate__(self) -> Any:
            raise ValueError("not me")

    with pytest.raises(ValueError, match="not me"):
        pickle.dumps(driftline.serve(Model(), name="m", version="1"))


def test_a_pipeline_calls_a_served_step_as_it_calls_the_model(sink: MemorySink) -> None:
    served = driftline.serve(LogisticRegression(), name="eligibility", version="7")
    assert type(served).__name__ == "LogisticRegression"
    assert make_pipeline(served).steps[0][0] == "logisticregression"
