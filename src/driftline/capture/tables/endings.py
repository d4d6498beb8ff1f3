"""The formats of files that hold a table, by how their names end. Loads nothing.

Enters: a path, for text tables with their header. Leaves: the name of the format, or ""; what stands between columns.
"""

from functools import lru_cache

_PACKED = ("", ".gz", ".bz2", ".zst")
ENDINGS = {
    "parquet": (".parquet", ".pq", ".parq", ".parquet.gzip"),
    "csv": tuple(f"{name}{packed}" for name in (".csv", ".tsv") for packed in _PACKED),
    "lines": tuple(f"{name}{packed}" for name in (".jsonl", ".ndjson") for packed in _PACKED),
    "feather": (".feather", ".arrow", ".ipc"),
    "orc": (".orc",),
    "tensors": (".safetensors",),
    "checkpoint": (".pt", ".pth", ".ckpt"),
    "npy": (".npy",),
    "npz": (".npz",),
    "json": (".json",),
    "sheet": (".xlsx", ".xlsm"),
}


_SEPARATORS = ("\t", ";", "|")  # of files that are called CSV, besides the comma


def separator(path: str, header: str) -> str:
    """Return what stands between the columns of a text table: a comma, or what its header has in place of one."""
    if ".tsv" in path.lower()[-8:]:
        return "\t"
    best = max(_SEPARATORS, key=header.count)
    return best if "," not in header and best in header else ","


@lru_cache(maxsize=4_096)
def form(path: str) -> str:
    """Return the format of a file as its name says; "" where it says none that is known."""
    name = path.lower()
    return next((one for one, endings in ENDINGS.items() if name.endswith(endings)), "")
