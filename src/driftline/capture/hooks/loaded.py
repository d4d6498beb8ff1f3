"""Models that are loaded while no run is active, as programs that serve do: remembered, and nothing recorded.

Enters: the functions of a library that return what a file holds. Leaves: the same functions, around which the file of
what they returned is remembered beside it, so that ``driftline.serve`` names the version of that file. Within a run the
ordinary hooks do this. Hashes nothing: the version is found when it is asked for.
"""

import functools
from collections.abc import Iterable, Sequence
from typing import Any

from driftline.capture.frames import passed
from driftline.capture.ground import fault, own
from driftline.capture.hooks import addressed, glance, raised
from driftline.capture.hooks.patch import Patch, found_by_name, unbound, unseen
from driftline.capture.hooks.table import RESULT, Entry
from driftline.capture.runs import observe
from driftline.capture.runs.around import enclosing
from driftline.capture.runs.observe import Given
from driftline.capture.sending import client
from driftline.capture.tables import measure

_PIECE = "loaded"


def install(module: Any, entries: Iterable[Entry]) -> list[Patch]:
    """Put the hooks on the functions of a table that load, and return what was replaced."""
    return [
        patch
        for entry in entries
        if entry.way == "read" and entry.data == RESULT and callable(module.__dict__.get(entry.attribute))
        for patch in _around(module, entry)
    ]


def _around(module: Any, entry: Entry) -> list[Patch]:
    original, remember = module.__dict__[entry.attribute], raised.held(_remember, entry)

    @functools.wraps(original)
    def call(*args: Any, **kwargs: Any) -> Any:
        try:
            result = original(*args, **kwargs)
        except raised.ANY as error:
            raised.through(error)
            raise
        fault.attempt(_PIECE, remember, args, kwargs, result)
        return result

    made = unbound(unseen(call, original), original)
    setattr(module, entry.attribute, made)
    return [Patch(module, entry.attribute, original), *found_by_name(module, entry.attribute, original, made)]


def _remember(entry: Entry, args: Sequence[Any], kwargs: dict[str, Any], result: Any) -> None:
    if enclosing() is not None or own.inside() is not None:
        return
    owner = client.current()
    if owner is None or glance.at(result).kind != "model":
        return
    named = (kwargs[name] for name in entry.names if name in kwargs)
    given = args[entry.place] if len(args) > entry.place else next(named, None)
    for place in addressed.places(given):
        found = observe.observe(place, None, Given(kind="model"), owner.folder, measure.Budget(0))
        passed.kept(result, found)
