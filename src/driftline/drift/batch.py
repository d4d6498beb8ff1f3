"""What a comparison takes in: one batch of a dataset, and what a detector says of it.

A batch is one version or partition with its profile; a measure is one number about it that is 0 when nothing moved and
grows with the move. Measures are made by detectors and judged elsewhere; neither knows a threshold.
"""

from collections.abc import Mapping
from datetime import date
from functools import cached_property

import msgspec

from driftline import clock
from driftline.drift.pool import View
from driftline.event.lineage import Dataset, Field
from driftline.profile import Profile


class Batch(msgspec.Struct, frozen=True, kw_only=True, dict=True):
    """One state of a dataset, ready to be compared."""

    dataset: Dataset
    version: str
    partition: str = ""
    time_us: int
    kind: str = ""
    profile: Profile
    fields: tuple[Field, ...] | None = None
    feeds: Mapping[str, int] = {}  # rows of each input of the run that wrote it, by dataset node id

    @cached_property
    def view(self) -> View:
        """Its profile as detectors ask for it."""
        return View(self.profile)

    @cached_property
    def weekday(self) -> int:
        """Monday = 0, from the partition where it is a date, else from the event time."""
        try:
            return date.fromisoformat(self.partition[:10]).weekday()
        except ValueError:
            return clock.to_datetime(self.time_us).weekday()


class Measure(msgspec.Struct, frozen=True, kw_only=True):
    """One detector's number about one column (``""``: the whole batch)."""

    detector: str
    column: str
    kind: str  # location, spread, missing, mix, volume, schema, new level, broken link, documents
    value: float  # 0 = as ever; unit and range are the detector's
    floor: float  # moves up to this are of no practical meaning, whatever their significance
    p_test: float = 0.0  # chance of so large a value if rows were drawn from the reference; 0 where no such test exists
    statistic: str  # name of the number that a person is shown
    reference: float | None = None
    current: float | None = None
    sentence: str

    @property
    def key(self) -> str:
        """Names the series that this measure belongs to."""
        return f"{self.detector}:{self.column}"
