from driftline.interop.marquez import naming, upstream
from driftline.store import Store

BASE = "postgres://h:5432"
FIRST, SECOND, NEXT = (f"0194a1b2-0000-7000-8000-{number:012d}" for number in (1, 2, 3))


def test_a_run_stands_on_the_run_that_wrote_what_it_read(store: Store) -> None:
    found = upstream.above(store, NEXT, 20)
    assert found is not None
    report, build = found.runs
    assert (report.run.id, report.run.status, report.run.end) == (NEXT, "RUNNING", None)
    [read] = report.inputs
    assert (read.name, read.produced_by_run_id) == ("shop.mart", SECOND)
    assert read.version == naming.dataset_version(BASE, "shop.mart", f"run:{SECOND}")
    assert (build.run.id, build.job.name, build.run.start) == (SECOND, "etl.mart", "2026-01-03T03:00:00Z")
    assert [(one.name, one.produced_by_run_id) for one in build.inputs] == [("shop.raw", None)]


def test_depth_counts_runs(store: Store) -> None:
    found = upstream.above(store, NEXT, 0)
    assert found is not None
    assert [one.run.id for one in found.runs] == [NEXT]


def test_a_run_that_is_not_known_is_none(store: Store) -> None:
    assert upstream.above(store, "0194a1b2-0000-7000-8000-00000000ffff", 20) is None
