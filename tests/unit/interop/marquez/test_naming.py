import uuid

import pytest

from driftline.event.lineage import Job
from driftline.interop.marquez import naming


def test_a_version_is_always_the_same_uuid() -> None:
    # by hand: the UUIDv5 (RFC 9562) of the node id, in the name space of addresses
    said = uuid.uuid5(uuid.NAMESPACE_URL, "driftline:dataset:s3://lake:orders#v1")
    assert naming.dataset_version("s3://lake", "orders", "v1") == str(said)
    assert naming.job_version(Job("etl", "a"), "r1") != naming.job_version(Job("etl", "a"), "r2")


@pytest.mark.parametrize(
    ("ours", "theirs"),
    [
        ("START", "RUNNING"),
        ("RUNNING", "RUNNING"),
        ("COMPLETE", "COMPLETED"),
        ("FAIL", "FAILED"),
        ("ABORT", "ABORTED"),
        ("OTHER", "NEW"),
        ("", "NEW"),
    ],
)
def test_a_state_goes_there_and_back(ours: str, theirs: str) -> None:
    assert naming.state(ours) == theirs
    assert ours in naming.states(theirs.lower())


def test_a_moment_that_is_not_known_is_none() -> None:
    assert naming.moment(0) is None
    assert naming.moment(1_767_225_600_000_000) == "2026-01-01T00:00:00Z"


def test_an_unknown_state_is_none_of_ours() -> None:
    assert naming.states("HAPPY") == ()
