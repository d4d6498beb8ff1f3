"""Finds the rule for a call; without one, the result is made of all that was given.

Enters: a call. Leaves: a value. The only place that knows all tables of rules; of several that name one thing, the
one that stands first here has it.
"""

from collections.abc import Mapping
from typing import Any

from msgspec.structs import replace

from driftline.capture.script import composing, contained, queries, sheets, sorts, unrolling, words
from driftline.capture.script.call import Call, Rule, cells_of, record_of
from driftline.capture.script.reading import HEDGED
from driftline.capture.script.rules import (
    arrays,
    arrow,
    arrow_files,
    column_rules,
    combining,
    containers,
    counts,
    cursors,
    duckdb,
    files,
    frames,
    futures,
    given,
    grouping,
    kinds,
    learning,
    lines,
    lists,
    making,
    named,
    nested,
    picking,
    plain,
    polars,
    readers,
    row_rules,
    series,
    sessions,
    shaping,
    structured,
    tuples,
    unknown,
    workbooks,
)
from driftline.capture.script.rules.joined import Functions, Methods
from driftline.capture.script.values import (
    Const,
    File,
    Foreign,
    Frame,
    Function,
    Grouped,
    Instance,
    Items,
    Method,
    Pairs,
    Part,
    Ref,
    Series,
    Thing,
    Value,
)

_LIKE_PANDAS = "pandas polars dask modin cudf geopandas awswrangler numpy"
_HOLDING = "builtins collections dataclasses attrs attr pydantic types argparse operator copy"
_FILES = """
    zipfile codecs bz2 smart_open tempfile fsspec builtins io gzip tarfile lzma os csv json ujson simplejson tomllib
    tomli yaml orjson shutil pickle
"""
_FUNCTIONS = Functions(
    (workbooks, "openpyxl"),
    (given, "os"),
    (sessions, "sqlalchemy"),
    (tuples, "itertools heapq random"),
    (futures, "concurrent asyncio threading multiprocessing"),
    (polars, "polars"),
    (duckdb, "duckdb"),
    (arrow_files, "pyarrow"),
    (arrow, "pyarrow"),
    (learning, "sklearn imblearn"),
    (lists, "random numpy heapq bisect"),
    (lines, "builtins os gzip bz2 lzma zlib"),
    (files, _FILES),
    (containers, _HOLDING),
    (picking, "builtins heapq random"),
    (named, "builtins operator"),
    (plain, "builtins bisect functools itertools numpy joblib dask tqdm copy collections"),
    (structured, "numpy"),
    (arrays, "numpy statistics"),
    (readers, _LIKE_PANDAS),
    (grouping, "pandas"),
    (shaping, "pandas"),
    (combining, "pandas polars pyarrow"),
    (nested, "pandas"),
    (kinds, "pandas"),
    (making, "pandas"),
)
_FRAME = Methods(
    (files, "ON_FRAMES"),
    (grouping, "ON_FRAMES"),
    (row_rules, "METHODS"),
    (making, "ON_FRAMES"),
    (shaping, "ON_FRAMES"),
    (polars, "ON_FRAMES"),
    (arrow, "METHODS"),
    (combining, "ON_FRAMES"),
    (column_rules, "METHODS"),
    (frames, "METHODS"),
    (arrays, "ON_FRAMES"),
)
_METHODS: Mapping[type, Methods] = {
    Frame: _FRAME,
    Series: Methods((series, "METHODS")),
    Grouped: Methods((polars, "ON_GROUPS"), (arrow, "ON_GROUPS"), (counts, "ON_GROUPS"), (grouping, "METHODS")),
    Items: Methods((lists, "LISTS")),
    Pairs: Methods((containers, "DICTS")),
    File: Methods((arrow_files, "METHODS")),
    Foreign: Methods((sessions, "METHODS"), (learning, "METHODS")),
}
_NO_METHODS = Methods()

_OF_RECORDS = frozenset({"get", "items", "keys", "values", "update", "setdefault"})
_UNBOUND = ("builtins.str.", "builtins.dict.", "builtins.list.", "pandas.Series.", "pandas.DataFrame.")


