"""Files that get another name, or a copy: ``os.rename``, ``os.replace``, ``shutil.copyfile``, ``move`` and their kin.

Enters: the modules os and shutil. Leaves: what a run has written and then renames goes by the new name, as after the
usual atomic write, also where it has been read before (``runs.renamed`` says why); what it renames or copies otherwise,
where that holds data, is read by the old name and written by the new one, every column as it was. A folder that is
renamed takes what was written below it with it. Records calls that have succeeded, and never touches a file.
"""

import os
from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from driftline.capture.ground import opens
from driftline.capture.ground.place import absolute
from driftline.capture.hooks import patch
from driftline.capture.hooks.patch import Call, Patch
from driftline.capture.program import openings
from driftline.capture.runs import by_path, observe, offspring, renamed
from driftline.capture.runs.columns import Bound, Reach
from driftline.capture.runs.observe import Given
from driftline.capture.runs.recalled import WAYS
from driftline.capture.runs.recording import Recording
from driftline.capture.runs.trace import Seen, Trace
from driftline.capture.sending import client
from driftline.capture.tables import endings, measure
from driftline.event.lineage import Dataset

_LIMIT = 10_000  # files that a run has written, from which on copies are not told any more
_BELOW = 100  # files of a renamed folder that are told: each costs the caller up to 2 ms
FURTHER = "further files of a renamed folder"
_DATA = (
    ".avro", ".pkl", ".pickle", ".joblib", ".h5", ".hdf5", ".db", ".sqlite", ".duckdb", ".pt", ".safetensors", ".xls",
    ".ods", ".xml", ".txt", ".zip",
)  # fmt: skip


class Same:
    """Column edges of a copy: every column is that of the source."""

    def __init__(self, source: Dataset) -> None:
        self.datasets = {"": (source,)}  # its one source, for ``order``

    def bind(self, columns: tuple[str, ...] | None) -> Bound:
        """Return an edge for each of the columns, if they are known."""
        (source,) = self.datasets[""]
        reach = Reach(source.namespace, source.name, "", "DIRECT", "IDENTITY")
        return {name: [reach._replace(field=name)] for name in columns or ()}, []


def install(module: Any) -> list[Any]:
    """Put the hooks on and return what was replaced."""
    if module.__name__ == "shutil":
        copies = patch.around(module, "copyfile", _copied) + patch.around(module, "copystat", _stamped, _stamp)
        return copies + patch.around(module, "move", _relocated)
    patches = [one for name in ("rename", "replace") for one in patch.around(module, name, _renamed, alone=True)]
    return [*patches, *_able(module, patches)]


class _Able:
    """A function that was added to those of which a module says what they can do, such as ``os.supports_dir_fd``."""

    def __init__(self, those: set[Any], function: Any) -> None:
        self._those, self._function = those, function
        those.add(function)

    def undo(self) -> None:
        """Take it out again."""
        self._those.discard(self._function)


def _able(module: Any, patches: list[Patch]) -> list[Any]:
    """Have programs that ask ``os.rename in os.supports_dir_fd`` find what was put in its place there."""
    sets = [those for name, those in vars(module).items() if name.startswith("supports_") and type(those) is set]
    return [_Able(those, getattr(module, one.attribute)) for one in patches for those in sets if one.original in those]


def _paths(call: Call) -> tuple[str, str] | None:
    """The absolute paths of a call; None for open files, and for folders by numbers that lead nowhere."""
    given = call.argument(0, "src"), call.argument(1, "dst")
    if not all(isinstance(one, str | bytes | os.PathLike) for one in given):
        return None
    numbers = call.kwargs.get("src_dir_fd"), call.kwargs.get("dst_dir_fd")
    if numbers == (None, None):  # nearly always
        return absolute(os.fsdecode(given[0])), absolute(os.fsdecode(given[1]))
    folders = [os.getcwd() if one is None else _folder(one) for one in numbers]
    if "" in folders:
        return None
    source, target = (
        absolute(os.path.join(folder, os.fsdecode(one))) for folder, one in zip(folders, given, strict=True)
    )
    return source, target


def _folder(number: int) -> str:
    """The folder that a number stands for, where the system tells it; "" elsewhere."""
    try:
        return os.readlink(f"/proc/self/fd/{number}")
    except OSError:
        return ""


def _copied(run: Recording, call: Call) -> bool:
    found = _paths(call)
    return found is not None and not os.path.islink(found[1]) and _linked(run, *found, there=found[0])


def _renamed(run: Recording, call: Call) -> bool:
    found = _paths(call)
    return found is not None and _known_as(run, *found)


def _known_as(run: Recording, source: str, target: str) -> bool:
    moved = _moved(run, source, target)
    if os.path.isdir(target):
        return _inside(run, source, target) or moved
    if moved or os.path.islink(target):
        return moved  # a link is another name for the same data
    return os.path.isfile(target) and _linked(run, source, target, there=target)


def _inside(run: Recording, source: str, target: str) -> bool:
    """Link what the run has read in a folder that it found and has renamed; whether there was anything."""
    if os.path.islink(target):
        return False
    paths = dict.fromkeys(seen.path for seen in run.trace.inputs if seen.path.startswith(source + os.sep))
    if len(paths) > _BELOW:
        run.gap(FURTHER)
    renames = [(path, target + path[len(source) :]) for path in list(paths)[:_BELOW]]
    linked = [_linked(run, path, new, there=new) for path, new in renames if os.path.isfile(new)]
    return any(linked)


