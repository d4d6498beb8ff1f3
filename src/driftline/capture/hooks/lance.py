"""Tables of Lance and LanceDB, at the version that they count themselves.

Enters: lance, lancedb.db or lancedb.table, once it is loaded. Leaves: patches on what opens, makes and changes a table.
What changes rows where they are has read the version before. A table of LanceDB that is far away is not asked for its
version, which takes a request.
"""

import os
import sys
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Literal, NamedTuple

from driftline.capture.ground.beside import Beside
from driftline.capture.hooks import patch, table
from driftline.capture.hooks.patch import Call, Patch
from driftline.capture.runs.recording import Recording

_APPENDS = ("add", "insert")
_CHANGES = (
    "delete", "update", "merge", "add_columns", "alter_columns", "drop_columns", "restore", "truncate_table",
    "_do_merge",  # by which LanceDB carries out ``merge_insert``
)  # fmt: skip


class State(NamedTuple):
    """A table at a version."""

    place: str
    version: str  # "" = it was not asked


_merges: Beside[Any] = Beside()  # a merge that has not run yet -> its table


def install(module: Any) -> list[Patch]:
    """Put the hooks on and return what was replaced."""
    if module.__name__ == "lancedb.db":
        made = patch.around(module, "LanceDBConnection.create_table", _made, _there)
        return [*made, *patch.around(module, "LanceDBConnection.open_table", _opened)]
    if module.__name__ == "lancedb.table":
        return _changing(module, "LanceTable")
    opened = [*patch.around(module, "dataset", _opened), *patch.around(module, "write_dataset", _written)]
    merging = patch.around(module, "LanceDataset.merge_insert", _merging)
    within, ways = sys.modules.get("lance.dataset"), ("execute", "execute_batches")  # the function hides the module
    merged = (one for way in ways for one in patch.around(within, f"MergeInsertBuilder.{way}", *_change(_merges.get)))
    return [*opened, *_changing(module, "LanceDataset"), *merging, *merged]


def _changing(module: Any, kind: str) -> list[Patch]:
    appended = [one for name in _APPENDS for one in patch.around(module, f"{kind}.{name}", _appended)]
    change = _change(lambda one: one)
    return appended + [one for name in _CHANGES for one in patch.around(module, f"{kind}.{name}", *change)]


def _state(one: Any) -> State:
    place = str(one.uri)
    far = "://" in place and type(one).__module__.startswith("lancedb")
    return State(place, "" if far else f"lance:{one.version}")


def _note(run: Recording, way: Literal["read", "write"], state: State, call: Call) -> bool:
    return table.note(run, way, state.place, call, kind="table", version=state.version)


def _opened(run: Recording, call: Call) -> bool:
    return _note(run, "read", _state(call.result), call)


def _written(run: Recording, call: Call) -> bool:
    return _note(run, "write", _state(call.result), call)


def _appended(run: Recording, call: Call) -> bool:
    return _note(run, "write", _state(call.args[0]), call)


def _there(args: Sequence[Any], kwargs: Mapping[str, Any]) -> bool:
    """Whether a table that is about to be made is there already, and is then opened where it may be."""
    exist_ok = args[5] if len(args) > 5 else kwargs.get("exist_ok")
    name = args[1] if len(args) > 1 else kwargs.get("name")
    base = os.fspath(args[0].uri)
    return bool(exist_ok) and ("://" in base or os.path.isdir(os.path.join(base, f"{name}.lance")))


def _made(run: Recording, call: Call) -> bool:
    return _note(run, "read" if call.before else "write", _state(call.result), call)


def _merging(run: Recording, call: Call) -> bool:  # noqa: ARG001 - nothing is merged yet
    _merges.put(call.result, call.args[0])
    return True


def _change(of: Callable[[Any], Any]) -> tuple[patch.Record, patch.Before]:
    """Record that rows of a table were changed where they are: its version before was read, and another one written."""

    def before(args: Sequence[Any], kwargs: Mapping[str, Any]) -> Any:  # noqa: ARG001 - the signature is Before's
        one = of(args[0])
        return patch.PASS if one is None else _state(one)

    def record(run: Recording, call: Call) -> bool:
        after = _state(of(call.args[0]))
        if call.before is not None and call.before == after and after.version:
            return True  # nothing was changed
        if call.before is not None and call.before.version:
            _note(run, "read", call.before, call)
        return _note(run, "write", after, call)

    return record, before
