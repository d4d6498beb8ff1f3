"""Users' work with runs and steps: functions, generators, coroutines, threads.

Enters: a kit. Leaves: what the user sees, as ``workloads`` says.
"""

import asyncio
import inspect
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pandas as pd
from sklearn.linear_model import LinearRegression
from tests.drills.kit import ROWS, Custom, Kit, frame


def steps(kit: Kit) -> Any:
    expected = Custom(7)

    @kit.api.step
    def clean(given: list[int], /, *, more: int = 1) -> list[int]:
        kit.called("clean")
        return [one + more for one in given]

    @kit.api.step(name="breaks", params={"a": 1})
    def breaks() -> None:
        kit.called("breaks")
        raise expected

    @kit.api.step
    def leaves() -> None:
        kit.called("leaves")
        raise SystemExit(3)

    @kit.api.step
    def stops() -> None:
        kit.called("stops")
        raise KeyboardInterrupt

    given = [1, 2]
    out = clean(given, more=2)
    wrong = kit.caught(lambda: clean(1, 2, 3))
    shown = clean.__name__, clean.__doc__, str(inspect.signature(clean)), inspect.iscoroutinefunction(clean)
    raised = kit.caught(breaks, expected), kit.caught(leaves), kit.caught(stops)
    print("printed", out)
    return out, given, wrong[:2], shown, raised


def runs(kit: Kit) -> Any:
    expected = Custom(1)

    def failing() -> None:
        with kit.api.run("fails"):
            raise expected

    frame().to_csv(kit.folder / "in.csv", index=False)
    with kit.api.run("outer", params={"rows": ROWS, "password": "x"}) as run:
        run.read(kit.folder / "in.csv")
        with kit.api.run("inner") as inner:
            total = int(pd.read_csv(kit.folder / "in.csv").id.sum())
            written = inner.write("features", data=frame())
            inner.columns(written, {"x": ["in.csv.x"]})
            inner.documents(inner.write("docs", data=[{"text": "one"}, {"text": "two"}]), ["one", "two"])
        run.write("prompt", data="say it")
        run.write("model", data=LinearRegression().fit([[1.0]], [1.0]))
        len(run.inputs) + len(run.outputs)
    return total, kit.caught(failing, expected)


def generators(kit: Kit) -> Any:
    log: list[str] = []

    @kit.api.step
    def items(number: int) -> Iterator[int]:
        kit.called("items")
        try:
            for one in range(number):
                got = yield one
                log.append(f"got {got}")
        except Custom as error:
            log.append(f"threw {error.code}")
            yield -1
        finally:
            log.append("closed")
        return "end"

    lazy = items(1000)
    before = dict(kit.calls)
    first = next(lazy), lazy.send("a"), lazy.throw(Custom(5))
    lazy.close()
    early = items(10)
    next(early)
    del early

    def delegating() -> Iterator[int]:
        log.append(f"returned {(yield from items(2))}")

    all_ = list(delegating())
    for one in items(5):
        if one == 2:
            break
    after_end = items(1)
    list(after_end)
    return before, first, all_, log, kit.caught(lambda: next(after_end)), inspect.isgeneratorfunction(items)


def asynchronous(kit: Kit) -> Any:
    log: list[str] = []

    @kit.api.step
    async def slow(number: int) -> int:
        kit.called("slow")
        try:
            await asyncio.sleep(0 if number < 3 else 60)
        except asyncio.CancelledError:
            log.append("cancelled")
            raise
        return number

    @kit.api.step
    async def stream(number: int) -> Any:
        kit.called("stream")
        try:
            for one in range(number):
                yield one
        finally:
            log.append("closed")

    async def main() -> Any:
        together = await asyncio.gather(*(slow(n) for n in range(3)))
        task = asyncio.create_task(slow(9))
        await asyncio.sleep(0)
        task.cancel()
        cancelled = False
        try:
            await task
        except asyncio.CancelledError:
            cancelled = True
        timed = False
        try:
            await asyncio.wait_for(slow(8), 0.001)
        except TimeoutError:
            timed = True
        got = [one async for one in stream(3)]
        lazy = stream(100)
        first = await anext(lazy)
        await lazy.aclose()
        return together, cancelled, timed, got, first, task.cancelled()

    return asyncio.run(main()), log, inspect.iscoroutinefunction(slow), inspect.isasyncgenfunction(stream)


def threads(kit: Kit) -> Any:
    seen: dict[int, int] = {}
    expected = Custom(4)
    lock = threading.Lock()

    @kit.api.step
    def work(number: int) -> int:
        path = kit.folder / f"t{number}.csv"
        pd.DataFrame({"n": [number]}).to_csv(path, index=False)
        with lock:
            kit.called("work")
            seen[number] = int(pd.read_csv(path).n.sum())
        if number == 3:
            raise expected
        return number * 2

    plain = threading.Thread(target=work, args=(50,))
    plain.start()
    plain.join()
    with ThreadPoolExecutor(3) as pool:
        futures = [pool.submit(work, number) for number in range(5)]
        done = [kit.caught(future.result, expected if n == 3 else None) for n, future in enumerate(futures)]
        mapped = list(pool.map(lambda one: one + 1, range(4)))
    return sorted(seen.items()), done, mapped, "run" in plain.__dict__, plain.is_alive()
