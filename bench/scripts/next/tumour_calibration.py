"""Probability calibration: naive Bayes as it is, with isotonic and with sigmoid calibration, on the same split."""

import pandas as pd
from sklearn.calibration import CalibratedClassifierCV, calibration_curve
from sklearn.metrics import brier_score_loss, log_loss, roc_auc_score
from sklearn.model_selection import train_test_split
from sklearn.naive_bayes import GaussianNB

df = pd.read_csv("tumours.csv", index_col="sample")
X, y = df.drop(columns="benign"), df["benign"]
X_train, X_test, y_train, y_test = train_test_split(X, y, test_size=0.5, random_state=42)

clf_list = [
    (GaussianNB(), "Naive Bayes"),
    (CalibratedClassifierCV(GaussianNB(), cv=2, method="isotonic"), "Isotonic"),
    (CalibratedClassifierCV(GaussianNB(), cv=2, method="sigmoid"), "Sigmoid"),
]

scores, curves, probabilities = [], [], {}
for clf, name in clf_list:
    clf.fit(X_train, y_train)
    y_prob = clf.predict_proba(X_test)[:, 1]
    probabilities[name] = y_prob
    scores.append(
        {
            "classifier": name,
            "brier": brier_score_loss(y_test, y_prob),
            "log_loss": log_loss(y_test, y_prob.clip(1e-6, 1 - 1e-6)),
            "roc_auc": roc_auc_score(y_test, y_prob),
        }
    )
    fraction, mean = calibration_curve(y_test, y_prob, n_bins=4, strategy="quantile")
    curves.append(pd.DataFrame({"fraction_of_positives": fraction, "mean_predicted": mean}).assign(classifier=name))

pd.DataFrame(scores).set_index("classifier").round(4).to_csv("scores.csv")
pd.concat(curves, ignore_index=True).round(5).to_csv("curves.csv", index=False)

predicted = pd.DataFrame(probabilities, index=X_test.index).round(5)
predicted["truth"] = y_test
predicted["spread"] = predicted[[name for _, name in clf_list]].max(axis=1) - predicted["Naive Bayes"]
predicted.sort_index().reset_index().to_parquet("probabilities.parquet", index=False)
