"""Encodings of categories by the target, out of fold, smoothed; frequency codes; a model and its importances."""

import numpy as np
import pandas as pd
from sklearn.ensemble import GradientBoostingClassifier
from sklearn.inspection import permutation_importance
from sklearn.metrics import roc_auc_score
from sklearn.model_selection import StratifiedKFold, train_test_split

SEED = 2024
CATS = ["grade", "purpose", "state"]


def smooth_mean(by, target, m):
    agg = target.groupby(by).agg(["count", "mean"])
    prior = target.mean()
    return (agg["count"] * agg["mean"] + m * prior) / (agg["count"] + m)


def add_encodings(train, test, cols, target, folds):
    train, test = train.copy(), test.copy()
    for col in cols:
        encoded = pd.Series(np.nan, index=train.index)
        for tr, va in folds.split(train, train[target]):
            means = smooth_mean(train[col].iloc[tr], train[target].iloc[tr], m=5)
            encoded.iloc[va] = train[col].iloc[va].map(means).values
        train[f"{col}_te"] = encoded.fillna(train[target].mean())
        test[f"{col}_te"] = test[col].map(smooth_mean(train[col], train[target], m=5)).fillna(train[target].mean())
        freq = pd.concat([train[col], test[col]]).value_counts(normalize=True)
        for part in (train, test):
            part[f"{col}_freq"] = part[col].map(freq)
    return train, test


def main():
    loans = pd.read_csv("loans.csv")
    loans["rate"] = loans["rate"].str.replace("%", "", regex=False).astype(float)
    loans["term"] = loans["term"].str.extract(r"(\d+)").astype(int)
    train, test = train_test_split(loans, test_size=0.3, random_state=SEED, shuffle=True)
    folds = StratifiedKFold(n_splits=4, shuffle=True, random_state=SEED)
    train, test = add_encodings(train, test, CATS, "default", folds)
    features = ["rate", "term", "amount"] + [c for c in train.columns if c.endswith(("_te", "_freq"))]
    model = GradientBoostingClassifier(n_estimators=20, max_depth=2, random_state=SEED)
    model.fit(train[features], train["default"])
    test = test.assign(pd=model.predict_proba(test[features])[:, 1])
    test[["loan_id", "default", "pd"] + features[3:]].to_csv("scored.csv", index=False)
    print("AUC", roc_auc_score(test["default"], test["pd"]))
    imp = permutation_importance(model, test[features], test["default"], n_repeats=3, random_state=SEED)
    table = pd.DataFrame({"feature": features, "mean": imp.importances_mean, "std": imp.importances_std})
    table.sort_values("feature").to_csv("importance.csv", index=False)
    deciles = pd.qcut(test["pd"].rank(method="first"), 5, labels=False)
    gains = test.groupby(deciles)["default"].agg(bads="sum", n="size").sort_index(ascending=False)
    gains["cum_bad_rate"] = gains["bads"].cumsum() / gains["bads"].sum()
    gains.reset_index(names="bin").to_csv("gains.csv", index=False)


main()
