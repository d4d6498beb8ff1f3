"""Databases in memory: whose they are. They have no address, and end with their process.

Enters: the scheme of a database. Leaves: a namespace such as ``duckdb://memory/churn``: named by the job that the
process is a run of, else by its script or notebook, else by the outermost run. So one job's tables are the same from
run to run, and those of two scripts never meet. Source of the form: https://openlineage.io/docs/spec/naming.
"""

import os

from driftline.capture.ground import imported, opens, place
from driftline.capture.runs import around
from driftline.capture.sending import client

_NOTEBOOK = "JPY_SESSION_NAME"  # where Jupyter says which notebook a kernel runs


def namespace(scheme: str) -> str:
    """Return the namespace of the tables that this process holds in memory."""
    owner = _owner().replace(":", "_")
    return f"{scheme}://memory/{owner}" if owner else f"{scheme}://memory"


def _owner() -> str:
    process = around.process.run
    if process is not None:
        return _job(process.job.namespace, process.job.name)
    script = imported.of("__main__").get("__file__") or os.environ.get(_NOTEBOOK)
    known = client.current()
    if script and known is not None:
        path = os.path.abspath(script)
        if not path.startswith(opens.installed()):
            return place.place(path, known.folder).located.name.lstrip("/")
    run = around.enclosing()
    while run is not None and run.outer is not None:
        run = run.outer
    return "" if run is None else _job(run.job.namespace, run.job.name)


def _job(space: str, name: str) -> str:
    return name if space == "default" else f"{space}/{name}"
