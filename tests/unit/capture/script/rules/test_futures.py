from collections.abc import Callable

import pytest

Wrote = Callable[..., dict[str, str]]
HEAD = """
        from concurrent.futures import ThreadPoolExecutor, as_completed, wait
        ex, sizes = ThreadPoolExecutor(2), [1, 2]
        def work(frame, by):
            return by, frame[frame["b"] > 1][["k", "a"]]
"""


@pytest.mark.parametrize(
    "text",
    [
        "parts = [f.result()[1] for f in [ex.submit(work, orders, 1)]]",
        "parts = [f.result()[1] for f in as_completed([ex.submit(work, orders, by=1)])]",
        "done, _ = wait([ex.submit(work, orders, 1)]); parts = [f.result()[1] for f in done]",
        "parts = [ex.apply_async(work, (orders, 1)).get()[1]]",
        "parts = [ex.apply_async(work, (orders,), {'by': 1}).get()[1]]",
        "jobs = {ex.submit(work, orders, n): n for n in sizes}; parts = [f.result()[1] for f in as_completed(jobs)]",
    ],
)
def test_a_future_has_what_the_function_returned(wrote: Wrote, text: str) -> None:
    found = wrote(HEAD + f'        {text}\n        pd.concat(parts).to_csv("o")\n')
    assert found == {"k": "k", "a": "a", "rows": "b filter"}


def test_coroutines_are_followed_where_they_are_made(wrote: Wrote) -> None:
    text = """
        import asyncio
        async def load(n):
            return orders[orders["a"] > n]
        async def main():
            parts = await asyncio.gather(*(load(n) for n in [1, 2]))
            one = await asyncio.to_thread(load, 3)
            return pd.concat([*parts, one])
        asyncio.run(main())[["k"]].to_csv("o")
    """
    assert wrote(text) == {"k": "k", "rows": "a filter"}
