"""What users do, written once and run twice: with Driftline and without it.

Enters: a kit: an empty folder, and either Driftline's public functions or ones that do nothing (``Plain``). Leaves:
what the user sees: values, exceptions, how often the user's own functions were called; files lie in the folder. Nothing
here depends on the clock, on chance or on the name of the folder.
"""

import asyncio
import contextlib
import copy
import inspect
import io
import pickle
import sqlite3
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, Self

import duckdb
import fsspec
import joblib
import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pyarrow.csv as pacsv
import pyarrow.dataset as pads
import pyarrow.feather as paf
import pyarrow.parquet as pq
import sqlalchemy
from opentelemetry.sdk.trace import SpanProcessor, TracerProvider
from sklearn.linear_model import LinearRegression

ROWS = 60


class Custom(Exception):
    """An exception of the user's own, with state."""

    def __init__(self, code: int) -> None:
        super().__init__(f"code {code}")
        self.code = code


class Kit:
    """What a workload gets."""

    def __init__(
        self,
        api: Any,
        folder: Path,
        passes: Callable[[BaseException], bool] = lambda _: False,
        quiet: Callable[[], Any] = contextlib.nullcontext,
    ) -> None:
        self.api = api
        self.folder = folder
        self.calls: dict[str, int] = {}
        self.quiet = quiet  # no faults inside
        self._passes = passes

    def called(self, name: str) -> None:
        """Count a call of a function of the user's."""
        self.calls[name] = self.calls.get(name, 0) + 1

    def caught(self, act: Callable[[], Any], expected: BaseException | None = None) -> Any:
        """What ``act`` raises: class, message, state, notes, cause, and whether it is the very object expected."""
        try:
            value = act()
        except BaseException as error:
            if self._passes(error):
                raise
            same = expected is None or error is expected
            return (type(error).__name__, str(error), error.args, same, repr(error.__cause__), repr(error.__context__))
        return ("returned", value)


class Nothing:
    """In place of a run, an answer or a guard: does nothing, whatever it is asked."""

    inputs = outputs = ()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        return None

    def __getattr__(self, name: str) -> Any:
        return lambda *_, **__: self

    def __call__(self, function: Any) -> Any:
        return function


class Plain:
    """Driftline's functions where there is no Driftline."""

    def step(self, function: Any = None, **_: Any) -> Any:
        return (lambda one: one) if function is None else function

    retriever = step

    def guard(self, function: Any, **_: Any) -> Any:
        return function

    def asgi(self, app: Any, **_: Any) -> Any:
        return app

    def serve(self, model: Any, *_: Any, **__: Any) -> Any:
        return model

    def run(self, *_: Any, **__: Any) -> Any:
        return Nothing()

    answer = deploy = evaluate = record_answer = gate = run

    def span_processor(self, *_: Any) -> Any:
        return SpanProcessor()

    def current_answer(self) -> None:
        return None


def frame() -> pd.DataFrame:
    rng = np.random.default_rng(7)
    return pd.DataFrame({
        "id": range(ROWS), "x": rng.normal(size=ROWS), "g": [f"g{n % 5}" for n in range(ROWS)],
        "b": [n % 3 == 0 for n in range(ROWS)],
    })  # fmt: skip


# --- libraries ----------------------------------------------------------------------------------------------------


def pandas_files(kit: Kit) -> Any:
    made = frame()
    made.to_csv(kit.folder / "a.csv", index=False)
    made.to_json(kit.folder / "a.json", orient="records", lines=True)
    made.to_pickle(kit.folder / "a.pkl")
    read = pd.read_csv(str(kit.folder / "a.csv"))
    read["y"] = read.x * 2
    read.groupby("g").y.sum().to_csv(kit.folder / "sums.csv")
    with (kit.folder / "open.csv").open("w") as file:
        read.to_csv(file, index=False)
    chunks = sum(len(part) for part in pd.read_csv(kit.folder / "a.csv", chunksize=7))
    again = pd.read_pickle(kit.folder / "a.pkl")
    buffer = io.StringIO()
    read.to_csv(buffer)
    text = read.to_csv()
    missing = kit.caught(lambda: pd.read_csv(kit.folder.name + "/none.csv"))
    return read.to_dict("list"), chunks, again.equals(made), buffer.getvalue(), text, missing[0], again.attrs


def pandas_parquet(kit: Kit) -> Any:
    made = frame()
    made.to_parquet(kit.folder / "a.parquet", index=False)
    made.to_feather(kit.folder / "a.feather")
    read = pd.read_parquet(kit.folder / "a.parquet", columns=["id", "x"])
    bad = kit.caught(lambda: pd.read_parquet(kit.folder / "a.parquet", columns=["nope"]))
    return read.sum().to_dict(), pd.read_feather(kit.folder / "a.feather").x.tolist(), bad[0]


