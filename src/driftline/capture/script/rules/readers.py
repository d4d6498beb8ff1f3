"""Calls that read: a table of their own, whose columns are known at run time.

Enters: a call. Leaves: a frame.
"""

from typing import Any

from msgspec.structs import replace

from driftline.capture.script import tables
from driftline.capture.script.call import UNKNOWN, Call, Rules, names
from driftline.capture.script.reading import FILTER, INDEX, Came, Cames, Table
from driftline.capture.script.rules import arrow, files
from driftline.capture.script.sheets import by_title
from driftline.capture.script.values import Frame, Items, Pairs, Ref, Thing, Value

_READERS = """
    csv table fwf excel parquet feather orc json jsonl ndjson html xml sql sql_query sql_table pickle stata sas spss
    hdf clipboard gbq iceberg delta avro ipc database database_uri
"""
_PACKAGES = ("pandas", "polars", "dask.dataframe", "modin.pandas", "cudf", "geopandas", "awswrangler.s3")


def reads(call: Call) -> Value:
    """The table at this path, or in the file that was opened before."""
    known = call.machine.columns(call.path) is not None and not files.archived(call)
    found = None if known else files.read_frame(call)
    value = shaped(call, found or call.machine.open_read(call.path))
    places = {"read_excel": 1, "parse": 0}  # of the sheet among the arguments
    place = places.get(call.name.rpartition(".")[2])
    sheets = 0 if place is None else call.plain(place, "sheet_name", 0)
    several = len(by_title(call.machine, value)) > 1 if sheets is UNKNOWN else not isinstance(sheets, str | int)
    return _sheets(call, value, sheets if isinstance(sheets, list) else []) if several else value


def _sheets(call: Call, value: Value, wanted: list[Any]) -> Value:
    """Return the sheets that were read at once, by title, or by place where they were asked for so."""
    found = by_title(call.machine, value)
    titled = dict(found[1:])
    places = {place: sheet for place, (_, sheet) in enumerate(found)}
    known = {
        key: places.get(key, found[0][1]) if isinstance(key, int) else titled.get(key, found[0][1]) for key in wanted
    }
    return call.new(Pairs(known=known) if known else Pairs(known=titled, loose=found[0][1]))


def read_array(call: Call) -> Value:
    """``genfromtxt`` and ``loadtxt``: the same as an array; with ``unpack`` each column by itself."""
    value = reads(call)
    content = call.see(value)
    if not isinstance(content, Frame):
        return value
    wanted = names(call.machine, call.argument(-1, "usecols"))
    order = list(content.table.columns)
    table = content.table
    if wanted is not None and table.closed and all(isinstance(one, int) and one < len(order) for one in wanted):
        table = tables.only(table, [order[one] for one in wanted])
    if call.flag("unpack") and table.closed:
        return call.new(Items(tuple(Thing(cames, table.rows) for cames in table.columns.values())))
    return call.new(Frame(table, False, True))


def shaped(call: Call, value: Value) -> Value:
    """Take the reader's options to the table that it read: columns chosen or named, an index, pieces."""
    content = call.see(value)
    if not isinstance(content, Frame) or not isinstance(value, Ref):
        return value
    table = content.table
    given, wanted = names(call.machine, call.argument(-1, "names")), names(call.machine, call.argument(-1, "usecols"))
    if given is not None:
        table = tables.numbered(table, given) or table
    elif wanted is not None and all(isinstance(one, str) for one in wanted):
        table = tables.only(table, [name for name in table.columns if name in wanted] if table.closed else wanted)
    elif call.plain(-1, "header", 0) is None and table.closed:  # the names are numbers
        table = tables.numbered(table, [int(one) if one.isdigit() else one for one in table.columns]) or table
    if (filters := call.argument(-1, "filters")) is not None:
        table = arrow.restricted(call, table, filters)
    looked = call.cames(call.argument(-1, "params"), call.argument(0) if "sql" in call.name else None)
    table = tables.shaped(table, looked, FILTER)
    table = _indexed(table, call.machine.outside.levels(call.path) or call.plain(-1, "index_col"))
    call.machine.memory.put(value.place, replace(content, table=table))
    if call.argument(-1, "chunksize") is not None or call.flag("iterator"):
        return call.new(Items((), value, kind="reader"))
    return value


def _indexed(table: Table, wanted: Any) -> Table:
    """Make columns the index. What a read is known to have given are a frame's columns, without its index."""
    if wanted is None or wanted is UNKNOWN or wanted is False:
        return table
    read = next((one.read for one in table.all()), ())
    labels: dict[Any, Cames] = {}
    for one in wanted if isinstance(wanted, list | tuple) else [wanted]:
        if isinstance(one, str):
            labels[one] = tables.column(table, one) or frozenset({Came(read, one)})
        else:  # by place, and without a name that the run has told
            labels[tables.SOME] = frozenset({Came(read, INDEX)})
    return tables.without(table, labels)._replace(labels=labels)


FUNCTIONS: Rules = {
    **{f"{package}.read_{name}": reads for package in _PACKAGES for name in _READERS.split()},
    "numpy.genfromtxt": read_array,
    "numpy.loadtxt": read_array,
}
RULES = frozenset({reads, read_array})