def answer(call: Call) -> Value:
    """Return the value of a call."""
    value = sorts.answered(call, _answer(call)) or Thing()
    return files.unread(call, value) if call.receiver is None and call.name in files.LOADERS else value


def _answer(call: Call) -> Value:
    if call.receiver is None and call.name.startswith(_UNBOUND) and call.args and _FUNCTIONS.get(call.name) is None:
        kind = call.name.rpartition(".")[2]
        return _answer(Call(call.machine, call.args[0], kind, call.args[1:], call.kwargs, call.path, call.more))
    if call.receiver is None and call.name in files.OPENERS:
        return files.opened(call)
    if call.name == "enter_context" and (file := files.entered(call)) is not None:
        return file
    if call.name.rpartition(".")[2] == "register" and len(call.args) > 1:
        queries.register(call.machine.memory, call.args[0], call.args[1])
    if call.name in {"read_text", "read_bytes"}:
        return files.read_text(call)
    fetched = sessions.looking(call) if call.name in composing.LOOKING else None
    if fetched is None and call.receiver is not None:
        fetched = cursors.answer(call)
    if fetched is not None:
        return fetched
    if call.name in given.PARSING and (namespace := given.parsed(call)) is not None:
        return namespace
    rule = _function(call.name) if call.receiver is None else _on_receiver(call)
    itself = _reads(rule) or sessions.writes(call, rule) or _goes_over(call)
    read = None if itself else call.machine.read(call.path)
    asked = call.see(call.receiver) if call.name in queries.FETCHED else None
    if isinstance(asked, Frame):
        content = call.see(read)
        return call.frame(queries.fetched(asked.table, content.table if isinstance(content, Frame) else None))
    if read is not None:
        inside = contained.read(call.machine, call.path, call.machine.columns(call.path) or {})
        content = call.see(read)
        frame = _frame_read(call, content) if isinstance(content, Frame) else None
        return inside or read if frame is None else call.new(frame)
    found = rule(call) if rule is not None else None
    return unknown.unknown(call) if found is None else found


def _reads(rule: Rule | None) -> bool:
    """Tell whether a rule says itself what a call that reads a file gives."""
    return (
        rule in readers.RULES
        or rule is files.opened
        or (getattr(rule, "__module__", "") == workbooks.__name__ and rule in workbooks.RULES)
    )


def _frame_read(call: Call, frame: Frame) -> Frame | Items | None:
    """Return what the call makes of the frame that it reads; None where that is what it gives."""
    if call.name == "iter_batches":
        return arrow.pieces(call, frame.table)
    if "filters" in call.kwargs:
        return replace(frame, table=arrow.restricted(call, frame.table, call.kwargs["filters"]))
    if call.name == "collect":
        return polars.asked_for(call, frame)
    return replace(frame, array=True) if call.name.startswith("numpy.") else None


def _goes_over(call: Call) -> bool:
    """Tell whether a function of Python's goes over a query, which is executed by that: it is given the rows then."""
    given_ = call.args[0] if call.receiver is None and call.name.startswith("builtins.") and call.args else None
    over = None if given_ is None else unrolling.asked(call.machine, given_, call.path)
    if over is None or over is given_:
        return False
    call.args = [over, *call.args[1:]]
    return True


def _function(name: str) -> Rule | None:
    found = _FUNCTIONS.get(name)
    if found is None and name.startswith("pandas."):  # what stands in the module that defines it, too
        found = _FUNCTIONS.get(f"pandas.{name.rpartition('.')[2]}")
    if found is None and (name.partition(".")[0] in arrays.PURE or name.startswith("pyarrow.compute.")):
        return arrays.computed
    return found


def _on_receiver(call: Call) -> Rule | None:
    return files.opened if _opens(call) else duckdb.rule(call, call.see(call.receiver)) or _method(call)


