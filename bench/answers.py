"""What an answer costs: on the caller's thread when it is recorded, on disk in the ledger, and when it is asked for.

Recording is wall time on the caller's thread, median of single calls in blocks, beside a bare list append and the
Prometheus client's histograms (one observation per feature) where that is installed, and a ``with`` block of a class
that does nothing, with the same calls inside. Then 100,000 are recorded in a loop that does nothing else. The ledger is
generated in bulk (``--answers``, default 200,000; 10,000,000 is the size that the documentation states), compact, and
asked by id, by document, by model version and by time. ``--only recording`` or ``--only ledger`` leaves the other part
out.
"""

import argparse
import importlib.util
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Self

import msgspec
import numpy as np
import pyarrow as pa
from click.testing import CliRunner
from starlette.testclient import TestClient

import driftline
import ratios
from driftline.cli.main import group
from driftline.config import Settings
from driftline.engine.engine import Engine
from driftline.event.answer import Answer
from driftline.event.lineage import Dataset, Touched
from driftline.serve.app import create_app
from driftline.store import ledger_files, ledger_rows
from driftline.store.ledger_files import Segment
from driftline.testing import MemorySink, use_sink

BLOCK, BLOCKS = 500, 40
FEATURES = {f"feature_{number}": number * 1.1 for number in range(20)}
MODEL = Touched(dataset=Dataset("file", "models/eligibility"), version="xxh3:0123456789abcdef")


class Forgetful(MemorySink):
    """Takes answers and forgets them, so that the memory of the test does not count."""

    def answers(self, batch: Any) -> None:
        """Take no notice."""


class Model:
    """Predicts at no cost."""

    def predict(self, rows: Any) -> list[float]:  # noqa: ARG002 - as models are called
        """Return a number."""
        return [0.5]


class Nothing:
    """Takes the calls of an answer in the making and does nothing: what Python itself asks for them."""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        """Do nothing."""

    def uses(self, role: str, given: Touched) -> None:
        """Do nothing."""

    def features(self, **values: Any) -> None:
        """Do nothing."""

    def decide(self, decision: str, *, money: float, score: float) -> None:
        """Do nothing."""


