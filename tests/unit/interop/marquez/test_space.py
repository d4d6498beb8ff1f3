from driftline.interop.marquez import space
from driftline.store import Store

BASE = "postgres://h:5432"


def test_a_namespace_is_what_events_name_since_the_first_and_the_newest_of_its_names(store: Store) -> None:
    found = space.namespaces(store, 10, 0)
    assert [one.name for one in found.namespaces] == ["etl", BASE, "s3://out"]
    assert found.total_count == 3
    etl = space.namespace(store, "etl")
    assert etl is not None
    assert (etl.created_at, etl.updated_at) == ("2026-01-02T03:00:00Z", "2026-01-04T03:00:00Z")
    assert (etl.owner_name, etl.description, etl.is_hidden) == ("anonymous", None, False)


def test_a_page_of_namespaces_is_cut_from_all(store: Store) -> None:
    found = space.namespaces(store, 1, 1)
    assert ([one.name for one in found.namespaces], found.total_count) == ([BASE], 3)


def test_a_namespace_that_somebody_announced_is_there_before_any_event_names_it(store: Store) -> None:
    store.marks.say("namespaces", "new", {"owner": "me", "since_us": "1767225600000000"})
    found = space.namespace(store, "new")
    assert found is not None
    assert (found.owner_name, found.created_at) == ("me", "2026-01-01T00:00:00Z")
    assert space.namespace(store, "never") is None


def test_a_source_is_where_the_datasets_of_a_namespace_lie(store: Store) -> None:
    found = {one.name: one for one in space.sources(store, 10, 0).sources}
    assert set(found) == {BASE, "s3://out"}
    assert (found["s3://out"].type, found["s3://out"].connection_url) == ("S3", "s3://out")
    assert space.source(store, "nowhere") is None


def test_what_people_say_of_a_source_stands(store: Store) -> None:
    store.marks.say("sources", "s3://out", {"type": "LAKE", "url": "s3://out/x", "since_us": "1767225600000000"})
    found = space.source(store, "s3://out")
    assert found is not None
    assert (found.type, found.connection_url) == ("LAKE", "s3://out/x")
    assert found.created_at == "2026-01-04T03:00:00Z"


def test_the_type_of_a_source_is_read_from_its_address() -> None:
    said = {
        "postgres://h:5432": "POSTGRES",
        "jdbc:postgresql://h/x": "POSTGRESQL",
        "bigquery": "BIGQUERY",
        "": "UNKNOWN",
    }
    assert {address: space.kind(address) for address in said} == said
