"""Frames that are made of frames, and models that are fitted on them: Polars, scikit-learn, steps that are probed."""

from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import polars.selectors as cs
from sklearn.compose import ColumnTransformer
from sklearn.decomposition import PCA
from sklearn.feature_selection import SelectKBest
from sklearn.linear_model import LinearRegression, LogisticRegression
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import FeatureUnion, Pipeline
from sklearn.preprocessing import FunctionTransformer, OneHotEncoder, StandardScaler
from tests.drills.kit import Kit, frame

COUNTRIES = pd.DataFrame({"g": [f"g{n}" for n in range(5)], "land": ["de", "fr", "us", "de", "fr"]})


def _scanned(kit: Kit) -> tuple[pl.LazyFrame, pl.LazyFrame]:
    made = pl.DataFrame({
        "id": range(12), "x": [n / 7 for n in range(12)], "g": [f"g{n % 3}" for n in range(12)],
        "l": [[n, n + 1] for n in range(12)], "s": [{"p": n, "q": str(n)} for n in range(12)],
    })  # fmt: skip
    made.write_parquet(kit.folder / "p.parquet")
    pl.DataFrame({"g": ["g0", "g1"], "x": [0.5, None], "t": [1, 2]}).write_parquet(kit.folder / "q.parquet")
    return pl.scan_parquet(kit.folder / "p.parquet"), pl.scan_parquet(kit.folder / "q.parquet")


def polars_rules(kit: Kit) -> Any:
    lazy, _ = _scanned(kit)
    flat = lazy.drop("l", "s")
    made = {
        "a": flat.select(pl.col("id", "x"), (pl.col("x") * 2).name.suffix("_2"),
                         y=pl.when(pl.col("x") > 1).then(1).otherwise(0)),
        "b": flat.with_columns(cs.numeric() + 1, r=pl.col("x").rolling_mean(2).over("g"))
        .filter(pl.col("x") > 1, g="g1"),
        "c": flat.rename({"x": "y"}).cast({"y": pl.String}).drop_nulls("y")
        .unique("g", keep="first", maintain_order=True),
        "d": flat.group_by("g").agg(pl.all().sum().name.prefix("s_"), n=pl.len()).sort("g", descending=True),
        "e": flat.group_by("g").sum().sort("g"),
        "f": lazy.select("id", "l").explode("l").with_row_index("row"),
        "h": lazy.select("s").unnest("s"),
        "i": flat.unpivot(["x", "id"], index="g").sort("g", "variable", "value"),
        "k": flat.top_k(3, by="x").fill_null(0).shift(1).reverse().head(2),
        "m": flat.select(pl.exclude("g")).max(),
        "n": pl.concat([flat, flat.tail(2)]).unique(maintain_order=True),
        "o": pl.concat([flat.select("id"), flat.select("x")], how="horizontal"),
        "q": flat.sort("id").rolling(index_column="id", period="3i").agg(pl.col("x").sum()),
        "r": flat.select(pl.struct("id", "x").alias("z"), pl.col("x").cut([0.5]).cast(pl.String).alias("w"), pl.lit(1)),
        "t": flat.with_columns(pl.col("^[ix].*$") * 2).map_batches(lambda one: one),
        "u": flat.sort("id").merge_sorted(flat.sort("id"), key="id").select(pl.len()),
    }  # fmt: skip
    for name, one in made.items():
        one.sink_parquet(kit.folder / f"{name}.parquet")
    collected = pl.collect_all([made["a"], made["d"]])
    return {name: pl.read_parquet(kit.folder / f"{name}.parquet").rows() for name in made}, [
        one.rows() for one in collected
    ]


def polars_joins(kit: Kit) -> Any:
    lazy, other = _scanned(kit)
    flat = lazy.drop("l", "s").sort("x")
    made = {
        "a": flat.join(other, on="g", how="left"),
        "b": flat.join(other, left_on="g", right_on="g", how="full", coalesce=True),
        "c": flat.join(other, on="g", how="anti"),
        "d": flat.join(other.select("t"), how="cross"),
        "e": flat.join_asof(other.drop_nulls("x").sort("x"), on="x", by="g", check_sortedness=False),
        "f": flat.join_where(other, pl.col("x") > pl.col("x_right")),
        "h": flat.update(other.select("g", "x"), on="g"),
        "i": flat.join(other, on=pl.col("g").str.to_lowercase(), how="right"),
    }
    for name, one in made.items():
        one.sort(pl.all()).sink_parquet(kit.folder / f"{name}.parquet")
    eager = made["a"].collect().sort("id")
    eager[0, "x"] = 5.0
    eager = eager.pivot(on="g", index="id", values="x", aggregate_function="sum").sort("id")
    eager = eager.select(sorted(eager.columns))
    eager.write_csv(kit.folder / "eager.csv")
    later = made["c"].sort("id").sink_csv(kit.folder / "later.csv", lazy=True)
    later.collect()
    return {name: pl.read_parquet(kit.folder / f"{name}.parquet").rows() for name in made}, eager.rows()