def nanoseconds(call: Callable[[], Any], between: Callable[[], Any]) -> float:
    """Return the median wall time of one call, over blocks with a pause for the sender after each."""
    taken = []
    for _ in range(BLOCKS):
        for _ in range(BLOCK // 10):
            began = time.perf_counter_ns()
            for _ in range(10):
                call()
            taken.append((time.perf_counter_ns() - began) / 10)
        between()
    return statistics.median(taken)


def recording() -> None:
    """Measure what the caller's thread pays per answer of 20 features."""
    kept: list[dict[str, float]] = []
    row = np.arange(20.0).reshape(1, 20)
    variants: dict[str, Callable[[], Any]] = {
        "a call that does nothing": lambda: None,
        "list.append of the features": lambda: kept.append(FEATURES),
        "record_answer": lambda: driftline.record_answer("desk", features=FEATURES, score=0.5, money=3.0),
        "record_answer with model and trace": lambda: driftline.record_answer(
            "desk", uses={"model": MODEL}, features=FEATURES, score=0.5, trace="0af7651916cd43dd8448eb211c80319c"
        ),
        "a with block that does nothing": lambda: block(Nothing()),
        "with answer(...), three calls inside": lambda: block(
            driftline.answer("desk", question="why", partition="2013-01-31")
        ),
    }
    with use_sink(Forgetful(), queue=100_000):
        served, bare = driftline.serve(Model(), "eligibility", version="7"), Model()
        variants["model.predict, one row"] = lambda: bare.predict(row)
        variants["serve(model).predict, one row"] = lambda: served.predict(row)
        if importlib.util.find_spec("prometheus_client"):
            variants["prometheus_client, 20 histograms"] = prometheus()
        taken = {name: nanoseconds(call, lambda: driftline.flush(30.0)) for name, call in variants.items()}
    ratios.show("Recording an answer of 20 features", "ns on the caller's thread", taken, "list.append of the features")
    looping(100_000)


def looping(answers: int) -> None:
    """Record answers in a loop that does nothing else, into an embedded store, and tell how many of them were lost."""
    with tempfile.TemporaryDirectory() as home:
        driftline.configure(home=home)
        began, cpu = time.perf_counter(), time.process_time()
        for _ in range(answers):
            driftline.record_answer("desk", features=FEATURES, score=0.5, money=3.0)
        taken = time.perf_counter() - began
        driftline.flush(600.0)
        lost, each = driftline.status()["lost"], (time.process_time() - cpu) / answers
        print(f"\nA loop of {answers:,} answers: {answers / taken:,.0f} a second, {lost:,} lost;")
        print(f"{each * 1e6:.0f} µs of CPU time for each until it was in the store.")


def block(answering: Any) -> None:
    with answering as made:
        made.uses("model", MODEL)
        made.features(**FEATURES)
        made.decide("refund", money=3.0, score=0.5)


def prometheus() -> Callable[[], None]:
    """Return one observation per feature, children cached."""
    from prometheus_client import CollectorRegistry, Histogram

    family = Histogram("feature", "value", ["name"], registry=CollectorRegistry())
    children = [(family.labels(name), value) for name, value in FEATURES.items()]

    def observe() -> None:
        for child, value in children:
            child.observe(value)

    return observe


SEGMENT = 60_000  # answers of a segment, as compaction leaves them
START_US, DAY_US = 1_767_225_600_000_000, 86_400_000_000  # 2026-01-01
DAYS, CHUNKS, RETRIEVED, ASKED = 90, 100_000, 5, 40
RARE, RARELY = 500_000, 0.02  # further documents, and the share of what is retrieved that is of these


def hexadecimal(numbers: Any, digits: int, prefix: str = "") -> pa.Array:
    """Return 64-bit numbers as text of so many hexadecimal digits."""
    raw = numbers.astype(">u8").tobytes().hex()
    return pa.array([prefix + raw[at + 16 - digits : at + 16] for at in range(0, len(raw), 16)])


def segment_of(rng: np.random.Generator, first: int, count: int, total: int) -> pa.Table:
    """Return ``count`` compact answers: ids and hashes, no values and no text."""
    number = np.arange(first, first + count)
    time_us = START_US + number * (DAYS * DAY_US // total)

    def random(size: int = count) -> Any:
        return rng.integers(0, 2**63, size, dtype=np.int64).astype(np.uint64) * 2 + 1

    millisecond = hexadecimal((time_us // 1000).astype(np.uint64), 12).to_pylist()
    tail = hexadecimal(random(), 15).to_pylist()
    id_ = [
        f"{m[:8]}-{m[8:]}-7{t[:3]}-8{t[3:6]}-{n & 0xFFFF:04x}{t[6:14]}"
        for m, t, n in zip(millisecond, tail, number, strict=True)
    ]
    day = ((time_us - START_US) // DAY_US).astype(int)
    parts = {"model": day // 15, "prompt": day // 7, "index": day // 3}
    names = [
        {role: f"xxh3:{role[0]}{version:015x}" for role, version in zip(parts, row, strict=True)}
        for row in zip(*(v.tolist() for v in parts.values()), strict=True)
    ]
    sources = [
        [{"role": role, "namespace": "file", "name": f"desk/{role}", "version": v} for role, v in row.items()]
        for row in names
    ]
    nodes = [
        [node for role, v in row.items() for node in (f"dataset:file:desk/{role}#{v}", f"dataset:file:desk/{role}")]
        for row in names
    ]
    chunk = (CHUNKS * rng.random(count * RETRIEVED) ** 3).astype(int)  # some documents are asked for again and again
    rare = rng.random(count * RETRIEVED) < RARELY
    chunk[rare] = CHUNKS + rng.integers(0, RARE, int(rare.sum()))
    content = content_of(chunk)
    document = pa.array([f"page-{one // 20}.md#{one % 20}" for one in chunk.tolist()])
    score = pa.array(np.round(rng.random(count * RETRIEVED), 4))
    documents = pa.StructArray.from_arrays([content, document, score], ["content", "document", "score"])
    offsets = pa.array(np.arange(0, count * RETRIEVED + 1, RETRIEVED), pa.int32())
    trace = [
        a + b for a, b in zip(hexadecimal(random(), 16).to_pylist(), hexadecimal(random(), 16).to_pylist(), strict=True)
    ]
    constant = {"partition": "", "currency": "USD", "action": "allow", "verdict": "{}", "features": "{}", "text": ""}
    columns = {
        "id": id_, "time_us": time_us, "endpoint": np.array(["desk", "chat", "search"])[number % 3].tolist(),
        "decision": np.array(["refund", "deny"])[rng.integers(0, 2, count)].tolist(),
        "money": np.round(rng.random(count) * 300, 2), "avoided": np.zeros(count),
        "score": np.round(rng.random(count), 6),
        "sources": sources, "nodes": nodes, "documents": pa.ListArray.from_arrays(offsets, documents),
        "question": hexadecimal(random(), 16, "xxh3:"), "trace": trace, "span": hexadecimal(random(), 16),
        "features_hash": hexadecimal(random(), 16, "xxh3:"), "text_hash": hexadecimal(random(), 16, "xxh3:"),
        "tokens_in": rng.integers(50, 4000, count), "tokens_out": rng.integers(5, 800, count),
        **{name: [value] * count for name, value in constant.items()},
    }  # fmt: skip
    return ledger_rows.completed(pa.table(columns))


def content_of(chunk: Any) -> pa.Array:
    """Return content hashes, one for each chunk."""
    return hexadecimal(chunk.astype(np.uint64) * np.uint64(0x9E3779B97F4A7C15), 16, "xxh3:")


def segments(folder: Path, total: int) -> Iterator[Segment]:
    """Write ``total`` answers in segments, as compaction writes them."""
    rng = np.random.default_rng(7)
    for first in range(0, total, SEGMENT):
        table = segment_of(rng, first, min(SEGMENT, total - first), total)
        moment = START_US + first * (DAYS * DAY_US // total)
        yield ledger_files.write(folder, time.strftime("%Y-%m", time.gmtime(moment / 1e6)), table)


def ledger(total: int, home: Path) -> None:
    """Ask a ledger, and fill it before where it holds nothing."""
    engine = Engine.open(Settings(home=str(home)))
    held, began = engine.house.store.ledger.count(), time.process_time()
    if not held:
        fill(engine, total, home / "ledger")
        print(f"\n{total:,} answers, {RETRIEVED} documents each, in {time.process_time() - began:.0f} CPU seconds")
    total = held or total
    size = sum(file.stat().st_size for file in home.glob("ledger/2*/*"))
    index = sum(file.stat().st_size for file in home.glob("ledger/keys/*"))
    print(f"bytes an answer on disk: {size / total:.0f}, and {index / total:.0f} of the index")
    asked(engine, total)
    engine.close()


def fill(engine: Engine, total: int, folder: Path) -> None:
    """Write a ledger with its index, and what made the versions that its answers stood on."""
    store = engine.house.store
    for number, segment in enumerate(segments(folder, total)):
        store.ledger._connection.execute("ledger_segment_add", **msgspec.structs.asdict(segment))
        if number % 4 == 3:
            store.ledger.index()
    while store.ledger.uncovered():
        store.ledger.index()
    with_model(engine)


def with_model(engine: Engine) -> None:
    """Let the versions of the answers have a past: data, a training run, an index that was built."""
    sink = MemorySink()
    with use_sink(sink):
        for day in range(0, DAYS, 15):
            with driftline.run("train", at=START_US + day * DAY_US) as run:
                run.read("features", version=f"day-{day}")
                run.write("desk/model", version=f"xxh3:m{day // 15:015x}", kind="model")
        for day in range(0, DAYS, 3):
            with driftline.run("build_index", at=START_US + day * DAY_US) as run:
                run.read("pages", version=f"day-{day}", kind="documents")
                run.write("desk/index", version=f"xxh3:i{day // 3:015x}", kind="index")
        driftline.flush()
        engine.ingest_many(sink.raw)


def asked(engine: Engine, total: int) -> None:
    """Ask, each question about another answer, and print milliseconds of wall and of CPU time."""
    rng = np.random.default_rng(11)
    known = [
        one
        for at in rng.integers(0, DAYS - 1, ASKED)
        for one in engine.answers(until_us=START_US + int(at) * DAY_US + DAY_US, limit=1)
    ]
    versions = [source.version for one in known for source in one.sources if source.role == "model"]
    few, many = range(CHUNKS, CHUNKS + RARE, RARE // ASKED), range(ASKED)
    usual = [int(one) for one in CHUNKS * rng.random(ASKED)]
    contents = {chunk: content_of(np.array([chunk]))[0].as_py() for chunk in (*few, *many, *usual)}
    older = [one.id for one in known]
    questions: dict[str, list[Callable[[], Any]]] = {
        "why, by id": [lambda id_=one.id: engine.why(id_) for one in known],
        "answer by id": [lambda id_=one.id: engine.answer(id_) for one in known],
        "newest 50 by content hash": [lambda d=one.documents[0].content: engine.answers(document=d) for one in known],
        "newest 50 by document id": [lambda d=one.documents[1].document: engine.answers(document=d) for one in known],
        "by content hash, any document": [lambda d=contents[n]: engine.answers(document=d) for n in usual],
        "by content hash, in few answers": [lambda d=contents[n]: engine.answers(document=d) for n in few],
        "by content hash, in very many": [lambda d=contents[n]: engine.answers(document=d) for n in many],
        "the same, older than an answer": [
            lambda d=contents[n], b=before: engine.answers(document=d, before=b)
            for n, before in zip(many, older, strict=True)
        ],
        "by the whole of 20 chunks": [lambda n=n: engine.answers(document=f"page-{n // 20}.md") for n in usual],
        "newest 50 by model version": [lambda v=v: engine.answers(node=v.node) for v in versions],
        "newest 50 of one hour": [
            lambda t=one.time_us: engine.answers(since_us=t - 3_600_000_000, until_us=t) for one in known
        ],
        "newest 50": [engine.answers for _ in known],
    }  # fmt: skip
    print(
        "\n| question | median ms | longest ms | median CPU ms | longest CPU ms |\n| --- | ---: | ---: | ---: | ---: |"
    )
    for name, calls in (questions | from_outside(engine, known)).items():
        calls[0]()
        taken, worked = [], []
        for call in calls:
            began, busy = time.perf_counter(), time.process_time()
            call()
            taken.append(1e3 * (time.perf_counter() - began))
            worked.append(1e3 * (time.process_time() - busy))
        figures = (statistics.median(taken), max(taken), statistics.median(worked), max(worked))
        print(f"| {name} | {' | '.join(f'{figure:.0f}' for figure in figures)} |")
    assert engine.house.store.ledger.count() == total


def from_outside(engine: Engine, known: list[Answer]) -> dict[str, list[Callable[[], Any]]]:
    """Return questions by document id as programs ask them: the command, which opens the store anew, and HTTP.

    Both run in this process, so that no start of an interpreter counts.
    """
    home = engine.house.settings.home
    client = TestClient(create_app(engine))
    client.__enter__()  # until the end of the process
    ids = [one.documents[1].document for one in known]

    def command(document: str) -> None:
        done = CliRunner().invoke(group, ["--home", home, "answers", "--document", document, "--limit", "50"])
        assert done.exit_code == 0, done.output

    def get(document: str) -> None:
        assert client.get("/api/v1/answers", params={"document": document}).status_code == 200

    return {
        "driftline answers --document, 50": [lambda d=d: command(d) for d in ids],
        "GET /api/v1/answers?document=": [lambda d=d: get(d) for d in ids],
    }


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--only", choices=("recording", "ledger"))
    parser.add_argument("--answers", type=int, default=200_000)
    parser.add_argument("--home", type=Path, help="folder of a ledger that stays: written once, asked as it is later")
    arguments = parser.parse_args()
    if arguments.only != "ledger":
        recording()
    if arguments.only != "recording":
        with tempfile.TemporaryDirectory() as passing:
            ledger(arguments.answers, arguments.home or Path(passing))


if __name__ == "__main__":
    main()
