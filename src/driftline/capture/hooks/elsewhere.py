"""Libraries that read and write where no hook is: in workers of their own, in Java, in classes that nothing changes.

Enters: Ray, PySpark, tensorstore, tantivy or annoy, once it is loaded. Leaves: patches on what every use of it goes
through, which say as a gap of the run, once, that what it reads and writes is not seen. Arguments and results are not
looked at.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from driftline.capture.hooks import patch
from driftline.capture.hooks.patch import Patch
from driftline.capture.runs.around import enclosing

_SPARK = "Spark: what it reads and writes"
_TABLES = {
    "ray": ("Ray: what its workers read and write", ("init", "get", "wait")),
    "pyspark.sql.session": (_SPARK, ("SparkSession.__init__",)),
    "pyspark.sql.readwriter": (_SPARK, ("DataFrameReader.__init__", "DataFrameWriter.__init__")),
    "tantivy": ("tantivy: the indexes that it opens", ("Index.open", "Index.writer")),
    "annoy": ("annoy: the indexes that it opens", ("AnnoyIndex",)),
    "tensorstore": ("tensorstore: what it reads and writes", ("open",)),
}


def install(module: Any) -> list[Patch]:
    """Put the hooks on and return what was replaced."""
    what, names = _TABLES[module.__name__]
    return [one for name in names for one in patch.around(module, name, patch.nothing, _teller(f"not seen: {what}"))]


def _teller(gap: str) -> patch.Before:
    def before(args: Sequence[Any], kwargs: Mapping[str, Any]) -> Any:  # noqa: ARG001 - the signature is Before's
        run = enclosing()
        if run is not None:
            run.trace.gaps.setdefault(gap, 1)
        return patch.PASS

    return before
