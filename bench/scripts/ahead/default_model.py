"""Predicts loan defaults: cleans texts, a ColumnTransformer before a classifier, scores and importances to files."""

import joblib
import pandas as pd
from sklearn.compose import ColumnTransformer
from sklearn.ensemble import RandomForestClassifier
from sklearn.impute import SimpleImputer
from sklearn.metrics import accuracy_score, roc_auc_score
from sklearn.model_selection import train_test_split
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler

NUMERIC = ["income", "amount", "rate", "years_employed", "burden"]
CATEGORICAL = ["grade", "purpose", "term"]
TARGET = "default"


def clean(raw: pd.DataFrame) -> pd.DataFrame:
    frame = raw.copy()
    frame["term"] = frame["term"].str.extract(r"(\d+)", expand=False)
    frame["rate"] = frame["rate"].str.rstrip("%").astype(float) / 100
    frame["burden"] = frame["amount"] * frame["rate"] / frame["income"].clip(lower=1000)
    return frame


loans = clean(pd.read_csv("loans.csv"))
train, test = train_test_split(loans, test_size=0.3, random_state=11, stratify=loans[TARGET])

numeric = Pipeline([("fill", SimpleImputer(strategy="median")), ("scale", StandardScaler())])
categorical = Pipeline(
    [("fill", SimpleImputer(strategy="most_frequent")), ("encode", OneHotEncoder(handle_unknown="ignore"))]
)
model = Pipeline(
    [
        ("prepare", ColumnTransformer([("num", numeric, NUMERIC), ("cat", categorical, CATEGORICAL)])),
        ("forest", RandomForestClassifier(n_estimators=20, max_depth=4, random_state=0)),
    ]
)
model.fit(train[NUMERIC + CATEGORICAL], train[TARGET])
joblib.dump(model, "default_model.joblib")

probability = model.predict_proba(test[NUMERIC + CATEGORICAL])[:, 1]
scored = test[["loan_id", "state", "amount"]].assign(
    probability=probability.round(4), expected_loss=(probability * test["amount"]).round(2), actual=test[TARGET]
)
scored["decision"] = pd.cut(scored["probability"], [-1, 0.2, 0.5, 1.01], labels=["accept", "review", "reject"])
scored.sort_values(["probability", "loan_id"], ascending=[False, True]).to_csv("scored.csv", index=False)

names = model.named_steps["prepare"].get_feature_names_out()
importance = pd.Series(model.named_steps["forest"].feature_importances_, index=names, name="importance")
importance.round(5).rename_axis("feature").reset_index().to_csv("importance.csv", index=False)

summary = scored.groupby("state").agg(loans=("loan_id", "count"), loss=("expected_loss", "sum")).round(2)
summary.to_json("by_state.json", orient="index")
pd.DataFrame(
    {
        "auc": [round(roc_auc_score(test[TARGET], probability), 4)],
        "accuracy": [round(accuracy_score(test[TARGET], probability > 0.5), 4)],
    }
).to_csv("metrics.csv", index=False)
