"""Engineered features and a gradient boosting pipeline; predictions and importances."""

import joblib
import pandas as pd
from sklearn.compose import make_column_transformer
from sklearn.ensemble import GradientBoostingRegressor
from sklearn.model_selection import train_test_split
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OrdinalEncoder

staff = pd.read_csv("employees.csv", parse_dates=["hired"])
staff["year"] = staff["hired"].dt.year
staff["boss"] = staff["emp_id"].isin(staff["manager_id"]).astype(int)
staff["bonus"] = staff["bonus"].fillna(staff.groupby("dept")["bonus"].transform("mean"))
columns = ["year", "boss", "bonus", "rating", "dept"]
train, test = train_test_split(staff, test_size=0.25, random_state=7)
steps = make_column_transformer((OrdinalEncoder(), ["dept"]), remainder="passthrough")
model = make_pipeline(steps, GradientBoostingRegressor(n_estimators=15, random_state=0))
model.fit(train[columns], train["salary"])
test = test.assign(expected=model.predict(test[columns]).round())
test["underpaid"] = test["expected"] - test["salary"] > 10000
test[["emp_id", "expected", "underpaid"]].to_parquet("pay.parquet", index=False)
joblib.dump(model, "pay.joblib")
