"""How things are called.

Enters: paths, addresses, node ids as people type them. Leaves: (namespace, name) pairs as OpenLineage names them and
node ids such as ``dataset:file:feed/flights``. A file that is one partition of a folder is a *version* of the folder's
dataset, so partition parts (``date=2013-01-31``, ``2013-01-31.parquet``) are cut from the name and returned beside it.
Never touches the file system. Source: https://openlineage.io/docs/spec/naming.

A store finds things by name, and what it can find is not endless: ``LONGEST`` bytes of namespace and name together, and
no control characters. Names in facets are made to fit: longer ones are cut and end in a hash, so that two stay two.
"""

import re
from collections.abc import Iterable, Sequence
from functools import lru_cache
from itertools import pairwise
from typing import NamedTuple

from driftline import later
from driftline.event import ids

LONGEST = 1_800  # bytes of a namespace and a name together; an index of PostgreSQL takes 2,704 of everything
LONGEST_PART = 600  # bytes of a column, or of a version; of a namespace where it and a name are cut
_KEY_VALUE = later.pattern(r"^[A-Za-z_][A-Za-z0-9_]*=(?P<value>.+)$")
_DATE = later.pattern(
    r"^(?P<value>\d{4}-?(0[1-9]|1[0-2])(-?(0[1-9]|[12]\d|3[01]))?([T_-]?([01]\d|2[0-4])([:-]?[0-5]\d){0,2})?)$"
)
_TIME = later.pattern(r"^([01]\d|2[0-4])([-.:]?[0-5]\d){1,2}$")  # of a folder in that of a day, as Hydra makes them
_CONTROL = later.pattern(r"[\x00-\x1f\x7f-\x9f]")  # Unicode's category Cc
_PART = later.pattern(  # part-0, data_0, chunk-3, 0, 00000001, 0-1, data-00000-of-00002, part-00000-UUID, UUID, UUID-0
    r"^((part|data|chunk|file)[-_]?)?([0-9]+(([-_]|-of-)[0-9]+)*[-_]?)?([0-9a-f]{8}-?([0-9a-f]{4}-?){3}[0-9a-f]{12}([-_][0-9]+)*)?$"
    r"|^(part|data|chunk)[-_]?[0-9a-f-]*$",
    re.IGNORECASE,
)
_OF_DASK = later.pattern(
    r"^(part\.[0-9]+\.[a-z.]+|[0-9]+\.part(\.[a-z0-9]+)?)$"
)  # part.0.parquet, 0.part: nobody else's
_CALL = later.pattern(r"^[0-9a-f]{32}$")  # the arguments of a call, as ``joblib.Memory`` names the folder of its result
_DIGITS = 8  # of a day without dashes
_SAVED = later.pattern(r"^\d{4}-\d\d-\d\dT\d\d\.\d\d\.\d\d\.\d{3}Z$")  # as Kedro names the versions of a file


class Located(NamedTuple):
    """A dataset's name with the partition that the path pointed at (``""``: none)."""

    namespace: str
    name: str
    partition: str


