"""A file in chunks, totals kept in a dictionary."""

import pandas as pd

totals = {}
kept = []
for chunk in pd.read_csv("events.csv", chunksize=50):
    chunk = chunk[chunk["kind"].isin(["click", "buy"])]
    for page, seconds in chunk.groupby("page")["seconds"].sum().items():
        totals[page] = totals.get(page, 0) + seconds
    kept.append(chunk[["event_id", "user_id", "device"]])
pd.Series(totals, name="seconds").rename_axis("page").reset_index().sort_values("page").to_csv("pages.csv", index=False)
pd.concat(kept, ignore_index=True).to_parquet("kept.parquet", index=False)
