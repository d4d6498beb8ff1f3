"""Scales of a questionnaire: reversed items, a reliability, long form, weighted means, quartiles."""

import numpy as np
import pandas as pd

SCALES = {"trust": ["q1", "q2r"], "effort": ["q3", "q4"]}
answers = pd.read_excel("survey.xlsx").set_index("respondent")
answers["q2r"] = 6 - answers["q2"]
answers = answers.loc[answers.filter(regex=r"^q\d$").notna().mean(axis=1) >= 0.75]
for scale, items in SCALES.items():
    answers[scale] = answers[items].mean(axis="columns", skipna=True)


def alpha(items):
    k = items.shape[1]
    return k / (k - 1) * (1 - items.var(ddof=1).sum() / items.sum(axis=1).var(ddof=1))


reliability = {scale: alpha(answers[items].dropna()) for scale, items in SCALES.items()}
pd.DataFrame(reliability.items(), columns=["scale", "alpha"]).to_csv("alpha.csv", index=False)


def weighted(part):
    return pd.Series(
        {scale: np.average(part[scale].fillna(3), weights=part["weight"]) for scale in SCALES} | {"n": len(part)}
    )


answers.groupby("region")[["trust", "effort", "weight"]].apply(weighted).reset_index().to_csv(
    "regions.csv", index=False
)
answers["quarter"] = pd.qcut(answers["trust"].rank(method="first"), 4, labels=False) + 1
long = pd.wide_to_long(
    answers.reset_index()[["respondent", "quarter", "q1", "q2", "q3", "q4"]], stubnames="q", i="respondent", j="item"
)
long = long.rename(columns={"q": "answer"}).reset_index()
long.assign(high=lambda d: (d.answer >= 4).astype("int8")).to_parquet("long.parquet", index=False)
z = (answers[["trust", "effort"]] - answers[["trust", "effort"]].mean()) / answers[["trust", "effort"]].std()
z.add_suffix("_z").reset_index().to_csv("z.csv", index=False)
