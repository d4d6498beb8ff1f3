"""Which rows and cells differ between two versions, where the files that hold them can still be read.

Enters: how two versions of a dataset differ, and files that may hold one of them. Leaves: the first rows that came,
went or changed, with what stood and what stands there. A file counts as a version only if its bytes have the version's
hash; it is looked for where the dataset lies, and under every other name that was seen to hold the same bytes, such as
that of a copy. Rows are told apart by a key, else by their places where there are as many before as after. Reads data
here only, and only when asked. Where nothing can be read it says why.
"""

import itertools
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

import msgspec

from driftline import later
from driftline.capture.tables import endings, measure
from driftline.engine.house import House
from driftline.errors import BadInput
from driftline.event.lineage import Dataset, Version
from driftline.event.report import DataChange, Difference, RowChange

if TYPE_CHECKING:
    from driftline.capture.tables import formats
else:
    formats = later.module("driftline.capture.tables.formats")  # which loads the readers

duckdb = later.module("duckdb")

_NAMES = 20  # other names of a content, under which it is looked for
_CANDIDATES = 20  # columns that are tried as a key
_READERS = {
    "parquet": "read_parquet({})",
    "csv": "read_csv({}, all_varchar = true)",
    "lines": "read_json({}, format = 'newline_delimited')",
    "json": "read_json({})",
}
_RAGGED = "read_csv({}, all_varchar = true, null_padding = true, parallel = false)"  # lines with too few cells
_GLOB = frozenset("*?[{")
_WRITING = "how values are written changed, such as the quotes around them"
_PLACE = '"driftline place"'
_MADE = "create or replace table {name} as select row_number() over () - 1 as {place}, * from {source}"
_COUNTED = "select count({what}) from {name}"
_CELLS = (
    "select b.{place}, cast(b.{by} as varchar), {name}, cast(a.{column} as varchar), cast(b.{column} as varchar) "
    "from a join b on a.{by} = b.{by} where cast(a.{column} as varchar) is distinct from cast(b.{column} as varchar)"
)
_ALONE = (
    "select {name}.{place}, cast({name}.{by} as varchar) from {name} anti join {other} on {name}.{by} = {other}.{by} "
    "order by 1 limit {limit}"
)


class _Side(NamedTuple):
    path: str
    columns: tuple[str, ...]
    rows: int


def named(house: House, found: Difference, copies: Sequence[str] = (), key: str = "", limit: int = 10) -> Difference:
    """Return a difference of two versions with the rows that differ, at most ``limit``, or why there are none.

    Raises:
        BadInput: the key is no column of both versions, or its values repeat.
    """
    (change,) = found.data
    dataset = _dataset(house, change)
    files = [_file(house, Version(dataset, version), copies) for version in (change.before, change.after)]
    for version, path in zip((change.before, change.after), files, strict=True):
        if not path:
            why = f"no file that can be read holds {version} any more; --copy names one that does"
            return msgspec.structs.replace(found, rows_note=f"Rows are not named: {why}.")
    with duckdb.connect() as connection:
        try:
            sides = [_opened(connection, name, path) for name, path in zip("ab", files, strict=True)]
        except duckdb.Error as error:
            why = str(error).partition("\n")[0]
            return msgspec.structs.replace(found, rows_note=f"Rows are not named: {why}")
        chosen = key or ("" if sides[0].rows == sides[1].rows else _key(connection, sides))
        if key and not _unique(connection, sides, key):
            hint = f"Both versions need a column of which each value is there once; they have {_shared(sides)}."
            raise BadInput(f"{key} is no key of {dataset.name}", hint=hint)
        if not chosen and sides[0].rows != sides[1].rows:
            counts = f"there were {sides[0].rows:,}, there are {sides[1].rows:,}"
            return msgspec.structs.replace(found, rows_note=f"Rows are not named: {counts}, and no column is a key.")
        rows = list(_differing(connection, sides, chosen, limit + 1))
    told = f"by {chosen}" if chosen else "by their places"
    more = f"; the first {limit}, there are more" if len(rows) > limit else ""
    note = f"Rows are told apart {told}{more}."
    if not more:
        exact = _exact(change, rows)
        if not chosen and all(endings.form(path) == "csv" for path in files):
            exact, told = _as_written(exact, rows)
            note = f"{note} {told}".rstrip()
        if not rows and exact.sentence == change.sentence and sides[0].columns == sides[1].columns:
            note = f"{note} As text, no cell differs."
        sentence = found.sentence.replace(change.sentence, exact.sentence, 1)
        found = msgspec.structs.replace(found, data=(exact,), sentence=sentence)
    return msgspec.structs.replace(found, rows=tuple(rows[:limit]), rows_note=note)


def _exact(change: DataChange, rows: Sequence[RowChange]) -> DataChange:
    """Return a change with those rows of its columns that differ, in place of the groups that they lie in."""
    whole = {one.row for one in rows if not one.column}
    columns = []
    for one in change.columns:
        places = sorted(whole | {row.row for row in rows if row.column == one.name})
        told = one.change == "changed" and bool(places)
        columns.append(msgspec.structs.replace(one, rows=tuple(_spans(places))) if told else one)
    return msgspec.structs.replace(change, columns=tuple(columns))


