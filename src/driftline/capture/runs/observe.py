"""What the user reads or writes: a name, a path or data in memory becomes versions with what is known of them.

Enters: a name or a path, optionally the content, and what the user says of it. Leaves: one ``Seen`` per
version: a file is named by the hash of its bytes, a table of Delta, Iceberg or Hudi and a versioned address by their
own pointer, another folder or a glob by each of its files, data in memory by its fingerprint, a text or a model by
its hash. Contents of files are measured later; tables in memory at once,
since they may change. Changes nothing.
"""

import glob
import os
import stat
import time
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from driftline import hidden
from driftline.capture.ground import place
from driftline.capture.runs import documents
from driftline.capture.runs.trace import Seen
from driftline.capture.tables import endings, measure, native
from driftline.event import names
from driftline.event.lineage import Dataset, Touched
from driftline.event.names import Located

_CONTENTS = "driftline.capture.tables.contents"
TICK_NS = 50_000_000  # coarsest clock that files are stamped with
_GLOB = "*?["
_KINDS = {"delta": "table", "iceberg": "table", "hudi": "table"}


class Given(NamedTuple):
    """What the user says of it."""

    namespace: str = ""
    version: str = ""
    kind: str = ""
    partition: str = ""
    attributes: Mapping[str, Any] = {}


Name = Touched | str | os.PathLike[str]


def name_of(name: Name, namespace: str, folder: str) -> Dataset:
    """Return the dataset that ``name`` means."""
    if isinstance(name, Touched):
        return name.dataset
    spot = place.place(native.bare(os.fspath(name)), folder).located
    return Dataset(namespace or spot.namespace, spot.name)


def named(name: Name, namespace: str) -> Touched:
    """Return what is recorded of ``name`` where nothing more is known."""
    return name if isinstance(name, Touched) else Touched(dataset=Dataset(namespace or "file", os.fspath(name)))


def observe(name: Name, data: Any, given: Given, folder: str, budget: measure.Budget | None = None) -> list[Seen]:
    """Return what ``name`` (and ``data``) is, one entry per version; ``folder`` is what names are relative to.

    A file that ``budget`` does not reach for is named by its size and time, and hashed later.

    Raises:
        OSError: a file cannot be read.
    """
    if isinstance(name, Touched) and data is None:
        return [Seen(touched=_merged(name, given))]
    if isinstance(name, Touched):
        spot = place.Place(Located(name.dataset.namespace, name.dataset.name, name.partition), "")
    else:
        plain = place.file(name, folder) if data is None and not given.version else None
        if plain is not None:
            return [_file(plain.path, plain.located, given, budget, plain.state)]
        spot = place.place(native.bare(os.fspath(name)), folder)
        if not given.version:
            given = _pointed(spot.path or os.fspath(name), given)
        found = files(os.fspath(name)) if data is None and not given.version else []
        if found:
            root = root_of(os.fspath(name))
            return [of_file(path, given, folder, budget, root) for path in found]
    touched = Touched(
        dataset=Dataset(given.namespace or spot.located.namespace, spot.located.name),
        version=given.version,
        kind=given.kind,
        partition=given.partition or spot.located.partition,
        attributes=_text(given.attributes),
    )
    if data is None:
        return [Seen(touched=touched)]
    return [_of_data(touched, data, spot.path)]


def _pointed(name: str, given: Given) -> Given:
    """Return ``given`` with the store's own version of a table or an address, where there is one."""
    try:
        found = native.native(name) if ":/" in name or os.path.isdir(name) else None
    except OSError:  # metadata that cannot be read name no version
        found = None
    if found is None:
        return given
    attributes = {**given.attributes, "pointer": found.system, **({"table": found.table} if found.table else {})}
    return given._replace(version=found.name, kind=given.kind or _KINDS.get(found.system, ""), attributes=attributes)


def files(path: str) -> list[str]:
    """Return the local files that a path, a folder or a glob stands for, sorted; none where there is nothing."""
    if "://" in path and not path.startswith("file://"):
        return []
    full = place.absolute(os.path.expanduser(path.removeprefix("file://")))
    if os.path.exists(full):
        return measure.files(full)
    if any(sign in full for sign in _GLOB):
        return sorted(found for found in glob.glob(full, recursive=True) if os.path.isfile(found))
    return []