def _relocated(run: Recording, call: Call) -> bool:
    """``shutil.move``, which copies and removes where the other name is on another file system."""
    source = call.argument(0, "src")
    if not all(isinstance(one, str | bytes | os.PathLike) for one in (source, call.result)):
        return False
    return _known_as(run, *(absolute(os.fsdecode(one)) for one in (source, call.result)))


def _stamp(args: Sequence[Any], kwargs: Mapping[str, Any]) -> tuple[str, tuple[int, int]] | None:
    """The file that ``shutil.copystat`` will give other times, and its state before."""
    given = args[1] if len(args) > 1 else kwargs.get("dst")
    if not isinstance(given, str | bytes | os.PathLike):
        return None
    path = absolute(os.fsdecode(given))
    return (path, measure.state(path)) if os.path.isfile(path) else None


def _stamped(run: Recording, call: Call) -> bool:
    """Let what was written and got another time since, as ``shutil.copy2`` does, be what it was."""
    if call.before is None:
        return False
    path, state = call.before
    for _, seen in by_path.at(run.trace, "write", path):
        if (seen.size, seen.modified_ns) == state:
            seen.size, seen.modified_ns = measure.state(path)
    return True


def _moved(run: Recording, source: str, target: str) -> bool:
    """Give what the run has written below ``source`` its new name; whether there was anything."""
    owner = client.current()
    if owner is None:
        return False
    below = source + os.sep if os.path.isdir(target) else ""
    trace, states = run.trace, renamed.States()
    for place, seen in _written(trace, source, below):
        renamed.rename(trace, "write", place, source, target, owner.folder, states)
        trace.attributed.add(seen.path)
    for path, when in _opened(trace, source, below):  # what Python itself has written
        new = target + path[len(source) :]
        for place, seen in [] if path in states or not trace.inputs else by_path.at(trace, "read", path):
            if seen.at_ns >= when:  # a hook has only seen that it was read
                renamed.rename(trace, "read", place, source, target, owner.folder, states)
        _opened_as(trace, path, new, when)
        openings.renamed(path, new)
        states.setdefault(path, []).append((when, None, None))
    renamed.noted(trace, source, target, states)
    for path in states if run.inherited else ():  # what it has written was handed over already
        offspring.leave_move(owner.home, run.id, path, target + path[len(source) :])
    return bool(states)


def _opened_as(trace: Trace, path: str, new: str, when: int) -> None:
    """Have what was opened there to be written be known by its new name, with when it was first read since."""
    trace.opened.pop((path, "write"), None)
    trace.opened[new, "write"] = when
    first, since = trace.opened.get((path, "read"), 0), trace.again.pop(path, 0)
    trace.again.pop(new, None)
    if first >= when or since:
        trace.again[new] = first if first >= when else since


def _written(trace: Trace, source: str, below: str) -> list[tuple[int, Seen]]:
    """Return what the run has written to a file, or of a folder to anything ``below`` it, each with its place."""
    if not below:
        return by_path.at(trace, "write", source)
    return [one for one in enumerate(trace.outputs) if one[1].path == source or one[1].path.startswith(below)]


def _opened(trace: Trace, source: str, below: str) -> list[tuple[str, int]]:
    """Return the same of what Python itself has opened to write, each with when that was."""
    if not below:
        when = trace.opened.get((source, "write"))
        return [] if when is None else [(source, when)]
    every = list(trace.opened.items())
    return [(path, at) for (path, way), at in every if way == "write" and (path == source or path.startswith(below))]


def _linked(run: Recording, source: str, target: str, *, there: str) -> bool:
    """Record that ``target`` was made of ``source``, whose content is in ``there``."""
    owner = client.current()
    if owner is None or len(run.trace.outputs) >= _LIMIT:
        return False
    known = [seen for way in reversed(WAYS) for _, seen in by_path.at(run.trace, way, source)]
    if not _holds_data(source, target, owner.home, known=bool(known)):
        return False
    budget = measure.Budget()
    read = observe.of_file(there, Given(), owner.folder, budget)
    if there != source:
        spot = observe.located(renamed.below(source, owner.folder), owner.folder)
        named = Dataset(spot.namespace, spot.name)
        read.touched = msgspec.structs.replace(read.touched, dataset=named, partition=spot.partition)
    dataset = read.touched.dataset
    read.form = next((seen.form for seen in known if seen.form is not None), None)
    opened = run.trace.opened.get((source, "read"), 0)  # by hand, before
    read.at_ns = opened if opened >= read.modified_ns else 0
    run.add("read", read)
    written: Seen = observe.of_file(target, Given(), owner.folder, budget)
    written.form = read.form
    for seen in known[:1]:  # of a model nothing but what is known of the one tells of the other
        if seen.touched.kind == "model":
            said = {**seen.touched.attributes, **written.touched.attributes}
            written.touched = msgspec.structs.replace(
                written.touched, kind="model", fields=seen.touched.fields, attributes=said
            )
    written.edges = [Same(dataset)]
    run.add("write", written)
    return True


def _holds_data(source: str, target: str, home: str, *, known: bool) -> bool:
    """Whether the run knows the file, or its name says that it holds data; logs and code do not count."""
    if opens.foreign(target, home) or opens.foreign(source, home):
        return False
    return known or any(endings.form(path) or path.lower().endswith(_DATA) for path in (source, target))
