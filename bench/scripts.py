"""A test of truth for plain pandas scripts: change one source column, run again, and compare with the recorded edges.

Enters: the scripts in ``bench/scripts``, written for this in the manner of tutorials and small jobs: ``open`` ones,
by which rules were found, and ``held``, ``late``, ``later``, ``fresh``, ``latest``, ``jobs``, ``unseen``, ``ahead``,
``next``, not seen until measured. ``moving.py`` tells what truly moves. Each script then runs once with
``driftline.watch(name)`` before it, and the store is asked for the edges into each column that it wrote, through what
it wrote and read again.
Leaves: of what moved, the share that edges cover; pairs that the edges state, where a column that shapes the rows
reaches every output; those of them that were never observed, which is a bound from above of wrong ones, as silence
proves nothing; the same of edges with more than half confidence; beside them every column of every source with every
column of every output. An output that Driftline knows no columns of (a model, nested JSON) counts as one, and is
covered by an edge into any part of it.
"""

import argparse
import json
import os
import resource
import subprocess
import sys
import tempfile
from collections.abc import Iterable
from pathlib import Path
from typing import Any, NamedTuple

for _threads in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "ARROW_NUM_THREADS", "POLARS_MAX_THREADS"):
    os.environ.setdefault(_threads, "1")  # before the libraries start: children are forked

import moving  # noqa: E402 - behind the settings above
import produced  # noqa: E402 - behind the settings above
from moving import Case, Column, Pair, Truth  # noqa: E402 - behind the settings above

WATCH = "import driftline; driftline.watch({name!r})\n"
ASK = """
import json, driftline
known = [node.id for node in driftline.select("*").nodes if node.type == "DATASET"]
found = []
for name in known:
    graph = driftline.lineage(name, columns=True, down=False, depth=1, limit=10_000)
    found += [[edge.source, edge.target, edge.kind, edge.confidence] for edge in graph.edges]
print(json.dumps([known, found]))
"""


class Edge(NamedTuple):
    """An edge between columns, of ``""``: the rows, or the whole of a dataset."""

    source: Column
    target: Column
    direct: bool
    confidence: float


class Stated(NamedTuple):
    """The pairs of a source column and an output column that edges state, directly or through others."""

    direct: set[Pair]  # by value all the way
    pairs: set[Pair]  # these, and those that are INDIRECT somewhere


class Outcome(NamedTuple):
    """What one script showed."""

    case: Case
    truth: Truth
    all: Stated
    sure: Stated  # of edges with a confidence above a half
    problem: str = ""


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("names", nargs="*", help="scripts, or open, or held")
    parser.add_argument("--details", action="store_true", help="list what is not covered, and what was never observed")
    parser.add_argument("--json", action="store_true", help="print all pairs, and no table")
    given = parser.parse_args()
    if given.json:
        print(json.dumps([pairs(outcome(case)) for case in moving.cases(given.names)]))
        return
    found = []
    print(f"| script |{HEADER}")
    print(f"| --- |{' ---: |' * HEADER.count('|')}")
    for case in moving.cases(given.names):
        one = outcome(case)
        found.append(one)
        print(f"| {case.name} | {' | '.join(row([one]))} |", flush=True)
        if given.details or one.problem:
            print("\n".join(details(one)))
    for part in moving.PARTS:
        chosen = [one for one in found if one.case.part == part]
        if chosen:
            print(f"| {part}, {len(chosen)} scripts | {' | '.join(row(chosen))} |")
    print(f"| all, {len(found)} scripts | {' | '.join(row(found))} |")
    spent = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    print(f"\n{sum(one.ru_utime + one.ru_stime for one in spent):.0f} CPU seconds")


HEADER = (
    " moved | covered | by DIRECT | order alone | covered | pairs | DIRECT | never observed | DIRECT "
    "| sure: covered | pairs | never observed | all × all |"
)


def outcome(case: Case) -> Outcome:
    """Return what is true of a script, and what is recorded of it."""
    truth = moving.truth(case)
    if truth.problem:
        return Outcome(case, truth, Stated(set(), set()), Stated(set(), set()), truth.problem)
    edges, problem = recorded(case, truth)
    stated = [closure(truth, [one for one in edges if one.confidence > least]) for least in (0.0, 0.5)]
    return Outcome(case, truth, stated[0], stated[1], problem)


def recorded(case: Case, truth: Truth) -> tuple[list[Edge], str]:
    """Run a script under ``driftline.watch`` and return the edges that its store holds."""
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        moving.prepare(case, folder)
        script = folder / case.files[0].name
        script.write_text(WATCH.format(name=case.name) + script.read_text("utf-8"), "utf-8")
        settings = {"DRIFTLINE_CONSOLE": "0", "DRIFTLINE_FLUSH_SECONDS": "60"}
        done = _python([script.name, *case.arguments], folder, settings)
        if done.returncode:
            return [], done.stderr[-500:]
        asked = _python(["-c", ASK], folder, {})
        if asked.returncode:
            return [], asked.stderr[-500:]
    known, raw = json.loads(asked.stdout)
    names: dict[str, list[str]] = {}  # of a folder all of its files
    for file in sorted({file for file, _ in (*truth.outputs, *truth.sources)}):
        names.setdefault(_node(file, known) or "", []).append(file)
    edges = {
        Edge(source, target, kind.startswith("DIRECT"), confidence)
        for a, b, kind, confidence in raw
        for source in _columns(a, known, names)
        for target in _columns(b, known, names)
    }
    return sorted(edges), ""


