"""An A/B test read out: exclusions, a z-test, Welch's test, a bootstrap, CUPED and results by device."""

import json

import numpy as np
import pandas as pd
from scipy import stats

rng = np.random.default_rng(2024)
raw = pd.read_csv("visitors.csv")
clean = raw[(raw["robot"] == 0) & raw["revenue"].notna()].drop_duplicates("visitor")
clean = clean.assign(revenue=clean["revenue"].where(clean["converted"] == 1, 0.0).clip(upper=70))

arms = {name: part for name, part in clean.groupby("variant")}
control, treatment = arms["control"], arms["treatment"]


def two_proportions(a, b):
    pooled = (a.sum() + b.sum()) / (len(a) + len(b))
    se = np.sqrt(pooled * (1 - pooled) * (1 / len(a) + 1 / len(b)))
    z = (b.mean() - a.mean()) / se
    return z, 2 * stats.norm.sf(abs(z))


z, p_conversion = two_proportions(control["converted"], treatment["converted"])
t, p_revenue = stats.ttest_ind(treatment["revenue"], control["revenue"], equal_var=False)

theta = np.cov(clean["revenue"], clean["sessions"])[0, 1] / clean["sessions"].var()
clean["cuped"] = clean["revenue"] - theta * (clean["sessions"] - clean["sessions"].mean())
lift = clean.groupby("variant")["cuped"].mean().diff().iloc[-1]

draws = [
    rng.choice(treatment["revenue"].to_numpy(), len(treatment)).mean()
    - rng.choice(control["revenue"].to_numpy(), len(control)).mean()
    for _ in range(200)
]
low, high = np.percentile(draws, [2.5, 97.5])

readout = {
    "visitors": {name: len(part) for name, part in arms.items()},
    "conversion": {"z": round(float(z), 4), "p": round(float(p_conversion), 5)},
    "revenue": {
        "t": round(float(t), 4),
        "p": round(float(p_revenue), 5),
        "ci": [round(float(low), 3), round(float(high), 3)],
    },
    "cuped_lift": round(float(lift), 4),
}
with open("readout.json", "w") as f:
    json.dump(readout, f, indent=2)

by_device = clean.pivot_table(index="device", columns="variant", values="converted", aggfunc=["mean", "count"])
by_device.columns = [f"{variant}_{what}" for what, variant in by_device.columns]
by_device["lift"] = by_device["treatment_mean"] / by_device["control_mean"] - 1
by_device.round(4).reset_index().to_csv("by_device.csv", index=False)

daily = clean.groupby(["visited", "variant"])["converted"].sum().unstack(fill_value=0).cumsum()
daily["ahead"] = daily.idxmax(axis=1)
daily.reset_index().to_csv("daily.csv", index=False)
