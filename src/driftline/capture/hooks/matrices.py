"""XGBoost, LightGBM, CatBoost: data that they read from files by themselves, in C, and what they read beside it.

Enters: one of these modules, once it is loaded. Leaves: patches on what makes data of a file. Data in memory, of which
they are mostly made, is passed over at once. Such a file has no header unless the call says so; its columns go by their
places. What is in the form of libsvm is no table.
Source: https://lightgbm.readthedocs.io/en/stable/Parameters.html, https://catboost.ai/docs/en/concepts/input-data.
"""

import os
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from driftline.capture.hooks import patch, table
from driftline.capture.hooks.patch import Call, Patch
from driftline.capture.runs.recording import Recording
from driftline.capture.tables.form import BEYOND, Form, Naming

_BY_PLACE: Naming = "pandas"  # columns without names are called as this library does
_FIRST = 1 << 12  # bytes in which the first line ends
_HEADED = ("header", "has_header")  # of LightGBM
_BESIDE = (".weight", ".init", ".query", ".group", ".position")  # which LightGBM reads where there are such files
_ARGUMENTS = (  # of CatBoost, which may be files
    "column_description", "pairs", "graph", "pairs_weight", "group_weight", "baseline", "timestamp", "feature_names",
)  # fmt: skip

Source = tuple[list[str], Form | None]  # paths, and how the files are written; None = nobody said


def install(module: Any) -> list[Patch]:
    """Put the hooks on and return what was replaced."""
    if module.__name__ == "xgboost":
        return _reading(module, "DMatrix.__init__", _of_xgboost)
    if module.__name__ == "catboost":
        return _reading(module, "Pool.__init__", _of_catboost)
    made = _reading(module, "Dataset.__init__", _of_lightgbm)
    return made + _reading(module, "Booster.predict", _of_lightgbm)


def _reading(module: Any, attribute: str, source: Callable[[str, Call], Source]) -> list[Patch]:
    def record(run: Recording, call: Call) -> bool:
        paths, form = source(os.fspath(call.argument(1, "data")), call)
        beside = [one for one in map(call.kwargs.get, _ARGUMENTS) if isinstance(one, str | os.PathLike)]
        others = [path for path in (_bare(os.fspath(one)) for one in beside) if os.path.isfile(path)]
        told = [table.note(run, "read", path, call, form=form) for path in paths if os.path.exists(path)]
        return any([*told, *(table.note(run, "read", path, call) for path in others)])

    return patch.around(module, attribute, record, plain=_in_memory)


def _in_memory(args: Sequence[Any], kwargs: Mapping[str, Any]) -> bool:
    return not isinstance(args[1] if len(args) > 1 else kwargs.get("data"), str | os.PathLike)


def _bare(path: str) -> str:
    """Return a path without the scheme that says how the file is read."""
    return path.partition("://")[2] or path


def _of_xgboost(given: str, call: Call) -> Source:  # noqa: ARG001 - all of it stands in the address
    """``?format=csv`` behind a path says how it is read, and ``#cache`` where that is kept; several may be given."""
    place, _, said = _bare(given).partition("#")[0].partition("?")
    form = {"csv": Form(bare=_BY_PLACE), "libsvm": BEYOND}.get(dict(_pairs(said)).get("format", ""))
    return [os.path.expanduser(one) for one in place.split(";")], form


def _pairs(said: str) -> list[tuple[str, str]]:
    return [(name, value) for name, _, value in (one.partition("=") for one in said.split("&"))]


def _of_catboost(given: str, call: Call) -> Source:
    """``quantized://`` and ``libsvm://`` before a path say how it is read; else it has tabs between its fields."""
    scheme = given.partition("://")[0] if "://" in given else "dsv"
    if scheme != "dsv":
        return [_bare(given)], BEYOND
    return [_bare(given)], _form(headed=bool(call.kwargs.get("has_header")), delimiter=call.kwargs.get("delimiter"))


def _of_lightgbm(given: str, call: Call) -> Source:
    """The file, and those beside it that belong to it by their names."""
    said = {**(call.kwargs.get("params") or {}), **call.kwargs}
    data_has_header = call.kwargs.get("data_has_header")  # of what is predicted
    headed = bool(data_has_header) or any(str(said.get(name)).lower() in ("true", "1") for name in _HEADED)
    first = _first(given)
    form = (
        BEYOND
        if b"\0" in first or b":" in first.partition(b"\n")[0]
        else _form(headed=headed, delimiter=None)._replace(guess=True)
    )
    paths = [given, *(path for path in (f"{given}{end}" for end in _BESIDE) if os.path.isfile(path))]
    return paths, form


def _first(path: str) -> bytes:
    if not os.path.isfile(path):
        return b""
    try:
        with open(path, "rb") as file:
            return file.read(_FIRST)
    except OSError:  # what is not there was not read
        return b""


def _form(*, headed: bool, delimiter: str | None) -> Form:
    return Form(delimiter or "\t", bare="" if headed else _BY_PLACE)
