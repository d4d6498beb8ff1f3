"""Names follow https://openlineage.io/docs/spec/naming; expected values are worked out by hand."""

from pathlib import PurePosixPath

import pytest
from hypothesis import given
from hypothesis import strategies as st

from driftline.event import names


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("feed/flights/2013-01-31.parquet", ("file", "feed/flights", "2013-01-31")),
        ("feed/flights/date=2013-01-31/part-0.parquet", ("file", "feed/flights", "2013-01-31")),
        ("lake/y=2013/m=01/data.parquet", ("file", "lake", "2013/01")),
        ("./feed/planes.csv", ("file", "feed/planes.csv", "")),
        ("/var/data/orders.parquet", ("file", "/var/data/orders.parquet", "")),
        ("file:///var/data/orders.parquet", ("file", "/var/data/orders.parquet", "")),
        ("s3://lake/orders/dt=2024-02-01/part-000.parquet", ("s3://lake", "orders", "2024-02-01")),
        ("gs://b/k.csv", ("gs://b", "k.csv", "")),
        ("feed/20130131.parquet", ("file", "feed", "20130131")),
        ("data/part-1.parquet", ("file", "data/part-1.parquet", "")),
        ("m/r.pickle/2026-11-28T15.16.57.818Z/r.pickle", ("file", "m/r.pickle", "")),  # Kedro
        (
            "data/joblib/job/f/e553a9724fb4db27304cf433c6999883/output.pkl",
            ("file", "data/joblib/job/f", "e553a9724fb4db27304cf433c6999883"),
        ),
        (
            "/data/joblib/job/f/e553a9724fb4db27304cf433c6999883/output.pkl",
            ("file", "/data/joblib/job/f", "e553a9724fb4db27304cf433c6999883"),
        ),
        (
            "models/e553a9724fb4db27304cf433c6999883/output.pkl",
            ("file", "models/e553a9724fb4db27304cf433c6999883/output.pkl", ""),
        ),
        ("feed/flights/part.12.parquet", ("file", "feed/flights", "")),  # Dask
        ("flights.csv/0.part", ("file", "flights.csv", "")),
        ("feed/2013-01-31/3.part.gz", ("file", "feed", "2013-01-31")),
        ("feed/day=2013-01-31/part.0.parquet", ("file", "feed", "2013-01-31")),
        ("/part.0.parquet", ("file", "/part.0.parquet", "")),
        ("feed/part.a.parquet", ("file", "feed/part.a.parquet", "")),
        ("m/r.pickle/2026-11-28T15.16.57.818Z/s.pickle", ("file", "m/r.pickle/2026-11-28T15.16.57.818Z/s.pickle", "")),
        ("r.pickle/r.pickle", ("file", "r.pickle/r.pickle", "")),
    ],
)
def test_a_path_is_the_dataset_of_its_folder_with_the_partition_beside(
    path: str, expected: tuple[str, str, str]
) -> None:
    assert names.locate(path) == expected


@given(st.text("/.ab=2\\", max_size=12))
def test_a_path_has_the_parts_that_the_standard_library_sees(path: str) -> None:
    parts = names._parts(path)
    assert parts == list(PurePosixPath(path).parts)
    if parts and not any("2" in part or "=" in part for part in parts) and "\\" not in path:  # no partition
        assert names.locate(path).name == str(PurePosixPath(path))


@pytest.mark.parametrize("address", ["s3://lake", "s3://lake/", "https://example.org"])
def test_all_of_a_bucket_or_the_page_of_a_host_has_a_name(address: str) -> None:
    """An event with a dataset that has none cannot be read."""
    assert names.locate(address) == names.Located(address.rstrip("/"), "/", "")


def test_a_path_that_is_nothing_but_a_partition_keeps_its_name() -> None:
    assert names.locate("2013-01-31.parquet") == ("file", "2013-01-31.parquet", "")


