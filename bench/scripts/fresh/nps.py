"""Questionnaire scoring: net promoters, top boxes, confidence intervals, weights raked by region."""

import numpy as np
import pandas as pd

LIKERT = {1: "strongly disagree", 2: "disagree", 3: "neutral", 4: "agree", 5: "strongly agree"}
ITEMS = ["q1", "q2", "q3", "q4"]
POPULATION = {"N": 0.5, "S": 0.3, "E": 0.2}


def nps(series, weights=None):
    weights = np.ones(len(series)) if weights is None else weights
    promoters = weights[series >= 5].sum()
    detractors = weights[series <= 2].sum()
    return 100 * (promoters - detractors) / weights.sum()


def top_box(series, k=2):
    return (series > 5 - k).mean()


def wilson(p, n, z=1.96):
    centre = (p + z**2 / (2 * n)) / (1 + z**2 / n)
    half = z * np.sqrt(p * (1 - p) / n + z**2 / (4 * n**2)) / (1 + z**2 / n)
    return centre - half, centre + half


survey = pd.read_csv("survey.csv", dtype={"region": "category"})
answered = survey.dropna(subset=ITEMS, thresh=3).copy()
answered["straight"] = answered[ITEMS].nunique(axis=1).eq(1)
answered = answered[~answered["straight"]]
share = answered["region"].value_counts(normalize=True)
answered["rake"] = answered["region"].astype(str).map(lambda r: POPULATION[r] / share[r]) * answered["weight"]

rows = []
for item in ITEMS:
    for region, group in answered.groupby("region", observed=True):
        values = group[item].dropna()
        p = top_box(values)
        low, high = wilson(p, len(values))
        rows.append([item, region, len(values), p, low, high, nps(values, group.loc[values.index, "rake"])])
report = pd.DataFrame(rows, columns=["item", "region", "n", "top2", "low", "high", "nps"])
report.to_csv("report.csv", index=False)

labels = answered[ITEMS].apply(lambda col: col.map(LIKERT))
dist = labels.apply(pd.Series.value_counts, normalize=True).reindex(LIKERT.values()).fillna(0)
dist.T.rename_axis("item").reset_index().to_csv("distribution.csv", index=False)
answered["index"] = answered[ITEMS].mul([0.4, 0.3, 0.2, 0.1], axis=1).sum(axis=1) * 20
answered[["respondent", "region", "index", "rake"]].to_csv("scored.csv", index=False)
alpha = len(ITEMS) / (len(ITEMS) - 1) * (1 - answered[ITEMS].var().sum() / answered[ITEMS].sum(axis=1).var())
with open("alpha.csv", "w") as f:
    f.write("alpha,n\n%.6f,%d\n" % (alpha, len(answered)))
