"""Sessions out of clicks: shift, cumsum, named aggregation."""

import pandas as pd

events = pd.read_csv("events.csv")
events["ts"] = pd.to_datetime(events["ts"])
events = events.sort_values(["user_id", "ts"])
gap = events["ts"] - events.groupby("user_id")["ts"].shift()
events["new"] = (gap > pd.Timedelta(days=1)).astype(int)
events["session"] = events.groupby("user_id")["new"].cumsum()
sessions = events.groupby(["user_id", "session"]).agg(
    start=("ts", "min"), pages=("page", "nunique"), clicks=("event_id", "size"), seconds=("seconds", "sum")
)
sessions["pace"] = sessions.seconds / sessions.clicks
sessions.reset_index().to_csv("sessions.csv", index=False)
counts = events["device"].value_counts().reset_index()
counts.columns = ["device", "events"]
counts.to_csv("devices.csv", index=False)
