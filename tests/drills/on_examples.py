"""Scripts as people write them, from the corpus in ``bench/scripts``: their text is followed when the run is told.

Enters: a kit. Leaves: what the script printed and wrote, by the drill itself; here, what it raised.
"""

import contextlib
import functools
import os
import runpy
import sys
import tempfile
import threading
from collections.abc import Callable
from pathlib import Path

from tests.drills.kit import Kit

_BENCH = str(Path(__file__).parents[2] / "bench")
if _BENCH not in sys.path:
    sys.path.append(_BENCH)

import moving  # noqa: E402 - it lies beside the corpus

_NAMES = (  # few of which each reaches functions of ours that the others do not
    "ab_test address_match api_flatten arrow_compute backtest bike_cycles calendar_fill cookbook currency "
    "default_notebook duck_pandas duck_relations feature_store feature_union fifo_stock fixed_width "
    "forecast generators iris_clusters log_sessions nps office_excel pipe_chain polars_eager recommender "
    "snapshot_diff sqlalchemy_orm structured titanic_groups tweak_fuel tweets weather_daily wide_long"
)


_prepared_below = tempfile.TemporaryDirectory(prefix="examples-")


@functools.cache
def _prepared(name: str) -> Path:
    """Return a folder with a script and its sources, made before anything is watched: they are nobody's work."""
    folder = Path(_prepared_below.name, name)
    folder.mkdir()
    moving.prepare(*moving.cases([name]), folder)
    return folder


def _example(case: moving.Case, kit: Kit) -> list[str]:
    """Run a script on a thread, below which it begins as below nobody; returns what it raised."""
    for path in _prepared(case.name).iterdir():
        os.link(path, kit.folder / path.name)  # opens nothing
    main = kit.folder / case.files[0].name
    raised: list[str] = []
    hook, threading.excepthook = threading.excepthook, lambda told: raised.append(repr(told.exc_value))
    arguments, sys.argv = sys.argv, [main.name, *case.arguments]
    try:
        with contextlib.chdir(kit.folder):
            thread = threading.Thread(target=runpy.run_path, args=(str(main),))
            thread.start()
            thread.join()
    finally:
        sys.argv, threading.excepthook = arguments, hook
    return raised


EXAMPLES: dict[str, Callable[[Kit], list[str]]] = {
    f"example_{case.name}": functools.partial(_example, case) for case in moving.cases(_NAMES.split())
}
