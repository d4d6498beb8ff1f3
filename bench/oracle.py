"""A test of truth for SQL lineage: change one column of a table, run the query again, see which outputs move.

No parser is consulted for what is true. For each base column there are three mutants (values permuted; shifted or
prefixed; negated or reversed). Each output column is compared as a multiset with a relative tolerance. Outputs that
move when only the order of rows changes (sums of floats, ties at a LIMIT) are left out first. What moved must
have an edge: to the output itself, or to the rows as a whole. Silence proves nothing, so precision is told by
numbers: pairs of an output and a source column that the edges come to (by value, and otherwise), the edges themselves,
where what shapes all rows is stated once per result and not once per output, as the columnLineage facet has it; and
beside them every output with every column that the query names, or that its tables have.
"""

import argparse
import math
import re
import time
from collections.abc import Iterator
from typing import Any, NamedTuple

import duckdb

import dense
import tpc
from driftline.capture.sql import dialect, statement
from driftline.capture.sql.bound import Lineage
from driftline.capture.sql.relation import Output
from driftline.capture.sql.script import Script

TOLERANCE = 1e-6
ORDERS = 3  # orders of rows that are tried to find what moves by itself
Pair = tuple[int, str, str]  # place of the output, table, column


class Stated(NamedTuple):
    """What the walker says of one query."""

    direct: set[Pair]  # by value
    own: set[Pair]  # otherwise, of one output alone
    rows: set[tuple[str, str]]  # columns that shape all rows

    def pairs(self, outputs: list[int]) -> set[Pair]:
        """Return all pairs of one of ``outputs`` and a column that reaches it, by itself or with the rows."""
        mine = {pair for pair in self.direct | self.own if pair[0] in outputs}
        return mine | {(place, *column) for place in outputs for column in self.rows}


class Outcome(NamedTuple):
    """What one query showed."""

    number: int
    outputs: int
    moved: set[Pair]
    direct: set[Pair]  # stated by value
    stated: set[Pair]  # these, and all others that are stated
    once: set[Pair]  # edges: those of outputs, and under place -1 those of the rows
    named: set[Pair]  # each output with every column that the query names
    tables: int  # pairs of each output with every column of the tables that it reads
    problem: str = ""


def outcome(connection: duckdb.DuckDBPyConnection, suite: tpc.Suite, query: tpc.Query) -> Outcome:
    """Return what mutants of ``query``'s columns move, and what the walker says."""
    words = set(re.findall(r"\w+", query.sql.lower()))
    tables = [table for table in suite.schema if table in words]
    for table in tables:
        _see(connection, table, f"SELECT * FROM base.{table}")
    try:
        before = _run(connection, query.sql)
    except duckdb.Error as error:
        return Outcome(query.number, 0, set(), set(), set(), set(), set(), 0, str(error).split("\n", 1)[0])
    restless = set()
    for seed in range(ORDERS):
        for table in tables:
            _see(connection, table, f"SELECT * FROM base.{table} ORDER BY hash(rowid + {seed} * 7919)")
        restless |= _different(before, _run(connection, query.sql))
    for table in tables:
        _see(connection, table, f"SELECT * FROM base.{table}")
    moved: set[Pair] = set()
    for table in tables:
        for column in suite.schema[table]:
            if column not in words:
                continue  # the text does not even hold the word
            for mutant in _mutants(connection, table, column):
                _see(connection, table, mutant)
                try:
                    after = _run(connection, query.sql)
                except duckdb.Error:
                    continue  # a cast of the query does not take the mutant
                moved |= {(place, table, column) for place in _different(before, after) - restless}
            _see(connection, table, f"SELECT * FROM base.{table}")
    said = edges(suite, query)
    calm = [place for place in range(len(before)) if place not in restless]
    named = {(place, t, c) for place in calm for t in tables for c in suite.schema[t] if c in words}
    whole = len(calm) * sum(len(suite.schema[table]) for table in tables)
    direct, own = ({pair for pair in pairs if pair[0] in calm} for pairs in (said.direct, said.own))
    once = direct | own | {(-1, *column) for column in said.rows}
    return Outcome(query.number, len(calm), moved, direct, said.pairs(calm), once, named, whole)


