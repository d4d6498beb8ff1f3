"""Cohort retention, and a Kaplan-Meier table by plan with its median and a log-rank comparison."""

import numpy as np
import pandas as pd

subs = pd.read_csv("subscriptions.csv", parse_dates=["started"]).query("plan != 'free' or fee == 0")
subs["cohort"] = subs["started"].dt.to_period("Q").astype(str)

active = pd.DataFrame({month: (subs["months"] > month) | (subs["ended"] == 0) for month in range(0, 12, 3)}).add_prefix(
    "m"
)
retention = active.groupby(subs["cohort"]).mean().round(4)
retention.insert(0, "size", subs["cohort"].value_counts())
retention.reset_index().to_csv("retention.csv", index=False)


def kaplan_meier(durations, observed):
    table = pd.DataFrame({"t": durations, "d": observed}).groupby("t")["d"].agg(events="sum", leaving="count")
    table["at_risk"] = len(durations) - table["leaving"].cumsum().shift(fill_value=0)
    table["survival"] = (1 - table["events"] / table["at_risk"]).cumprod()
    table["se"] = table["survival"] * np.sqrt(
        (table["events"] / (table["at_risk"] * (table["at_risk"] - table["events"]).clip(lower=1))).cumsum()
    )
    return table


curves = []
medians = {}
for plan, part in subs.groupby("plan"):
    curve = kaplan_meier(part["months"], part["ended"])
    below = curve.index[curve["survival"] <= 0.5]
    medians[plan] = float(below.min()) if len(below) else None
    curves.append(curve.reset_index().assign(plan=plan))
pd.concat(curves)[["plan", "t", "at_risk", "events", "survival", "se"]].round(5).to_csv("survival.csv", index=False)
pd.Series(medians, name="median_months").rename_axis("plan").reset_index().to_json("medians.json", orient="records")

first, second = (subs[subs["plan"] == name] for name in ("basic", "pro"))
observed = expected = variance = 0.0
for t in sorted(subs.loc[subs["ended"] == 1, "months"].unique()):
    n1, n2 = (first["months"] >= t).sum(), (second["months"] >= t).sum()
    d1, d2 = (((one["months"] == t) & (one["ended"] == 1)).sum() for one in (first, second))
    n, d = n1 + n2, d1 + d2
    if n > 1:
        observed += d1
        expected += d * n1 / n
        variance += d * (n1 / n) * (n2 / n) * (n - d) / (n - 1)
pd.DataFrame(
    [{"observed": observed, "expected": round(expected, 4), "chi2": round((observed - expected) ** 2 / variance, 4)}]
).to_csv("logrank.csv", index=False)

lifetime = subs.assign(value=subs["fee"] * subs["months"]).groupby(["plan", "country"])["value"].agg(["mean", "sum"])
lifetime.round(2).reset_index().to_parquet("lifetime.parquet", index=False)
