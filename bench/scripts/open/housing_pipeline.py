"""A scikit-learn pipeline with a column transformer on computed features."""

import joblib
import pandas as pd
from sklearn.compose import ColumnTransformer
from sklearn.impute import SimpleImputer
from sklearn.linear_model import Ridge
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler

loans = pd.read_csv("loans.csv")
loans["ratio"] = loans["amount"] / loans["income"]
loans["months"] = loans["term"].str.extract(r"(\d+)").astype(int)
numeric = ["ratio", "months", "years_employed"]
categorical = ["purpose", "state"]
prepare = ColumnTransformer(
    [
        ("num", Pipeline([("impute", SimpleImputer()), ("scale", StandardScaler())]), numeric),
        ("cat", OneHotEncoder(handle_unknown="ignore"), categorical),
    ]
)
pipe = Pipeline([("prepare", prepare), ("model", Ridge())])
target = loans["rate"].str.replace("%", "").astype(float)
pipe.fit(loans[numeric + categorical], target)
loans["predicted"] = pipe.predict(loans[numeric + categorical])
loans["error"] = loans["predicted"] - target
loans[["loan_id", "predicted", "error"]].to_csv("scored.csv", index=False)
joblib.dump(pipe, "rate_model.joblib")