def _as_written(change: DataChange, rows: Sequence[RowChange]) -> tuple[DataChange, str]:
    """Return a change of a text table, of which all ``rows`` are known, and in which columns no value changed."""
    if change.verdict != "changed" or any(not row.column for row in rows):
        return change, ""
    moved = {row.column for row in rows}
    kept = [one.name for one in change.columns if one.change == "changed" and one.name not in moved]
    if not kept:
        return change, ""
    if rows:
        return change, f"In {', '.join(kept)} only {_WRITING}."
    said = f"Every value is the same; only {_WRITING}."
    return msgspec.structs.replace(change, sentence=said), ""


def _spans(places: Sequence[int]) -> Iterator[tuple[int, int]]:
    """Yield the first and the last of each run of neighbours."""
    for _, run in itertools.groupby(enumerate(places), lambda one: one[1] - one[0]):
        neighbours = [place for _, place in run]
        yield neighbours[0], neighbours[-1]


def _dataset(house: House, change: DataChange) -> Dataset:
    known = house.store.lineage.lookup(change.node)
    assert known is not None
    assert known.dataset is not None
    return known.dataset


def _file(house: House, version: Version, copies: Sequence[str]) -> str:
    """Return a file whose bytes are a version; "" where none is known."""
    if not version.version.startswith(measure.BYTES):
        return ""
    same = [one for one, _ in house.store.lineage.called(version.version, _NAMES)]
    names = [one.dataset.name for one in (version, *same) if one.dataset.namespace == version.dataset.namespace]
    folders = (Path.cwd(), Path(house.settings.home).absolute().parent)
    places = [*map(Path, copies), *(folder / name for name in dict.fromkeys(names) for folder in folders)]
    return next((str(path) for path in places if _holds(path, version.version)), "")


def _holds(path: Path, version: str) -> bool:
    try:
        return path.is_file() and measure.of_file(str(path)).version == version
    except OSError:
        return False


def _opened(connection: Any, name: str, path: str) -> _Side:
    """Make a file a table of that name, with its rows numbered.

    Raises:
        duckdb.Error: it cannot be read as a table.
    """
    reader = _READERS.get(endings.form(path), "")
    if reader and not _GLOB & set(path):
        source = reader.format(_text(path))
    else:
        source = f"given_{name}"
        connection.register(source, _loaded(path))
    text = reader == _READERS["csv"]
    try:
        columns = _made(connection, name, source)
    except duckdb.InvalidInputException:
        if not text:
            raise
        columns = _made(connection, name, _RAGGED.format(_text(path)))
    if text and len(columns) == 1 and endings.separator(path, columns[0]) in columns[0]:
        columns = _made(connection, name, _RAGGED.format(_text(path)))  # it took whole lines for cells
    ((rows,),) = connection.execute(_COUNTED.format(name=name, what="*")).fetchall()
    return _Side(path, tuple(columns), rows)


def _made(connection: Any, name: str, source: str) -> list[str]:
    """Make a table of a source, and return the names of its columns."""
    connection.execute(_MADE.format(name=name, place=_PLACE, source=source))
    return [row[0] for row in connection.execute(f"describe {name}").fetchall()][1:]


def _loaded(path: str) -> Any:
    """Return the rows of a file that DuckDB does not read by itself.

    Raises:
        duckdb.Error: it cannot be read as a table.
    """
    try:
        found = formats.table(path)
    except Exception as error:  # whatever its reader raises; a library that is missing, too
        raise duckdb.InvalidInputException(f"{path} cannot be read: {error}") from error
    if found is None:
        raise duckdb.InvalidInputException(f"{path} is read for its columns only, not row by row.")
    return found


def _shared(sides: Sequence[_Side]) -> str:
    return ", ".join(name for name in sides[0].columns if name in sides[1].columns) or "none in common"


def _text(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _key(connection: Any, sides: Sequence[_Side]) -> str:
    """Return a column whose values tell the rows apart on both sides, one that is called like a key first."""
    both = [name for name in sides[0].columns if name in sides[1].columns]
    both.sort(key=lambda name: not name.lower().endswith(("id", "key")))
    return next((name for name in both[:_CANDIDATES] if _unique(connection, sides, name)), "")


def _unique(connection: Any, sides: Sequence[_Side], column: str) -> bool:
    if any(column not in side.columns for side in sides):
        return False
    what = f"distinct {_quoted(column)}"
    counted = (connection.execute(_COUNTED.format(name=name, what=what)).fetchone()[0] for name in "ab")
    return all(count == side.rows for count, side in zip(counted, sides, strict=True))


def _differing(connection: Any, sides: Sequence[_Side], key: str, limit: int) -> Iterator[RowChange]:
    """Yield at most ``limit`` rows and cells that differ: those that changed, then those that came, then that went."""
    by, place = _quoted(key) if key else _PLACE, _PLACE
    both = [name for name in sides[0].columns if name in sides[1].columns and name != key]
    parts = [_CELLS.format(place=place, by=by, name=_text(name), column=_quoted(name)) for name in both]
    found = 0
    if parts:
        every = f"{' union all '.join(parts)} order by 1, 3 limit {limit}"
        for row, value, name, was, now in connection.execute(every).fetchall():
            found += 1
            yield RowChange(row=row, key=value if key else "", column=name, change="changed", before=was, after=now)
    rest: tuple[tuple[str, str, Literal["came", "went"]], ...] = (("b", "a", "came"), ("a", "b", "went"))
    for name, other, change in rest:
        ask = _ALONE.format(name=name, other=other, place=place, by=by, limit=max(0, limit - found))
        for row, value in connection.execute(ask).fetchall():
            found += 1
            yield RowChange(row=row, key=value if key else "", change=change)
