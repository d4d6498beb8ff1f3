"""The table that most hooks are written in: per function, where it says what it reads or writes.

Enters: a module and its entries. Leaves: patches. An entry names the argument that holds the path, address or
open file, and the one that holds the data; how these become versions is the same for every library, and stands here.
Only names are kept, never data: of frames and arrays the columns and the number of rows, of a model its class.
"""

import codecs
import contextlib
import io
import os
import weakref
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any, Literal, NamedTuple

import msgspec

from driftline.capture.frames import origin, passed
from driftline.capture.ground.place import absolute
from driftline.capture.hooks import again, contained, glance, patch, stated, whole, workbooks
from driftline.capture.hooks.addressed import FILES, places
from driftline.capture.hooks.patch import Call, Patch
from driftline.capture.program import sites
from driftline.capture.runs import at_hand, observe
from driftline.capture.runs.observe import Given
from driftline.capture.runs.recording import Recording
from driftline.capture.runs.trace import Seen
from driftline.capture.sending import client
from driftline.capture.tables import endings, heading, lake, measure
from driftline.capture.tables.form import Form, Reading, named, readable
from driftline.event.lineage import Field

RESULT = -1
COLUMNS = -2
_BUFFERS = frozenset((io.BytesIO, io.StringIO))
_KEEPING = ("parquet", "feather", "orc", "ipc", "ipc_stream", "pickle", "delta", "avro", "table")  # what frames are
_BY_PLACE = ("pandas", "numpy", "polars")  # whose readers can be told other names than those that stand in the file
_PATHS = frozenset(("pathlib", "posix", "nt", "pathlib._local"))  # where those of Python's own are defined


class Entry(NamedTuple):
    """One function that reads or writes."""

    attribute: str  # of the module, through a class where it is a method
    way: Literal["read", "write"]
    place: int  # of the argument that says where; 0 = the first, methods have themselves there
    names: tuple[str, ...]  # of that argument
    data: int | None = None  # place of the data; RESULT = what is returned; COLUMNS = its columns; None = not looked at
    kind: str = ""  # of the dataset, where it is always the same
    form: Reading | None = None  # how the arguments say that a text table is written
    rest: tuple[str, ...] = ()  # names of the arguments behind ``place``, where they may be given without
    looks: int = 0  # at the variables of how many callers


Skip = Callable[[Any, Call], bool]


def install(module: Any, entries: Iterable[Entry], skip: Skip | None = None) -> list[Patch]:
    """Put the hooks of a table on and return what was replaced; ``skip`` tells of what was given that it is no data."""
    return [
        one
        for entry in entries
        for one in patch.around(
            module, entry.attribute, _recorder(entry, skip), None, _buffered(entry), looks=entry.looks
        )
    ]


def _buffered(entry: Entry) -> patch.Plain:
    """Whether a call reads from or writes to memory, as libraries do many times a second."""

    def plain(args: Sequence[Any], kwargs: Mapping[str, Any]) -> bool:  # noqa: ARG001 - the signature is Plain's
        return len(args) > entry.place and type(args[entry.place]) in _BUFFERS

    return plain


def _recorder(entry: Entry, skip: Skip | None) -> patch.Record:
    name = entry.attribute.rpartition(".")[2].partition("_")
    writes = entry.way == "write" and not entry.kind and entry.form is None
    keeps = entry.way == "read" or name[2] in _KEEPING or not name[2]

    def record(run: Recording, call: Call) -> bool:
        given = call.argument(entry.place, *entry.names)
        data, frame = None, None
        if entry.data is not None:
            data = call.argument(entry.data) if entry.data >= 0 else call.result
        if writes and again.written(run, record, given, data, call):
            return True
        if skip is not None and skip(given, call):
            return False
        if keeps and whole.call(call.args, call.kwargs, entry.place + 1, *entry.names):
            frame = call.result if entry.way == "read" else data
        chosen = whole.part(call.args, call.kwargs, entry.place + 1, *entry.names) if entry.way == "read" else ""
        version = call.kwargs.get("version") if name[2] == "delta" else None  # else the newest
        said = f"delta:{version}" if type(version) is int else ""
        kind = "table" if said else entry.kind
        form = None if entry.form is None else _form(entry.form, entry, call, data)
        part = entry.data == COLUMNS
        found = note(
            run, entry.way, given, call,
            kind=kind, data=data, frame=frame, version=said, form=form, part=part, chosen=chosen,
            sheet=workbooks.sheet(entry.attribute, call), kept=name[0] == "load",
        )  # fmt: skip
        if found and writes:
            again.remember(run, record, given)
        return found

    return record


