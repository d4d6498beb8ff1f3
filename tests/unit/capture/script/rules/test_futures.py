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


def test_an_object_that_is_a_thread_runs_when_it_is_started(wrote: Wrote) -> None:
    text = """
        import threading
        class Work(threading.Thread):
            def __init__(self, row):
                super().__init__()
                self.row = row
            def run(self):
                self.done = self.row["name"]
        one = Work({"name": users["name"][0]})
        one.start()
        one.join()
        pd.DataFrame([{"n": one.done}]).to_csv("o")
    """
    assert wrote(text) == {"n": "name"}


def test_what_another_process_changes_is_a_copy(wrote: Wrote) -> None:
    text = """
        import threading, multiprocessing
        def work(row):
            row["n"] = users["age"][0]
        one = {"n": users["name"][0]}
        multiprocessing.Process(target=work, args=(one,)).start()
        pd.DataFrame([one]).to_csv("o")
    """
    assert wrote(text) == {"n": "name"}
    assert wrote(text.replace("multiprocessing.Process", "threading.Thread")) == {"n": "age"}
