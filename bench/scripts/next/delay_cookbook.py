"""Getting started with pandas on flights: merges, group statistics, pivot tables, bins, MultiIndex and query."""

import numpy as np
import pandas as pd

flights = pd.read_csv("flights.csv", parse_dates=["time_hour"])
airlines = pd.read_csv("airlines.csv").set_index("carrier")
planes = pd.read_csv("planes.csv").rename(columns={"year": "built"})

# How do I filter specific rows from a DataFrame?
flown = flights.dropna(subset=["dep_delay", "arr_delay"]).query("air_time > 30 and origin != 'LGA'").copy()

# How to create new columns derived from existing columns?
flown = flown.assign(
    gain=lambda df: df["dep_delay"] - df["arr_delay"],
    speed=lambda df: df["distance"] / df["air_time"] * 60,
    part=lambda df: pd.cut(df["hour"], bins=[0, 11, 17, 24], labels=["morning", "afternoon", "evening"], right=False),
)
flown["late_rank"] = flown.groupby("carrier")["arr_delay"].rank(method="dense", ascending=False)
flown["carrier_mean"] = flown.groupby("carrier")["arr_delay"].transform("mean").round(3)
flown["above"] = np.where(flown["arr_delay"] > flown["carrier_mean"], "slow", "fast")
flown = flown.join(airlines, on="carrier").merge(planes, on="tailnum", how="left", validate="many_to_one")
flown["age"] = 2013 - flown["built"]
flown[["carrier", "flight", "name", "gain", "speed", "part", "late_rank", "above", "age"]].round(3).to_csv(
    "flown.csv", index=False
)

# How to reshape the layout of tables?
wide = flown.pivot_table(
    index="origin", columns="part", values="arr_delay", aggfunc=["mean", "size"], observed=False, fill_value=0
)
wide.columns = ["_".join(map(str, pair)) for pair in wide.columns.to_flat_index()]
wide.round(2).reset_index().to_parquet("by_part.parquet", index=False)

# How to calculate summary statistics?
stats = flown.groupby(["origin", "carrier"]).agg(
    flights=("flight", "size"),
    median_gain=("gain", "median"),
    worst=("arr_delay", "max"),
    seats=("seats", "sum"),
)
stats["share"] = (stats["flights"] / stats.groupby(level="origin")["flights"].transform("sum")).round(4)
newark = stats.xs("EWR", level="origin").sort_values(["flights", "worst"], ascending=[False, True])
newark.reset_index().to_json("newark.json", orient="records")
long = stats[["median_gain", "share"]].stack().rename_axis(["origin", "carrier", "measure"]).rename("value")
long.reset_index().to_csv("stats_long.csv", index=False)
