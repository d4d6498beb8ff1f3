"""Does column lineage of SQL agree with what the tests of other projects state?

``python bench/sql_cases.py FOLDER``: each ``.jsonl`` file of the folder holds the cases of one project, one a line.
They belong to those projects and are not kept here. A case has ``sql``, ``dialect`` and ``schema``, what is stated,
and, where another answer is right too, the ``convention`` that makes the difference. Stated is:

- ``reads`` and ``writes``: the tables of all statements, or ``tables``: both in one list;
- ``columns``: for each output of one ``statement`` (from the end, -1 where not said) its sources as ``table.column``;
  ``by_place`` where names of outputs are not compared, ``only`` where others may stand beside them; with ``target``
  and ``rows`` (what filters and joins look at) where they are stated, ``unsaid`` being prefixes that they leave out;
- ``sources``: all columns that the query looks at, for whatever;
- ``edges``: pairs of a column and the column that it reaches, across the whole script.

Projects draw the line of what is an edge differently, so sources agree if they are those by value, or those together
with the conditions and windows of the same output, or together with all that shapes its value.
"""

import json
import sys
from collections import Counter, defaultdict
from collections.abc import Iterable
from functools import partial
from pathlib import Path
from typing import Any

from driftline.capture.sql import dialect, statement
from driftline.capture.sql.report import Report, report
from driftline.capture.sql.schema import Schema
from driftline.capture.sql.script import Script

_BESIDE = ("CONDITIONAL", "WINDOW")
LINES: tuple[tuple[str, ...], ...] = ((), ("CONDITIONAL",), _BESIDE, (*_BESIDE, "FILTER"),
                                      (*_BESIDE, "FILTER", "JOIN", "GROUP_BY", "SORT"))  # fmt: skip

Pairs = set[tuple[str, str]]


def plain(name: str) -> str:
    """Return a name without quotes, in lower case."""
    return name.lower().translate({ord(sign): None for sign in '`"[]'})


def _short(unsaid: Iterable[str], name: str) -> str:
    """Return a plain name without the prefix that its project leaves out."""
    name = plain(name)
    return next((name.removeprefix(one) for one in unsaid if name.startswith(one)), name)


def told(case: dict[str, Any], *, through: bool) -> list[Report]:
    """Return what we say of a case's statements."""
    schema = Schema(case.get("schema") or {})
    script = Script(dialect.of(case.get("dialect") or ""), schema.columns, schema.named_as, through=through)
    return [report(one, place) for place, one in enumerate(statement.read(case["sql"], script), 1)]


def tables(case: dict[str, Any]) -> bool:
    """Whether the tables agree; one that is only passed on within the script need not stand among the reads."""
    found = told(case, through=True)
    plain = partial(_short, case.get("unsaid") or ())
    lasting = [one for one in found if not (case.get("lasting") and (one.target or "")[:1] in ("#", "@"))]
    reads = {plain(name) for one in lasting for name in one.reads}
    writes = {plain(one.target) for one in lasting if one.target}
    if "tables" in case:
        return reads | writes == {plain(name) for name in case["tables"]}
    if "sources" in case:
        looked_at = {plain(f"{s.table}.{s.column}") for one in found for s in _all(one)}
        if looked_at != {plain(source) for source in case["sources"]}:
            return False
    stated = {plain(name) for name in case["reads"]}, {plain(name) for name in case["writes"]}
    return (reads, writes) == stated or (reads - (writes - stated[0]), writes) == stated


def _all(one: Report) -> Iterable[Any]:
    return [*one.dataset, *(source for column in one.columns for source in column.sources)]


def columns(case: dict[str, Any]) -> bool:
    """Whether the sources of the outputs agree."""
    one = told(case, through=True)[case.get("statement", -1)]
    plain = partial(_short, case.get("unsaid") or ())
    stated = {plain(name): {plain(source) for source in sources} for name, sources in case["columns"].items()}
    if case.get("target") and plain(one.target or "") != plain(case["target"]):
        return False
    shaping = {plain(f"{s.table}.{s.column}") for s in one.dataset if s.subtype in ("FILTER", "JOIN")}
    if case.get("rows") is not None and shaping != {plain(source) for source in case["rows"]}:
        return False
    for kept in LINES:
        ours: dict[str, set[str]] = {}
        for column in one.columns:
            ours.setdefault(plain(column.name), set()).update(
                plain(f"{s.table}.{s.column}") for s in column.sources if s.type == "DIRECT" or s.subtype in kept
            )
        if case.get("only"):
            ours = {name: ours[name] for name in stated if name in ours}
        if ours == stated or (case.get("by_place") and list(ours.values()) == list(stated.values())):
            return True
    return False


def edges(case: dict[str, Any]) -> bool:
    """Whether pairs of columns agree, each statement's or those of the whole script."""
    stated = {(plain(source), plain(target)) for source, target in case["edges"]}
    ours = {
        (plain(f"{s.table}.{s.column}"), plain(f"{one.target}.{column.name}"))
        for one in told(case, through=False)
        if one.target
        for column in one.columns
        for s in column.sources
        if s.type == "DIRECT" or s.subtype in _BESIDE
    }
    return stated in (ours, whole(ours))


def whole(pairs: Pairs) -> Pairs:
    """Return the pairs of a script, without the columns that stand between its first and its last ones."""
    after: dict[str, set[str]] = defaultdict(set)
    for source, target in pairs:
        after[source].add(target)
    reached = {target for source, target in pairs if source != target}
    found: Pairs = set()
    for first in [one for one in after if one not in reached or one in after[one]]:
        seen: set[str] = set()
        left = [first]
        while left:
            for one in after.get(left.pop(), set()) - seen:
                seen.add(one)
                if not after.get(one, set()) - {one}:
                    found.add((first, one))
                left.append(one)
    return found


def counted(cases: Iterable[dict[str, Any]]) -> Counter[str]:
    """Return how many cases agree, and how the others differ."""
    found: Counter[str] = Counter()
    for case in cases:
        check = columns if "columns" in case else edges if "edges" in case else tables
        found["cases"] += 1
        found["agree" if check(case) else "convention" if case.get("convention") else "differ"] += 1
    return found


def main() -> None:
    """Print a line for each project."""
    print("| project | cases | agree | differ by convention | differ |")
    print("| --- | ---: | ---: | ---: | ---: |")
    for path in sorted(Path(sys.argv[1]).glob("*.jsonl")):
        found = counted(map(json.loads, path.read_text(encoding="utf-8").splitlines()))
        print(
            f"| {path.stem} | "
            + " | ".join(str(found[one]) for one in ("cases", "agree", "convention", "differ"))
            + " |"
        )


if __name__ == "__main__":
    if len(sys.argv) != 2:
        raise SystemExit(__doc__)
    main()