def edges(suite: tpc.Suite, query: tpc.Query) -> Stated:
    """Return what the walker states: of the outputs themselves, and what shapes the rows."""
    columns = {name: tuple(names) for name, names in suite.schema.items()}
    script = Script(dialect.of("duckdb"), lambda source: columns.get(source.names[0].lower()))
    found = [one for one in statement.read(query.sql, script) if one.lineage is not None]
    lineage = found[0].lineage if found else Lineage((), frozenset())
    assert lineage is not None
    own: dict[str, set[Pair]] = {"DIRECT": set(), "INDIRECT": set()}
    for place, item in enumerate(lineage.items):
        for edge in item.edges if isinstance(item, Output) else ():
            own[edge.kind[0]].add((place, edge.source.names[0].lower(), edge.column.lower()))
    cut = re.search(r"\blimit\b", query.sql, re.IGNORECASE)  # else an order moves nothing that is compared here
    shaping = [edge for edge in lineage.rows if cut or edge.kind[1] != "SORT"]
    rows = {(edge.source.names[0].lower(), edge.column.lower()) for edge in shaping}
    return Stated(own["DIRECT"], own["INDIRECT"] - own["DIRECT"], rows)


def _run(connection: duckdb.DuckDBPyConnection, sql: str) -> list[list[Any]]:
    """Return each output column, sorted."""
    cursor = connection.execute(sql)
    assert cursor.description is not None
    width = len(cursor.description)
    rows = cursor.fetchall()
    return [sorted((row[place] for row in rows), key=_order) for place in range(width)]


def _order(value: Any) -> tuple[int, Any]:
    if value is None:
        return (0, 0)
    return (1, float(value)) if isinstance(value, int | float) or hasattr(value, "quantize") else (2, str(value))


def _different(before: list[list[Any]], after: list[list[Any]]) -> set[int]:
    return {place for place, column in enumerate(before) if not _same(column, after[place])}


def _same(one: list[Any], other: list[Any]) -> bool:
    if len(one) != len(other):
        return False
    for a, b in zip(one, other, strict=True):
        (kind, x), (also, y) = _order(a), _order(b)
        if kind != also or (kind == 1 and not math.isclose(x, y, rel_tol=TOLERANCE, abs_tol=1e-9)):
            return False
        if kind == 2 and x != y:
            return False
    return True


def _see(connection: duckdb.DuckDBPyConnection, table: str, query: str) -> None:
    """Let the queries see ``query`` as ``table``."""
    connection.execute(f"CREATE OR REPLACE TABLE seen.{table} AS {query}")


def _mutants(connection: duckdb.DuckDBPyConnection, table: str, column: str) -> Iterator[str]:
    filled = f"SELECT typeof({column}) FROM base.{table} WHERE {column} IS NOT NULL LIMIT 1"
    (kind,) = connection.execute(filled).fetchone() or ("",)
    if not kind:
        return
    yield (
        f"SELECT a.* REPLACE (b.v AS {column}) FROM (SELECT *, row_number() OVER () AS r FROM base.{table}) a "
        f"JOIN (SELECT {column} AS v, row_number() OVER (ORDER BY hash(rowid + 13)) AS r FROM base.{table}) b USING (r)"
    )
    if kind == "VARCHAR":
        changes = (f"'x' || {column}", f"reverse({column})")
    elif kind == "DATE":
        changes = (f"{column} + 400", f"DATE '2000-01-01' + (DATE '2000-01-01' - {column})::INT")
    elif kind == "BOOLEAN":
        changes = (f"NOT {column}", "NULL::BOOLEAN")
    else:
        changes = (f"{column} + 1", f"-{column}")
    for change in changes:
        yield f"SELECT * REPLACE ({change} AS {column}) FROM base.{table}"