def polars_files(kit: Kit) -> Any:
    made = pl.DataFrame({"id": list(range(ROWS)), "x": [n / 7 for n in range(ROWS)], "g": [n % 4 for n in range(ROWS)]})
    made.write_parquet(kit.folder / "p.parquet")
    made.write_csv(kit.folder / "p.csv")
    lazy = pl.scan_parquet(kit.folder / "p.parquet").filter(pl.col("x") > 2).with_columns(y=pl.col("x") * 2)
    other = pl.scan_csv(kit.folder / "p.csv").group_by("g").agg(pl.col("x").sum().alias("total"))
    joined = lazy.join(other, on="g").sort("id")
    joined.sink_parquet(kit.folder / "joined.parquet")
    plan = joined.explain().replace(str(kit.folder), "")
    bad = kit.caught(lambda: lazy.select("nope").collect())
    return joined.collect().rows(), pl.read_csv(kit.folder / "p.csv").height, len(plan), bad[0]


def duckdb_files(kit: Kit) -> Any:
    con = duckdb.connect(":memory:", config={"threads": 1})
    local = frame()
    pq.write_table(pa.table({"id": list(range(ROWS)), "v": list(range(ROWS))}), kit.folder / "v.parquet")
    con.execute("CREATE TABLE t AS SELECT id, x, g FROM local WHERE x > 0")
    path = kit.folder / "v.parquet"
    joined = con.execute(f"SELECT t.id, v, x FROM t JOIN '{path}' p ON t.id = p.id ORDER BY t.id").fetchall()
    con.execute(f"COPY (SELECT g, count(*) AS n FROM t GROUP BY g ORDER BY g) TO '{kit.folder / 'out.csv'}' (HEADER)")
    relation = con.sql("SELECT id + ? AS one FROM t", params=[1])
    one = relation.order("one").limit(3).fetchall()
    counted = con.execute("SELECT count(*) FROM local").fetchone()
    bad = kit.caught(lambda: con.execute("SELECT nope FROM t"))
    worse = kit.caught(lambda: con.execute("SELEC 1"))
    rest = con.execute("SELECT 1 UNION ALL SELECT 2 ORDER BY 1")
    first = rest.fetchone()
    con.close()
    return joined, one, counted, bad[:2], worse[:2], first, len(local)


def pyarrow_files(kit: Kit) -> Any:
    table = pa.table({"id": list(range(ROWS)), "s": [str(n) for n in range(ROWS)]})
    pq.write_table(table, kit.folder / "a.parquet")
    pacsv.write_csv(table, kit.folder / "a.csv")
    paf.write_feather(table, kit.folder / "a.feather")
    pads.write_dataset(table, kit.folder / "set", format="parquet", basename_template="part-{i}.parquet")
    with pq.ParquetWriter(kit.folder / "w.parquet", table.schema) as writer:
        writer.write_table(table)
    with pq.ParquetFile(kit.folder / "a.parquet") as file:
        batches = [batch.num_rows for batch in file.iter_batches(batch_size=25)]
    sizes = pads.dataset(kit.folder / "set").to_table().num_rows, pacsv.read_csv(kit.folder / "a.csv").num_rows
    bad = kit.caught(lambda: pq.read_table(kit.folder / "none.parquet"))
    return batches, sizes, pq.read_table(kit.folder / "w.parquet").equals(table), bad[0]


class Rows(sqlite3.Connection):
    """A connection of the user's own class."""

    def total(self) -> int:
        return self.execute("SELECT sum(n) FROM t").fetchone()[0]


def sqlite_statements(kit: Kit) -> Any:
    con = sqlite3.connect(kit.folder / "a.db", factory=Rows)
    with con:
        con.execute("CREATE TABLE t (n INTEGER, s TEXT)")
        con.executemany("INSERT INTO t VALUES (?, ?)", ((n, f"s{n}") for n in range(20)))
    cursor = con.cursor()
    cursor.execute("SELECT n FROM t WHERE n > ? ORDER BY n", (10,))
    lazy = cursor.fetchone(), cursor.fetchmany(2), cursor.description, cursor.rowcount
    bad = kit.caught(lambda: con.execute("INSERT INTO nope VALUES (1)"))
    con.executescript("CREATE TABLE u AS SELECT n * 2 AS m FROM t; DELETE FROM u WHERE m > 20;")
    frame_ = pd.read_sql("SELECT m FROM u ORDER BY m", con)
    frame_.to_sql("v", con, index=False)
    out = lazy, bad[:3], con.total(), frame_.m.tolist(), con.in_transaction, con.total_changes, type(con).__name__
    con.close()
    return out


