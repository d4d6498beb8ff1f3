import time
from collections.abc import Callable
from typing import Any

import pytest

Wrote = Callable[..., dict[str, str]]
HEAD = """
        from concurrent.futures import ThreadPoolExecutor, as_completed
        def load(name):
            found = {"sum": orders["a"].sum() if name == "x" else users["age"].sum()}
            return name, found
        pool = ThreadPoolExecutor()
"""


@pytest.mark.parametrize(
    "text",
    [
        "done = dict(one.result() for one in as_completed([pool.submit(load, n) for n in 'xy']))\none = done['x']",
        "name, one = {load('x'), load('y')}.pop()",
    ],
)
def test_what_lies_in_one_of_several_things_is_a_hedge(wrote: Wrote, text: str) -> None:
    lines = [*text.splitlines(), 'pd.DataFrame([{"s": one["sum"]}]).to_csv("o")']
    told = wrote(HEAD + "".join(f"        {line}\n" for line in lines))
    assert told["s"] == "a aggregation ?, age aggregation ?"


def test_things_that_are_the_same_are_sure(wrote: Wrote) -> None:
    text = """
        import random
        ones = [orders["a"].sum(), orders["a"].sum()]
        random.shuffle(ones)
        pd.DataFrame([{"s": ones[0]}]).to_csv("o")
    """
    assert wrote(text)["s"] == "a aggregation"


def test_a_list_that_holds_itself_many_times_takes_no_time_that_grows_with_their_power(
    follows: Callable[..., Any],
) -> None:
    """0.05 s; with each way through it taken, four steps deep, 14 of them took 3 s, and 20 of them minutes."""
    begins = time.process_time()
    follows("a = []\n" + "a.append(a)\n" * 20 + "b = max(a, key=lambda one: one)\n")
    assert time.process_time() - begins < 3
