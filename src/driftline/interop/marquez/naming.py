"""Ids, moments and states as Marquez writes them.

Enters: our names, microseconds and run states. Leaves: UUIDs that stand for our version strings everywhere, ISO 8601
with Z, and the five run states. Pure.
"""

import uuid

from driftline import clock
from driftline.event.lineage import Dataset, Job, Version

_STATES = {"START": "RUNNING", "RUNNING": "RUNNING", "COMPLETE": "COMPLETED", "FAIL": "FAILED", "ABORT": "ABORTED"}
_OURS = {
    "NEW": ("OTHER", ""),
    "RUNNING": ("START", "RUNNING"),
    "COMPLETED": ("COMPLETE",),
    "FAILED": ("FAIL",),
    "ABORTED": ("ABORT",),
}


def identify(text: str) -> str:
    """Return the UUID that stands for a node id."""
    return str(uuid.uuid5(uuid.NAMESPACE_URL, f"driftline:{text}"))


def dataset_version(namespace: str, name: str, version: str) -> str:
    """Return the UUID of a version of a dataset."""
    return identify(Version(Dataset(namespace, name), version).node)


def job_version(job: Job, code: str) -> str:
    """Return the UUID of a version of a job: one for each revision of its code."""
    return identify(f"{job.node}#{code}")


def moment(moment_us: int) -> str | None:
    """Return a moment as text; None where it is not known."""
    return clock.iso(moment_us) if moment_us > 0 else None


def state(ours: str) -> str:
    """Return the state of a run."""
    return _STATES.get(ours, "NEW")


def states(theirs: str) -> tuple[str, ...]:
    """Return which of our states a state stands for; none where it is unknown."""
    return _OURS.get(theirs.upper(), ())
