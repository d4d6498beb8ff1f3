"""Scorecard: bins, weight of evidence by feature, information values, points."""

import numpy as np
import pandas as pd


def calculate_woe(df, feature, target):
    lst = []
    for val in sorted(df[feature].unique()):
        lst.append(
            {
                "value": val,
                "all": df[df[feature] == val].count()[feature],
                "good": df[(df[feature] == val) & (df[target] == 0)].count()[feature],
                "bad": df[(df[feature] == val) & (df[target] == 1)].count()[feature],
            }
        )
    dset = pd.DataFrame(lst)
    dset["distr_good"] = (dset["good"] + 0.5) / dset["good"].sum()
    dset["distr_bad"] = (dset["bad"] + 0.5) / dset["bad"].sum()
    dset["woe"] = np.log(dset["distr_good"] / dset["distr_bad"])
    dset["iv"] = (dset["distr_good"] - dset["distr_bad"]) * dset["woe"]
    return dset, dset["iv"].sum()


loans = pd.read_csv("loans.csv")
loans["income_bin"] = pd.cut(loans["income"], bins=4).cat.codes
loans["rate_bin"] = np.digitize(loans["rate"].str.rstrip("%").astype(float), [8, 13, 19])
loans["emp_bin"] = np.where(loans["years_employed"].isna(), -1, (loans["years_employed"] > 8).astype(int))

card, ivs, woes = [], {}, loans[["loan_id", "default"]].copy()
for col in ["income_bin", "rate_bin", "emp_bin", "grade", "purpose"]:
    table, iv = calculate_woe(loans, col, "default")
    ivs[col] = iv
    mapping = dict(zip(table["value"], table["woe"]))
    woes[f"{col}_woe"] = loans[col].map(mapping)
    table.insert(0, "feature", col)
    card.append(table.astype({"value": str}))

pd.concat(card, ignore_index=True).to_csv("scorecard.csv", index=False)
pd.Series(ivs, name="iv").rename_axis("feature").reset_index().sort_values("iv").to_csv("iv.csv", index=False)
woes["points"] = 600 + 20 * woes.filter(like="_woe").sum(axis=1)
woes["band"] = pd.cut(woes["points"], bins=[-np.inf, 590, 620, np.inf], labels=list("CBA"))
woes.to_csv("points.csv", index=False)
woes.groupby("band", observed=False)["default"].agg(["size", "mean"]).reset_index().to_csv("bands.csv", index=False)
