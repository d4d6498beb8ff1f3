"""pandas: files and addresses that its readers and writers are given, and tables that it reads and writes through SQL.

Enters: the loaded pandas module. Leaves: patches on ``pandas.read_…`` and on the ``to_…`` of its frames. Only names
are recorded, never frames: attributes, indexes and dtypes are not touched. Buffers have no name and are left out.
"""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from driftline import later
from driftline.capture.hooks import table, whole
from driftline.capture.hooks.patch import PASS, Before, Call, Patch, around
from driftline.capture.hooks.table import COLUMNS, RESULT, Entry
from driftline.capture.runs.recording import Recording
from driftline.capture.tables import arguments

if TYPE_CHECKING:
    from driftline.capture.hooks import addresses, database, touching
else:  # not every frame comes from a database
    addresses = later.module("driftline.capture.hooks.addresses")
    database = later.module("driftline.capture.hooks.database")
    touching = later.module("driftline.capture.hooks.touching")

_PATH = ("filepath_or_buffer", "path", "path_or_buf", "io", "path_or_buffer")
READERS = (
    "read_fwf", "read_parquet", "read_json", "read_excel", "read_feather", "read_orc",
    "read_stata", "read_sas", "read_spss", "read_xml", "read_html",
)  # fmt: skip
WRITERS = (
    "DataFrame.to_parquet", "DataFrame.to_json", "DataFrame.to_excel", "DataFrame.to_feather",
    "DataFrame.to_orc", "DataFrame.to_hdf", "DataFrame.to_stata", "DataFrame.to_xml", "DataFrame.to_html",
)  # fmt: skip
_TARGET = (*_PATH, "excel_writer")

TABLE = (
    Entry("read_csv", "read", 0, _PATH, COLUMNS, form=arguments.pandas_csv),
    Entry("read_table", "read", 0, _PATH, COLUMNS, form=arguments.pandas_table),
    *(Entry(name, "read", 0, _PATH, COLUMNS) for name in READERS),
    Entry("ExcelFile.parse", "read", 0, ("self",), COLUMNS),
    Entry("read_hdf", "read", 0, _PATH, COLUMNS, looks=True),  # its ``where`` may name variables
    Entry("read_pickle", "read", 0, _PATH, RESULT),
    *(Entry(name, "write", 1, _TARGET, 0) for name in WRITERS),
    Entry("DataFrame.to_csv", "write", 1, _PATH, 0, form=arguments.pandas_written),
    Entry("DataFrame.to_pickle", "write", 1, _PATH, 0),
    Entry("Series.to_csv", "write", 1, _PATH, 0, form=arguments.pandas_written),
    Entry("Series.to_json", "write", 1, _PATH, 0),
    Entry("Series.to_pickle", "write", 1, _PATH, 0),
    Entry("Series.to_excel", "write", 1, _TARGET, 0),
    Entry("ExcelWriter.close", "write", 0, ("self",)),
)
_STORED = ("name", "schema", "index_label", "chunksize", "method", "dtype")  # that leave a stored frame as it is
QUERIES = ("read_sql", "read_sql_query", "read_sql_table")


def install(pandas: Any) -> list[Patch]:
    """Put the hooks on and return what was replaced."""
    patches = table.install(pandas, TABLE)
    for name in QUERIES:
        patches += around(pandas, name, _queried, _place(1))
    return patches + around(pandas, "DataFrame.to_sql", _stored, _place(2))


def _place(argument: int) -> Before:
    """Find the database of a call; one that is not known here is left to the hooks of its own library."""

    def before(args: Sequence[Any], kwargs: Mapping[str, Any]) -> Any:
        return addresses.place_of(args[argument] if len(args) > argument else kwargs.get("con")) or PASS

    return before


def _queried(run: Recording, call: Call) -> bool:
    text = call.argument(0, "sql", "table_name")
    all_of_it = whole.call(call.args, call.kwargs, 2, "sql", "table_name", "schema")
    if isinstance(text, str) and text.strip().isidentifier():
        return touching.touch(
            run,
            "read",
            call.before,
            text.strip(),
            call.argument(2, "schema"),
            call.result,
            whole=all_of_it,
            some=call.argument(6, "columns") is not None,
            transaction=addresses.transaction_of(call.argument(1, "con")),
            connection=call.argument(1, "con"),
        )
    connection = call.argument(1, "con")
    text = _spelled(text, connection)
    frame = call.result if all_of_it and whole.statement(text) else None
    transaction = addresses.transaction_of(connection)
    return database.statement(run, call.before, text, connection, frame, transaction, call.result)


def _spelled(query: Any, connection: Any) -> str:
    """Return a query as the database gets it; one of SQLAlchemy has a placeholder for each of the values of a list."""
    if isinstance(query, str) or not hasattr(query, "compile"):
        return str(query)
    options = {"render_postcompile": True}
    return str(query.compile(dialect=getattr(connection, "dialect", None), compile_kwargs=options))


def _stored(run: Recording, call: Call) -> bool:
    name = call.argument(1, "name")
    if not isinstance(name, str):
        return False
    indexed = call.kwargs.get("index", True)
    all_of_it = indexed in (True, False) and whole.call(
        call.args, {key: value for key, value in call.kwargs.items() if key != "index"}, 3, *_STORED
    )
    label = call.kwargs.get("index_label")
    return touching.touch(
        run,
        "write",
        call.before,
        name,
        call.argument(3, "schema"),
        call.args[0],
        whole=all_of_it,
        begins=call.argument(4, "if_exists") != "append",
        shape=(lambda frame: frame.reset_index(names=label)) if indexed else None,  # the index becomes columns
        transaction=addresses.transaction_of(call.argument(2, "con")),
        connection=call.argument(2, "con"),
    )
