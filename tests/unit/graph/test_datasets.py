from typing import Any

import msgspec

from driftline.event.facets import pack
from driftline.event.lineage import Dataset
from driftline.event.openlineage import DatasetPart
from driftline.graph.datasets import READ, WRITE, gather, merged


def part(name: str = "d", **facets: dict[str, Any]) -> DatasetPart:
    return DatasetPart("n", name, {key: pack(key, body) for key, body in facets.items()})


def versions(*events: tuple[DatasetPart, ...]) -> list[str]:
    return [item.touched.version for item in gather(events, READ)]


def test_thirty_days_of_one_table_are_thirty_inputs() -> None:
    days = tuple(part(driftline_state={"version": f"v{day:02d}"}) for day in range(30))
    assert versions(days) == [f"v{day:02d}" for day in range(30)]


def test_versions_that_our_facet_names_add_up_over_events() -> None:
    one, two = part(driftline_state={"version": "v1"}), part(driftline_state={"version": "v2"})
    assert versions((one,), (two,)) == ["v1", "v2"]


def test_of_versions_that_the_standard_facet_names_the_last_events_stand() -> None:
    one, two = part(version={"datasetVersion": "1"}), part(version={"datasetVersion": "2"})
    assert versions((one,), (two,)) == ["2"]
    assert versions((one, two)) == ["1", "2"]


def test_what_is_said_without_a_version_holds_for_every_version() -> None:
    bare = part(schema={"fields": [{"name": "x", "type": "int"}]})
    one, two = part(driftline_state={"version": "v1", "rows": 1}), part(driftline_state={"version": "v2"})
    found = gather([(bare,), (one, two)], READ)
    assert [(item.touched.version, item.touched.rows, len(item.touched.fields or ())) for item in found] == [
        ("v1", 1, 1),
        ("v2", None, 1),
    ]


def test_a_version_is_minted_where_none_is_said() -> None:
    assert [item.touched.version for item in gather([(part(),)], WRITE, minted="run:r")] == ["run:r"]
    assert gather([(part(),)], READ)[0].touched.dataset == Dataset("n", "d")


def test_rows_and_bytes_come_from_the_standard_counts_where_ours_are_missing() -> None:
    raw = msgspec.Raw(b'{"rowCount": 5, "size": 50}')
    wrote = DatasetPart("n", "d", {}, {}, {"outputStatistics": raw})
    read = DatasetPart("n", "d", {}, {"dataQualityMetrics": msgspec.Raw(b'{"rowCount": 6, "bytes": 60}')})
    assert [(i.touched.rows, i.touched.bytes) for i in gather([(wrote,)], WRITE)] == [(5, 50)]
    assert [(i.touched.rows, i.touched.bytes) for i in gather([(read,)], READ)] == [(6, 60)]
    ours = DatasetPart("n", "d", {"driftline_state": msgspec.Raw(b'{"rows": 0}')}, {}, {"outputStatistics": raw})
    assert gather([(ours,)], WRITE)[0].touched.rows == 0


def test_a_facet_stays_byte_for_byte_until_one_of_its_key_follows() -> None:
    odd = msgspec.Raw(b'{ "x" : 1.0 }')
    assert merged([{"k": odd}, {"other": msgspec.Raw(b"1")}])["k"] == odd
    assert merged([{"k": odd}, {"k": msgspec.Raw(b'{"_deleted":true}')}]) == {}
    assert merged([{"k": msgspec.Raw(b'{"_deleted":false}')}]) != {}
