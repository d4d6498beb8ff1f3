"""argparse: what a command line was understood as, recorded as parameters of the run.

Enters: the loaded argparse module. Leaves: a patch on ``ArgumentParser.parse_known_args``, which ``parse_args``
calls. Values whose names look secret are left out. They stand for the words of the command line, which are not said
twice.
"""

import sys
from typing import Any

from driftline.capture.explaining import outside
from driftline.capture.hooks.patch import Call, Patch, around
from driftline.capture.runs.recording import Recording
from driftline.capture.watching import process


def install(argparse: Any) -> list[Patch]:
    """Put the hooks on and return what was replaced."""
    return around(argparse, "ArgumentParser.parse_known_args", _parsed)


def _parsed(run: Recording, call: Call) -> bool:
    if type(call.args[0]).__module__.startswith("IPython."):
        return False  # a magic, not the program
    found, rest = call.result if isinstance(call.result, tuple) else (call.result, [])
    outside.parse(vars(found))
    run.parameters({name: value for name, value in vars(found).items() if not callable(value)})
    if call.argument(1, "args") is None and not rest:  # all of the command line is understood, and said once
        for name, value in process.arguments(sys.argv[1:]).items():
            if name not in vars(found) and run.trace.parameters.get(name) == value:
                del run.trace.parameters[name]
    return False
