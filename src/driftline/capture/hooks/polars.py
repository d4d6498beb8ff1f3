"""Polars: files that it reads and writes, eagerly and lazily.

Enters: the loaded polars module. Leaves: patches on ``read_…``, ``scan_…``, ``write_…``, ``sink_…`` and on what makes a
lazy frame from another. A scan reads nothing: what a lazy frame was scanned from is remembered weakly beside it
(``origins``), handed on to the frames that are made from it, and recorded when one of them is collected or sunk.
"""

import contextlib
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from driftline import later
from driftline.capture.frames import node, origin
from driftline.capture.ground import bounded
from driftline.capture.ground.beside import Beside
from driftline.capture.hooks import addressed, polars_plan, table, whole
from driftline.capture.hooks.patch import PASS, Before, Call, Patch, around
from driftline.capture.hooks.table import COLUMNS, Entry
from driftline.capture.runs import headers, observe
from driftline.capture.runs.recording import Recording
from driftline.capture.tables import arguments, heading, lake
from driftline.capture.tables.form import Form, named

if TYPE_CHECKING:
    from driftline.capture.hooks import addresses, database, touching
else:  # not every frame comes from a database
    addresses = later.module("driftline.capture.hooks.addresses")
    database = later.module("driftline.capture.hooks.database")
    touching = later.module("driftline.capture.hooks.touching")

_SOURCE = ("source", "file", "sources")
READERS = (
    "read_parquet", "read_json", "read_ndjson", "read_ipc", "read_ipc_stream", "read_avro", "read_excel",
    "read_ods", "read_csv_batched", "read_delta", "read_lines",
)  # fmt: skip
SCANS = ("scan_parquet", "scan_ndjson", "scan_ipc", "scan_delta", "scan_iceberg", "scan_lines")
WRITERS = ("parquet", "json", "ndjson", "ipc", "ipc_stream", "avro", "excel", "delta")
SINKS = ("sink_parquet", "sink_ndjson", "sink_ipc", "sink_delta")
COLLECTS = ("collect", "collect_async", "collect_batches", "fetch", "profile")
_QUERIES = {"read_database": "connection", "read_database_uri": "uri"}
_PLANS = frozenset(("explain", "show_graph", "serialize", "inspect", "lazy"))  # look at a plan, or keep it
_TARGET = ("file", "path", "target", "workbook")

_untouched: Beside[bool] = Beside()  # lazy frames that are all of what they were scanned from

TABLE = (
    Entry("read_csv", "read", 0, _SOURCE, COLUMNS, form=arguments.polars_csv),
    *(Entry(name, "read", 0, _SOURCE, COLUMNS) for name in READERS),
    Entry("DataFrame.write_csv", "write", 1, _TARGET, 0, form=arguments.polars_written),
    *(Entry(f"DataFrame.write_{name}", "write", 1, _TARGET, 0) for name in WRITERS),
)


_sinks: Beside[tuple[Any, Any, Form | None]] = (
    Beside()
)  # lazy frame that writes once it is collected -> where, what, how
_forms: dict[str, Form] = {}  # of the text tables that were scanned last
_FORMS = 1_000


def origins(frame: Any) -> tuple[str, ...]:
    """Return the paths and addresses that a lazy frame was scanned from, as far as they were seen."""
    known = node.of(frame)
    if known is None:
        return ()
    return tuple(dict.fromkeys(name for one in node.sources(known) if one.kind == "file" for name in one.names))


def install(polars: Any) -> list[Patch]:
    """Put the hooks on and return what was replaced."""
    patches = table.install(polars, TABLE)
    for name in SCANS:
        patches += around(polars, name, _scanned)
    for name in COLLECTS:
        patches += around(polars, f"LazyFrame.{name}", _collected)
    for name in SINKS:
        patches += around(polars, f"LazyFrame.{name}", _sunk)
    patches += around(polars, "scan_csv", _scanned_text)
    patches += around(polars, "LazyFrame.sink_csv", _sunk_text)
    patches += around(polars, "collect_all", _all_collected)
    patches += around(polars, "DataFrame.write_database", _stored, _place(2, "connection"))
    for name, given in _QUERIES.items():
        patches += around(polars, name, _queried, _place(1, given))
    return patches + polars_plan.install(polars, {*COLLECTS, *SINKS, "sink_csv", *_PLANS})


def _scanned(
    run: Recording,  # noqa: ARG001 - nothing is read yet
    call: Call,
    names: tuple[str, ...] = (),
    own: Mapping[str, str] | None = None,
) -> bool:
    version = call.kwargs.get("version", snapshot := call.kwargs.get("snapshot_id"))
    given = call.argument(0, *_SOURCE)
    known = lake.state(given)
    said = f"delta:{version}" if type(version) is int else ""  # of a moment in its place the number is not told
    if type(snapshot) is int:
        said = f"iceberg:{snapshot}"
    elif known is not None and version is None:
        said = known.version
    places = list(addressed.places(given))
    origin.scanned(call.result, places, said, names, own)
    if whole.call(call.args, call.kwargs, 1, *_SOURCE) and (said or version is None):
        _untouched.put(call.result, True)
    return True


