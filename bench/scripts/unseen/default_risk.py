"""Credit default with scikit-learn: a column transformer, two models compared, the better one kept."""

import json

import joblib
import numpy as np
import pandas as pd
from sklearn.compose import ColumnTransformer
from sklearn.ensemble import RandomForestClassifier
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import accuracy_score, roc_auc_score
from sklearn.model_selection import StratifiedKFold, cross_val_score, train_test_split
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler

TARGET = "default"

df = pd.read_csv("loans.csv")
df["term"] = df["term"].str.extract(r"(\d+)", expand=False).astype(int)
df["rate"] = df["rate"].str.rstrip("%").astype(float)
df["burden"] = df["amount"] * df["rate"] / 100 / df["income"]

X = df.drop(columns=[TARGET, "loan_id", "state"])
y = df[TARGET]
numeric = X.select_dtypes("number").columns.tolist()
categorical = X.select_dtypes(exclude="number").columns.tolist()

prepare = ColumnTransformer(
    [
        ("num", Pipeline([("impute", SimpleImputer(strategy="median")), ("scale", StandardScaler())]), numeric),
        ("cat", OneHotEncoder(handle_unknown="ignore"), categorical),
    ]
)
X_train, X_test, y_train, y_test = train_test_split(X, y, test_size=0.3, random_state=7, stratify=y)

candidates = {
    "logistic": LogisticRegression(max_iter=500),
    "forest": RandomForestClassifier(n_estimators=20, max_depth=4, random_state=7),
}
folds = StratifiedKFold(n_splits=3, shuffle=True, random_state=7)
scores = {}
for name, estimator in candidates.items():
    pipe = Pipeline([("prepare", prepare), ("model", estimator)])
    scores[name] = float(np.mean(cross_val_score(pipe, X_train, y_train, cv=folds, scoring="roc_auc")))

best_name = max(scores, key=scores.get)
best = Pipeline([("prepare", prepare), ("model", candidates[best_name])]).fit(X_train, y_train)
probability = best.predict_proba(X_test)[:, 1]

result = X_test[["grade", "purpose"]].copy()
result.insert(0, "loan_id", df.loc[X_test.index, "loan_id"])
result["probability"] = probability.round(4)
result["decision"] = np.where(probability > 0.5, "reject", "accept")
result.sort_values("loan_id").to_csv("scored.csv", index=False)

json.dump(
    {
        "cv": scores,
        "best": best_name,
        "auc": roc_auc_score(y_test, probability),
        "accuracy": accuracy_score(y_test, probability > 0.5),
    },
    open("metrics.json", "w"),
)
joblib.dump(best, "risk.joblib")