def sqlalchemy_statements(kit: Kit) -> Any:
    engine = sqlalchemy.create_engine(f"sqlite:///{kit.folder / 'b.db'}")
    with engine.begin() as con:
        con.execute(sqlalchemy.text("CREATE TABLE t (n INTEGER)"))
        con.execute(sqlalchemy.text("INSERT INTO t VALUES (:n)"), [{"n": n} for n in range(9)])
        rows = con.execute(sqlalchemy.text("SELECT n FROM t WHERE n > :low"), {"low": 4}).scalars().all()
    bad = kit.caught(lambda: pd.read_sql("SELECT nope FROM t", engine))
    with contextlib.suppress(Custom), engine.begin() as con:
        con.execute(sqlalchemy.text("INSERT INTO t VALUES (99)"))
        raise Custom(3)
    total = pd.read_sql("SELECT sum(n) AS s FROM t", engine).s.tolist()
    engine.dispose()
    return rows, bad[0], total


def objects_in_files(kit: Kit) -> Any:
    made = frame()
    model = LinearRegression().fit(made[["id", "x"]], made.x * 3 + 1)
    joblib.dump(model, kit.folder / "m.joblib")
    with (kit.folder / "m.pkl").open("wb") as file:
        pickle.dump({"model": model, "n": 1}, file)
    with (kit.folder / "m.pkl").open("rb") as file:
        loaded = pickle.load(file)
    np.save(kit.folder / "a.npy", made.x.to_numpy())
    np.savez(kit.folder / "a.npz", x=made.x.to_numpy())
    np.savetxt(kit.folder / "a.txt", made.x.to_numpy())
    predicted = joblib.load(kit.folder / "m.joblib").predict(made[["id", "x"]]).round(9).tolist()
    bad = kit.caught(lambda: np.load(kit.folder / "m.pkl", allow_pickle=False))
    unpicklable = kit.caught(lambda: pickle.dumps(lambda: 0))
    same = pickle.loads(pickle.dumps(pd.read_csv)) is pd.read_csv, inspect.signature(pd.read_csv).parameters.keys()
    return predicted, loaded["n"], np.load(kit.folder / "a.npy").sum(), bad[0], unpicklable[0], len(same[1]), same[0]


def files_by_address(kit: Kit) -> Any:
    with fsspec.open("memory://drill/a.csv", "w") as file:
        frame().to_csv(file, index=False)
    with fsspec.open("memory://drill/a.csv") as file:
        head = file.readline()
    read = pd.read_csv("memory://drill/a.csv")
    fs = fsspec.filesystem("memory")
    bad = kit.caught(lambda: fs.open("/drill/none.csv"))
    fs.rm("/drill", recursive=True)
    return head, read.x.sum(), bad[0]


def spans(kit: Kit) -> Any:
    """An instrumented framework: its spans become answers."""
    provider = TracerProvider()
    with kit.quiet():  # a processor whose library is missing says so, by contract
        provider.add_span_processor(kit.api.span_processor("desk"))
    tracer = provider.get_tracer("drill")
    with tracer.start_as_current_span("retrieve", attributes={"openinference.span.kind": "RETRIEVER"}) as span:
        span.set_attribute("retrieval.documents.0.document.content", "text")
    with tracer.start_as_current_span("chat m", attributes={"gen_ai.operation.name": "chat"}) as span:
        span.set_attribute("gen_ai.request.model", "m")
        span.set_attribute("gen_ai.usage.input_tokens", 3)
    bad = kit.caught(lambda: _raising(tracer), None)
    provider.shutdown()
    return bad[:2]


def _raising(tracer: Any) -> None:
    with tracer.start_as_current_span("chat m", attributes={"gen_ai.operation.name": "chat"}):
        raise Custom(3)


# --- steps and runs -----------------------------------------------------------------------------------------------


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


# --- answers ------------------------------------------------------------------------------------------------------


def answers(kit: Kit) -> Any:
    expected = Custom(2)

    @kit.api.retriever(index="policies")
    def search(question: str) -> list[dict[str, Any]]:
        kit.called("search")
        return [{"text": f"about {question}", "id": "p1", "score": 0.5}, {"text": "other", "id": "p2"}]

    @kit.api.answer("desk")
    def reply(question: str) -> dict[str, Any]:
        kit.called("reply")
        found = search(question)
        return {"text": found[0]["text"], "decision": "refund", "money": 12.5}

    @kit.api.answer("desk")
    def streaming(question: str) -> Iterator[str]:
        kit.called("streaming")
        yield from ("a", "b", question)

    @kit.api.answer("desk")
    async def later(question: str) -> str:
        kit.called("later")
        return question.upper()

    @kit.api.answer("desk")
    def breaks(question: str) -> str:
        kit.called("breaks")
        raise expected

    with kit.api.answer("desk", question="why", trace="0" * 32) as made:
        found = search("why")
        made.uses("model", "m", "1")
        made.features(amount=3, name="n", odd=object)
        made.retrieved("a text")
        made.called("tool")
        made.decide("deny", money=1.0, text="no", score=0.3)
    kit.api.record_answer("desk", question="q", features={"a": 1.0, "b": np.float64(2)}, retrieved=["t"], decision="x")
    out = reply("where"), list(streaming("c")), asyncio.run(later("d")), next(streaming("e"))
    return out, found, kit.caught(lambda: breaks("f"), expected)


