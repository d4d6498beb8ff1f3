"""Objects in files: pickle, joblib, cloudpickle, torch, safetensors, boosted trees, statsmodels. Models are such.

Enters: one of these modules, once it is loaded. Leaves: patches on its functions. A file that is still open is
measured when the run's event is made. What packages pickle for themselves is no data; a model in a package is one.
"""

import os
from typing import Any

from driftline.capture.frames import members
from driftline.capture.ground import opens
from driftline.capture.hooks import addressed, loaded, matrices, table
from driftline.capture.hooks.patch import Call, Patch
from driftline.capture.hooks.table import RESULT, Entry

_PICKLE = (Entry("load", "read", 0, ("file",), RESULT), Entry("dump", "write", 1, ("file",), 0))
_SAFE = (
    Entry("load_file", "read", 0, ("filename",), kind="model"),
    Entry("save_file", "write", 1, ("filename",), kind="model"),
)
TABLES = {
    "pickle": _PICKLE,
    "cloudpickle": _PICKLE,
    "dill": _PICKLE,
    "joblib": (Entry("load", "read", 0, ("filename",), RESULT), Entry("dump", "write", 1, ("filename",), 0)),
    "torch": (Entry("load", "read", 0, ("f",), RESULT), Entry("save", "write", 1, ("f",), 0)),
    "torch.jit": (
        Entry("load", "read", 0, ("f",), RESULT, "model"), Entry("save", "write", 1, ("f",), 0, "model"),
        Entry("RecursiveScriptModule.save", "write", 1, ("f",), 0, "model"),
    ),
    "torch.export": (
        Entry("load", "read", 0, ("f",), RESULT, "model"), Entry("save", "write", 1, ("f",), 0, "model"),
    ),
    "lightgbm": (
        Entry("Booster.save_model", "write", 1, ("filename",), 0, "model"),
        Entry("Booster.__init__", "read", 3, ("model_file",), None, "model"),
        Entry("Dataset.save_binary", "write", 1, ("filename",)),
    ),
    "xgboost": (
        Entry("DMatrix.save_binary", "write", 1, ("fname",)),
        Entry("Booster.save_model", "write", 1, ("fname",), 0, "model"),
        Entry("Booster.load_model", "read", 1, ("fname",), 0, "model"),
        Entry("XGBModel.save_model", "write", 1, ("fname",), 0, "model"),
        Entry("XGBModel.load_model", "read", 1, ("fname",), 0, "model"),
    ),
    "catboost": (
        Entry("CatBoost.save_model", "write", 1, ("fname",), 0, "model"),
        Entry("CatBoost.load_model", "read", 1, ("fname",), 0, "model"),
        Entry("Pool.save", "write", 1, ("fname",)),
    ),
    "statsmodels.iolib.smpickle": (  # it unpickles by a class of its own
        Entry("load_pickle", "read", 0, ("fname",), RESULT, "model", looks=3),  # formulas are looked up there
        Entry("save_pickle", "write", 1, ("fname",), 0, "model"),
    ),
    "safetensors.torch": _SAFE,
    "safetensors.numpy": _SAFE,
}  # fmt: skip
_IN_MEMORY = ("lightgbm", "xgboost", "catboost")  # where data is mostly in memory, and seldom a file


def install(module: Any) -> list[Patch]:
    """Put the hooks on and return what was replaced."""
    entries = TABLES[module.__name__]
    skip = _of_a_tool if entries is _PICKLE else _no_file if module.__name__ in _IN_MEMORY else None
    made = matrices.install(module) if module.__name__ in _IN_MEMORY else []
    return made + table.install(module, entries, skip) + loaded.install(module, entries)


def _of_a_tool(given: Any, call: Call) -> bool:
    """Whether something is a tool's own: what a package brings along, such as the names of months, or dbt's books."""
    places = list(addressed.places(given))
    if not places:
        return False
    if all(map(opens.is_book, places)):
        return True
    return all(one.startswith(opens.installed()) for one in places) and not members.models(call.result)


def _no_file(given: Any, call: Call) -> bool:  # noqa: ARG001 - the signature is Skip's
    """Whether boosted trees are given data in memory, of which nothing is to be looked at, and no file."""
    return not isinstance(given, str | os.PathLike) or not os.path.exists(given)