def _form(reading: Reading, entry: Entry, call: Call, data: Any) -> Form:
    """How the text table of a call is written."""
    given = {**dict(zip(entry.rest, call.args[entry.place + 1 :], strict=False)), **call.kwargs}
    file = call.argument(entry.place, *entry.names)
    if isinstance(file, io.TextIOWrapper):  # which has an encoding of its own
        given["encoding"] = "utf8" if file.encoding.lower() == "utf-8" else file.encoding
    found = reading(given)
    if not found.bare:
        return found
    index = glance.index(data, given) if entry.way == "write" else ()
    return named(found, given, (*(field.name for field in index), *glance.columns(data)))


def note(
    run: Recording,
    way: Literal["read", "write"],
    given: Any,
    call: Call | None = None,
    *,
    kind: str = "",
    data: Any = None,
    frame: Any = None,
    version: str = "",
    namespace: str = "",
    attributes: Mapping[str, Any] | None = None,
    form: Form | None = None,
    part: bool = False,
    chosen: str = "",
    sheet: str | None = "",
    kept: bool = False,
) -> bool:
    """Record that the run read or wrote what ``given`` stands for; False where that has no name.

    Args:
        run: the run.
        way: read or write.
        given: a path, an address, an open file, or a list of these.
        call: the call that did it.
        kind: of the dataset; default: model for a model, else as ``run.read`` finds it.
        data: what was read or written, to be glanced at.
        frame: the table that was read or written, where that is all of it.
        version: the store's own pointer.
        namespace: where the name does not say it.
        attributes: what people want to see.
        form: how a text table is written.
        part: whether ``data`` may be only some of the rows.
        kept: whether ``data`` may be a container of several tables.
        chosen: rows or columns, where the call that read chose some of them by its arguments.
        sheet: of a workbook that is written; None = the calls that opened or filled the file tell what is in there.
    """
    if (owner := client.current()) is None:
        return False
    given = _asked(way, given, call)
    look = glance.at(data) if way == "read" else _look(given, data, call)
    said = Given(namespace, version, kind or look.kind, "", {**look.attributes, **(attributes or {})})
    found, budget = list[Seen](), measure.Budget()
    renamed: Mapping[str, str] | None = None
    for place in places(given):
        for seen in _states(way, given, place, call, said, budget):
            _with(seen, look, form, all_of_it=frame is not None or not (part or seen.touched.kind == "table"))
            if way == "write":
                _written(run, seen, call, data, owner.folder, sheet)
            elif call is not None:
                renamed = workbooks.own(call, seen.path, look.fields) if form is None else _headed(seen, form, call)
            _hold_part(seen, call, chosen)
            _hold(seen, frame)
            at_hand.add(run, way, seen, owner.sender.put)
            found.append(seen)
    if way == "read" and sheet is not None:
        _read_there(found, look, data if kept else None, renamed)
    _follow(run, way, call, data, found, look.fields, model=said.kind == "model", renamed=renamed)
    return bool(found)


def _read_there(found: list[Seen], look: glance.Look, kept: Any, renamed: Mapping[str, str] | None) -> None:
    """Have it known where in the code that was read, with the columns of the frame or of what is kept in containers."""
    fields, named = look.fields or contained.fields(kept), renamed if look.fields else None
    sites.read((one.touched.dataset for one in found), fields, renamed=named, levels=look.levels)


