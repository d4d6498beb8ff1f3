import msgspec
import pytest

from driftline.interop.marquez import job, naming
from driftline.store import Store

BASE = "postgres://h:5432"
FIRST, SECOND = (f"0194a1b2-0000-7000-8000-{number:012d}" for number in (1, 2))


def test_one_job_with_what_it_reads_and_writes_and_its_runs(store: Store) -> None:
    found = job.one(store, "etl", "etl.mart")
    assert found is not None
    assert [(one.namespace, one.name) for one in found.inputs] == [(BASE, "shop.raw")]
    assert [(one.namespace, one.name) for one in found.outputs] == [(BASE, "shop.mart")]
    assert (found.type, found.location) == ("BATCH", "https://example.org/etl.py")
    assert (found.parent_job_name, found.simple_name) == ("etl", "mart")
    assert found.parent_job_uuid == naming.identify("job:etl:etl")
    assert [one.id for one in found.latest_runs or ()] == [SECOND, FIRST]
    assert found.latest_run is not None
    assert (found.latest_run.id, found.latest_run.state) == (SECOND, "FAILED")
    assert [one.dataset_version_id.name for one in found.latest_run.output_dataset_versions] == ["shop.mart"]
    assert (found.created_at, found.updated_at) == ("2026-01-02T03:00:00Z", "2026-01-03T03:00:10Z")
    assert found.driftline_version == "r1"
    assert set(found.facets) == {"sourceCodeLocation"}
    assert job.one(store, "etl", "none") is None


def test_a_page_of_jobs_begins_with_the_last_updated_one_as_in_marquez(store: Store) -> None:
    whole = job.page(store, "etl", (), 10, 0)
    assert [one.updated_at for one in whole.jobs] == sorted((one.updated_at for one in whole.jobs), reverse=True)
    found = job.page(store, "etl", (), 2, 1)
    assert ([one.name for one in found.jobs], found.total_count) == (["etl.mart", "etl"], 3)  # the first is report
    assert job.page(store, "", (), 10, 0).total_count == 3


def test_jobs_are_found_by_the_state_of_their_last_run(store: Store) -> None:
    assert [one.name for one in job.page(store, "", ("FAILED",), 10, 0).jobs] == ["etl.mart"]
    both = job.page(store, "etl", ("FAILED", "RUNNING"), 1, 1)
    assert ([one.name for one in both.jobs], both.total_count) == (["etl.mart"], 2)
    assert job.page(store, "", ("COMPLETED",), 10, 0).total_count == 0


def test_a_job_that_is_only_a_parent_has_no_runs_and_no_version(store: Store) -> None:
    found = job.one(store, "etl", "etl")
    assert found is not None
    assert (found.latest_run, found.latest_runs, found.current_version) == (None, None, None)


def test_a_version_of_a_job_is_a_revision_of_its_code(store: Store) -> None:
    found = job.versions(store, "etl", "etl.mart")
    assert found is not None
    [one] = found
    assert (one.driftline_version, one.created_at) == ("r1", "2026-01-02T03:00:00Z")
    assert one.latest_run is not None
    assert one.latest_run.id == SECOND
    assert job.versions(store, "etl", "none") is None


@pytest.mark.parametrize(
    ("said", "shown"),
    [
        ("https://example.org/etl.py", "https://example.org/etl.py"),
        ("file:///src/etl.py", "file:///src/etl.py"),
        ("git@example.org:etl.git", None),  # java.net.URL of the Java client refuses it, a browser cannot follow it
        ("src/etl.py", None),
        ("javascript:alert(1)", None),
    ],
)
def test_a_location_is_an_address_that_a_browser_can_follow(said: str, shown: str | None) -> None:
    assert job.location({"sourceCodeLocation": msgspec.Raw(msgspec.json.encode({"url": said}))}) == shown


def test_the_type_follows_from_how_it_processes() -> None:
    said = {"STREAMING": "STREAM", "BATCH": "BATCH", "SERVICE": "SERVICE", "else": "BATCH"}
    found = {kind: job.kind({"jobType": msgspec.Raw(b'{"processingType":"%s"}' % kind.encode())}) for kind in said}
    assert found == said
    assert job.kind({}) == "BATCH"


def test_labels_are_the_sort_of_job_and_what_runs_it() -> None:
    said = msgspec.Raw(b'{"processingType":"BATCH","integration":"DBT","jobType":"MODEL"}')
    assert job.labels({"jobType": said}) == ["MODEL", "DBT"]
    assert job.labels({}) == []
