"""An A/B test: assignment by hash, conversions, a z test, a bootstrap of means."""

import hashlib
import math
from statistics import NormalDist

import numpy as np
import pandas as pd

events = pd.read_csv("events.csv")
events["group"] = ["AB"[hashlib.md5(str(u).encode()).digest()[0] % 2] for u in events["user_id"]]
users = events.groupby(["group", "user_id"]).agg(
    visits=("event_id", "size"),
    bought=("kind", lambda k: int((k == "buy").sum() > 2)),
    seconds=("seconds", "sum"),
)
summary = users.groupby(level="group")["bought"].agg(["sum", "count"]).rename(columns={"sum": "x", "count": "n"})
(xa, na), (xb, nb) = summary.itertuples(index=False)
pooled = (xa + xb) / (na + nb)
se = math.sqrt(pooled * (1 - pooled) * (1 / na + 1 / nb))
z = (xb / nb - xa / na) / se if se else 0.0
p_value = 2 * (1 - NormalDist().cdf(abs(z)))
rng = np.random.default_rng(42)
draws = {}
for group, values in users["seconds"].groupby(level=0):
    sample = rng.choice(values.to_numpy(), size=(200, len(values)))
    draws[group] = sample.mean(axis=1)
lift = draws["B"] - draws["A"]
low, high = np.percentile(lift, [2.5, 97.5])
summary["rate"] = summary["x"] / summary["n"]
summary.reset_index().to_csv("summary.csv", index=False)
pd.DataFrame([{"z": z, "p": p_value, "low": low, "high": high}]).to_csv("test.csv", index=False)
users.xs("B", level="group").reset_index().to_csv("users_b.csv", index=False)