def _opens(call: Call) -> bool:
    """Tell whether it is ``open`` of something that may be a path, and has opened a file as far as that was seen."""
    may = call.name == "open" and isinstance(call.see(call.receiver), Thing | Method)
    return may and call.machine.outside.happened(call.path) is not False


def _received(call: Call) -> Any:
    """What a method is called on; a row of cells that is changed like a list is one from then on."""
    cells = cells_of(call.machine, call.receiver)
    if cells is not None and isinstance(call.receiver, Ref) and call.name in lists.LISTS:
        call.machine.memory.put(call.receiver.place, cells)
    return call.see(call.receiver)


def _method(call: Call) -> Rule | None:
    of_record = call.name in _OF_RECORDS or (call.name == "pop" and isinstance(call.plain(0), str))
    record = record_of(call.machine, call.receiver) if of_record else None
    call.receiver = record or call.receiver
    content = _received(call)
    if isinstance(content, Const):
        return containers.text
    if isinstance(content, Part):
        return _part(call, content)
    if isinstance(content, Thing):
        return _of_value(call, content)
    if isinstance(content, Function | Method):
        return plain.forgotten if call.name == "cache_clear" else None
    if isinstance(content, Instance):
        return _of_object(call.name)
    if isinstance(content, Frame) and content.row and not content.array and call.name in row_rules.ON_ROWS:
        return row_rules.ON_ROWS[call.name]
    found = _METHODS.get(type(content), _NO_METHODS).get(call.name)
    if found is None and isinstance(content, Series):
        strange = call.name not in words.SERIES and _is_strange(content)
        return None if call.name.startswith("to_") or call.name in {"plot", ""} or strange else series.computed
    if found is None and isinstance(content, Frame) and content.row:
        return containers.value
    if found is None and isinstance(content, Foreign):
        return files.opened if call.name == "open" else _of_foreign(call, content)
    if found is None and isinstance(content, Items | Pairs) and not lists.kept(call.name):
        return lists.unsettled
    return making.names_of if found is None and isinstance(content, Items) else found


def _of_value(call: Call, content: Thing) -> Rule | None:
    """Methods of one value of which the origins are known."""
    if call.name == "shuffle":
        return lists.mixed
    if (text := lines.part(call, content)) is not None:
        return lambda _: text
    if call.name == "alias":
        return polars.called
    strange = _is_strange(content) or call.name in {
        "map_elements",
        "map_batches",
    }  # of the user's function, which is followed
    return None if call.name in {"open", ""} or strange else containers.value


def _of_object(name: str) -> Rule | None:
    if name in {"_asdict", "dict", "model_dump", "to_dict"}:
        return containers.fields_of
    return containers.replaced if name == "_replace" else futures.started if name == "start" else None


def _is_strange(content: Series | Thing) -> bool:
    """Tell whether something is what an unknown function gave: what its methods do is not known either."""
    return bool(content.cames) and all(one.confidence <= HEDGED for one in content.cames)


def _of_foreign(call: Call, content: Foreign) -> Rule | None:
    """Methods of objects that are known by name, or by what all of that name do."""
    if call.name == "shuffle":
        return lists.mixed
    if call.name in futures.SUBMITS:
        return futures.submitted
    if call.name in {"map", "imap", "imap_unordered", "starmap"}:
        return plain.mapped_by_other
    if content.name == "pandas.ExcelFile" and call.name == "parse":
        return readers.reads
    if content.name == "joblib.Parallel" and call.name == "":
        return plain.passed
    return None


def _part(call: Call, part: Part) -> Rule | None:
    if part.kind in {"itemgetter", "attrgetter"}:
        return named.gotten
    if part.kind == futures.FUTURE:
        return futures.OF_FUTURES.get(call.name)
    if part.kind == "writer":
        return files.WRITERS.get(call.name)
    if part.kind in {sheets.WORKBOOK, sheets.SHEET}:
        return workbooks.METHODS.get(call.name)
    if isinstance(part.of, Series):
        return series.PARTS.get(call.name, series.computed) if part.kind == "str" else series.computed
    return containers.each if part.kind == "str" else making.names_of
