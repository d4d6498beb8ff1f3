"""Transformers of one's own in a pipeline, output as frames, a grid search, out-of-fold predictions."""

import numpy as np
import pandas as pd
from sklearn.base import BaseEstimator, TransformerMixin
from sklearn.compose import ColumnTransformer, make_column_selector
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import confusion_matrix
from sklearn.model_selection import GridSearchCV, StratifiedKFold, cross_val_predict
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler


class FamilyFeatures(BaseEstimator, TransformerMixin):
    def __init__(self, add_alone=True):
        self.add_alone = add_alone

    def fit(self, X, y=None):
        self.fare_by_class_ = X.groupby("Pclass")["Fare"].median()
        return self

    def transform(self, X):
        X = X.copy()
        X["Family"] = X["SibSp"] + X["Parch"] + 1
        if self.add_alone:
            X["Alone"] = (X["Family"] == 1).astype(int)
        X["FareRatio"] = X["Fare"] / X["Pclass"].map(self.fare_by_class_)
        return X.drop(columns=["SibSp", "Parch", "Fare"])


class Clipper(BaseEstimator, TransformerMixin):
    def fit(self, X, y=None):
        self.low_, self.high_ = np.nanpercentile(X, [5, 95], axis=0)
        return self

    def transform(self, X):
        return np.clip(X, self.low_, self.high_)

    def get_feature_names_out(self, input_features=None):
        return input_features


df = pd.read_csv("passengers.csv", index_col="PassengerId")
y = df.pop("Survived")
X = df[["Pclass", "Sex", "Age", "SibSp", "Parch", "Fare", "Embarked"]]

numeric = Pipeline([("impute", SimpleImputer(strategy="median")), ("clip", Clipper()), ("scale", StandardScaler())])
categorical = Pipeline(
    [
        ("impute", SimpleImputer(strategy="most_frequent")),
        ("encode", OneHotEncoder(handle_unknown="ignore", sparse_output=False)),
    ]
)
pre = ColumnTransformer(
    [
        ("num", numeric, make_column_selector(dtype_include=np.number)),
        ("cat", categorical, ["Sex", "Embarked"]),
    ],
    verbose_feature_names_out=False,
).set_output(transform="pandas")
model = Pipeline([("family", FamilyFeatures()), ("pre", pre), ("clf", LogisticRegression(max_iter=500))])

search = GridSearchCV(model, {"clf__C": [0.1, 1.0], "family__add_alone": [True, False]}, cv=3, n_jobs=1)
search.fit(X, y)
cv = StratifiedKFold(n_splits=4, shuffle=True, random_state=0)
proba = cross_val_predict(search.best_estimator_, X, y, cv=cv, method="predict_proba")[:, 1]
result = pd.DataFrame({"PassengerId": X.index, "truth": y.values, "proba": proba.round(6)})
result["predicted"] = (result["proba"] >= 0.5).astype(int)
result.to_csv("oof.csv", index=False)
matrix = confusion_matrix(result["truth"], result["predicted"])
pd.DataFrame(matrix, columns=["pred_no", "pred_yes"]).assign(truth=["no", "yes"]).to_csv("confusion.csv", index=False)
pd.DataFrame(search.cv_results_)[["param_clf__C", "param_family__add_alone", "mean_test_score"]].to_csv(
    "search.csv", index=False
)
features = search.best_estimator_[:-1].transform(X)
features.reset_index().to_parquet("features.parquet", index=False)
