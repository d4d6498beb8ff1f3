"""Univariate, recursive and model-based feature selection compared, in the manner of the scikit-learn gallery."""

import json

import numpy as np
import pandas as pd
from sklearn.feature_selection import RFE, SelectFromModel, SelectKBest, mutual_info_classif, f_classif
from sklearn.inspection import permutation_importance
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import MinMaxScaler
from sklearn.tree import DecisionTreeClassifier

data = pd.read_csv("wine.csv")
y = data.pop("cultivar").to_numpy()
samples = data.pop("sample")
X = MinMaxScaler().set_output(transform="pandas").fit_transform(data)

selector = SelectKBest(f_classif, k=4).fit(X, y)
scores = -np.log10(selector.pvalues_)
scores /= scores.max()

rfe = RFE(LogisticRegression(max_iter=300), n_features_to_select=3).fit(X, y)
tree = SelectFromModel(DecisionTreeClassifier(max_depth=4, random_state=0), threshold="mean").fit(X, y)

ranking = pd.DataFrame(
    {
        "feature": X.columns,
        "univariate": scores.round(5),
        "chosen": selector.get_support(),
        "rfe_rank": rfe.ranking_,
        "in_tree": tree.get_support(),
    }
)
ranking.to_csv("ranking.csv", index=False)

kept = pd.DataFrame(selector.transform(X), columns=selector.get_feature_names_out()).round(4)
kept.insert(0, "sample", samples)
kept.to_parquet("kept.parquet", index=False)

model = make_pipeline(SelectKBest(f_classif, k=4), LogisticRegression(max_iter=300)).fit(X, y)
found = permutation_importance(model, X, y, n_repeats=3, random_state=0)
with open("importances.json", "w") as file:
    json.dump(
        [
            {"feature": name, "mean": round(mean, 4), "std": round(std, 4)}
            for name, mean, std in zip(X.columns, found.importances_mean, found.importances_std)
        ],
        file,
        indent=2,
    )
