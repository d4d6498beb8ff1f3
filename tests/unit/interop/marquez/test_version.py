from driftline.interop.marquez import naming, version
from driftline.store import Store

BASE = "postgres://h:5432"
OLD, NEW = (f"run:0194a1b2-0000-7000-8000-{number:012d}" for number in (1, 2))


def test_versions_come_newest_first_and_only_the_newest_brings_its_facets(store: Store) -> None:
    found = version.page(store, BASE, "shop.mart", 10, 0)
    assert found is not None
    assert found.total_count == 2
    assert [one.driftline_version for one in found.versions] == [NEW, OLD]
    assert [one.version for one in found.versions] == [naming.dataset_version(BASE, "shop.mart", v) for v in (NEW, OLD)]
    assert [bool(one.facets) for one in found.versions] == [True, False]
    assert [one.created_at for one in found.versions] == ["2026-01-03T03:00:10Z", "2026-01-02T03:01:30Z"]


def test_one_version_with_its_run_its_columns_and_the_facets_that_the_run_gave_it(store: Store) -> None:
    found = version.one(store, BASE, "shop.mart", naming.dataset_version(BASE, "shop.mart", OLD))
    assert found is not None
    assert found.id.version == found.version
    assert found.created_by_run is not None
    assert (found.created_by_run.id, found.created_by_run.state) == (OLD.removeprefix("run:"), "COMPLETED")
    assert [(field.name, field.type, field.description) for field in found.fields] == [("order_id", "INT", "the order")]
    assert set(found.facets) == {"schema", "dataSource", "documentation", "tags", "columnLineage"}


def test_a_version_is_found_by_its_name_here_too(store: Store) -> None:
    found = version.one(store, BASE, "shop.mart", NEW)
    assert found is not None
    assert found.driftline_version == NEW


def test_what_is_not_known_is_none(store: Store) -> None:
    assert version.one(store, BASE, "shop.mart", "0194a1b2-0000-7000-8000-00000000ffff") is None
    assert version.one(store, BASE, "shop.none", NEW) is None
    assert version.page(store, BASE, "shop.none", 10, 0) is None


def test_a_reading_that_named_no_version_leads_to_the_dataset_as_it_stands(store: Store) -> None:
    found = version.one(store, BASE, "shop.raw", naming.dataset_version(BASE, "shop.raw", ""))
    assert found is not None
    assert [field.name for field in found.fields] == ["id"]
    assert found.created_by_run is None


def test_a_dataset_that_nobody_wrote_is_its_own_and_only_version(store: Store) -> None:
    found = version.page(store, BASE, "shop.raw", 10, 0)
    assert found is not None
    [one] = found.versions
    assert (found.total_count, one.driftline_version, one.created_at) == (1, "", "2026-01-02T03:00:00Z")
    assert version.one(store, BASE, "shop.raw", one.version) == one
    after = version.page(store, BASE, "shop.raw", 10, 1)
    assert after == version.MarquezDatasetVersions([], 1)
