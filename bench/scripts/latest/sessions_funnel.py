"""Click stream: sessions by gaps, steps of a funnel, conversion, paths."""

import numpy as np
import pandas as pd

GAP = pd.Timedelta("12h")
STEPS = ["view", "click", "buy"]

clicks = pd.read_json("events.jsonl", lines=True)
clicks["ts"] = pd.to_datetime(clicks["ts"])
clicks.sort_values(["user_id", "ts"], inplace=True)
clicks["gap"] = clicks.groupby("user_id")["ts"].diff()
clicks["new"] = (clicks["gap"].isnull() | (clicks["gap"] > GAP)).astype(int)
clicks["session"] = clicks.groupby("user_id")["new"].cumsum()
clicks["session_id"] = clicks["user_id"].astype(str) + "-" + clicks["session"].astype(str)

grouped = clicks.groupby("session_id", sort=False)
sessions = pd.DataFrame(
    {
        "user_id": grouped["user_id"].first(),
        "start": grouped["ts"].min(),
        "end": grouped["ts"].max(),
        "events": grouped.size(),
        "seconds": grouped["seconds"].sum(),
        "landing": grouped["page"].first(),
        "path": grouped["page"].agg(lambda pages: ">".join(pages)),
        "bought": grouped["kind"].agg(lambda kinds: "buy" in set(kinds)),
    }
).reset_index()
sessions["minutes"] = (sessions["end"] - sessions["start"]) / np.timedelta64(1, "m")
sessions["hour"] = sessions["start"].dt.hour
sessions.drop(columns=["end"]).to_csv("sessions.csv", index=False)

funnel = clicks.drop_duplicates(["session_id", "kind"])["kind"].value_counts().reindex(STEPS, fill_value=0)
funnel = funnel.to_frame("sessions").rename_axis("step").reset_index()
funnel["rate"] = funnel["sessions"] / funnel["sessions"].iloc[0]
funnel.to_csv("funnel.csv", index=False)

device = (
    clicks.groupby(["device", "kind"]).size().unstack(fill_value=0).pipe(lambda t: t.assign(cr=t["buy"] / t["view"]))
)
device.reset_index().to_csv("devices.csv", index=False)
