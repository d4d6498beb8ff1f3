"""Calls that read: a table of their own, whose columns are known at run time.

Enters: a call. Leaves: a frame.
"""

from driftline.capture.script.call import Call, Rules
from driftline.capture.script.values import Value

_READERS = [
    "csv",
    "table",
    "fwf",
    "excel",
    "parquet",
    "feather",
    "orc",
    "json",
    "jsonl",
    "ndjson",
    "html",
    "xml",
    "sql",
    "sql_query",
    "sql_table",
    "pickle",
    "stata",
    "sas",
    "spss",
    "hdf",
    "clipboard",
    "gbq",
    "iceberg",
    "delta",
    "avro",
    "ipc",
    "database",
    "database_uri",
]
_PACKAGES = ("pandas", "polars", "dask.dataframe", "modin.pandas", "cudf", "geopandas", "awswrangler.s3")


def reads(call: Call) -> Value:
    """The table at this path."""
    return call.machine.open_read(call.path)


FUNCTIONS: Rules = {f"{package}.read_{name}": reads for package in _PACKAGES for name in _READERS}