def prepared(suite: tpc.Suite) -> duckdb.DuckDBPyConnection:
    """Return a connection whose tables can be exchanged for mutants."""
    connection = tpc.connect(suite)
    connection.execute("CREATE SCHEMA bundled; CREATE SCHEMA base; CREATE SCHEMA seen")
    for table in suite.schema:
        for place in ("bundled", "base", "seen"):
            connection.execute(f"CREATE TABLE {place}.{table} AS FROM main.{table}")
        connection.execute(f"DROP TABLE main.{table}")
    connection.execute("SET schema = 'seen'")
    return connection


def _restore(connection: duckdb.DuckDBPyConnection, suite: tpc.Suite, query: tpc.Query) -> None:
    for table in suite.schema:
        if table in query.sql.lower():
            connection.execute(f"CREATE OR REPLACE TABLE base.{table} AS FROM bundled.{table}")
            _see(connection, table, f"SELECT * FROM base.{table}")


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("suites", nargs="*", default=list(tpc.SUITES))
    parser.add_argument("--only", type=int, nargs="*", help="numbers of queries")
    parser.add_argument("--bundled", action="store_true", help="the bundled data alone, no made-up rows")
    parser.add_argument("--details", action="store_true", help="list what is not covered")
    given = parser.parse_args()
    print("| suite | queries | outputs | moved | covered by value | covered | pairs: DIRECT | pairs: INDIRECT alone "
          "| edges, rows once | named × outputs | of the tables × outputs |")  # fmt: skip
    print("| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: |")
    for name in given.suites:
        suite = tpc.suite(name)
        if suite is None:
            print(f"| {name} | skipped: its queries cannot be fetched |" + " |" * 9)
            continue
        _suite(suite, given)


def _both(one: Outcome, other: Outcome) -> Outcome:
    sets = (a | b for a, b in zip(one[2:7], other[2:7], strict=True))
    return Outcome(one.number, max(one.outputs, other.outputs), *sets, max(one.tables, other.tables))


def _suite(suite: tpc.Suite, given: argparse.Namespace) -> None:
    began = time.process_time()
    connection = prepared(suite)
    queries = [query for query in suite.queries if not given.only or query.number in given.only]
    found = []
    for query in queries:
        one = outcome(connection, suite, query)
        if not given.bundled and not one.problem:
            dense.fill(connection, suite, query)
            other = outcome(connection, suite, query)
            _restore(connection, suite, query)
            if not other.problem:
                one = _both(one, other)
        found.append(one)
    ran = [one for one in found if not one.problem]
    moved, direct, stated, once, named = (
        sum(len(getattr(one, part)) for one in ran) for part in ("moved", "direct", "stated", "once", "named")
    )
    covered = sum(len(one.moved & one.stated) for one in ran)
    own = sum(len(one.moved & one.direct) for one in ran)
    cells = [
        suite.name, f"{len(ran)} of {len(found)}", f"{sum(one.outputs for one in ran):,}", f"{moved:,}",
        f"{own:,} ({own / max(moved, 1):.1%})", f"{covered:,} ({covered / max(moved, 1):.2%})", f"{direct:,}",
        f"{stated - direct:,}", f"{once:,}", f"{named:,}", f"{sum(one.tables for one in ran):,}",
    ]  # fmt: skip
    print(f"| {' | '.join(cells)} |")
    if given.details:
        for one in found:
            if one.problem:
                print(f"  query {one.number} does not run: {one.problem}")
            for pair in sorted(one.moved - one.stated):
                print(f"  query {one.number}: output {pair[0]} moved with {pair[1]}.{pair[2]}, no edge")
        print(f"  {time.process_time() - began:.0f} CPU seconds")


if __name__ == "__main__":
    main()
