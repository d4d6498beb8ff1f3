"""Churn tutorial: split, preprocess, fit, score, and a table of what mattered."""

import pandas as pd
from sklearn.compose import ColumnTransformer
from sklearn.ensemble import RandomForestClassifier
from sklearn.impute import SimpleImputer
from sklearn.metrics import classification_report
from sklearn.model_selection import train_test_split
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler

TARGET = "default"
ID = "loan_id"

df = pd.read_csv("loans.csv")
df["term"] = df["term"].str.extract(r"(\d+)", expand=False).astype(int)
df["rate"] = pd.to_numeric(df["rate"].str.replace("%", "", regex=False))
df["loan_to_income"] = df.amount.div(df.income)

numeric = ["income", "amount", "term", "rate", "years_employed", "loan_to_income"]
categorical = ["grade", "purpose"]

X = df.drop(columns=[TARGET, ID, "state"])
y = df[TARGET]
X_train, X_test, y_train, y_test, id_train, id_test = train_test_split(
    X, y, df[ID], test_size=0.3, random_state=7, shuffle=True
)

preprocess = ColumnTransformer(
    [
        ("num", Pipeline([("impute", SimpleImputer(strategy="median")), ("scale", StandardScaler())]), numeric),
        ("cat", OneHotEncoder(handle_unknown="ignore"), categorical),
    ]
)
clf = Pipeline([("prep", preprocess), ("model", RandomForestClassifier(n_estimators=15, random_state=0))])
clf.fit(X_train, y_train)

proba = clf.predict_proba(X_test)
scored = pd.DataFrame({"loan_id": id_test.values, "p_default": proba[:, 1].round(4), "actual": y_test.values})
scored["decile"] = pd.qcut(scored["p_default"].rank(method="first"), 10, labels=False) + 1
scored.sort_values("p_default", ascending=False).to_csv("scored.csv", index=False)

report = pd.DataFrame(classification_report(y_test, clf.predict(X_test), output_dict=True)).T
report.index.name = "class"
report.reset_index().to_csv("report.csv", index=False)

importances = pd.Series(
    clf.named_steps["model"].feature_importances_, index=clf.named_steps["prep"].get_feature_names_out()
)
top = importances.sort_values(ascending=False).head(8).rename_axis("feature").reset_index(name="importance")
top.to_csv("importances.csv", index=False)
