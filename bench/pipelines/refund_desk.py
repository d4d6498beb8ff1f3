"""The demo's pipeline, over some weeks: DuckDB joins a day's feed, pandas keeps statistics, scikit-learn learns."""

from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import duckdb
import joblib
import pyarrow.parquet as pq

from driftline.demo import pipeline

FIRST, DAYS, EVERY = date(2013, 1, 1), 60, 10

connection = duckdb.connect(config={"threads": 1})
days, yesterday = [], None
for name in ("features", "stats"):
    Path(name).mkdir()
for number in range(DAYS):
    day = FIRST + timedelta(days=number)
    at = datetime(day.year, day.month, day.day, 23, tzinfo=UTC)
    files = {name: Path(f"feed/{name}/{day}.parquet") for name in ("flights", "weather", "planes")}
    features, stats = Path(f"features/{day}.parquet"), Path(f"stats/{day}.parquet")
    version = pipeline.join_flights(connection, files, features, at)
    days.append((version, pipeline.route_stats(features, yesterday, stats, at)))
    yesterday = stats
    if number % EVERY == EVERY - 1:
        model, _ = pipeline.train(days, str(stats), at)
        joblib.dump(model, f"model-{day}.joblib")
print(sum(pq.read_metadata(path).num_rows for path in Path("features").glob("*.parquet")))