def _scanned_text(run: Recording, call: Call) -> bool:
    form, places = arguments.polars_csv(call.kwargs), list(addressed.places(call.argument(0, *_SOURCE)))
    names, own = form.names, dict[str, str]()
    if form.bare or names or call.kwargs.get("with_column_names"):
        with contextlib.suppress(Exception):  # there may be no such file yet
            names = tuple(call.result.collect_schema().names())
            form, own = _in_the_file(form, names, places, call)
    for place in places:
        bounded.room(_forms, _FORMS)
        _forms[place] = form
    return _scanned(run, call, names, own)


def _in_the_file(form: Form, names: tuple[str, ...], places: list[str], call: Call) -> tuple[Form, dict[str, str]]:
    """Return how a file is written, and of each column that a scan names otherwise what the file calls it."""
    if form.bare:
        return named(form, {}, names), {}
    files = observe.files(places[0])[:1] if places else []
    found = heading.of_file(files[0], form, call.kwargs) if files else None
    if found is not None:
        return found.form, dict(found.own)
    header: tuple[str, ...] | None = None
    if not form.names and call.kwargs.get("has_header", True):
        header = headers.columns(places, None if form.delimiter == "," else lambda *_: form)
    own = dict(zip(names, header or (), strict=False)) if header and len(header) == len(names) else {}
    return form, {name: one for name, one in own.items() if name != one}


def _noted(run: Recording, call: Call, names: Iterable[str], frame: Any = None) -> bool:
    """Record that files were read, each in the form that it was scanned in."""
    alike: dict[Form | None, list[str]] = {}
    for name in names:
        alike.setdefault(_forms.get(name), []).append(name)
    noted = [table.note(run, "read", same, call, frame=frame, form=form) for form, same in alike.items()]
    return any(noted)


def _collected(run: Recording, call: Call) -> bool:
    lazy = call.args[0]
    all_of_it = _untouched.get(lazy) and whole.call(call.args, call.kwargs, 1)
    frame, known = (call.result if all_of_it else None), node.of(lazy)
    pinned = [one for one in node.scans(known) if one.version] if known is not None else []
    for one in pinned:
        table.note(run, "read", list(one.source.names), call, kind="table", frame=frame, version=one.version)
    held = {name for one in pinned for name in one.source.names}
    noted = _noted(run, call, (name for name in origins(lazy) if name not in held), frame)
    return _sunk_later(run, call, lazy) or noted or bool(held)


def _sunk(run: Recording, call: Call) -> bool:
    if call.kwargs.get("lazy"):
        node.same(call.args[0], call.result)
        _sinks.put(call.result, (call.argument(1, *_TARGET), call.args[0], None))
        return True
    _collected(run, call)
    return table.note(run, "write", call.argument(1, *_TARGET), call, data=call.args[0])


def _sunk_text(run: Recording, call: Call) -> bool:
    """The same for a text table."""
    lazy, target, form = call.args[0], call.argument(1, *_TARGET), arguments.polars_written(call.kwargs)
    if form.bare:
        form = named(form, {}, tuple(lazy.collect_schema().names()))
    if call.kwargs.get("lazy"):
        node.same(lazy, call.result)
        _sinks.put(call.result, (target, lazy, form))
        return True
    _collected(run, call)
    return table.note(run, "write", target, call, data=lazy, form=form)


def _all_collected(run: Recording, call: Call) -> bool:
    frames = call.argument(0, "lazy_frames")
    frames = frames if isinstance(frames, list | tuple) else ()  # an iterator was used up by the call
    found = dict.fromkeys(path for frame in frames for path in origins(frame))
    noted = _noted(run, call, found)
    return any([noted, *(_sunk_later(run, call, frame) for frame in frames)])


def _sunk_later(run: Recording, call: Call, frame: Any) -> bool:
    """Record the file of a sink that was asked for earlier, and is written now."""
    target, source, form = _sinks.get(frame) or (None, None, None)
    return target is not None and table.note(run, "write", target, call, data=source, form=form)


def _place(argument: int, *names: str) -> Before:
    """Find the database of a call; one that is not known here is left to the hooks of its own library."""

    def before(args: Sequence[Any], kwargs: Mapping[str, Any]) -> Any:
        named = next((kwargs[name] for name in names if name in kwargs), None)
        given = args[argument] if len(args) > argument else named
        found = addresses.of_uri(given) if names == ("uri",) and isinstance(given, str) else addresses.place_of(given)
        return found or PASS

    return before


def _queried(run: Recording, call: Call) -> bool:
    text, connection = call.argument(0, "query"), call.argument(1, "connection")
    all_of_it = whole.call(call.args, call.kwargs, 2, "query", "uri") and bool(whole.statement(str(text)))
    frame = call.result if all_of_it else None
    transaction = addresses.transaction_of(connection)
    return database.statement(run, call.before, str(text), connection, frame, transaction, call.result)


def _stored(run: Recording, call: Call) -> bool:
    name = call.argument(1, "table_name")
    if not isinstance(name, str):
        return False
    schema, _, plain = name.rpartition(".")
    all_of_it = whole.call(call.args, call.kwargs, 3, "table_name")
    connection = call.argument(2, "connection")
    return touching.touch(
        run,
        "write",
        call.before,
        plain,
        schema or None,
        call.args[0],
        whole=all_of_it,
        begins=call.kwargs.get("if_table_exists", "fail") != "append",
        transaction=addresses.transaction_of(connection),
        connection=connection,
    )
