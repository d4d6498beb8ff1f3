import msgspec

from driftline.engine.engine import Engine
from driftline.event.label import Tag
from driftline.interop.marquez import dataset, naming
from driftline.store import Store

BASE = "postgres://h:5432"


def test_a_dataset_as_it_stands(store: Store) -> None:
    found = dataset.one(store, BASE, "shop.mart")
    assert found is not None
    plain = msgspec.to_builtins(msgspec.structs.replace(found, facets={}))
    version = "run:0194a1b2-0000-7000-8000-000000000002"
    assert plain == {
        "id": {"namespace": BASE, "name": "shop.mart"},
        "type": "DB_TABLE",
        "name": "shop.mart",
        "physicalName": "shop.mart",
        "createdAt": "2026-01-02T03:00:00Z",
        "updatedAt": "2026-01-04T03:00:00Z",
        "namespace": BASE,
        "sourceName": "shop-db",
        "fields": [{"name": "order_id", "type": "INT", "tags": ["pii"], "description": "the order"}],
        "tags": ["gold"],
        "lastModifiedAt": "2026-01-03T03:00:10Z",
        "lastLifecycleState": None,
        "description": "orders, cleaned",
        "currentVersion": naming.dataset_version(BASE, "shop.mart", version),
        "driftlineVersion": version,
        "columnLineage": [
            {
                "name": "order_id",
                "inputFields": [
                    {
                        "namespace": BASE,
                        "dataset": "shop.raw",
                        "field": "id",
                        "transformationDescription": None,
                        "transformationType": "DIRECT:IDENTITY",
                    }
                ],
            }
        ],
        "facets": {},
        "deleted": False,
    }


def test_facets_come_back_as_they_came(store: Store) -> None:
    found = dataset.one(store, BASE, "shop.raw")
    assert found is not None
    assert {key: bytes(raw) for key, raw in found.facets.items()} == {
        "schema": b'{"_producer":"https://example.org","_schemaURL":"https://example.org/facet",'
        b'"fields":[{"name":"id","type":"INT"}]}'
    }


def test_a_dataset_that_nobody_wrote_lies_where_its_namespace_says_and_is_its_own_version(store: Store) -> None:
    found = dataset.one(store, BASE, "shop.raw")
    assert found is not None
    assert (found.source_name, found.driftline_version, found.last_modified_at) == (BASE, None, None)
    assert found.current_version == naming.dataset_version(BASE, "shop.raw", "")
    assert dataset.one(store, BASE, "shop.none") is None


def test_a_page_is_by_name_and_counts_all(store: Store) -> None:
    found = dataset.page(store, BASE, 1, 1)
    assert ([one.name for one in found.datasets], found.total_count) == (["shop.raw"], 2)


def test_tags_of_people_stand_beside_those_of_the_facet(store: Store) -> None:
    store.labels.tag(f"dataset:{BASE}:shop.mart", Tag(name="checked"))
    store.labels.tag(f"datasetField:{BASE}:shop.mart:order_id", Tag(name="key"))
    found = dataset.one(store, BASE, "shop.mart")
    assert found is not None
    assert (found.tags, found.fields[0].tags) == (["checked", "gold"], ["key", "pii"])


def test_what_was_dropped_is_shown_as_deleted(engine: Engine) -> None:
    life = {"_producer": "p", "_schemaURL": "s", "lifecycleStateChange": "DROP"}
    event = {
        "eventTime": "2026-01-02T03:00:00Z",
        "producer": "p",
        "schemaURL": "s",
        "dataset": {"namespace": "n", "name": "gone", "facets": {"lifecycleStateChange": life}},
    }
    engine.ingest(msgspec.json.encode(event))
    found = dataset.one(engine.house.store, "n", "gone")
    assert found is not None
    assert (found.deleted, found.last_lifecycle_state) == (True, "DROP")


def test_a_topic_is_a_stream(engine: Engine) -> None:
    kind = {"_producer": "p", "_schemaURL": "s", "datasetType": "TOPIC"}
    event = {
        "eventTime": "2026-01-02T03:00:00Z",
        "dataset": {"namespace": "kafka://h", "name": "orders", "facets": {"datasetType": kind}},
    }
    engine.ingest(msgspec.json.encode(event))
    found = dataset.one(engine.house.store, "kafka://h", "orders")
    assert found is not None
    assert found.type == "STREAM"


def test_a_facet_that_cannot_be_read_loses_nothing_else(engine: Engine) -> None:
    broken = {"schema": {"fields": "many"}, "tags": {"tags": [1]}, "documentation": {"description": "here"}}
    event = {
        "eventTime": "2026-01-02T03:00:00Z",
        "dataset": {"namespace": "n", "name": "odd", "facets": broken},
    }
    engine.ingest(msgspec.json.encode(event))
    found = dataset.one(engine.house.store, "n", "odd")
    assert found is not None
    assert (found.fields, found.tags, found.description) == ([], [], "here")
    assert bytes(found.facets["schema"]) == b'{"fields":"many"}'