def middleware(kit: Kit) -> Any:
    expected = Custom(6)

    async def app(scope: Any, receive: Any, send: Any) -> None:
        kit.called("app")
        body = await receive()
        if scope["path"] == "/chat/broken":
            raise expected
        await send({"type": "http.response.start", "status": 200, "headers": [(b"content-type", b"text/plain")]})
        for part in (b"hel", b"lo ", body["body"]):
            await send({"type": "http.response.body", "body": part, "more_body": True})
        await send({"type": "http.response.body", "body": b""})

    wrapped = kit.api.asgi(app, endpoint="chat", paths=["/chat"])

    def ask(path: str, method: str = "POST") -> Any:
        sent: list[Any] = []

        async def receive() -> Any:
            return {"type": "http.request", "body": b"q", "more_body": False}

        async def send(message: Any) -> None:
            kept = [one for one in message.get("headers", ()) if one[0] != b"x-driftline-answer"]  # ours, as documented
            sent.append({**message, "headers": kept} if "headers" in message else message)

        traced = [(b"traceparent", b"00-" + b"a" * 32 + b"-" + b"b" * 16 + b"-01")]
        scope = {"type": "http", "path": path, "method": method, "headers": traced}
        return kit.caught(lambda: asyncio.run(wrapped(scope, receive, send)), expected), sent

    return ask("/chat"), ask("/chat/broken"), ask("/other"), ask("/chat", "GET")


class Rule:
    """A model that is plain Python."""

    def __init__(self) -> None:
        self.calls = 0

    def predict(self, rows: Any) -> list[float]:
        self.calls += 1
        if len(rows) == 0:
            raise Custom(8)
        return [float(sum(row)) for row in rows]


def served(kit: Kit) -> Any:
    rule = Rule()
    model = kit.api.serve(rule, "rule", endpoint="score")
    linear = kit.api.serve(LinearRegression().fit([[0.0], [1.0]], [0.0, 2.0]), "linear")
    given = [[1, 2], [3, 4]]
    out = model.predict(given), model.predict(rows=given), kit.caught(lambda: model.predict([]))
    again = copy.copy(model).predict(given), pickle.loads(pickle.dumps(model)).predict(given)
    function = kit.api.serve(abs, "absolute")
    more = linear.predict(np.array([[2.0]])).tolist(), linear.predict(pd.DataFrame([[3.0]]).to_numpy()).tolist()
    kinds = isinstance(model, Rule), isinstance(linear, LinearRegression), linear.coef_.tolist(), function(-3)
    return out, again, more, kinds, rule.calls, given


POLICY = {
    "endpoint": "desk", "mode": "observe", "rules": [
        {"id": "lineage", "check": "quarantine", "action": "block"},
        {"id": "cap", "check": "money", "limit": 1, "action": "block"},
    ],
}  # fmt: skip


def guarded(kit: Kit) -> Any:
    expected = Custom(9)

    def reply(question: str) -> str:
        kit.called("reply")
        if question == "bad":
            raise expected
        return f"{question}!"

    def streaming(question: str) -> Iterator[str]:
        kit.called("streaming")
        yield from ("a", question)

    policy = dict(POLICY)
    with kit.quiet():  # a guard that cannot be built says so, by contract
        made = kit.api.guard(reply, policy=policy, endpoint="desk")
        stream = kit.api.guard(streaming, policy=policy, endpoint="desk")
    with kit.api.answer("desk", question="a"):
        inside = made("a")
    kit.api.gate("features")
    return inside, made("b"), kit.caught(lambda: made("bad"), expected), list(stream("c"))


def deployed(kit: Kit) -> Any:
    with kit.api.run("train") as run:
        model = run.write("model", data=LinearRegression().fit([[1.0]], [1.0]))
    kit.api.deploy("desk", stage="canary", model=model if kit.api.__class__ is not Plain else "m")
    kit.api.evaluate("model", {"accuracy": 0.5}, data="set", judge="me")
    return "done"


WORKLOADS: dict[str, Callable[[Kit], Any]] = {
    one.__name__: one
    for one in (
        pandas_files, pandas_parquet, polars_files, duckdb_files, pyarrow_files, sqlite_statements,
        sqlalchemy_statements, objects_in_files, files_by_address, spans, steps, runs, generators, asynchronous,
        threads, answers, middleware, served, guarded, deployed,
    )
}  # fmt: skip
