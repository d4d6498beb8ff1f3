"""Modules of PyTorch that are served compute as before, and stay served as they are moved. Expected values by hand."""

from typing import Any

import pytest

import driftline
from driftline.testing import MemorySink


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
