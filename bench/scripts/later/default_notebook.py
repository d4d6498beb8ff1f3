"""A notebook on credit default, exported: train and test together, skewed columns, dummies, a submission."""

# %%
import numpy as np
import pandas as pd
from sklearn.linear_model import RidgeClassifier
from sklearn.preprocessing import StandardScaler

pd.set_option("display.max_columns", 50)

# %%
data = pd.read_csv("loans.csv")
train, test = data.iloc[:100].copy(), data.iloc[100:].copy()
y = train.pop("default").values
test.drop(columns="default", inplace=True)
ntrain = train.shape[0]
test_ids = test["loan_id"]

# %%
full = pd.concat((train, test)).reset_index(drop=True).drop(["loan_id"], axis=1)
full["rate"] = full["rate"].str.rstrip("%").astype(float)
full["term"] = full["term"].apply(lambda t: int(t.split()[0]))
full["years_employed"] = full.groupby("grade")["years_employed"].transform(lambda s: s.fillna(s.median()))
numeric = full.dtypes[full.dtypes != object].index.intersection(["income", "amount", "rate", "years_employed"])
skewed = full[numeric].apply(lambda col: col.skew()).sort_values(ascending=False)
for col in skewed[skewed > -5].index:
    full[col] = np.log1p(full[col])
full["burden"] = full["amount"] / full["income"]
full = pd.get_dummies(full, columns=["grade", "purpose", "state"], drop_first=True, dtype=float)

# %%
X_train, X_test = full[:ntrain], full[ntrain:]
sc = StandardScaler()
X_train = sc.fit_transform(X_train)
X_test = sc.transform(X_test)
clf = RidgeClassifier(alpha=2.0)
clf.fit(X_train, y)

# %%
sub = pd.DataFrame()
sub["Id"] = test_ids
sub["score"] = clf.decision_function(X_test)
sub["default"] = clf.predict(X_test)
sub.to_csv("submission.csv", index=False)
full.head(40).to_csv("features.csv", index=False)