@lru_cache(maxsize=4_096)
def locate(path: str) -> Located:
    """Return the dataset that the file or object at ``path`` belongs to.

    ``feed/flights/2013-01-31.parquet`` and ``feed/flights/date=2013-01-31/part-0.parquet`` are both
    ``("file", "feed/flights", "2013-01-31")``; ``s3://lake/orders.csv`` is ``("s3://lake", "orders.csv", "")``. A file
    with a name of its own keeps it, for tables may share folders: ``lake/y=2013/m=01/orders.csv`` is
    ``("file", "lake/orders.csv", "2013/01")``, and ``feed/2013-01-31/orders.csv`` is ``("file", "feed/orders.csv",
    "2013-01-31")``. A file that lies in a folder of its own name, one folder a moment, as
    Kedro keeps versions (``model.pkl/2013-01-31T08.00.00.000Z/model.pkl``), is that folder, and so is a part that Dask
    writes (``flights/part.0.parquet``). What ``joblib.Memory`` keeps of the calls of one function is one dataset.
    """
    namespace, rest = _split_namespace(path)
    parts = _parts(rest)
    found: list[str] = []
    if len(parts) > 1 and parts[-2] not in ("/", "//") and "part" in parts[-1] and _OF_DASK.match(parts[-1]):
        parts.pop()
    elif parts[-1:] == ["output.pkl"] and "joblib" in parts[:-3] and _CALL.match(parts[-2]):
        return Located(namespace, "/".join(parts[:-2]).replace("//", "/", 1), parts[-2])
    while parts:
        stem = parts[-1].split(".", 1)[0] if not found else parts[-1]
        hit = _key_value(parts[-1].removesuffix(".parquet").removesuffix(".csv")) or _date(stem)
        if hit:
            found.insert(0, hit.group("value"))
        elif not (len(parts) > 1 and _is_partition(parts[-2]) and _PART.match(stem)):
            break
        parts.pop()
    if not parts:
        return Located(namespace, rest or ("/" if "://" in path else ""), "")  # all of a bucket, or the page of a host
    if len(parts) > 2 and parts[-1] == parts[-3] and _SAVED.match(parts[-2]):
        parts = parts[:-2]  # a version, and no partition: the next one takes its place
    if not found and len(parts) > 1:
        folders = [_of_folder(part, before) for before, part in pairwise(("", *parts[:-1]))]
        found = [value for value in folders if value]
        parts = [part for part, value in zip(parts, folders, strict=False) if not value] + parts[-1:]
    root = parts.pop(0) if parts[0][0] == "/" else ""
    return Located(namespace, root + "/".join(parts), "/".join(found))


def _parts(path: str) -> list[str]:
    """Return the parts of a path, the root first, as ``PurePosixPath`` does, which takes ten times as long."""
    parts = [part for part in path.split("/") if part not in ("", ".")]
    if path[:1] != "/":
        return parts
    return ["//" if path[:2] == "//" and path[2:3] != "/" else "/", *parts]


def below(root: Located, parts: Sequence[str]) -> Located | None:
    """Return the dataset of a file below the folder ``root`` that people named; None where it is one of its own.

    Part files (``part-0.parquet``, ``0-1.csv``, a UUID) in it, or in folders below it, are partitions of the folder.

    Args:
        root: what the folder is called.
        parts: the way from it to the file.
    """
    stem = parts[-1].split(".", 1)[0] if parts else ""
    if not any(sign.isdigit() for sign in stem) or not _PART.match(stem) or _date(stem):
        return None
    found = [root.partition] if root.partition else []
    for part in parts[:-1]:
        hit = _key_value(part)
        found.append(hit.group("value") if hit else part)
    return Located(root.namespace, root.name, "/".join(found))


def _key_value(part: str) -> re.Match[str] | None:
    return _KEY_VALUE.match(part) if "=" in part else None  # few names have one, and the pattern need not be there


def _date(part: str) -> re.Match[str] | None:
    return _DATE.match(part) if part[:1].isdigit() else None


def _of_folder(part: str, before: str) -> str:
    """Return the partition that a folder on the way to a file with a name of its own is; "" = it is none.

    Args:
        part: the folder.
        before: the one that it is in.
    """
    hit = _key_value(part)
    if hit:
        return hit.group("value")
    return part if _is_day(part) or (_is_day(before) and _TIME.match(part)) else ""


def _is_day(part: str) -> bool:
    """Whether a folder is named by a day or a month, and is not merely a number of six digits."""
    return bool(_date(part)) and (len(part) >= _DIGITS or "-" in part)


def _is_partition(part: str) -> bool:
    return bool(_key_value(part) or _date(part))


