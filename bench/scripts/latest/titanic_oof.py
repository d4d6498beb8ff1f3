"""Titanic notebook: titles, decks, families, out-of-fold predictions of two models, a blend."""

import numpy as np
import pandas as pd
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import StratifiedKFold, cross_val_predict, cross_val_score
from sklearn.preprocessing import LabelEncoder
from sklearn.tree import DecisionTreeClassifier

full = pd.read_csv("passengers.csv", index_col="PassengerId")
full["Title"] = full.Name.str.extract(r", ([A-Za-z]+)\.", expand=False)
full["Title"] = full["Title"].replace(["Dr"], "Rare")
full["Deck"] = full["Cabin"].str[0].fillna("U")
full["FamilySize"] = full["SibSp"] + full["Parch"] + 1
full["IsAlone"] = 0
full.loc[full["FamilySize"] == 1, "IsAlone"] = 1
full["Age"] = full.groupby(["Title", "Pclass"])["Age"].transform(lambda x: x.fillna(x.median()))
full["Age"].fillna(full["Age"].median())
full["FareBin"] = pd.qcut(full["Fare"], 4, labels=False)
full["AgeBin"] = pd.cut(full["Age"].astype(float), bins=[0, 16, 32, 48, 64, np.inf], labels=False).fillna(-1)
full["Embarked"] = full["Embarked"].fillna(full["Embarked"].mode()[0])

for feature in ["Sex", "Embarked", "Title", "Deck"]:
    full[feature + "_code"] = LabelEncoder().fit_transform(full[feature])

drop_elements = ["Name", "Ticket", "Cabin", "SibSp", "Sex", "Embarked", "Title", "Deck", "Age", "Fare", "Parch"]
data = full.drop(drop_elements, axis=1)
y = data.pop("Survived")

cv = StratifiedKFold(n_splits=3, shuffle=True, random_state=1)
models = {"tree": DecisionTreeClassifier(max_depth=4, random_state=0), "logit": LogisticRegression(max_iter=300)}
oof = pd.DataFrame(index=data.index)
scores = {}
for name, model in models.items():
    oof[name] = cross_val_predict(model, data, y, cv=cv, method="predict_proba")[:, 1]
    scores[name] = cross_val_score(model, data, y, cv=cv).mean()
oof["blend"] = oof[list(models)].mean(axis=1)
oof["Survived"] = (oof["blend"] > 0.5).astype(int)
oof.reset_index().to_csv("oof.csv", index=False)
pd.DataFrame(scores.items(), columns=["model", "accuracy"]).to_csv("scores.csv", index=False)
data.join(y).to_csv("prepared.csv")

survival = full[["Title", "Survived"]].groupby(["Title"], as_index=False).mean().sort_values(by="Survived")
survival.to_csv("by_title.csv", index=False)