def polars_formats(kit: Kit) -> Any:
    made = pl.DataFrame({"n": [1, 2, None], "s": ["a", None, "c"]})
    made.write_ndjson(kit.folder / "a.ndjson")
    made.write_ipc(kit.folder / "a.arrow")
    made.write_ipc_stream(kit.folder / "b.arrow")
    made.write_avro(kit.folder / "a.avro")
    made.write_json(kit.folder / "a.json")
    made.write_csv(kit.folder / "a.tsv", separator="\t")
    made.write_database("t", f"sqlite:///{kit.folder / 'p.db'}")
    found = [
        pl.read_ndjson(kit.folder / "a.ndjson"), pl.read_ipc(kit.folder / "a.arrow"),
        pl.read_ipc_stream(kit.folder / "b.arrow"), pl.read_avro(kit.folder / "a.avro"),
        pl.read_json(kit.folder / "a.json"),
        pl.read_csv(kit.folder / "a.tsv", separator="\t"), pl.scan_ndjson(kit.folder / "a.ndjson").collect(),
    ]  # fmt: skip
    return [one.rows() for one in found]


# --- models -------------------------------------------------------------------------------------------------------


def _doubled(given: Any) -> Any:
    return given * 2


def pipelines(kit: Kit) -> Any:
    frame().to_csv(kit.folder / "train.csv", index=False)
    read = pd.read_csv(kit.folder / "train.csv")
    label = read.b.astype(int)
    parts = ColumnTransformer(
        [
            ("number", Pipeline([("scale", StandardScaler()), ("pca", PCA(1))]), ["id", "x"]),
            ("word", OneHotEncoder(sparse_output=False), slice("g", "g")),
            ("both", FeatureUnion([("s", StandardScaler()), ("d", FunctionTransformer(_doubled))]), [0, 1]),
            ("kept", "passthrough", ["x"]),
            ("gone", "drop", ["b"]),
        ]
    )
    whole = Pipeline([("parts", parts), ("best", SelectKBest(k=3)), ("model", LogisticRegression())])
    whole.fit(read[["id", "x", "g", "b"]], label)
    search = GridSearchCV(LinearRegression(), {"fit_intercept": [True, False]}, cv=2).fit(read[["id", "x"]], read["x"])
    scaled = StandardScaler().fit_transform(read[["id", "x"]])
    plain = LinearRegression().fit(scaled, label)
    whole.predict(read[["id", "x", "g", "b"]])
    with kit.api.run("keep") as run:
        run.write("churn", data=whole)
        run.write("search", data=search)
        run.write("plain", data=plain)
        run.write("scaler", data=StandardScaler().fit(read[["x"]]))
    served = kit.api.serve(whole, "churn")
    return (
        served.predict(read[["id", "x", "g", "b"]]).tolist(),
        search.best_params_,
        plain.predict(scaled[:2]).round(9).tolist(),
    )


# --- steps that are probed ----------------------------------------------------------------------------------------


SHIFT = np.array([3.0])
SINCE = pd.Timestamp("2024-01-01")


def joined(orders: pd.DataFrame, countries: pd.DataFrame, *, least: int = 1) -> pd.DataFrame:
    kept = orders[orders.id > least].merge(countries, on="g")
    kept["y"] = np.abs(kept.x) * SHIFT[0] + (SINCE.year - 2024)
    return kept.groupby("land", as_index=False)[["y", "id"]].sum()


def sorted_rows(orders: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    return orders.sort_values("x")[["x", "g"]].reset_index(drop=True), orders[["id"]].head(3)


def of_polars(orders: pl.DataFrame) -> pl.DataFrame:
    return orders.with_columns(z=pl.col("x") + pl.col("id")).filter(pl.col("b"))


def of_numpy(values: np.ndarray) -> np.ndarray:
    return values[:, :1] * 2


def of_chance(orders: pd.DataFrame) -> pd.DataFrame:
    return orders.assign(r=np.random.default_rng().random(len(orders)))


def of_records(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [{"c": row["a"] * 2} for row in rows if row["b"] != "z"]


def probed(kit: Kit) -> Any:
    frame().head(12).to_csv(kit.folder / "o.csv", index=False)
    orders = pd.read_csv(kit.folder / "o.csv")
    out = kit.api.step(probe=True)(joined)(orders, COUNTRIES, least=2)
    out.to_csv(kit.folder / "joined.csv", index=False)
    unshippable = kit.api.step(probe=True)(lambda given, one: one)(orders, kit)
    return out.values.tolist(), unshippable is kit


def probed_rows(kit: Kit) -> Any:
    frame().head(12).to_csv(kit.folder / "o.csv", index=False)
    orders = pd.read_csv(kit.folder / "o.csv")
    first, second = kit.api.step(probe=True)(sorted_rows)(orders)
    first.to_parquet(kit.folder / "first.parquet")
    return first.x.tolist(), second.id.tolist()


def probed_arrays(kit: Kit) -> Any:
    frame().head(8).to_csv(kit.folder / "o.csv", index=False)
    orders = pd.read_csv(kit.folder / "o.csv")
    array = kit.api.step(probe=True)(of_numpy)(orders[["id", "x"]].to_numpy())
    return array.sum(), len(kit.api.step(probe=True)(of_chance)(orders))


def probed_polars(kit: Kit) -> Any:
    pl.DataFrame({"id": range(85), "x": [n / 7 for n in range(85)], "b": [n % 3 == 0 for n in range(85)]}).write_csv(
        kit.folder / "o.csv"
    )
    read = pl.read_csv(kit.folder / "o.csv")
    made = kit.api.step(probe=True)(of_polars)(read)
    made.write_csv(kit.folder / "z.csv")
    records = kit.api.step(probe=True)(of_records)([{"a": 1, "b": "x"}, {"a": 2, "b": "y"}])
    kit.api.probe(of_polars, read.head(5), seconds=2.0)
    kit.api.probe(of_records, 3)
    return made.rows(), records