def _asked(way: str, given: Any, call: Call | None) -> Any:
    """Return ``given``; of a class of the program's own for paths the path that it holds and the call has opened.

    What it says when it is asked for its path was asked by the library already, and may not be meant to be asked twice.
    What else was opened may be what it fetches the file with, where the library itself opens that in C.
    """
    if not isinstance(given, os.PathLike) or type(given).__module__ in _PATHS or _is_open(given):
        return given
    opened = set() if call is None else {path for path, how in call.inside.opened if how == way}
    held: Mapping[str, Any] = {}
    with contextlib.suppress(AttributeError):
        held = object.__getattribute__(given, "__dict__")
    for one in held.values():
        if type(one) is str and absolute(one) in opened:
            return absolute(one)
    return os.fspath(given)


def _states(
    way: Literal["read", "write"], given: Any, place: Any, call: Call | None, said: Given, budget: measure.Budget
) -> Iterator[Seen]:
    """Yield what stands at a place, with what will say its version: the store, or the file, once it is closed."""
    owner = client.current()
    assert owner is not None
    state = _state(given, place, call)
    about = said if state is None else said._replace(version=said.version or state[0])
    writing = way == "write" and _is_open(given)
    still = observe.still_open(place, about, owner.folder) if writing and not about.version else None
    observed = observe.observe(place, None, about, owner.folder, budget) if still is None else [still]
    for seen in (observed if way == "read" else _new(observed, call))[:FILES]:
        if state is not None and not seen.touched.bytes:
            seen.touched = msgspec.structs.replace(seen.touched, bytes=state[1])
        if way == "read" and call is not None:
            observe.doubt(seen, call.inside.began_ns)
        if way == "write" and call is not None and not said.version:
            seen.pointer = call.inside.later.get(place)
        if writing and seen.path:
            _pending(seen, given, about)
        yield seen


def _written(run: Recording, seen: Seen, call: Call | None, data: Any, folder: str, sheet: str | None) -> None:
    """Give what was written the edges that are known of ``data``, and where in the code that was done."""
    visit = None if sheet is None else sites.visit(sheet)
    seen.visits = [] if visit is None else [visit]
    origin.attach([seen], data, folder)
    seen.fitted_ns = passed.fitted_ns(data)
    _appended(run, seen, call, data)


def _hold(seen: Seen, frame: Any) -> None:
    """Have ``seen`` hold the table that was read or written, unless there is a file that can be read for it."""
    form = seen.form
    if (
        frame is None
        or not measure.level.contents
        or (seen.path and (endings.form(seen.path) if form is None else readable(seen.path, form)))
    ):
        return
    known = bool(seen.path or seen.touched.version or seen.pointer)  # else its rows have to name it
    at_hand.hold(seen, frame, ordered=known and seen.touched.kind != "table")


def _hold_part(seen: Seen, call: Call | None, chosen: str) -> None:
    """Have ``seen`` hold the part of a table that was read, unless its file can be read: for where its columns go."""
    if not chosen or call is None:
        return
    form = seen.form
    if not (seen.path and (endings.form(seen.path) if form is None else readable(seen.path, form))):
        seen.part = chosen
        at_hand.hold(seen, call.result, ordered=True)
        at_hand.told(seen, f"not measured: only some {chosen} were read")


def _new(found: list[Seen], call: Call | None) -> list[Seen]:
    """Return what of the files of a folder was written by a call; all, where the clocks of files tell nothing."""
    if call is None or len(found) < 2:
        return found
    return [seen for seen in found if seen.modified_ns >= call.inside.began_ns - observe.TICK_NS] or found


def _state(given: Any, place: str, call: Call | None) -> tuple[str, int] | None:
    """What the file system has said of a file, inside of the call or before, or a library of the table it was given."""
    known = lake.state(given)
    if known is not None:
        return known.version, 0
    state = None if call is None else call.inside.states.get(place)
    if state is None and "://" in place and (told := stated.details(given)) is not None:
        state = stated.state(told)
    return state


