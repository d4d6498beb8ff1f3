from collections.abc import Callable

import pytest

Wrote = Callable[..., dict[str, str]]
HEAD = """
        from concurrent.futures import ThreadPoolExecutor, as_completed, wait
        from multiprocessing import Pool
        def work(frame, by):
            return by, frame[frame["b"] > 1][["k", "a"]]
"""


@pytest.mark.parametrize(
    "text",
    [
        "with ThreadPoolExecutor(2) as ex:\n            parts = [f.result()[1] for f in [ex.submit(work, orders, 1)]]",
        "ex = ThreadPoolExecutor(2)\n        parts = [f.result()[1] for f in as_completed([ex.submit(work, orders, by=1)])]",
        "ex = ThreadPoolExecutor(2)\n        done, _ = wait([ex.submit(work, orders, 1)])\n        parts = [f.result()[1] for f in done]",
        "with Pool(2) as pool:\n            parts = [pool.apply_async(work, (orders, 1)).get()[1]]",
        "with Pool(2) as pool:\n            parts = [pool.apply_async(work, (orders,), {'by': 1}).get()[1]]",
    ],
)
def test_a_future_has_what_the_function_returned(wrote: Wrote, text: str) -> None:
    assert wrote(HEAD + f'        {text}\n        pd.concat(parts).to_csv("o")\n') == {
        "k": "k",
        "a": "a",
        "rows": "b filter",
    }
