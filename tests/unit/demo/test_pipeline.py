"""The jobs on tables of a few rows, worked out by hand; what Driftline sees of them goes to a sink in memory."""

from datetime import date, datetime, time

import duckdb
import pandas as pd
import pytest

import driftline
from driftline.capture.ground import fault
from driftline.capture.watching import watch
from driftline.demo import corpus, pipeline
from driftline.testing import MemorySink, use_sink

AT = datetime.combine(date(2013, 4, 2), time(2))


@pytest.fixture
def sink(tmp_path, monkeypatch):
    """Return what is recorded; the folder is where a user would work."""
    monkeypatch.chdir(tmp_path)
    fault.reset()
    memory = MemorySink()
    with use_sink(memory, home=str(tmp_path / ".driftline"), namespace=pipeline.NAMESPACE):
        driftline.watch()
        yield memory
    watch.unwatch()
    fault.reset()


@pytest.fixture
def files(tmp_path):
    """Three flights, the weather of one hour and one aircraft."""
    flights = pd.DataFrame(
        {
            "carrier": ["B6", "UA", "B6"], "flight": [1, 2, 3], "origin": ["JFK", "EWR", "JFK"],
            "dest": ["BOS", "SFO", "BOS"], "tailnum": ["N1", "N2", None], "hour": [9, 9, 10],
            "sched_dep_time": [900, 905, 1000], "distance": [187, 2565, 187], "dep_delay": [5.0, 0.0, None],
            "arr_delay": [10.0, 200.0, None], "air_time": [40.0, 350.0, None],
        }
    )  # fmt: skip
    weather = pd.DataFrame(
        {"origin": ["JFK"], "hour": [9], "temp": [50.0], "wind_speed": [3.0], "precip": [0.0], "visib": [10.0]}
    )
    planes = pd.DataFrame({"tailnum": ["N1"], "year": [2001], "seats": [100], "engines": [2]})
    out = {}
    for name, table in (("flights", flights), ("weather", weather), ("planes", planes)):
        out[name] = tmp_path / f"{name}.parquet"
        table.to_parquet(out[name], index=False)
    return out


def joined(files, target, join="left", at=AT):
    with duckdb.connect() as connection:
        connection.execute("set threads = 1")
        version = pipeline.join_flights(connection, files, target, at, join)
    return version, pd.read_parquet(target).sort_values("flight_key").reset_index(drop=True)


def completed(sink, job):
    driftline.flush()
    return [event for event in sink.decoded() if event.job.name == job and event.event_type == "COMPLETE"]


def test_every_flight_is_one_row_whatever_is_known_of_it(sink, files, tmp_path):
    version, rows = joined(files, tmp_path / "features.parquet")
    assert list(rows["flight_key"]) == ["B61-JFK-900", "B63-JFK-1000", "UA2-EWR-905"]
    assert list(rows["seats"].fillna(-1)) == [100, -1, -1]
    assert list(rows["temp"].fillna(-1)) == [50.0, -1, -1]
    assert list(rows["route"]) == ["JFK-BOS", "JFK-BOS", "EWR-SFO"]
    assert version.dataset.name == "features.parquet"


def test_an_inner_join_loses_what_it_does_not_know(sink, files, tmp_path):
    _, rows = joined(files, tmp_path / "features.parquet", "INNER")
    assert list(rows["flight_key"]) == ["B61-JFK-900"]


def test_what_the_join_read_and_wrote_is_recorded(sink, files, tmp_path):
    joined(files, tmp_path / "features.parquet")
    (event,) = completed(sink, "join_flights")
    assert {part.name for part in event.inputs} == {f"{name}.parquet" for name in files}
    assert {part.name for part in event.outputs} == {"features.parquet"}


def codes(sink):
    return [event.run.facets["driftline_code"] for event in completed(sink, "join_flights")]


def test_another_join_and_another_edition_are_other_code_and_the_next_day_is_not(sink, files, tmp_path):
    for at, join in (
        (AT, "left"), (AT.replace(day=3), "left"), (AT, "inner"), (AT.replace(month=5, day=6), "left"),
    ):  # fmt: skip
        joined(files, tmp_path / "features.parquet", join, at)
    first, next_day, inner, reworded = (bytes(code) for code in codes(sink))
    assert first == next_day
    assert len({first, inner, reworded}) == 3


def test_route_statistics_halve_every_fortnight(sink, files, tmp_path):
    features, target, later = (tmp_path / name for name in ("features.parquet", "one.parquet", "two.parquet"))
    joined(files, features)
    pipeline.route_stats(features, None, target, AT)
    first = pd.read_parquet(target).set_index("route")
    # JFK-BOS: one arrival of 10 minutes, one not recorded; EWR-SFO: one of 200
    assert first.loc["JFK-BOS", ["delay", "flights"]].tolist() == [10.0, 1.0]
    assert first["route_delay"].to_dict() == {"EWR-SFO": 200.0, "JFK-BOS": 10.0}
    old = pd.DataFrame({"route": ["JFK-BOS", "JFK-MIA"], "delay": [300.0, 80.0], "flights": [6.0, 4.0]})
    old["route_delay"] = old["delay"] / old["flights"]
    old.to_parquet(target, index=False)
    rows = pipeline.route_stats(features, target, later, AT)
    fade = 0.5 ** (1 / 14)
    second = pd.read_parquet(later).set_index("route")
    assert second.loc["JFK-BOS", "delay"] == pytest.approx(10 + 300 * fade)
    assert second.loc["JFK-BOS", "route_delay"] == pytest.approx((10 + 300 * fade) / (1 + 6 * fade))
    assert second.loc["JFK-MIA", "route_delay"] == pytest.approx(20.0)  # 80 / 4, both faded alike
    # what the day's own rows are given is the usual delay as of yesterday: 300 / 6, and nothing for a new route
    assert rows.groupby("route")["route_delay"].first()["JFK-BOS"] == 50.0
    assert rows.loc[rows["route"] == "EWR-SFO", "route_delay"].isna().all()


def test_a_model_learns_who_arrives_late_enough_and_names_the_days_it_learned_from(sink, files, tmp_path):
    features, stats = tmp_path / "features.parquet", tmp_path / "stats.parquet"
    version, _ = joined(files, features)
    pipeline.route_stats(features, None, stats, AT)
    rows = 400
    frame = pd.DataFrame({name: [1.0] * rows for name in pipeline.FEATURES})
    frame["dep_delay"] = [0.0, 300.0] * (rows // 2)
    frame["arr_delay"] = frame["dep_delay"]
    model, written = pipeline.train([(version, frame)], str(stats), AT)
    chances = model.predict_proba(frame[list(pipeline.FEATURES)].to_numpy()[:2])[:, 1]
    assert chances[0] < 0.1 < 0.9 < chances[1]
    assert (written.kind, written.dataset.name) == ("model", "refund-model")
    (event,) = completed(sink, "train_model")
    assert {part.name for part in event.inputs} == {"features.parquet", "stats.parquet"}


def test_an_index_is_a_version_of_its_pages(sink, tmp_path):
    corpus.publish(tmp_path)
    approved, first = pipeline.build_index(tmp_path, corpus.APPROVED, AT)
    _, again = pipeline.build_index(tmp_path, corpus.APPROVED, AT)
    _, staging = pipeline.build_index(tmp_path, corpus.STAGING, AT)
    assert first.version == again.version != staging.version
    assert (first.kind, first.attributes["corpus"]) == ("index", corpus.APPROVED)
    assert int(first.attributes["passages"]) == len(approved.passages) == first.rows
