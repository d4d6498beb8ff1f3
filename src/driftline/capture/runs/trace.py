"""What a run collects of itself until it is told: versions that it read and wrote, and everything around them.

Enters: what hooks and the user's words say, on any thread. Leaves: two plain records, ``Seen`` and ``Trace``, which
``emit`` makes events of.
"""

from typing import Any

import msgspec

from driftline.capture.program.sites import Visit
from driftline.capture.runs.columns import Bindable
from driftline.capture.tables.form import Form
from driftline.errors import shown
from driftline.event.facets import Difference
from driftline.event.lineage import Field, Job, Touched


class Seen(msgspec.Struct, kw_only=True, eq=False):
    """One version that a run read or wrote, as it is collected."""

    touched: Touched
    path: str = ""  # local file, to be measured when the event is encoded; "" = none
    size: int = 0
    modified_ns: int = 0
    form: Form | None = None  # how a text table is written; None = nobody said
    deferred: bool = False  # the version is provisional: the file is hashed when the event is encoded
    pending: bool = False  # it was still being written: its state is taken when the event is encoded
    pointer: Any = None  # () -> (version, bytes), asked when the event is encoded; None = the version stands
    at_ns: int = 0  # when it was first read, or last written
    handle: Any = None  # weak reference to the file that it is being written to, as long as that is open
    until_ns: int = 0  # when that was last seen to be open; 0 = it never was
    fitted_ns: int = 0  # when the model that was written was fitted last; 0 = not known
    read_ns: int = 0  # when the run first read what it had written; 0 = never
    timed: bool = False  # the run saw several states of one dataset, and says of each when that was
    contents: Any = None  # contents.Contents, once measured
    table: Any = None  # at_hand.Table: what it holds, where no file can be read for that
    part: str = (
        ""  # rows or columns: ``table`` is only some of them, and shows where columns went but not what it holds
    )
    declared: bool = False  # the columns that it has, if any, are as its database declares them
    rootless: bool = False  # the code makes it of constants: it has no source
    lineage: dict[str, Any] | None = None  # body of its columnLineage facet, once it is known
    edges: list[Bindable] = []
    visits: list[Visit] = []  # where in the user's code it was written
    former: "Seen | None" = None  # the state that it took the place of
    facets: dict[str, dict[str, Any]] = {}  # facets that the user's code attached

    @property
    def fields(self) -> tuple[Field, ...] | None:
        """Its columns as measured; of a table as its database declares them, whatever types a frame of it has.

        Arrays that lie in one file, each of its own shape, are no columns.
        """
        if self.contents is None or self.part or self.contents.arrays or (self.declared and self.touched.fields):
            return self.touched.fields
        found: tuple[Field, ...] = self.contents.fields
        return found

    def is_open(self) -> bool:
        """Whether it is being written to a file that is open; one that was detached from its bytes tells nothing."""
        file = None if self.handle is None else self.handle()
        try:
            return file is not None and not getattr(file, "closed", True)
        except ValueError:
            return False


class Trace(msgspec.Struct, kw_only=True):
    """Everything that a run says of itself."""

    run: str
    job: Job
    started_us: int
    ended_us: int = 0
    nominal: str = ""  # ISO 8601
    parent: str = ""
    parent_job: Job | None = None
    code: str = ""
    parameters: dict[str, str] = {}
    inputs: list[Seen] = []
    outputs: list[Seen] = []
    statements: list[str] = []
    error: str = ""
    aborted: bool = False  # the error is somebody's wish
    gaps: dict[str, int] = {}  # what was not captured -> how often
    opened: dict[tuple[str, str], int] = {}  # (path, read or write) of files that Python opened -> when first, in ns
    again: dict[
        str, int
    ] = {}  # path of what it has opened to write -> when it was first opened to read it since, in ns
    stood: dict[str, Any] = {}  # path -> their measure.FileState as the run ended; None = open; not all are looked at
    left_ns: int = 0  # when that was
    watched: bool = False  # what Python opens was heard of until then
    ordered: bool = False  # what is read after a version was written is no source of it
    attributed: set[str] = set()  # paths that belong to what was recorded
    recalled: dict[str, Any] = {}  # read or write -> recalled.Recalled: where in the lists above something may lie
    awaited: list[str] = []  # keys of the probes of its steps
    differences: list[Difference] = []  # where declared and observed column edges disagree
    on_run: dict[str, dict[str, Any]] = {}  # further facets of the run
    on_job: dict[str, dict[str, Any]] = {}  # further facets of the job


def died(trace: Trace, error: BaseException | None) -> None:
    """Say what ended the run: an error, Ctrl-C, or nothing; ``sys.exit()`` and ``sys.exit(0)`` are no errors."""
    if error is None or (isinstance(error, SystemExit) and (error.code is None or error.code == 0)):
        return
    trace.error, trace.aborted = shown(error), isinstance(error, KeyboardInterrupt)
