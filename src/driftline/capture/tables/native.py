"""The store's own name for a state: a Delta version, an Iceberg snapshot, a DVC hash, a version of an object, ….

Enters: a path, an address, or what fsspec's ``info`` says of an object. Leaves: a ``Pointer``, or None. Found by a
listing of one folder of metadata and at most one small file, never by reading data. Says only what is a state: a
branch, an alias or a stage is none. Reads local files only; lakeFS by its address alone, not through an S3 gateway.
Sources: https://github.com/delta-io/delta/blob/master/PROTOCOL.md, https://iceberg.apache.org/spec,
https://hudi.apache.org/docs/timeline, https://dvc.org/doc/user-guide/project-structure/dvc-files.
"""

import os
import re
import time
from collections.abc import Callable, Iterator, Mapping
from functools import lru_cache
from typing import TYPE_CHECKING, Any, NamedTuple

import msgspec

from driftline import later
from driftline.capture.ground import own
from driftline.capture.ground.place import absolute

if TYPE_CHECKING:
    import gzip
else:
    gzip = later.module("gzip")

_LARGE = 1 << 24  # bytes of metadata that are still read
_LONG = 1 << 20  # bytes of what DVC says that are still read, which takes 0.6 s: the program waits for it
_UP = 16  # folders above a file in which a dvc.lock is looked for
_LOOKED_SECONDS = 0.5  # how long it is known where these lie: a pipeline reads many files of a folder
_FOLDERS = 1_000
_locks: dict[str, tuple[float, tuple[str, ...]]] = {}  # folder -> until when it is known, dvc.lock files

_COMMIT = later.pattern(r"(\d{20})(?:\.checkpoint(?:\..+)?)?\.(?:json|parquet)")
_METADATA = later.pattern(r"(?:v(\d+)|(\d+)-[0-9a-f-]+)(?:\.gz)?\.metadata\.json(?:\.gz)?", re.IGNORECASE)
_INSTANT = later.pattern(r"(\d{8,17})(?:_(\d{8,17}))?\.(?:commit|deltacommit|replacecommit)")
_LAKEFS = later.pattern(r"lakefs://[^/]+/([0-9a-f]{12,64})(?:/|$)")
_MODEL = later.pattern(r"models:/(?:/)?(?:[^/@]+/(\d+)|(m-[0-9a-f]{32}))/?(?:$|/)")
_RUN = later.pattern(
    r"(?:runs:/|mlflow-artifacts:(?://[^/]*)?/(?:[^/]+/)*?|.*/mlruns/[^/]+/)([0-9a-f]{32})(?:/|$)"
)  # fmt: skip
_OBJECTS = (
    ("VersionId", "s3"), ("version_id", "azure"), ("generation", "gcs"),
    ("ETag", "etag"), ("etag", "etag"), ("e_tag", "etag"),
)  # fmt: skip
_VERSION_ID = later.pattern(r"[?&]versionId=([^&#]+)")
_GENERATION = later.pattern(r"((?:gs|gcs)://.+)#(\d+)$")


class Pointer(NamedTuple):
    """A state, as the system that holds the data names it."""

    system: str  # delta, iceberg, hudi, dvc, lakefs, mlflow, s3, azure, gcs, etag
    version: str  # as that system spells it
    table: str = ""  # id of the table, where it is cheap to know: a table that was made anew has another one

    @property
    def name(self) -> str:
        """The version of a dataset that this is."""
        return f"{self.system}:{self.version}"


class _Iceberg(msgspec.Struct, rename="kebab"):
    current_snapshot_id: int | None = None
    table_uuid: str = ""


def native(given: str | os.PathLike[str] | Mapping[str, Any]) -> Pointer | None:
    """Return the pointer that ``given`` (a path, an address, an ``info`` of fsspec) has; None where it has none.

    Raises:
        OSError: metadata is there and cannot be read.
    """
    if isinstance(given, Mapping):
        return _of_info(given)
    text = os.fspath(given)
    if "://" in text and not text.startswith("file://"):
        return _of_address(text)
    if text.startswith(("models:/", "runs:/", "mlflow-artifacts:/")):
        return _of_address(text)
    path = absolute(text.removeprefix("file://"))
    if os.path.isdir(path):
        return next((found for read in _TABLES if (found := read(path)) is not None), None)
    if path.endswith(".metadata.json"):
        return _snapshot(path)
    return of_file(path) if os.path.isfile(path) else None


def of_file(path: str) -> Pointer | None:
    """Return the pointer of a regular file, given by its absolute path; None where it has none.

    Raises:
        OSError: metadata is there and cannot be read.
    """
    return _snapshot(path) if path.endswith(".metadata.json") else _of_file(path)


def _of_address(text: str) -> Pointer | None:
    for system, form in (("lakefs", _LAKEFS), ("mlflow", _MODEL), ("mlflow", _RUN), ("s3", _VERSION_ID),
                         ("gcs", _GENERATION)):  # fmt: skip
        found = form.match(text) if form is not _VERSION_ID else form.search(text)
        if found:
            return Pointer(system, next(group for group in reversed(found.groups()) if group))
    return None


def bare(text: str) -> str:
    """Return an address without the version of an object in it, which is no part of the object's name."""
    if not text.startswith(("s3://", "gs://", "gcs://")):
        return text
    found = _GENERATION.match(text)
    return found[1] if found else _VERSION_ID.sub("", text)


