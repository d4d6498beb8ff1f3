"""Queries over the script's own frames: DuckDB and others look up the names of tables among the variables.

Enters: the text of a query, where the script spells it out, and a way to look names up. Leaves: the table that it
gives, as far as it comes from frames; None where it names none, or where the query is not understood.
"""

import itertools
import re
from collections.abc import Callable, Container
from typing import TYPE_CHECKING, Any

from driftline import later
from driftline.capture.script import tables
from driftline.capture.script.cames import aggregated, changed, deciding, hedged, union
from driftline.capture.script.memory import Memory
from driftline.capture.script.reading import AGGREGATION, IDENTITY, NOTHING, Cames, Table
from driftline.capture.script.values import Const, Foreign, Frame, Library, Method, Value

if TYPE_CHECKING:
    from driftline.capture.sql import dialect, relation, statement
    from driftline.capture.sql import script as sql_script
else:  # a script without such queries must not wait for the reader of SQL
    dialect = later.module("driftline.capture.sql.dialect")
    relation = later.module("driftline.capture.sql.relation")
    sql_script = later.module("driftline.capture.sql.script")
    statement = later.module("driftline.capture.sql.statement")

ASKING = frozenset({"sql", "query", "execute", "sqldf", "from_query"})
RELATIONS = frozenset({"sql", "query", "from_query"})  # those of them that give a relation
FETCHED = frozenset({"df", "fetchdf", "fetch_df", "to_df", "arrow", "fetch_arrow_table", "to_arrow_table", "pl"})
LONGEST = 20_000  # characters
_SELECT = later.pattern(r"\b(?:from|select)\b", re.IGNORECASE)
_WORD = later.pattern(r"[A-Za-z_]\w*")

_RANKED = later.pattern(r"\b((?:row_number|(?:dense_|percent_)?rank|cume_dist))\(\*\)")
_PAIR = later.pattern(r"(?:(?<=\()|^)(\w+ [-+*/%<>=] \w+)(?=\)|$)")  # one operator, alone or as an argument
_REGISTERED = "registered"  # names that frames were given for queries, in the memory
Lookup = Callable[[str], Value | None]


def relates(memory: Memory, callee: Method | Library) -> bool:
    """Whether such a function gives a relation: one of DuckDB's, as others give frames."""
    of = memory.see(callee.of) if isinstance(callee, Method) else callee
    owner = of.name if isinstance(of, Foreign | Library) else ""
    return owner.partition(".")[0] == "duckdb" and callee.name.rpartition(".")[2] in RELATIONS


def register(memory: Memory, name: Value, value: Value) -> None:
    """Remember a frame under the name that queries know it by."""
    if isinstance(name, Const) and isinstance(name.value, str):
        memory.put((_REGISTERED, name.value.lower()), value)


def registered(memory: Memory, name: Value | None) -> Value | None:
    """Return the frame that queries know by a name; None where none was given it."""
    if not isinstance(name, Const) or not isinstance(name.value, str):
        return None
    found: Value | None = memory.get((_REGISTERED, name.value.lower()))
    return found


def asked(memory: Memory, text: Value | None, lookup: Lookup) -> Table | None:
    """Return what a query gives of the frames that it names, or of what it puts into a table or a file."""
    words = text.value if isinstance(text, Const) else None
    if not isinstance(words, str) or len(words) > LONGEST or not _SELECT.search(words):
        return None
    found: dict[str, Table] = {}
    for name in dict.fromkeys(_WORD.findall(words)):
        content = memory.see(registered(memory, Const(name)) or lookup(name))
        if isinstance(content, Frame) and not content.row:
            found[name.lower()] = content.table
    return selected(words, found) if found else None


def fetched(given: Table, read: Table | None) -> Table:
    """Return the frame that a query gives, where tables were read by it as well."""
    if read is None:
        return given
    alike = {str(name).lower(): cames for name, cames in given.columns.items()}
    columns = {name: cames | alike.get(name.lower(), given.spread) for name, cames in read.columns.items()}
    return read._replace(columns=columns, rows=read.rows | given.rows)


def selected(text: str, frames: dict[str, Table]) -> Table | None:
    """Return what a query gives of frames, by the names that it has for them; None where it is not understood."""

    def columns_of(source: Any) -> tuple[str, ...] | None:
        table = _frame(source, frames)
        return tuple(map(str, table.columns)) if table is not None and table.closed else None

    reading = sql_script.Script(dialect.of("duckdb"), columns_of)
    lineages = [one.lineage for one in statement.read(text, reading) if one.lineage is not None]
    if len(lineages) != 1:
        return None
    [lineage] = lineages
    columns: dict[Any, Cames] = {}
    for item in lineage.items:
        if isinstance(item, relation.Output):
            columns[_further(item.name or _spelled(item.said), columns)] = union(
                _through(edge, frames) for edge in item.edges
            )
        elif isinstance(item, relation.Star) and (table := _frame(item.source, frames)) is not None:
            columns |= {name: cames for name, cames in table.columns.items() if str(name) not in item.excepted}
        else:
            return None
    own = union(_through(edge, frames, edge.kind[1]) for edge in lineage.rows)
    if lineage.into and len(lineage.into) == len(columns) == len(lineage.items):
        columns = dict(zip(lineage.into, columns.values(), strict=True))
    return Table(columns, rows=union([own, *(table.rows for table in frames.values())]), closed=True)


def _spelled(said: str) -> str:
    """Return what DuckDB calls an expression without a name, as far as simple ones go: ``sum((a * b))``."""
    plain = _RANKED.sub(r"\1()", said).replace("count(*)", "count_star()")
    return _PAIR.sub(r"(\1)", plain)


def _further(name: str, taken: Container[str]) -> str:
    """Return the name as DuckDB numbers it where others of a query have it, too."""
    if not name or name not in taken:
        return name
    return next(one for one in (f"{name}_{number}" for number in itertools.count(1)) if one not in taken)


def _frame(source: Any, frames: dict[str, Table]) -> Table | None:
    return frames.get(source.names[0].lower()) if source.kind == "table" else None


def _through(edge: Any, frames: dict[str, Table], shapes: str = "") -> Cames:
    table = _frame(edge.source, frames)
    if table is None:
        return NOTHING
    alike = (name for name in table.columns if str(name).lower() == edge.column.lower())
    name = next(alike, None)
    cames = tables.column(table, edge.column if name is None else name)
    if name is None and not cames:  # something else has that name, such as a relation that was joined
        cames = hedged(tables.whole(table))
    type_, subtype = edge.kind
    if shapes or type_ == "INDIRECT":
        return deciding(cames, subtype)
    return cames if subtype == IDENTITY else aggregated(cames) if subtype == AGGREGATION else changed(cames)
