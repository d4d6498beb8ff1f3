"""Files by an explicit list, keys, growth from year to year."""

import pandas as pd

YEARS = [2021, 2022, 2023]
frames = {year: pd.read_csv(f"sales_{year}.csv") for year in YEARS}
both = pd.concat(frames, names=["year"]).reset_index(level="year")
totals = both.pivot_table(index=["store", "product"], columns="year", values="units", aggfunc="sum")
totals.columns = [f"units_{year}" for year in totals.columns]
totals["growth"] = totals["units_2023"] / totals["units_2021"] - 1
totals.reset_index().to_csv("growth.csv", index=False)

last = frames[2023].copy()
last["quarter"] = (last["month"] - 1) // 3 + 1
last["share"] = last["revenue"] / last.groupby(["quarter"])["revenue"].transform("sum")
last = last[last["share"] > last["share"].median()]
last.to_json("large.json", orient="records", lines=False)
