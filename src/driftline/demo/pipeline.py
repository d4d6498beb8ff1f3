"""The refund desk's pipeline, as a data team would write it; Driftline is the ``with driftline.run(...)`` lines.

``join_flights`` (DuckDB) makes one feature row per flight, ``route_stats`` (pandas) keeps what is usual on each
route, ``train`` (scikit-learn) learns who will be eligible, ``build_index`` cuts and indexes the refund policy. Each
is recorded because it runs inside ``driftline.run``; files that DuckDB and pandas read and write are recorded by
themselves.
"""

from collections.abc import Sequence
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import driftline
from driftline.demo import corpus
from driftline.event import ids
from driftline.event.lineage import Touched

if TYPE_CHECKING:
    import duckdb
    import pandas as pd

NAMESPACE = "refund-desk"
FEATURES = ("hour", "distance", "dep_delay", "temp", "wind_speed", "precip", "visib", "seats", "route_delay")
ELIGIBLE_MINUTES = 180
HALF_LIFE_DAYS = 14
TRAIN_DAYS = 65

JOIN = """
copy (
    select
        f.carrier || f.flight || '-' || f.origin || '-' || f.sched_dep_time as flight_key,
        f.carrier, f.origin, f.dest, f.origin || '-' || f.dest as route, f.tailnum, f.hour, f.sched_dep_time,
        f.distance, f.dep_delay, f.arr_delay, f.air_time,
        w.temp, w.wind_speed, w.precip, w.visib,
        p.year as plane_year, p.seats, p.engines
    from read_parquet('{flights}') f
    {join} join read_parquet('{weather}') w on w.origin = f.origin and w.hour = f.hour
    {join} join read_parquet('{planes}') p on p.tailnum = f.tailnum
) to '{features}' (format parquet)
"""
# Harmless new versions of the job within the year: only words change, nothing that it writes does.
EDITIONS = (
    (date(2013, 1, 1), ""),
    (date(2013, 5, 6), "-- one row per flight, whatever is known of its weather and aircraft\n"),
    (date(2013, 9, 23), "-- one row per flight; owner: operations data\n"),
)


def join_flights(
    connection: "duckdb.DuckDBPyConnection", files: dict[str, Path], target: Path, at: datetime, join: str = "left"
) -> Touched:
    """Join and clean one day's feed into feature rows; return the version written."""
    edition = [words for since, words in EDITIONS if since <= at.date()][-1]
    code = edition + JOIN.replace("{join}", join.lower())
    with driftline.run(
        "join_flights", namespace=NAMESPACE, nominal=str(at.date()), at=at, code=ids.digest(code)[:12]
    ) as run:
        connection.execute(code.format(**files, features=target))
        return run.write(target)


def route_stats(features: Path, yesterday: Path | None, target: Path, at: datetime) -> "pd.DataFrame":
    """Bring the usual delay of each route up to date; return the day's rows with the usual delay as of yesterday."""
    import pandas as pd

    with driftline.run("route_stats", namespace=NAMESPACE, nominal=str(at.date()), at=at, code="route-stats-1"):
        today = pd.read_parquet(features, columns=["route", "arr_delay", *FEATURES[:-1]])
        grouped = today.groupby("route", sort=False)["arr_delay"]
        fresh = pd.DataFrame({"delay": grouped.sum(), "flights": grouped.count()})
        usual = pd.Series(dtype=float)
        if yesterday is not None:
            old = pd.read_parquet(yesterday).set_index("route")
            usual = old["route_delay"]
            fresh = fresh.add(old[["delay", "flights"]] * 0.5 ** (1 / HALF_LIFE_DAYS), fill_value=0.0)
        fresh["route_delay"] = fresh["delay"] / fresh["flights"].clip(lower=1.0)
        fresh.reset_index().to_parquet(target, index=False)
    return today.assign(route_delay=today["route"].map(usual).astype(float))


def train(days: Sequence[tuple[Touched, "pd.DataFrame"]], stats: str, at: datetime) -> tuple[Any, Touched]:
    """Learn from the days given whether a flight will arrive late enough; return the model and its version."""
    import pandas as pd
    from sklearn.ensemble import HistGradientBoostingClassifier

    with driftline.run("train_model", namespace=NAMESPACE, nominal=str(at.date()), at=at, code="train-1") as run:
        used = days[-TRAIN_DAYS:]
        for version, _ in used:
            run.read(version)
        run.read(stats)
        rows = pd.concat([frame for _, frame in used]).dropna(subset=["arr_delay"])
        model = HistGradientBoostingClassifier(max_iter=25, max_leaf_nodes=15, random_state=0, early_stopping=False)
        model.fit(rows[list(FEATURES)].to_numpy(dtype=float), rows["arr_delay"].to_numpy() > ELIGIBLE_MINUTES)
        written = run.write("refund-model", data=model, kind="model", attributes={"rows": len(rows)})
    return model, written


def build_index(folder: Path, pages: str, at: datetime) -> tuple[corpus.Index, Touched]:
    """Cut the pages below ``folder / pages`` into passages and index them; return the index and its version."""
    with driftline.run("build_index", namespace=NAMESPACE, nominal=str(at.date()), at=at, code="index-1") as run:
        documents = corpus.pages(folder / pages)
        run.read(str(folder / pages), kind="documents", data=documents)
        passages = corpus.cut(documents)
        written = run.write(
            "policy-index",
            kind="index",
            data=[{"passage": passage.id, "text": passage.text} for passage in passages],
            attributes={"corpus": pages, "passages": len(passages)},
        )
    return corpus.Index(passages), written