@given(st.dates(), st.sampled_from([".parquet", ".csv", ".csv.gz", ""]))
def test_every_day_of_a_folder_is_the_same_dataset(day: object, ending: str) -> None:
    assert names.locate(f"feed/flights/{day}{ending}") == ("file", "feed/flights", str(day))


def test_node_ids_are_those_of_the_reference_server() -> None:
    assert names.dataset_id("postgres://h:5432", "db.t") == "dataset:postgres://h:5432:db.t"
    assert names.dataset_id("file", "features", "v1") == "dataset:file:features#v1"
    assert names.column_id("file", "features", "x") == "datasetField:file:features:x"
    assert names.job_id("default", "join") == "job:default:join"


def test_what_fits_stays_and_what_does_not_is_cut_and_ends_in_a_hash() -> None:
    assert names.fitted("x" * 600) == "x" * 600
    assert names.fitted("é" * 300) == "é" * 300
    one, other = names.fitted("x" * 601), names.fitted("x" * 602)
    assert one != other
    # 600 bytes, of which 32 are the hash and three the sign before it
    assert (len(one.encode()), one[:565], one[565]) == (600, "x" * 565, "…")
    assert names.size(names.fitted("é" * 1_000)) in (599, 600)
    assert names.fitted(one) == one


def test_a_namespace_and_a_name_are_cut_only_where_they_are_too_long_together() -> None:
    assert names.fitted_pair("n" * 900, "x" * 900) == ("n" * 900, "x" * 900)
    assert names.fitted_pair("n", "x" * 1_799) == ("n", "x" * 1_799)
    assert [*map(names.size, names.fitted_pair("n" * 900, "x" * 901))] == [600, 901]
    assert [*map(names.size, names.fitted_pair("n" * 9_000, "x" * 9_000))] == [600, 1_200]


