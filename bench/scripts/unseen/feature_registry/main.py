"""A tiny feature store: views are registered by a decorator, materialised, and joined as they were at a time."""

import pandas as pd
from views import REGISTRY

ENTITY = "customer_id"


def materialise(folder="store_"):
    made = {}
    for view in REGISTRY.values():
        frame = view.build()
        missing = {ENTITY, "event_time", *view.features} - set(frame.columns)
        if missing:
            raise ValueError(f"{view.name} lacks {sorted(missing)}")
        path = f"{folder}{view.name}.parquet"
        frame[[ENTITY, "event_time", *view.features]].sort_values("event_time").to_parquet(path, index=False)
        made[view.name] = path
    return made


def historical(spine, wanted, paths):
    out = spine.sort_values("event_time")
    for reference in wanted:
        name, feature = reference.split(":")
        view = pd.read_parquet(paths[name])[[ENTITY, "event_time", feature]]
        view = view.rename(columns={feature: f"{name}__{feature}"})
        out = pd.merge_asof(out, view, on="event_time", by=ENTITY, direction="backward")
    return out


def main():
    paths = materialise()
    orders = pd.read_csv("orders.csv", parse_dates=["order_date"])
    spine = orders.loc[orders["status"] != "cancelled", [ENTITY, "order_date", "quantity"]]
    spine = spine.rename(columns={"order_date": "event_time", "quantity": "label"})
    training = historical(
        spine, ["profile:tenure_days", "profile:segment", "spend:spend_30", "spend:orders_so_far"], paths
    )
    training["spend__spend_30"] = training["spend__spend_30"].fillna(0.0)
    training.to_csv("training.csv", index=False)

    online = pd.read_parquet(paths["spend"]).groupby(ENTITY).last().reset_index()
    online.to_json("online.json", orient="records", date_format="iso")


main()
