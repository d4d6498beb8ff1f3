"""The usual feature engineering of the passenger list."""

import numpy as np
import pandas as pd

train = pd.read_csv("passengers.csv")

train["Title"] = train["Name"].str.extract(r", (\w+)\.", expand=False)
train["Title"] = train["Title"].replace(["Dr"], "Rare")
train["Title"] = train["Title"].map({"Mr": 1, "Miss": 2, "Mrs": 3, "Rare": 4}).fillna(0).astype(int)
train["Sex"] = train["Sex"].map({"female": 1, "male": 0})
train["FamilySize"] = train["SibSp"] + train["Parch"] + 1
train["IsAlone"] = 0
train.loc[train["FamilySize"] == 1, "IsAlone"] = 1
train["Age"] = train.groupby(["Sex", "Pclass"])["Age"].transform(lambda s: s.fillna(s.median()))
train["AgeBand"] = pd.cut(train["Age"], 5, labels=False)
train["HasCabin"] = train["Cabin"].notna().astype(int)
most_common = train["Embarked"].mode()[0]
train["Embarked"] = train["Embarked"].fillna(most_common)
train["FareLog"] = np.log1p(train["Fare"])
train = train.drop(["Name", "Ticket", "Cabin", "PassengerId", "SibSp", "Parch"], axis=1)
train = pd.get_dummies(train, columns=["Embarked"], prefix="Port")
train.to_csv("train_features.csv", index=False)