def test_what_is_shown_of_a_run_or_a_version_tells_neighbours_apart() -> None:
    """Two UUIDs of version 7 that were made one after the other: they begin with their time."""
    one, other = "0194a1b2-7c00-7abc-8def-0123456789ab", "0194a1b2-7c00-7abc-8def-ba9876543210"
    assert [names.label(f"run:{run}") for run in (one, other)] == ["run 456789ab", "run 76543210"]
    assert names.label(f"run:{one}#2") == "run 456789ab#2"
    assert names.label(f"dataset:file:a/b#run:{other}") == "a/b#76543210"
    assert names.label(f"dataset:file:a/b#run:{other}:2") == "a/b#76543210:2"
    assert names.label("dataset:file:feed/flights#xxh3:1f3a5b7c9d") == "feed/flights#1f3a5b7c"
    assert names.label("dataset:file:feed/flights#2013-01-31") == "feed/flights#2013-01-31"
    assert names.label("dataset:s3://lake:a#b#v1") == "a#b#v1"
    assert names.label("dataset:duckdb://data/shop.db:t") == "t"
    assert names.label("dataset:sqlite://memory/nightly job:2013") == "2013"
    assert names.label("datasetField:postgres://h:5432:db.t:c") == "db.t.c"


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("pq/p=a/3f2b8c1e-9d4a-4c6b-8e7f-0123456789ab-0.parquet", ("file", "pq", "a")),  # pandas, pyarrow
        ("pq/p=a/125ac4437a50489bbad38d8733503343-0.parquet", ("file", "pq", "a")),
        ("pq/p=a/part-00000-3f2b8c1e-9d4a-4c6b-8e7f-0123456789ab.c000.snappy.parquet", ("file", "pq", "a")),  # Spark
        ("pq/p=a/00000000.parquet", ("file", "pq", "a")),  # Polars; no day of any month
        ("pq/p=a/0-1.parquet", ("file", "pq", "a")),
        ("pq/p=a/data-00000-of-00002.arrow", ("file", "pq", "a")),  # Hugging Face datasets
        ("pq/20131301.parquet", ("file", "pq/20131301.parquet", "")),
        ("pq/p=a/orders.parquet", ("file", "pq/orders.parquet", "a")),
        ("pq/year=2024/month=2/orders.csv", ("file", "pq/orders.csv", "2024/2")),
        ("s3://lake/day=2024-01-01/orders/clean.csv", ("s3://lake", "orders/clean.csv", "2024-01-01")),
        ("p=a/orders.parquet", ("file", "orders.parquet", "a")),
    ],
)
def test_part_files_in_a_partition_are_parts_of_the_dataset(path: str, expected: tuple[str, str, str]) -> None:
    assert names.locate(path) == expected


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("feed/2013-01-31/orders.csv", ("file", "feed/orders.csv", "2013-01-31")),
        ("feed/20130131/orders.csv.gz", ("file", "feed/orders.csv.gz", "20130131")),
        ("feed/2013-01/orders.csv", ("file", "feed/orders.csv", "2013-01")),
        ("feed/2013-01-31T08/orders.csv", ("file", "feed/orders.csv", "2013-01-31T08")),
        ("/var/feed/2013-01-31/eu/orders.csv", ("file", "/var/feed/eu/orders.csv", "2013-01-31")),
        ("s3://lake/region=eu/2013-01-31/orders.csv", ("s3://lake", "orders.csv", "eu/2013-01-31")),
        ("year=2013/month=01/orders.csv", ("file", "orders.csv", "2013/01")),
        ("2013-01-31/orders.csv", ("file", "orders.csv", "2013-01-31")),
        ("outputs/2013-01-31/08-30-00/model.pkl", ("file", "outputs/model.pkl", "2013-01-31/08-30-00")),  # Hydra
        ("shops/08-30-00/model.pkl", ("file", "shops/08-30-00/model.pkl", "")),
        ("shops/190012/orders.csv", ("file", "shops/190012/orders.csv", "")),  # a number
        ("feed/2013-13-31/orders.csv", ("file", "feed/2013-13-31/orders.csv", "")),  # no day of any month
        ("feed/2013/01/31/orders.csv", ("file", "feed/2013/01/31/orders.csv", "")),
        ("feed/2013-01-31/2013-01-31.csv", ("file", "feed", "2013-01-31/2013-01-31")),
    ],
)
def test_a_file_of_the_same_name_in_a_folder_for_each_day_is_one_dataset(
    path: str, expected: tuple[str, str, str]
) -> None:
    assert names.locate(path) == expected


@pytest.mark.parametrize(
    ("parts", "expected"),
    [
        (["a", "part-0.parquet"], "a"),
        (["a", "b=2", "part-0.parquet"], "a/2"),
        (["part-0.parquet"], ""),
        (["2024-01-01", "3f2b8c1e-9d4a-4c6b-8e7f-0123456789ab-0.parquet"], "2024-01-01"),
        (["a", "orders.parquet"], None),
        (["v1.csv"], None),
        (["data.csv"], None),
        (["2013-01-31.parquet"], None),  # a day: ``locate`` knows its partition
        ([], None),
    ],
)
def test_part_files_below_a_folder_that_people_named_are_parts_of_it(parts: list[str], expected: str | None) -> None:
    found = names.below(names.Located("file", "pads", ""), parts)
    assert found == (None if expected is None else ("file", "pads", expected))
    inner = names.below(names.Located("file", "pads", "x"), parts)
    assert inner is None or inner.partition == "/".join(filter(None, ("x", expected)))


def test_columns_of_one_name_are_numbered_where_the_number_is_free() -> None:
    assert names.distinct(["a", "b", "a", "a"]) == ["a", "b", "a#2", "a#3"]
    assert names.distinct(["a", "a#2", "a"]) == ["a", "a#2", "a#3"]
    assert names.distinct(["a", "a", "a#2"]) == ["a", "a#2", "a#2#2"]


def test_a_long_name_with_half_characters_is_cut_as_it_is_told() -> None:
    """By hand: a half character takes the six bytes of its escape."""
    assert names.size("a\udce9") == 7
    assert names.size(names.fitted("\udce9" * 2_000)) <= names.LONGEST_PART