def root_of(name: str) -> str:
    """Return the folder that ``name``, which stands for local files, means: it, or the one before a glob; "" = none."""
    full = place.absolute(os.path.expanduser(name.removeprefix("file://")))
    if os.path.isdir(full):
        return full
    first = min((full.index(sign) for sign in _GLOB if sign in full), default=0)
    return "" if os.path.exists(full) else os.path.dirname(full[:first])


def located(path: str, folder: str, root: str = "") -> Located:
    """Return the name of the file at ``path`` that was found below ``root``; part files are parts of that folder."""
    if root and path.startswith(root + os.sep) and endings.form(path):
        found = names.below(place.place(root, folder).located, path[len(root) + 1 :].split(os.sep))
        if found is not None:
            return found
    plain = place.file(path, folder)
    return place.place(path, folder).located if plain is None else plain.located


def datasets(name: str, folder: str) -> list[Dataset]:
    """Return the datasets of the local files that ``name`` stands for, or of itself where it is a table or has none."""
    found = [] if _pointed(name, Given()).version else files(name)
    if not found:
        return [name_of(name, "", folder)]
    root = root_of(name)
    spots = (located(path, folder, root) for path in found)
    return list(dict.fromkeys(Dataset(spot.namespace, spot.name) for spot in spots))


def of_file(path: str, given: Given, folder: str, budget: measure.Budget | None = None, root: str = "") -> Seen:
    """Return the file at ``path``, found below ``root``, in its present state.

    Raises:
        OSError: it cannot be read.
    """
    plain = None if root else place.file(path, folder)
    if plain is not None:
        return _file(path, plain.located, given, budget, plain.state)
    return _file(path, located(path, folder, root), given, budget)


def still_open(path: str, given: Given, folder: str) -> Seen | None:
    """Return the regular file at ``path``, to which more may be written, with no version; None = there is none."""
    plain = place.file(path, folder)
    if plain is None:
        return None
    touched = Touched(
        dataset=Dataset(given.namespace or plain.located.namespace, plain.located.name),
        kind=given.kind or "file",
        partition=given.partition or plain.located.partition,
        bytes=plain.state.st_size,
        attributes=_text(given.attributes),
    )
    size, modified_ns = plain.state.st_size, plain.state.st_mtime_ns
    return Seen(touched=touched, path=plain.path, size=size, modified_ns=modified_ns, pending=True)


def _file(
    path: str, spot: Located, given: Given, budget: measure.Budget | None, found: os.stat_result | None = None
) -> Seen:
    attributes = _text(given.attributes)
    found = os.stat(path) if found is None else found
    if not stat.S_ISREG(found.st_mode):
        attributes[measure.IDENTITY] = measure.PASSING
        return Seen(
            touched=Touched(
                dataset=Dataset(given.namespace or spot.namespace, spot.name),
                version=given.version,
                kind=given.kind,
                partition=given.partition or spot.partition,
                attributes=attributes,
            )
        )
    state = measure.of_file(path, budget, found)
    try:
        pointer = native.of_file(path)
    except OSError:  # what lies beside it cannot be read; the file is what it is
        pointer = None
    if pointer is not None:
        attributes["pointer"] = pointer.name
    if identity := measure.identity(state):
        attributes[measure.IDENTITY] = identity
    touched = Touched(
        dataset=Dataset(given.namespace or spot.namespace, spot.name),
        version=given.version or state.version,
        kind=given.kind or "file",
        partition=given.partition or spot.partition,
        bytes=state.size,
        attributes=attributes,
    )
    deferred = state.deferred and not given.version
    return Seen(touched=touched, path=path, size=state.size, modified_ns=state.modified_ns, deferred=deferred)