def _follow(
    run: Recording,
    way: str,
    call: Call | None,
    data: Any,
    found: list[Seen],
    fields: tuple[Field, ...] | None,
    *,
    model: bool,
    renamed: Mapping[str, str] | None,
) -> None:
    """Remember where what was read comes from, and take what stands behind what was written."""
    if way == "read" and call is not None:
        known = fields if data is call.result else None
        names = None if known is None else tuple([field.name for field in known])
        origin.read(call.result, (one.touched.dataset for one in found), names, renamed)
        passed.read(call.result, found)
    elif way == "write" and found:
        rootless = passed.written(run, data) and (call is None or call.kwargs.get("mode") != "a")
        for one in found:
            one.rootless = rootless
    if model:
        passed.kept(data, found)


def _look(given: Any, data: Any, call: Call | None) -> glance.Look:
    """What can be told at a glance of data that is written, as it stands in its file."""
    look = glance.at(data)
    if call is None or look.fields is None or not isinstance(given, str | os.PathLike):
        return look
    return look._replace(fields=glance.stored(data, look.fields, call.kwargs, os.fsdecode(given)))


def _appended(run: Recording, seen: Seen, call: Call | None, data: Any) -> None:
    """Let a file that was appended to keep the columns of what the run had written before; its rows are more."""
    if call is None or call.kwargs.get("mode") != "a":
        return
    before = [one for one in run.trace.outputs if one.path == seen.path]
    seen.edges = [*(edges for one in before for edges in one.edges), *seen.edges]
    if before:
        before[-1].visits.extend(seen.visits)
        seen.visits = before[-1].visits
    seen.form = next((one.form for one in before if one.form is not None), seen.form)  # the top of the file counts
    if not before and seen.form is not None and (names := glance.headless(data, call.kwargs)):
        rows = seen.touched.rows
        if seen.path and rows and heading.is_all(seen.path, rows):
            seen.form = seen.form._replace(names=names)
    seen.touched = msgspec.structs.replace(seen.touched, rows=None)


def _with(seen: Seen, look: glance.Look, form: Form | None, *, all_of_it: bool) -> None:
    """Have ``seen`` say what was seen at a glance; not how many rows, if it may hold more than that."""
    seen.form = form
    rows = look.rows if all_of_it else None
    if rows is not None or look.fields is not None:
        seen.touched = msgspec.structs.replace(seen.touched, rows=rows, fields=look.fields)


def _headed(seen: Seen, form: Form, call: Call) -> Mapping[str, str] | None:
    """Have a file that was read under other names keep its own; return these by the names that the reader gave."""
    if not seen.path or type(call.result).__module__.partition(".")[0] not in _BY_PLACE:
        return None
    found = heading.of_file(seen.path, form, call.kwargs)
    if found is None:
        return None
    seen.form = found.form
    types = {found.own[field.name]: field.type for field in seen.touched.fields or () if field.name in found.own}
    if found.columns:
        fields = tuple(Field(name, types.get(name, "")) for name in found.columns)
        seen.touched = msgspec.structs.replace(seen.touched, fields=fields)
    return found.own


def _is_open(given: Any) -> bool:
    """Whether ``given`` is a file that more may be written to."""
    return hasattr(type(given), "close") or isinstance(
        given, codecs.StreamReaderWriter
    )  # an ``ExcelWriter`` is path-like, and open


def _pending(seen: Seen, file: Any, about: Given) -> None:
    """Have ``seen`` be what is still being written to an open file."""
    seen.pending, seen.deferred = True, False
    seen.touched = msgspec.structs.replace(seen.touched, version="", attributes=dict(about.attributes))
    with contextlib.suppress(TypeError):  # of a file that cannot be referred to weakly
        seen.handle = weakref.ref(file)
