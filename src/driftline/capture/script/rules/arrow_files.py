"""Writers of Arrow: files that tables and batches are written to one after the other.

Enters: a call. Leaves: an open file. What is written counts as given to the call that made the writer, or that opened
the file of Python's below it.
"""

from driftline.capture.script.call import Call, Rules, table_of
from driftline.capture.script.rules import files, heads, lines
from driftline.capture.script.values import NONE, Frame, Value

_WRITERS = (
    *("pyarrow.parquet.ParquetWriter", "pyarrow.orc.ORCWriter", "pyarrow.ipc.new_file", "pyarrow.ipc.new_stream"),
    *("pyarrow.ipc.RecordBatchFileWriter", "pyarrow.ipc.RecordBatchStreamWriter"),
    *("pyarrow.RecordBatchFileWriter", "pyarrow.RecordBatchStreamWriter"),
)


def writer(call: Call) -> Value:
    """A writer on an open file, or on one that it opens itself."""
    found = heads.file_of(call, call.argument(0))
    return files.opened(call) if found is None else found[0]


def table_written(call: Call) -> Value | None:
    """``write_table``, ``write_batch``."""
    file, table = heads.file_of(call, call.receiver), table_of(call.machine, call.argument(0))
    if file is None or table is None:
        return None
    files.write(call, *file, table)
    return NONE


def written(call: Call) -> Value | None:
    """``write``: a table by a writer of Arrow's, else a text."""
    return table_written(call) if isinstance(call.see(call.argument(0)), Frame) else lines.text_written(call)


METHODS: Rules = {
    **files.METHODS,
    **lines.METHODS,
    "write_table": table_written,
    "write_batch": table_written,
    "write": written,
}
FUNCTIONS: Rules = dict.fromkeys(_WRITERS, writer)
