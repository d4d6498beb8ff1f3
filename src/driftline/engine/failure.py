"""A run that failed, and what it therefore did not write.

Enters: a run that ended in FAIL or ABORT, and the job's last good run. Leaves: one alarm per dataset that the good
run wrote and the failed one did not: it has no new version. Whether that reaches people is decided as for every alarm,
by what is served from it.
"""

from driftline import clock
from driftline.engine.house import House
from driftline.event import ids
from driftline.event.finding import Finding
from driftline.event.lineage import RunShape

DETECTOR = "run"
SIZE = 10.0  # a missing version is beyond every healthy batch; the number orders it among alarms


def findings(house: House, run: RunShape, before: RunShape | None) -> list[Finding]:
    """Return what is missing because ``run`` failed; nothing for a job that never wrote anything."""
    if run.state not in {"FAIL", "ABORT"} or before is None or before.run == run.run:
        return []
    when = run.nominal_us or run.time_us or house.now()
    day = clock.iso(when)[:10]
    wrote = {touched.dataset for touched in run.outputs if touched.version}  # without one it is named, not written
    return [
        Finding(
            id=ids.digest("run", run.run, touched.dataset.node),
            dataset=touched.dataset,
            version="",
            partition=day,
            detector=DETECTOR,
            kind="missing run",
            statistic="versions",
            reference=1.0,
            current=0.0,
            p_value=0.0,
            size=SIZE,
            severity="alarm",
            time_us=run.time_us or when,
            sentence=f"{run.job.name} failed on {day}: {touched.dataset.name} has no new version.",
        )
        for touched in before.outputs
        if touched.dataset not in wrote
    ]
