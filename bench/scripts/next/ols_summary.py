"""Ordinary least squares as statsmodels reports it, by hand: a design matrix, dummies, standard errors, leverage."""

import numpy as np
import pandas as pd
from scipy import stats


class OLSResults:
    def __init__(self, params, bse, resid, fitted, hat, names, nobs):
        self.params, self.bse, self.resid, self.fittedvalues = params, bse, resid, fitted
        self.hat, self.names, self.nobs = hat, names, nobs

    @property
    def tvalues(self):
        return self.params / self.bse

    @property
    def pvalues(self):
        return 2 * stats.t.sf(np.abs(self.tvalues), self.nobs - len(self.params))

    def rsquared(self, y):
        return 1 - (self.resid @ self.resid) / ((y - y.mean()) @ (y - y.mean()))

    def summary_frame(self):
        return pd.DataFrame(
            {"term": self.names, "coef": self.params, "std_err": self.bse, "t": self.tvalues, "p": self.pvalues}
        )


def ols(y, X, names):
    beta, *_ = np.linalg.lstsq(X, y, rcond=None)
    fitted = X @ beta
    resid = y - fitted
    inverse = np.linalg.pinv(X.T @ X)
    sigma2 = resid @ resid / (len(y) - X.shape[1])
    hat = np.einsum("ij,jk,ik->i", X, inverse, X)
    return OLSResults(beta, np.sqrt(sigma2 * np.diag(inverse)), resid, fitted, hat, names, len(y))


def design(frame, numeric, categorical):
    dummies = pd.get_dummies(frame[categorical], drop_first=True, dtype=float)
    numbers = (frame[numeric] - frame[numeric].mean()) / frame[numeric].std()
    X = pd.concat([pd.Series(1.0, index=frame.index, name="Intercept"), numbers, dummies], axis=1)
    return X.to_numpy(), list(X.columns)


staff = pd.read_csv("employees.csv")
staff["bonus"] = staff["bonus"].fillna(0)
staff["tenure"] = (pd.Timestamp("2024-01-01") - pd.to_datetime(staff["hired"])).dt.days / 365.25
staff = staff.dropna()

y = np.log(staff["salary"].to_numpy())
X, names = design(staff, ["tenure", "bonus", "rating"], ["dept"])
results = ols(y, X, names)

results.summary_frame().round(5).to_csv("coefficients.csv", index=False)
influence = pd.DataFrame(
    {
        "emp_id": staff["emp_id"],
        "fitted": np.exp(results.fittedvalues).round(0),
        "student_resid": (results.resid / np.sqrt((1 - results.hat) * results.resid.var())).round(4),
        "leverage": results.hat.round(5),
    }
)
influence["outlier"] = influence["student_resid"].abs() > 1.5
influence.to_parquet("influence.parquet", index=False)
pd.Series({"r2": round(results.rsquared(y), 5), "nobs": results.nobs, "k": X.shape[1]}).to_json("fit.json")
