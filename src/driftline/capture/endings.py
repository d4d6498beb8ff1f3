"""The formats of files that hold a table, by how their names end. Loads nothing.

Enters: a path. Leaves: the name of its format, or "".
"""

_PACKED = ("", ".gz", ".bz2", ".zst")
ENDINGS = {
    "parquet": (".parquet", ".pq", ".parq", ".parquet.gzip"),
    "csv": tuple(f"{name}{packed}" for name in (".csv", ".tsv") for packed in _PACKED),
    "lines": tuple(f"{name}{packed}" for name in (".jsonl", ".ndjson") for packed in _PACKED),
    "feather": (".feather", ".arrow", ".ipc"),
    "orc": (".orc",),
    "npy": (".npy",),
    "npz": (".npz",),
    "json": (".json",),
    "sheet": (".xlsx", ".xlsm"),
}


def form(path: str) -> str:
    """Return the format of a file as its name says; "" where it says none that is known."""
    name = path.lower()
    return next((one for one, endings in ENDINGS.items() if name.endswith(endings)), "")
