"""Least squares by a formula in a string: a design matrix by its terms, coefficients, residuals by groups."""

import numpy as np
import pandas as pd

FORMULA = "progression ~ bmi + bp + np.log(s3) + C(sex) + bmi:bp"


def term(name, data):
    if ":" in name:
        a, b = name.split(":")
        return pd.DataFrame({name: data[a] * data[b]})
    if name.startswith("C("):
        column = name[2:-1]
        return pd.get_dummies(data[column], prefix=column, drop_first=True, dtype=float)
    if name.startswith("np.log("):
        column = name[7:-1]
        return np.log(data[column]).to_frame(name)
    return data[[name]]


def design(formula, data):
    left, right = (side.strip() for side in formula.split("~"))
    parts = [pd.DataFrame({"Intercept": np.ones(len(data))}, index=data.index)]
    parts += [term(one.strip(), data) for one in right.split("+")]
    return data[left], pd.concat(parts, axis=1)


class OLS:
    def __init__(self, endog, exog):
        self.endog, self.exog = endog, exog

    def fit(self):
        x = self.exog.to_numpy(float)
        self.params, *_ = np.linalg.lstsq(x, self.endog.to_numpy(), rcond=None)
        self.resid = self.endog - x @ self.params
        sigma2 = (self.resid**2).sum() / (len(x) - x.shape[1])
        self.bse = np.sqrt(np.diag(sigma2 * np.linalg.inv(x.T @ x)))
        return self

    def summary(self):
        table = pd.DataFrame({"term": self.exog.columns, "coef": self.params, "se": self.bse})
        table["t"] = table["coef"] / table["se"]
        return table


data = pd.read_csv("diabetes.csv")
y, X = design(FORMULA, data)
result = OLS(y, X).fit()
result.summary().to_csv("coefficients.csv", index=False)
data["fitted"] = y - result.resid
data["resid"] = result.resid
data["age_group"] = pd.cut(data["age"], [0, 40, 60, 120], right=False, labels=["young", "middle", "old"])
data[["age_group", "progression", "fitted", "resid"]].to_csv("residuals.csv", index=False)
bias = data.groupby("age_group", observed=False)["resid"].agg(["mean", "std", "count"]).reset_index()
bias.to_csv("bias.csv", index=False)
