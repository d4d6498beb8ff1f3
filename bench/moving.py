"""Which columns of written files move when one column of a source is changed? The script itself decides.

Enters: a case, which is a plain script and the source files that its text names. It runs as it is, twice, in child
processes; then once for each mutant of each source column. Leaves: which column of which written file moved with
which source column, apart from those of which only the order of rows moved. Rows are matched by their place or by a
column of unique values that is the same before and after, whichever shows fewer changes. Nothing of Driftline is
consulted. What is no table (a model, nested JSON) counts as one column, ``*``. Results are kept by content.
"""

import fnmatch
import hashlib
import json
import os
import pickle
import random
import re
import runpy
import shutil
import signal
import sys
import tempfile
import traceback
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any, NamedTuple

import produced
import script_data
import script_samples
import script_tables

SCRIPTS = Path(__file__).parent / "scripts"
CACHE = Path(__file__).parent.parent / ".bench-cache" / "scripts"
PARTS = ("open", "held", "late", "later", "fresh", "latest", "jobs", "unseen", "ahead", "next")
SECONDS = 60  # that one run may take
Column = tuple[str, str]  # a file (of a database also the table, after a colon) and a column of it
Pair = tuple[Column, Column]  # source, output


class Case(NamedTuple):
    """A script, or a folder with ``main.py`` in it."""

    name: str
    place: Path
    part: str  # of the corpus: open, held, late

    @property
    def files(self) -> list[Path]:
        """The modules of the script; the first one is started."""
        if self.place.is_file():
            return [self.place]
        return sorted(self.place.glob("*.py"), key=lambda path: path.name != "main.py")

    @property
    def text(self) -> str:
        """The text of all modules."""
        return "\n".join(path.read_text("utf-8") for path in self.files)

    @property
    def sources(self) -> list[str]:
        """The files of the catalogue that the text names, by name or by a pattern."""
        words = re.findall(r"[\w*{}-]+\.[a-z]+", self.text)
        patterns = {re.sub(r"\{\w*\}", "*", word) for word in words if word[0] not in "*{"}
        return [file for file in script_data.CATALOGUE if any(fnmatch.fnmatch(file, one) for one in patterns)]

    @property
    def arguments(self) -> list[str]:
        """The words after ``Run with:`` in the text."""
        found = re.search(r"Run with: (.*)", self.text)
        return found.group(1).rstrip('."').split() if found else []


class Truth(NamedTuple):
    """What was observed of one case."""

    sources: list[Column]
    outputs: list[Column]
    moved: set[Pair]
    ordered: set[Pair]  # those of which only the order of rows moved, by this source
    tried: int  # mutants
    failed: int  # of them, those that the script did not take
    problem: str = ""


def cases(names: list[str] | None = None) -> list[Case]:
    """Return the corpus, or those of it that are named, or whose folder is."""
    found = []
    for folder in PARTS:
        for place in sorted((SCRIPTS / folder).iterdir()):
            if place.suffix == ".py" or (place / "main.py").exists():
                case = Case(place.stem, place, folder)
                if not names or case.name in names or folder in names:
                    found.append(case)
    return found


def prepare(case: Case, folder: Path) -> None:
    """Put the sources and the script into ``folder``."""
    for file in case.sources:
        script_data.write(folder / file, script_data.tables(file))
    for path in case.files:
        shutil.copy(path, folder / path.name)


def truth(case: Case) -> Truth:
    """Return what moves what, from the cache where nothing has changed since."""
    modules = (__file__, *(one.__file__ for one in (script_data, script_samples, script_tables, produced)))
    texts = [case.text, sys.version, *(Path(one).read_text("utf-8") for one in modules), *produced.versions()]
    kept = CACHE / f"{case.name}-{hashlib.sha256(''.join(texts).encode()).hexdigest()[:16]}.json"
    if kept.exists():
        held = json.loads(kept.read_text("utf-8"))
        columns = ([tuple(one) for one in held[part]] for part in ("sources", "outputs"))
        pairs = ({(tuple(a), tuple(b)) for a, b in held[part]} for part in ("moved", "ordered"))
        return Truth(*columns, *pairs, held["tried"], held["failed"], held["problem"])
    found = _observe(case)
    CACHE.mkdir(parents=True, exist_ok=True)
    held = {**found._asdict(), "moved": sorted(found.moved), "ordered": sorted(found.ordered)}
    kept.write_text(json.dumps(held), "utf-8")
    return found


def _observe(case: Case) -> Truth:
    with tempfile.TemporaryDirectory() as place:
        base, work = Path(place) / "base", Path(place) / "work"
        base.mkdir()
        prepare(case, base)
        made, problem = _run(case, base, work)
        again, _ = _run(case, base, work)
        sources, outputs = [], sorted((file, column) for file, table in made.items() for column in table)
        restless = {(file, column) for file, column in outputs if made[file][column] != again.get(file, {}).get(column)}
        outputs = [one for one in outputs if one not in restless]
        moved: set[Pair] = set()
        ordered: set[Pair] = set()
        tried = failed = 0
        for file in case.sources if made else ():
            tables = script_data.tables(file)
            for name, table in tables.items():
                for column, values in table.items():
                    source = (f"{file}:{name}" if name else file, column)
                    sources.append(source)
                    for mutant in mutants(values, column):
                        changed = {**tables, name: {**table, column: mutant}}
                        after, failure = _run(case, base, work, file, changed)
                        tried, failed = tried + 1, failed + bool(failure)
                        if failure:
                            continue
                        values_moved, order_moved = difference(made, after)
                        moved |= {(source, one) for one in values_moved - restless}
                        ordered |= {(source, one) for one in order_moved - restless}
    return Truth(sources, outputs, moved, ordered - moved, tried, failed, problem)