def doubt(seen: Seen, began_ns: int) -> None:
    """Have a file that was changed since it began to be read go by no hash: what was read is not known.

    A time that is still to come is that of another clock, which tells nothing.
    """
    if not (seen.path and began_ns < seen.modified_ns <= time.time_ns()):
        return
    if seen.touched.version.startswith((measure.BYTES, measure.STAT)):
        attributes = {**seen.touched.attributes, measure.IDENTITY: "path, size and time (changed while it was read)"}
        version = measure.named(seen.path, seen.size, seen.modified_ns)
        seen.touched = _with(seen.touched, version=version, attributes=attributes)
        seen.modified_ns, seen.deferred = 0, False  # it is not measured as the file that it is now


def changed_since(modified_ns: int, opened_ns: int, written_ns: int) -> bool:
    """Whether a file was changed since it was opened, by its time and by when the run first opened it to write it.

    What stamps files counts in ticks: what was written in the one in which it was opened may look older than that.
    """
    return modified_ns > opened_ns or (written_ns > opened_ns and modified_ns > opened_ns - TICK_NS)


def summary(touched: Sequence[Touched]) -> Touched:
    """Return one record for several versions of one dataset; its version stands for all of them."""
    first = touched[0]
    return Touched(
        dataset=first.dataset,
        version=measure.of_parts(*(one.version for one in touched)),
        kind=first.kind,
        bytes=sum(one.bytes or 0 for one in touched),
        attributes={"versions": str(len(touched))},
    )


def _of_data(touched: Touched, data: Any, path: str) -> Seen:
    kind = touched.kind or _kind(data)
    if isinstance(data, str):
        version = touched.version or measure.of_text(data)
        return Seen(touched=_with(touched, version=version, kind=kind, bytes=len(data.encode())))
    if not measure.level.contents:
        return Seen(touched=_with(touched, version=touched.version, kind=kind))
    if kind == "model":
        version, way = measure.of_object(data)
        named = {"class": f"{type(data).__module__}.{type(data).__qualname__}", "identity": way}
        return Seen(
            touched=_with(
                touched, version=touched.version or version, kind=kind, attributes={**named, **touched.attributes}
            )
        )
    if kind == "documents" and isinstance(data, Iterable) and not isinstance(data, Sequence | Mapping):
        data = None if hasattr(data, "__next__") else data  # an iterator stays lazy
    contents = hidden.module(_CONTENTS).of_data(data)
    if contents is None and kind in documents.KINDS:  # objects of a framework
        contents = hidden.module(_CONTENTS).of_data(documents.plain(data))
    if contents is None:
        version = touched.version or measure.of_object(data)[0]
        return Seen(touched=_with(touched, version=version, kind=kind))
    attributes = dict(touched.attributes)
    if kind == "documents":
        attributes.setdefault("documents", str(contents.rows))
    version = touched.version
    if not version:
        version = measure.of_file(path).version if path and os.path.isfile(path) else contents.fingerprint
    known = _with(
        touched,
        version=version,
        kind=kind,
        fingerprint=contents.fingerprint,
        rows=contents.rows,
        fields=contents.fields,
        attributes=attributes,
    )
    held = documents.facet(data) if kind in documents.KINDS else {}
    return Seen(touched=known, contents=contents, facets={documents.FACET: held} if held else {})


def _kind(data: Any) -> str:
    if isinstance(data, str):
        return "prompt"
    if hasattr(data, "predict") or hasattr(data, "get_params"):
        return "model"
    rows = data if isinstance(data, list | tuple) else ()
    if rows and all(isinstance(row, Mapping) and "text" in row for row in rows):
        return "documents"
    return "table"


def _with(touched: Touched, **values: Any) -> Touched:
    fields = {name: getattr(touched, name) for name in touched.__struct_fields__}
    return Touched(**{**fields, **values})


def _merged(touched: Touched, given: Given) -> Touched:
    return _with(
        touched,
        version=given.version or touched.version,
        kind=given.kind or touched.kind,
        partition=given.partition or touched.partition,
        attributes={**touched.attributes, **_text(given.attributes)},
    )


def _text(attributes: Mapping[str, Any]) -> dict[str, str]:
    return {str(key): str(value) for key, value in attributes.items()}
