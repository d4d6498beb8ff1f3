"""A model judged: folds, a confusion matrix as a table, measures by slice, a threshold chosen."""

import numpy as np
import pandas as pd
from sklearn.compose import ColumnTransformer
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import confusion_matrix, precision_recall_fscore_support
from sklearn.model_selection import cross_val_predict
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler

titanic = pd.read_csv("passengers.csv", index_col="PassengerId")
target = titanic["Survived"]
titanic["Title"] = titanic["Name"].str.extract(r", (\w+)\.", expand=False)
titanic["Family"] = titanic["SibSp"] + titanic["Parch"] + 1
numbers, words = ["Age", "Fare", "Family"], ["Sex", "Title"]
pipe = make_pipeline(
    ColumnTransformer(
        [
            ("num", make_pipeline(SimpleImputer(strategy="median"), StandardScaler()), numbers),
            ("cat", OneHotEncoder(handle_unknown="ignore"), words),
        ]
    ),
    LogisticRegression(max_iter=300),
)
proba = cross_val_predict(pipe, titanic[numbers + words], target, cv=3, method="predict_proba")[:, 1]
thresholds = np.linspace(0.3, 0.7, 9)
best = max(thresholds, key=lambda t: ((proba > t) == target).mean())
judged = pd.DataFrame({"passenger": titanic.index, "truth": target.to_numpy(), "proba": proba})
judged["said"] = (judged["proba"] > best).astype(int)
judged["class"] = titanic["Pclass"].values
judged.to_csv("judged.csv", index=False)
matrix = pd.DataFrame(confusion_matrix(judged["truth"], judged["said"]), columns=["said_0", "said_1"])
matrix.insert(0, "truth", ["no", "yes"])
matrix.to_csv("matrix.csv", index=False)
rows = []
for name, part in judged.groupby("class"):
    p, r, f, _ = precision_recall_fscore_support(part["truth"], part["said"], average="binary", zero_division=0)
    rows.append({"class": name, "precision": p, "recall": r, "f1": f, "n": len(part)})
pd.DataFrame.from_records(rows).to_json("slices.json", orient="records")