def _python(words: list[str], folder: Path, settings: dict[str, str]) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, **settings, "DRIFTLINE_HOME": str(folder / ".driftline")}
    return subprocess.run(
        [sys.executable, *words], cwd=folder, env=environment, capture_output=True, text=True, check=False
    )


def _node(file: str, known: list[str]) -> str | None:
    """Return the id of the dataset that a file is, or of the folder that it is a part of."""
    name, _, table = file.partition(":")
    if table:
        return next((one for one in known if name in one and one.endswith((f":{table}", f".{table}"))), None)
    for place in (Path(name), *Path(name).parents):
        if f"dataset:file:{place}" in known:
            return f"dataset:file:{place}"
    return None


def _columns(node: str, known: list[str], names: dict[str, list[str]]) -> list[Column]:
    """Return the files and the column that an id of a field, or of a dataset, stands for."""
    if node.startswith("dataset:"):
        return [(file, "") for file in names.get(node, [node])]
    held = node.replace("datasetField:", "dataset:", 1)
    owner = max((one for one in known if held.startswith(f"{one}:")), key=len, default="")
    return [(file, held[len(owner) + 1 :]) for file in names.get(owner, [owner])]


def closure(truth: Truth, edges: Iterable[Edge]) -> Stated:
    """Return which source column reaches which output column; what reaches the rows of a file reaches all of it."""
    into: dict[Column, set[tuple[Column, bool]]] = {}
    for edge in edges:
        into.setdefault(edge.target, set()).add((edge.source, edge.direct))
    sources = set(truth.sources)
    columns: dict[str, set[str]] = {}
    for file, column in sources:
        columns.setdefault(file, set()).add(column)
    direct: set[Pair] = set()
    pairs: set[Pair] = set()
    for output in truth.outputs:
        file, column = output
        whole = [one for one in into if one[0] == file]
        waiting = [(one, True) for one in (whole if column == produced.WHOLE else [output])]
        seen = set(waiting)
        while waiting:
            place, by_value = waiting.pop()
            behind = {(one, by_value and value) for one, value in into.get(place, ())}
            for (name, source), value in behind:
                reached = {(name, source)} if source else {(name, one) for one in columns.get(name, ())}
                pairs |= {(one, output) for one in reached & sources}
                direct |= {(one, output) for one in reached & sources if value}
            behind.add(((place[0], ""), False))
            waiting += behind - seen
            seen |= behind
    return Stated(direct, pairs)


def row(found: list[Outcome]) -> list[str]:
    """Return the cells of one row, added up."""
    moved, ordered = (sum(len(getattr(one.truth, part)) for one in found) for part in ("moved", "ordered"))
    both = [(one, one.truth.moved | one.truth.ordered) for one in found]
    total = sum(len(one.truth.sources) * len(one.truth.outputs) for one in found)

    def share(part: int, whole: int) -> str:
        return f"{part:,} ({part / whole:.1%})" if whole else "-"

    return [
        f"{moved:,}",
        share(sum(len(one.truth.moved & one.all.pairs) for one in found), moved),
        share(sum(len(one.truth.moved & one.all.direct) for one in found), moved),
        f"{ordered:,}",
        share(sum(len(one.truth.ordered & one.all.pairs) for one in found), ordered),
        f"{sum(len(one.all.pairs) for one in found):,}",
        f"{sum(len(one.all.direct) for one in found):,}",
        f"{sum(len(one.all.pairs - true) for one, true in both):,}",
        f"{sum(len(one.all.direct - true) for one, true in both):,}",
        share(sum(len(one.truth.moved & one.sure.pairs) for one in found), moved),
        f"{sum(len(one.sure.pairs) for one in found):,}",
        f"{sum(len(one.sure.pairs - true) for one, true in both):,}",
        f"{total:,}",
    ]


def pairs(one: Outcome) -> dict[str, Any]:
    """Return all that is known of one script, for programs."""
    sets = {
        "moved": one.truth.moved, "ordered": one.truth.ordered, "stated": one.all.pairs, "direct": one.all.direct,
        "sure": one.sure.pairs,
    }  # fmt: skip
    words = {name: sorted(f"{'.'.join(a)} -> {'.'.join(b)}" for a, b in held) for name, held in sets.items()}
    every = len(one.truth.sources) * len(one.truth.outputs)
    return {"script": one.case.name, "problem": one.problem, "every": every, **words}


def details(one: Outcome) -> Iterable[str]:
    """Yield a line for each pair that is not covered, and for each that was never observed."""
    if one.problem:
        yield f"  {one.case.name}: {one.problem.strip()}"
    if one.truth.failed:
        yield f"  {one.case.name}: {one.truth.failed} of {one.truth.tried} mutants were not taken"
    true = one.truth.moved | one.truth.ordered
    for what, pairs in (
        ("not covered", one.truth.moved - one.all.pairs),
        ("order not covered", one.truth.ordered - one.all.pairs),
        ("never observed, DIRECT", one.all.direct - true),
        ("never observed", one.all.pairs - one.all.direct - true),
    ):
        for (file, column), (target, output) in sorted(pairs):
            yield f"  {what}: {file}.{column} -> {target}.{output}"


if __name__ == "__main__":
    main()
