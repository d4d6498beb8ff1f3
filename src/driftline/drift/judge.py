"""From measures to findings: what is significant, what is large, and what is worth waking somebody for.

Enters: a batch, its reference and the pool of recent healthy batches. Leaves: findings and the raw measures. A
measure becomes a finding when its p-value, corrected over all columns, or over all measures of whole batches
(Benjamini and Hochberg 1995, doi 10.1111/j.2517-6161.1995.tb02031.x), is at most ``ALPHA`` *and* it is larger than
any move seen while well. Its p-value is the larger of two: rows drawn from the reference, and batch-to-batch
variation while well (what holds exactly, such as a schema, needs neither). ``size`` is in units of the largest move
seen while well: above 1 a note, from ``WARN`` a warning, from ``ALARM`` (``WHOLE`` for measures of a whole batch) an
alarm. Whether an alarm reaches people is decided downstream, by consequence. Pure: no clock, no threshold from
outside.
"""

from collections.abc import Sequence

import msgspec
import numpy as np

from driftline.drift import detectors
from driftline.drift.batch import Batch, Measure
from driftline.drift.evidence import evidence
from driftline.drift.pool import Pool
from driftline.drift.reference import Reference, Tail
from driftline.event import ids
from driftline.event.finding import Finding, Severity

ALPHA = 0.01  # expected share of false findings among the findings of a batch
WARM_UP = 21  # healthy batches before moves of distributions are judged
NOTE, WARN, ALARM = 1.0, 2.0, 3.0  # size from which a finding is a note, a warning, an alarm
WHOLE = 2.0  # size from which a finding about a whole batch is an alarm: there are few such measures, not hundreds


_NONE = Tail()


class Judgement(msgspec.Struct, frozen=True):
    """What a comparison found, with the measures to admit if the batch is healthy."""

    findings: tuple[Finding, ...]
    measures: tuple[Measure, ...]

    @property
    def alarms(self) -> frozenset[str]:
        """Columns with an alarm; ``""`` stands for the batch as a whole."""
        return frozenset(finding.column for finding in self.findings if finding.severity == "alarm")

    @property
    def replaced(self) -> bool:
        """An alarm says that the content as a whole is another one: nothing of the batch may be learnt from."""
        return any(f.severity == "alarm" and f.detector == "documents" for f in self.findings)

    @property
    def healthy(self) -> bool:
        """No alarm at all."""
        return not self.alarms


def judge(batch: Batch, reference: Reference, pool: Pool | None) -> Judgement:
    """Return the findings of ``batch`` against ``reference``; ``pool`` is the merged profile of its members."""
    measures = tuple(detectors.measure(batch, reference, pool))
    tails = [reference.tails.get(measure.key, _NONE) for measure in measures]
    ready = [
        (measure, tail)
        for measure, tail in zip(measures, tails, strict=True)
        if tail.count >= WARM_UP or detectors.EXACT.get(measure.detector)
    ]
    if not ready:
        return Judgement((), measures)
    raw = [
        measure.p_test
        if detectors.EXACT.get(measure.detector)
        else max(measure.p_test, tail.p_value(measure.value, measure.floor))
        for measure, tail in ready
    ]
    findings = [
        _finding(batch, measure, tail.size(measure.value, measure.floor), p_value, pool)
        for (measure, tail), p_value in zip(ready, _by_family([measure for measure, _ in ready], raw), strict=True)
        if p_value <= ALPHA and tail.size(measure.value, measure.floor) > NOTE
    ]
    findings.sort(key=lambda finding: (-finding.size, finding.column))
    return Judgement(tuple(findings), measures)


def _by_family(measures: Sequence[Measure], raw: Sequence[float]) -> list[float]:
    """Return adjusted p-values; the few measures of whole batches are not drowned by the many of columns."""
    out = [1.0] * len(raw)
    for whole in (True, False):
        places = [place for place, measure in enumerate(measures) if (measure.column == "") == whole]
        if places:
            for place, value in zip(places, adjusted([raw[place] for place in places]), strict=True):
                out[place] = value
    return out


def adjusted(p_values: Sequence[float]) -> list[float]:
    """Return Benjamini-Hochberg adjusted p-values, in the order given."""
    raw = np.asarray(p_values, dtype=float)
    order = np.argsort(-raw, kind="stable")
    scaled = raw[order] * len(raw) / np.arange(len(raw), 0, -1)
    out = np.empty_like(raw)
    out[order] = np.minimum(1.0, np.minimum.accumulate(scaled))
    return [float(value) for value in out]


def _severity(size: float, column: str) -> Severity:
    return "alarm" if size >= (ALARM if column else WHOLE) else "warn" if size >= WARN else "note"


def _finding(batch: Batch, measure: Measure, size: float, p_value: float, pool: Pool | None) -> Finding:
    return Finding(
        id=ids.digest(batch.dataset.node, batch.version, batch.partition, measure.key),
        dataset=batch.dataset,
        version=batch.version,
        partition=batch.partition,
        column=measure.column,
        detector=measure.detector,
        kind=measure.kind,
        statistic=measure.statistic,
        reference=measure.reference,
        current=measure.current,
        p_value=p_value,
        size=round(size, 3),
        severity=_severity(size, measure.column),
        time_us=batch.time_us,
        sentence=measure.sentence,
        evidence=evidence(batch, measure, pool),
    )
