"""A funnel: first time of each kind by user, explode and unstack."""

import pandas as pd

log = pd.read_json("events.jsonl", lines=True)
log["ts"] = pd.to_datetime(log["ts"])
first = log.groupby(["user_id", "kind"])["ts"].min().unstack()
first["to_click"] = (first["click"] - first["view"]).dt.total_seconds() / 3600
first["bought"] = first["buy"].notnull()
first[["to_click", "bought"]].reset_index().to_csv("funnel.csv", index=False)
pages = log.groupby("user_id")["page"].agg(list).reset_index()
pages = pages.explode("page").drop_duplicates()
pages["item"] = pages["page"].str.match(r"/item/\d")
pages.to_csv("pages.csv", index=False)
log["prev"] = log.sort_values("ts").groupby("user_id")["page"].shift(1)
log.dropna(subset=["prev"]).groupby(["prev", "page"]).size().to_frame("n").reset_index().to_csv(
    "paths.csv", index=False
)
