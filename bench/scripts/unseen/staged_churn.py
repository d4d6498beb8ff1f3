"""Stages with checkpoints: each step keeps its state in a file, and the next one picks it up."""

import pickle
from pathlib import Path

import joblib
import numpy as np
import pandas as pd

WORK = Path("work")
WORK.mkdir(exist_ok=True)


def checkpoint(name, **state):
    with open(WORK / f"{name}.pkl", "wb") as handle:
        pickle.dump(state, handle)


def resume(name):
    with open(WORK / f"{name}.pkl", "rb") as handle:
        return pickle.load(handle)


def extract():
    events = pd.read_csv("events.csv", parse_dates=["ts"])
    customers = pd.read_csv("customers.csv")
    checkpoint("extract", events=events, customers=customers[["customer_id", "segment", "income", "age"]])


def transform():
    state = resume("extract")
    events = state["events"].sort_values("ts")
    last = events["ts"].max()
    users = events.groupby("user_id").agg(
        visits=("event_id", "count"),
        seconds=("seconds", "sum"),
        bought=("kind", lambda kinds: int((kinds == "buy").any())),
        seen=("ts", "max"),
    )
    users["idle_days"] = (last - users["seen"]).dt.days
    people = state["customers"].set_index("customer_id")
    table = users.drop(columns="seen").join(people, how="inner")
    table["income"] = table["income"].fillna(table["income"].median())
    checkpoint("transform", table=table, limits={"idle": table["idle_days"].quantile(0.75)})


def score():
    state = resume("transform")
    table, limits = state["table"], state["limits"]
    scaled = (table[["visits", "seconds"]] - table[["visits", "seconds"]].mean()) / table[["visits", "seconds"]].std()
    weights = np.array([0.7, 0.3])
    table["engagement"] = scaled.to_numpy() @ weights
    table["at_risk"] = (table["idle_days"] > limits["idle"]) & (table["bought"] == 0)
    joblib.dump({"weights": weights, "scored": table, "mean_age": table["age"].mean()}, WORK / "scored.joblib")


def publish():
    bundle = joblib.load(WORK / "scored.joblib")
    scored = bundle["scored"].reset_index(names="user_id")
    scored["age"] = scored["age"].fillna(bundle["mean_age"])
    scored[["user_id", "segment", "engagement", "at_risk"]].to_csv("churn_scores.csv", index=False)
    scored.groupby("segment")[["age", "income"]].mean().round(2).to_csv("segments.csv")


for stage in (extract, transform, score, publish):
    stage()
