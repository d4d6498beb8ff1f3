"""What column lineage of SQL costs, beside sqlglot's own, sqllineage and openlineage-sql in the same run.

Cold is a statement never seen before; cached is one of a known form. The peers live in an environment of their own,
made at the first time in the cache of the benchmarks; where that is not possible they are skipped by name. CPU
time, median of several runs. sqlglot's lineage is asked with ``trim_selects=False`` and without copies, the
quickest way it has; sqllineage needs a target, so each query is wrapped in an INSERT. The second opinion is what the
DuckDB hooks add once per form of statement: DuckDB binds it and writes its plan as JSON.
"""

import json
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from typing import Any

PEERS = ("sqllineage", "openlineage-sql")
RUNS = 3


def wide(columns: int = 1_000, layers: int = 3) -> str:
    """Return a query of ``columns`` columns through ``layers`` common table expressions."""
    names = [f"c{number}" for number in range(columns)]
    steps, source = [], "base"
    for layer in range(layers):
        steps.append(f"l{layer} AS (SELECT {', '.join(f'{name} + 1 AS {name}' for name in names)} FROM {source})")
        source = f"l{layer}"
    return f"WITH {', '.join(steps)} SELECT {', '.join(names)} FROM {source}"


def milliseconds(work: Callable[[], Any], runs: int = RUNS) -> float:
    """Return the median CPU milliseconds of ``work``."""
    taken = []
    for _ in range(runs):
        began = time.process_time()
        work()
        taken.append(1e3 * (time.process_time() - began))
    return statistics.median(taken)


def row(work: Callable[[str], Any], queries: dict[str, list[str]], limit_s: float = 60.0) -> dict[str, list[float]]:
    """Return the times of each suite's queries; a suite ends early once it has taken ``limit_s``."""
    found: dict[str, list[float]] = {}
    for suite, texts in queries.items():
        began = time.process_time()
        found[suite] = []
        for text in texts:
            try:
                found[suite].append(milliseconds(lambda text=text: work(text), 1 if suite == "wide" else RUNS))
            except Exception:  # a peer that cannot read a query has no time for it
                continue
            if time.process_time() - began > limit_s:
                break
    return found


def peers() -> None:
    """Measure the peers; runs in their environment, with queries on standard input."""
    queries = json.load(sys.stdin)
    found: dict[str, dict[str, list[float]]] = {}
    try:
        from sqllineage.runner import LineageRunner

        def sqllineage(text: str) -> None:
            LineageRunner(f"INSERT INTO target {text}", dialect="duckdb").get_column_lineage()

        found["sqllineage"] = row(sqllineage, {name: texts for name, texts in queries.items() if name != "wide"})
    except ImportError:
        pass
    try:
        from openlineage_sql import parse

        found["openlineage-sql"] = row(lambda text: parse([text], dialect="postgres"), queries)
    except ImportError:
        pass
    json.dump(found, sys.stdout)


def main() -> None:
    """Measure and print."""
    import duckdb
    import sqlglot
    from sqlglot import lineage as theirs

    import tpc
    from driftline.capture.sql import dialect, plan, statement
    from driftline.capture.sql.known import analyse
    from driftline.capture.sql.script import Script

    duck = dialect.of("duckdb")
    queries = {"wide": [wide()]}
    schemas: dict[str, dict[str, tuple[str, ...]]] = {"wide": {}}
    for name in tpc.SUITES:
        suite = tpc.suite(name)
        if suite is not None:
            queries[name] = [query.sql for query in suite.queries]
            schemas[name] = {table: tuple(columns) for table, columns in suite.schema.items()}
    known = {table: columns for schema in schemas.values() for table, columns in schema.items()}

    def cold(text: str) -> None:
        list(statement.read(text, Script(duck, lambda source: known.get(source.names[0].lower()))))

    def cached(text: str) -> None:
        analyse(text, lambda source, _: known.get(source.names[0].lower()))

    def sqlglots(text: str) -> None:
        schema = {table: dict.fromkeys(columns, "text") for table, columns in known.items()}
        theirs.lineage(
            None, sqlglot.parse_one(text, read="duckdb"), schema, dialect="duckdb", trim_selects=False, copy=False
        )

    found = {
        "driftline, cold": row(cold, queries),
        "parse alone (sqlglot)": row(lambda t: sqlglot.parse(t, read="duckdb"), queries),
    }
    connection = duckdb.connect()
    for table, columns in known.items():
        connection.execute(f"CREATE TABLE {table} ({', '.join(f'{column} VARCHAR' for column in columns)})")
    connection.execute(f"CREATE TABLE base ({', '.join(f'c{number} INT' for number in range(1_000))})")
    found["second opinion: DuckDB's plan"] = row(lambda text: plan.serialised(connection, text), queries)
    for texts in queries.values():
        for text in texts:
            cached(text)
    found["driftline, cached"] = row(cached, queries)
    found["sqlglot lineage"] = row(sqlglots, queries)
    found |= _others(queries)
    print(
        f"sqlglot {sqlglot.__version__}, compiled: {'yes' if not sqlglot.parser.__file__.endswith('.py') else 'no'}\n"
    )
    headings = ["1,000 columns x 3" if name == "wide" else f"{name} median | {name} p95" for name in queries]
    print(f"| CPU ms | {' | '.join(headings)} |")
    print(f"| --- |{' ---: |' * (1 + 2 * (len(queries) - 1))}")
    for who, times in found.items():
        cells = [cell for name in queries for cell in _cells(name, times.get(name, []), len(queries[name]))]
        print(f"| {who} | {' | '.join(cells)} |")


def _cells(name: str, times: list[float], of: int) -> list[str]:
    if not times:
        return ["-"] if name == "wide" else ["-", "-"]
    middle = f"{statistics.median(times):.3g}"
    if name == "wide":
        return [middle]
    share = "" if len(times) == of else f" ({len(times)} of {of})"
    return [middle + share, f"{sorted(times)[int(0.95 * (len(times) - 1))]:.3g}"]


def _others(queries: dict[str, list[str]]) -> dict[str, dict[str, list[float]]]:
    """Measure the peers in an environment of their own."""
    import tpc

    folder = tpc.CACHE / "peers"
    python = folder / "bin" / "python"
    if not python.exists():
        subprocess.run([sys.executable, "-m", "venv", str(folder)], check=True, stdout=subprocess.DEVNULL)
        for name in PEERS:
            got = subprocess.run([str(python), "-m", "pip", "install", "-q", name], capture_output=True, check=False)
            if got.returncode:
                print(f"{name} cannot be installed; it is skipped.", file=sys.stderr)
    code = (
        f"import sys; sys.path.insert(0, {str(tpc.CACHE.parent / 'bench')!r}); import sql_lineage; sql_lineage.peers()"
    )
    done = subprocess.run(
        [str(python), "-c", code], input=json.dumps(queries), capture_output=True, text=True, check=True
    )
    found: dict[str, dict[str, list[float]]] = json.loads(done.stdout)
    return found


if __name__ == "__main__":
    main()
