"""Transformers that are functions, columns by their types, frames out of pipelines, a hold-out by date."""

import numpy as np
import pandas as pd
from sklearn.compose import ColumnTransformer, make_column_selector, make_column_transformer
from sklearn.ensemble import GradientBoostingRegressor
from sklearn.inspection import permutation_importance
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer, OrdinalEncoder, PolynomialFeatures, StandardScaler


def dates(frame):
    hired = pd.to_datetime(frame["hired"])
    return pd.DataFrame({"hire_month": hired.dt.month, "days": (pd.Timestamp("2023-06-01") - hired).dt.days})


def add_ratio(frame):
    frame = frame.copy()
    frame["bonus_ratio"] = frame["bonus"].fillna(0) / frame["rating"]
    return frame


staff = pd.read_csv("employees.csv").sort_values("hired", ignore_index=True)
cut = int(len(staff) * 0.75)
train, test = staff.iloc[:cut], staff.iloc[cut:]

prep = ColumnTransformer(
    transformers=[
        ("when", make_pipeline(FunctionTransformer(dates), StandardScaler()), ["hired"]),
        ("ratio", FunctionTransformer(add_ratio), ["bonus", "rating"]),
        ("dept", OrdinalEncoder(handle_unknown="use_encoded_value", unknown_value=-1), ["dept"]),
    ],
    remainder="drop",
    verbose_feature_names_out=False,
).set_output(transform="pandas")

train_X = prep.fit_transform(train).fillna(0)
test_X = prep.transform(test).fillna(0)
train_X.assign(salary=train["salary"]).to_parquet("train_features.parquet")

model = GradientBoostingRegressor(n_estimators=15, random_state=0).fit(train_X, np.log(train["salary"]))
submission = test[["emp_id"]].copy()
submission["salary"] = np.exp(model.predict(test_X)).round()
submission.to_csv("submission.csv", index=False)

found = permutation_importance(model, test_X, np.log(test["salary"]), n_repeats=2, random_state=0)
pd.DataFrame({"feature": test_X.columns, "mean": found.importances_mean, "std": found.importances_std}).sort_values(
    "mean"
).to_csv("permutation.csv", index=False)

numbers = make_column_transformer(
    (PolynomialFeatures(2, include_bias=False), ["rating", "salary"]),
    ("passthrough", make_column_selector(pattern="^dept$")),
)
array = numbers.fit_transform(staff)
names = [name.split("__")[-1].replace(" ", "_").replace("^", "") for name in numbers.get_feature_names_out()]
pd.DataFrame(array, columns=names).to_csv("polynomial.csv", index=False)
