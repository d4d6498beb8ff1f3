"""The comparison: one batch against the reference of its dataset, as findings. Pure: no clock, no input, no output."""

from driftline.drift.batch import Batch
from driftline.drift.judge import ALARM, NOTE, WARN, Judgement, judge
from driftline.drift.pool import Pool
from driftline.drift.reference import Reference, admit

__all__ = ["ALARM", "NOTE", "WARN", "Batch", "Judgement", "Pool", "Reference", "admit", "judge"]
