"""Items turned round, a mean of each row, ordered categories, weighted means by a function, a codebook."""

import numpy as np
import pandas as pd

LEVELS = pd.CategoricalDtype(["low", "middle", "high"], ordered=True)
ITEMS = [f"q{n}" for n in range(1, 5)]
REVERSED = {"q2", "q4"}


def weighted(group, value, weight="weight"):
    held = group.dropna(subset=[value])
    return np.average(held[value], weights=held[weight])


def describe(items):
    rows = []
    for name, values in items.items():
        rows.append(
            {
                "item": name,
                "n": values.count(),
                "missing": values.isna().sum(),
                "mean": values.mean(),
                "sd": values.std(),
                "ceiling": (values == values.max()).mean(),
            }
        )
    return pd.DataFrame.from_records(rows)


def alpha(items):
    complete = items.dropna()
    k = complete.shape[1]
    return k / (k - 1) * (1 - complete.var(ddof=1).sum() / complete.sum(axis=1).var(ddof=1))


survey = pd.read_csv("survey.csv", dtype={"region": "category"})
items = survey[ITEMS].copy()
for item in ITEMS:
    if item in REVERSED:
        items[item] = 6 - items[item]

survey["score"] = items.mean(axis=1, skipna=True)
survey["answered"] = items.notna().sum(axis="columns")
survey["level"] = pd.cut(survey["score"], [0, 2.5, 3.5, 5], labels=LEVELS.categories).astype(LEVELS)
survey["level_code"] = survey["level"].cat.codes
survey["region_name"] = survey["region"].cat.rename_categories({"N": "north", "S": "south", "E": "east"})
survey["above"] = survey.apply(lambda row: "yes" if row["score"] > 3 and row["answered"] == 4 else "no", axis=1)
survey[["respondent", "region_name", "score", "level", "level_code", "above"]].to_csv("scores.csv", index=False)

means = survey.groupby("region", observed=True).apply(weighted, "score", include_groups=False)
means.rename("weighted_mean").reset_index().to_csv("region_means.csv", index=False)
book = describe(items)
book["alpha"] = alpha(items)
book.to_csv("codebook.csv", index=False)
items.corr().rename_axis("item").reset_index().to_csv("correlations.csv", index=False)
