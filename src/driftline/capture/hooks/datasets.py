"""Hugging Face datasets: what is loaded from local files and saved to them.

Enters: the loaded datasets module. Leaves: patches on its functions and on the methods of ``Dataset`` and
``DatasetDict``. The library's own fingerprint is recorded beside the version. Data sets of the hub are named ``hf://datasets/NAME``.
"""

import glob
import os
from collections.abc import Mapping
from typing import Any

from driftline.capture.hooks import table
from driftline.capture.hooks.patch import Call, Patch, around
from driftline.capture.hooks.table import Entry
from driftline.capture.runs.recording import Recording

_PATHS = ("path_or_paths", "dataset_path", "dataset_dict_path", "path_or_buf")
_HUB = "hf://datasets/"
_SHARDS = "data-*.arrow"
FORMATS = ("csv", "json", "parquet", "text")
BUILDERS = frozenset((*FORMATS, "arrow", "pandas", "imagefolder", "audiofolder", "webdataset", "xml"))

TABLE = (
    *(Entry(f"Dataset.from_{name}", "read", 0, _PATHS) for name in FORMATS),
    *(Entry(f"DatasetDict.from_{name}", "read", 0, _PATHS) for name in FORMATS),
    *(Entry(f"Dataset.to_{name}", "write", 1, _PATHS) for name in ("csv", "json", "parquet")),
)


def install(datasets: Any) -> list[Patch]:
    """Put the hooks on and return what was replaced."""
    patches = table.install(datasets, TABLE)
    patches += around(datasets, "load_dataset", _loaded)
    for name in ("load_from_disk", "Dataset.load_from_disk", "DatasetDict.load_from_disk"):
        patches += around(datasets, name, _from_disk)
    for name in ("Dataset.save_to_disk", "DatasetDict.save_to_disk"):
        patches += around(datasets, name, _to_disk)
    return patches


def _loaded(run: Recording, call: Call) -> bool:
    path = str(call.argument(0, "path"))
    files = call.argument(3, "data_files")
    folder = call.argument(2, "data_dir")
    about = _fingerprint(call.result)
    if files is not None:
        base = folder or (path if os.path.isdir(path) else "")
        return table.note(run, "read", _below(base, files), call, attributes=about)
    if folder is not None or os.path.exists(path):
        return table.note(run, "read", folder or path, call, attributes=about)
    if path in BUILDERS:
        return False
    revision = call.argument(7, "revision")
    return table.note(run, "read", f"{_HUB}{path}", call, version=str(revision or ""), attributes=about)


def _from_disk(run: Recording, call: Call) -> bool:
    about = _fingerprint(call.result)
    return table.note(run, "read", _stored(call.argument(0, *_PATHS)), call, attributes=about)


def _to_disk(run: Recording, call: Call) -> bool:
    return table.note(run, "write", _stored(call.argument(1, *_PATHS)), call)


def _stored(folder: Any) -> Any:
    """The data files of a data set on disk, as parts of its folder; those beside them describe them, or are caches."""
    if not isinstance(folder, str | os.PathLike) or not os.path.isdir(folder):
        return folder
    inside = os.path.join(glob.escape(os.fspath(folder)), "**", _SHARDS)
    return inside if glob.glob(inside, recursive=True) else folder


def _below(folder: str, files: Any) -> Any:
    if isinstance(files, str) and folder and "://" not in files and not os.path.isabs(files):
        return os.path.join(folder, files)
    if isinstance(files, Mapping):
        return [one for given in files.values() for one in _listed(_below(folder, given))]
    return [_below(folder, one) for one in files] if isinstance(files, list | tuple) else files


def _listed(given: Any) -> list[Any]:
    return list(given) if isinstance(given, list | tuple) else [given]


def _fingerprint(result: Any) -> dict[str, str]:
    found = getattr(result, "_fingerprint", None)
    return {"fingerprint": found} if isinstance(found, str) else {}