def _split_namespace(path: str) -> tuple[str, str]:
    if "://" not in path:
        return "file", path.replace("\\", "/").removeprefix("./")
    scheme, _, rest = path.partition("://")
    authority, _, key = rest.partition("/")
    if scheme == "file":
        return (f"file://{authority}" if authority else "file"), f"/{key}"
    return f"{scheme}://{authority}", key


def size(text: str) -> int:
    """Return how many bytes ``text`` has in UTF-8."""
    return len(text) if text.isascii() else len(text.encode(errors=ids.SPELLED))


def has_control(text: str) -> bool:
    """Whether there are control characters in ``text``."""
    return not text.isprintable() and _CONTROL.search(text) is not None


def fitted(text: str, most: int = LONGEST_PART) -> str:
    """Return ``text`` with U+FFFD for control characters; beyond ``most`` bytes it is cut and ends in its hash."""
    if not text.isprintable():
        text = _CONTROL.sub("\ufffd", text)
    if len(text) * 4 <= most or size(text) <= most:
        return text
    data = text.encode(errors=ids.SPELLED)
    end = f"…{ids.content(data)}"
    return data[: most - size(end)].decode(errors="ignore") + end


@lru_cache(maxsize=256)  # the few of a loop, each of whose runs names them several times
def fitted_pair(namespace: str, name: str) -> tuple[str, str]:
    """Return a namespace and a name as ``fitted`` does, cut where they are too long together."""
    if size(namespace) + size(name) <= LONGEST:
        return fitted(namespace, LONGEST), fitted(name, LONGEST)
    return fitted(namespace), fitted(name, LONGEST - LONGEST_PART)


def dataset_id(namespace: str, name: str, version: str = "") -> str:
    """Return the node id of a dataset, or of one version of it."""
    return f"dataset:{namespace}:{name}" + (f"#{version}" if version else "")


def column_id(namespace: str, name: str, column: str) -> str:
    """Return the node id of a column."""
    return f"datasetField:{namespace}:{name}:{column}"


def job_id(namespace: str, name: str) -> str:
    """Return the node id of a job."""
    return f"job:{namespace}:{name}"


def run_id(run: str) -> str:
    """Return the node id of a run."""
    return f"run:{run}"


_UUID = later.pattern(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)
_OWNED = later.pattern(r"^(?:[a-z][a-z0-9+.-]*://[^:]*(?::\d+)?|[^:]*):(?P<name>.*)$", re.IGNORECASE)


def label(node: str) -> str:
    """Return what people call ``node``: its name without type and namespace.

    ``dataset:file:feed/flights#xxh3:1f3a5b7c9d`` is ``feed/flights#1f3a5b7c``, as it may be typed; a column is
    ``feed/flights.arr_delay``. Of a dataset whose name has a ``#`` an id alone does not tell whether a version follows.
    """
    kind, _, rest = node.partition(":")
    if kind == "run":
        return f"run {short(rest)}"
    owner, mark, version = rest.rpartition("#") if kind == "dataset" else ("", "", "")
    rest, version = (owner, version) if mark else (rest, "")
    rest, _, column = rest.rpartition(":") if kind == "datasetField" else (rest, "", "")
    found = _OWNED.match(rest)
    name = found.group("name") if found else rest
    return name + (f".{column}" if column else "") + (f"#{short(version)}" if version else "")


def short(version: str) -> str:
    """Return a version or a run as it is shown: eight letters of what was minted, all of what people named.

    A UUID begins with its time, so that neighbours begin alike: its end is shown.
    """
    found = _UUID.search(version)
    if found:
        return found[0][-8:] + version[found.end() :]
    return version.rpartition(":")[2][:8] if ":" in version else version


def distinct(names: Iterable[str]) -> list[str]:
    """Return the names of the columns of one table, of which a repeated one gets ``#2``, ``#3``, … where it is free."""
    found: dict[str, None] = {}
    for given in names:
        name, times = given, 1
        while name in found:
            times += 1
            name = f"{given}#{times}"
        found[name] = None
    return list(found)