def _of_info(info: Mapping[str, Any]) -> Pointer | None:
    """Return the version id, the generation or the tag of an object, in this order; "null" is no version id."""
    for key, system in _OBJECTS:
        if info.get(key) not in (None, "", "null"):
            return Pointer(system, str(info[key]).removeprefix("W/").strip('"'))
    return None


def _of_delta(path: str) -> Pointer | None:
    """Return the newest commit; files that hold several commits in one are none."""
    folder = os.path.join(path, "_delta_log")
    newest = max((found[1] for name in _names(folder) if (found := _COMMIT.fullmatch(name))), default=None)
    return Pointer("delta", str(int(newest))) if newest is not None else None


def _of_iceberg(path: str) -> Pointer | None:
    """Return the snapshot of the newest metadata file: the one that a hint names, else of the highest number.

    The catalog alone knows for certain: of two files with one number the younger one is taken.
    """
    folder = os.path.join(path, "metadata")
    found = {name: int(match[1] or match[2]) for name in _names(folder) if (match := _METADATA.fullmatch(name))}
    if not found:
        return None
    top = max(found.values())
    newest = [os.path.join(folder, name) for name, number in found.items() if number == top]
    return _snapshot(max(newest, key=lambda name: os.stat(name).st_mtime_ns))


def _snapshot(path: str) -> Pointer | None:
    if os.stat(path).st_size > _LARGE:
        return None
    with own.working(), open(path, "rb") as file:
        raw = file.read()
    try:
        said = msgspec.json.decode(gzip.decompress(raw) if raw[:2] == b"\x1f\x8b" else raw, type=_Iceberg)
    except (msgspec.MsgspecError, EOFError):
        return None
    if said.current_snapshot_id is None or said.current_snapshot_id < 0:
        return None
    return Pointer("iceberg", str(said.current_snapshot_id), said.table_uuid)


def _of_hudi(path: str) -> Pointer | None:
    """Return the instant that was completed last; by its own time where a timeline does not say when it was."""
    for folder in (os.path.join(path, ".hoodie", "timeline"), os.path.join(path, ".hoodie")):
        found = [match for name in _names(folder) if (match := _INSTANT.fullmatch(name))]
        if found:
            return Pointer("hudi", max(found, key=lambda match: match[2] or match[1])[1])
    return None


_TABLES: tuple[Callable[[str], Pointer | None], ...] = (_of_delta, _of_iceberg, _of_hudi)


def _names(folder: str) -> list[str]:
    try:
        return os.listdir(folder)
    except (FileNotFoundError, NotADirectoryError):
        return []


def _of_file(path: str) -> Pointer | None:
    """Return the run below which MLflow keeps a file, or what DVC says of it, if the size is still the one it says."""
    run = _RUN.match(path) if "/mlruns/" in path else None
    if run:
        return Pointer("mlflow", run[1])
    beside = f"{path}.dvc"
    if os.access(beside, os.F_OK) and os.path.isfile(beside):  # the former answers without raising anything
        return _said(beside, path)
    return next((found for lock in _locks_above(os.path.dirname(path)) if (found := _said(lock, path))), None)


def _locks_above(folder: str) -> tuple[str, ...]:
    """Return the dvc.lock files of a folder and those above it, up to the root of DVC's repository."""
    now = time.monotonic()
    known = _locks.get(folder)
    if known is None or known[0] < now:
        if len(_locks) >= _FOLDERS:
            _locks.clear()
        known = _locks[folder] = now + _LOOKED_SECONDS, tuple(_find_locks(folder))
    return known[1]


def _find_locks(folder: str) -> Iterator[str]:
    for _ in range(_UP):
        lock = os.path.join(folder, "dvc.lock")
        if os.path.isfile(lock):
            yield lock
        above = os.path.dirname(folder)
        if os.path.isdir(os.path.join(folder, ".dvc")) or above == folder:
            return
        folder = above


def _said(source: str, path: str) -> Pointer | None:
    try:
        found = os.stat(source)
    except FileNotFoundError:  # it went since it was looked for
        return None
    state = found.st_size, found.st_mtime_ns, found.st_ctime_ns, found.st_ino
    known = _outs(source, state).get(os.path.normpath(path))
    if known is None or (known[1] is not None and known[1] != os.stat(path).st_size):
        return None
    return Pointer("dvc", known[0])


@lru_cache(maxsize=64)
def _outs(source: str, state: tuple[int, ...]) -> dict[str, tuple[str, int | None]]:
    """Return what a .dvc file or a dvc.lock says of files: path to hash and size."""
    import yaml

    if state[0] > _LONG:
        return {}
    with own.working(), open(source, "rb") as file:
        try:
            said = yaml.load(file, getattr(yaml, "CSafeLoader", yaml.SafeLoader))  # noqa: S506 - either one is safe
        except (yaml.YAMLError, ValueError, RecursionError):  # a day or a number that is none
            return {}
    if not isinstance(said, dict):
        return {}
    stages = said.get("stages")
    holders = [said, *(stages.values() if isinstance(stages, dict) else ())]
    out: dict[str, tuple[str, int | None]] = {}
    for holder in (one for one in holders if isinstance(one, dict)):
        root = os.path.join(os.path.dirname(source), str(holder.get("wdir", ".")))
        outs = holder.get("outs")
        for one in (one for one in (outs if isinstance(outs, list) else ()) if isinstance(one, dict)):
            key = next((key for key in ("md5", "etag", "checksum", "version_id") if one.get(key)), None)
            if key and isinstance(one.get("path"), str) and one["path"]:
                out[os.path.normpath(os.path.join(root, one["path"]))] = (f"{key}:{one[key]}", one.get("size"))
    return out
