"""``watch()`` without a name: it records only inside runs, which somebody who opens none has to be told.

Enters: the process, as it is and as it ends. Leaves: one line, with the name that the job could have: that of the
script, or of the notebook as far as it is known. Never records anything.
"""

import atexit
import os
import sys
from collections.abc import Mapping
from pathlib import PurePath
from typing import Any

from driftline.capture.ground import fault, imported
from driftline.capture.runs import around
from driftline.capture.sending import client

_SESSION = "JPY_SESSION_NAME"  # variable in which Jupyter names the notebook
_STUDIO = "__vsc_ipynb_file__"  # global in which an editor does


class _State:
    registered = False  # at the interpreter, once
    name = ""  # that the job could have


def begin() -> None:
    """Have it told what is missed: in a session when it first is, else when the process ends."""
    _State.name = job_name(sys.modules.get("__main__"), os.environ)  # a script that is over has no file any more
    if interactive():
        around.process.on_missed = told
    elif not _State.registered:
        _State.registered = True
        atexit.register(fault.attempt, "watch", told)


def told() -> None:
    """Tell that data was read or written outside of runs, and that no run was opened."""
    around.process.on_missed = None
    if around.process.missed and not around.process.opened and client.current() is not None:
        said = "watch() without a name records only what runs read and write, and none is open: nothing is recorded"
        fault.tell("watch", f"{said}. To record all of this, name it: driftline.watch({_State.name!r})")


def interactive() -> bool:
    """Whether this is a notebook or a session in which lines are typed."""
    return hasattr(sys, "ps1") or isinstance(imported.of("__main__").get("In"), list)


def job_name(main: Any, variables: Mapping[str, str]) -> str:
    """Return what the job of this process may be called: the name of its script, module or notebook without ending."""
    inside = vars(main) if main is not None else {}
    module = getattr(inside.get("__spec__"), "name", None)
    if module:  # python -m package.module
        return str(module).removesuffix(".__main__").rpartition(".")[2]
    for given in (inside.get(_STUDIO), variables.get(_SESSION), inside.get("__file__")):
        stem = PurePath(given).stem if isinstance(given, str) else ""
        if stem and not stem.startswith("<"):
            return stem
    return "notebook" if isinstance(inside.get("In"), list) else "session"
