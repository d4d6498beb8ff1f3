"""ConnectorX: queries whose rows come from a database to a frame in Rust, so that no driver of Python is asked.

Enters: the loaded connectorx module. Leaves: a patch on ``read_sql``. A query over partitions is one query. Databases
whose address is not known here, and several of them at once, are left out.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from driftline.capture.hooks import addresses, database, patch, whole
from driftline.capture.hooks.patch import Call, Patch
from driftline.capture.runs.recording import Recording


def install(module: Any) -> list[Patch]:
    """Put the hooks on and return what was replaced."""
    return patch.around(module, "read_sql", _queried, _place)


def _place(args: Sequence[Any], kwargs: Mapping[str, Any]) -> Any:
    given = args[0] if args else kwargs.get("conn")
    return (addresses.of_uri(given) if isinstance(given, str) else None) or patch.PASS


def _queried(run: Recording, call: Call) -> bool:
    given = call.argument(1, "query")
    texts = [one for one in (given if isinstance(given, list) else [given]) if isinstance(one, str)]
    alone = len(texts) == 1 and whole.call(call.args, call.kwargs, 2, "conn", "query", "return_type")
    frame = call.result if alone and whole.statement(texts[0]) else None
    found = [database.statement(run, call.before, one, None, frame, None, call.result) for one in texts]
    return any(found)