def mutants(values: list[Any], column: str) -> Iterator[list[Any]]:
    """Yield other values for a column: permuted, turned, moved, coarser, half of them, some missing."""
    dice = random.Random(column)
    held = [value for value in values if value is not None]
    distinct = sorted(set(held))
    if len(distinct) < 2:
        return
    permuted = held.copy()
    dice.shuffle(permuted)
    half = [dice.random() < 0.5 for _ in values]
    turned = {value: distinct[-1 - place] for place, value in enumerate(distinct)}
    following = {value: distinct[(place + 1) % len(distinct)] for place, value in enumerate(distinct)}
    coarse = {value: distinct[place - place % 3] for place, value in enumerate(distinct)}
    others = iter(permuted)
    yield [None if value is None else next(others) for value in values]
    yield [None if value is None else turned[value] for value in values]
    yield [None if value is None else coarse[value] for value in values]
    yield [None if value is None else _beyond(value) for value in values]
    yield [following[value] if value is not None and pick else value for value, pick in zip(values, half, strict=True)]
    if not isinstance(held[0], int):
        yield [None if place % 3 == 1 else value for place, value in enumerate(values)]


def _beyond(value: Any) -> Any:
    """Return a value that the column does not have, or hardly."""
    if isinstance(value, int | float):
        return value + 1 if isinstance(value, int) else round(value * 1.07 + 0.5, 3)
    if re.match(r"\d{4}-\d\d-\d\d", value):
        return (date.fromisoformat(value[:10]) + timedelta(days=45)).isoformat() + value[10:]
    return re.sub(r"[A-Za-z]", lambda one: "q" if one.group().islower() else "Q", value, count=2)


def _run(
    case: Case, base: Path, work: Path, file: str = "", changed: dict[str, script_tables.Table] | None = None
) -> tuple[dict[str, produced.Cells], str]:
    """Run a script in a child on the sources in ``base``, one of them changed: what it wrote, and its failure."""
    shutil.rmtree(work, ignore_errors=True)
    shutil.copytree(base, work, ignore=shutil.ignore_patterns(file) if file else None)
    sys.stdout.flush()
    child = os.fork()
    if not child:
        code = 1
        try:
            signal.alarm(SECONDS)
            os.chdir(work)
            quiet = os.open(os.devnull, os.O_WRONLY)
            os.dup2(quiet, 1)
            os.dup2(quiet, 2)
            if changed is not None:
                script_data.write(Path(file), changed)
            given = {path.name for path in Path().iterdir()} | {
                f"{a}:{b}" for a in case.sources for b in script_data.CATALOGUE[a]
            }
            _start(case)
            Path(".made").write_bytes(pickle.dumps(produced.tables(Path(), given)))
            code = 0
        except BaseException:
            Path(".failed").write_text(traceback.format_exc(limit=-1), "utf-8")
        finally:
            os._exit(code)
    os.waitpid(child, 0)
    if (work / ".made").exists():
        return pickle.loads((work / ".made").read_bytes()), ""
    return {}, (work / ".failed").read_text("utf-8") if (work / ".failed").exists() else "killed"


def _start(case: Case) -> None:
    script = case.files[0].name
    sys.argv = [script, *case.arguments]
    sys.path.insert(0, "")
    try:
        runpy.run_path(script, run_name="__main__")
    except SystemExit as end:
        if end.code:
            raise


def difference(before: dict[str, produced.Cells], after: dict[str, produced.Cells]) -> tuple[set[Column], set[Column]]:
    """Return the columns whose values moved, and those of which only the order did."""
    moved: set[Column] = set()
    ordered: set[Column] = set()
    for file, table in before.items():
        other = after.get(file, {})
        moved |= {(file, one) for one in table if one not in other}
        kept = [column for column in table if column in other]
        for sheet in {one.rpartition("!")[0] for one in kept}:
            mine = [one for one in kept if one.rpartition("!")[0] == sheet]
            values, order = _compared({one: table[one] for one in mine}, {one: other[one] for one in mine})
            moved |= {(file, one) for one in values}
            ordered |= {(file, one) for one in order}
    return moved, ordered


def _compared(before: produced.Cells, after: produced.Cells) -> tuple[set[str], set[str]]:
    if not before:
        return set(), set()
    if len(next(iter(before.values()))) != len(next(iter(after.values()))):
        return set(before), set()
    place = {column for column in before if before[column] != after[column]}
    best = place
    for keys in _keys(before, after) if len(place) > 1 else ():
        aligned = {column for column in before if _by(keys, column, before) != _by(keys, column, after)}
        best = aligned if len(aligned) < len(best) else best
    return best, place - best


def _keys(before: produced.Cells, after: produced.Cells) -> Iterator[tuple[str, ...]]:
    """Yield single columns, and pairs of those of few columns, that name each row and do so with the same values."""
    names = list(before)
    pairs = [(a, b) for place, a in enumerate(names) for b in names[place + 1 :]] if len(names) <= 8 else []
    for keys in [*((name,) for name in names), *pairs]:
        one, other = (list(zip(*(table[key] for key in keys), strict=True)) for table in (before, after))
        if one != other and len(set(one)) == len(one) and set(one) == set(other):
            yield keys


def _by(keys: tuple[str, ...], column: str, table: produced.Cells) -> dict[tuple[str, ...], str]:
    return dict(zip(zip(*(table[key] for key in keys), strict=True), table[column], strict=True))
