"""Regression competition notebook: train and test put together, skew, dummies, out-of-fold blending, a submission."""

import warnings

import numpy as np
import pandas as pd
from sklearn.ensemble import RandomForestRegressor
from sklearn.linear_model import Lasso, Ridge
from sklearn.metrics import mean_squared_error
from sklearn.model_selection import KFold
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import RobustScaler

warnings.filterwarnings("ignore")

data = pd.read_csv("loans.csv")
train = data[:100].copy()
test = data[100:].copy()
train_ID = train["loan_id"]
test_ID = test["loan_id"]
train.drop("loan_id", axis=1, inplace=True)
test.drop("loan_id", axis=1, inplace=True)

# outliers
train = train.drop(train[(train["income"] > 145000) & (train["amount"] < 3000)].index)
train["amount"] = np.log1p(train["amount"])
y_train = train.amount.values
ntrain = train.shape[0]

all_data = pd.concat((train, test)).reset_index(drop=True)
all_data.drop(["amount"], axis=1, inplace=True)
all_data["rate"] = all_data["rate"].str.rstrip("%").astype(float)
all_data["years_employed"] = all_data.groupby("grade")["years_employed"].transform(lambda x: x.fillna(x.median()))
for col in ("term", "purpose"):
    all_data[col] = all_data[col].fillna("None")
all_data["grade"] = all_data["grade"].map({"A": 4, "B": 3, "C": 2, "D": 1})
numeric_feats = all_data.dtypes[all_data.dtypes == "float64"].index
skewed_feats = all_data[["income", "rate"]].apply(lambda x: x.dropna().skew()).sort_values(ascending=False)
for feat in ["income"]:
    all_data[feat] = np.log1p(all_data[feat])
all_data = pd.get_dummies(all_data, columns=["term", "purpose", "state"])

train = all_data[:ntrain]
test = all_data[ntrain:]

models = {
    "lasso": make_pipeline(RobustScaler(), Lasso(alpha=0.005, random_state=1)),
    "ridge": make_pipeline(RobustScaler(), Ridge(alpha=10)),
    "forest": RandomForestRegressor(n_estimators=10, random_state=3),
}
kf = KFold(n_splits=4, shuffle=True, random_state=42)
oof = np.zeros((ntrain, len(models)))
preds = np.zeros((test.shape[0], len(models)))
scores = []
for i, (name, model) in enumerate(models.items()):
    for trn_idx, val_idx in kf.split(train.values):
        model.fit(train.values[trn_idx], y_train[trn_idx])
        oof[val_idx, i] = model.predict(train.values[val_idx])
        preds[:, i] += model.predict(test.values) / kf.n_splits
    scores.append({"model": name, "rmse": np.sqrt(mean_squared_error(y_train, oof[:, i]))})

ensemble = np.expm1(preds @ np.array([0.2, 0.3, 0.5]))
sub = pd.DataFrame()
sub["Id"] = test_ID
sub["SalePrice"] = ensemble
sub.to_csv("submission.csv", index=False)
pd.DataFrame(scores).to_csv("cv_scores.csv", index=False)
