"""The child process that probes one function: reads what to do, goes behind the fence, probes, answers.

Enters: a job on standard input, as ``job`` makes it. Leaves: a report as JSON on standard output. What the function
prints goes nowhere. The function and its tables are only unpacked behind the fence, since that imports modules.
Run as ``python -m driftline.capture.probe.child``.
"""

import marshal
import os
import pickle
import sys
from typing import Any

import msgspec

from driftline.capture.probe import fence, influence, ship
from driftline.capture.probe.call import Arguments
from driftline.capture.probe.report import Report, encode


def job(function: bytes, arguments: Arguments, tables: dict[str, Any], path: list[str], seconds: float) -> bytes:
    """Return what to do as bytes.

    Args:
        function: as ``ship.pack`` returns it.
        arguments: how it is called.
        tables: a sample of its tables.
        path: where modules are looked for.
        seconds: that the probe may take.

    Raises:
        Exception: a table or an argument cannot be pickled; whatever its class raises.
    """
    data = pickle.dumps((tuple(arguments), tables), protocol=5)
    return marshal.dumps((list(path), float(seconds), function, data))


def main() -> None:
    """Probe the function that standard input holds, and write the report to standard output."""
    given = sys.stdin.buffer.read()
    out = os.dup(1)
    nowhere = os.open(os.devnull, os.O_RDWR)
    for number in (0, 1, 2):
        os.dup2(nowhere, number)
    path, seconds, function, data = marshal.loads(given)  # noqa: S302 - from the parent, over a pipe
    sys.path[:] = path
    around = fence.Fence()
    around.close(int(seconds) + 2)
    found = _probe(around, function, data, seconds)
    answer = encode(found)
    while answer:
        answer = answer[os.write(out, answer) :]
    os._exit(0)  # what the function has registered for the end is not run


def _probe(around: fence.Fence, function: bytes, data: bytes, seconds: float) -> Report:
    try:
        called = ship.unpack(function)
        shape, tables = pickle.loads(data)  # noqa: S301 - from the parent, over a pipe
    except Exception as error:  # whatever a module does when it is imported
        return Report(reason=f"it cannot be carried ({type(error).__name__}: {str(error)[:100]})")
    around.watching = True
    found = influence.report(called, Arguments(*shape), tables, seconds)
    around.watching = False
    if around.refused:
        found = Report(reason=f"it is not pure: {around.refused[0][:100]}", runs=found.runs)
    return msgspec.structs.replace(found, fence=tuple(around.parts), reads=tuple(around.reads)[:20])


if __name__ == "__main__":
    main()
