"""A feature store by hand: offline tables, a point-in-time join for training, the newest values for serving."""

import json
from pathlib import Path

import pandas as pd

import definitions  # noqa: F401 - registers the features
from registry import FEATURES, build

STORE = Path("store")


def materialize(frame):
    STORE.mkdir(exist_ok=True)
    for entity in sorted({one.entity for one in FEATURES.values()}):
        table = build(frame, entity)
        table["known_at"] = pd.to_datetime("2013-01-01") + pd.to_timedelta(table["day"], unit="D")
        table.drop(columns="day").to_parquet(STORE / f"{entity}_daily.parquet", index=False)


def historical(entities, names):
    joined = entities.sort_values("event_time")
    for entity in ("carrier", "origin"):
        columns = [name for name in names if FEATURES[name].entity == entity]
        offline = pd.read_parquet(STORE / f"{entity}_daily.parquet").sort_values("known_at")
        joined = pd.merge_asof(
            joined,
            offline[[entity, "known_at", *columns]],
            left_on="event_time",
            right_on="known_at",
            by=entity,
            tolerance=pd.Timedelta(days=FEATURES[columns[0]].ttl_days),
        ).drop(columns="known_at")
    return joined


def online():
    latest = {}
    for path in sorted(STORE.glob("*_daily.parquet")):
        table = pd.read_parquet(path)
        entity = path.stem.removesuffix("_daily")
        newest = table.sort_values("known_at").groupby(entity).tail(1).drop(columns="known_at")
        latest[entity] = newest.sort_values(entity).to_dict("records")
    return latest


flights = pd.read_csv("flights.csv")
materialize(flights)
entities = flights[["carrier", "origin", "flight"]].assign(
    event_time=pd.to_datetime(flights["time_hour"], utc=True).dt.tz_localize(None).astype("datetime64[us]"),
    label=(flights["arr_delay"] > 15).astype(int),
)
training = historical(entities, ["mean_delay", "long_haul_share", "traffic", "worst_delay"])
training.sort_values(["event_time", "carrier", "flight"]).to_csv("training.csv", index=False)
Path("online.json").write_text(json.dumps(online(), indent=1))
