"""Survival by group: apply on rows, fillna by group medians, surnames, tickets, a table with two levels."""

import pandas as pd
from sklearn.decomposition import PCA
from sklearn.preprocessing import LabelEncoder, MinMaxScaler

df = pd.read_csv("passengers.csv")
df["Surname"], df["Rest"] = zip(*df["Name"].map(lambda n: n.split(", ", 1)))
df["Title"] = df["Rest"].str.split(".").str[0].replace(["Dr", "Miss"], "Other")
df["Age"] = df["Age"].fillna(df.groupby(["Sex", "Title"])["Age"].transform("median"))
df["Embarked"] = df["Embarked"].fillna(df["Embarked"].mode()[0])
df["Deck"] = df["Cabin"].fillna("U").str[0]


def kind(row):
    if row["Age"] < 16:
        return "child"
    if row["Sex"] == "female" and row["Parch"] > 0:
        return "mother"
    return "adult"


df["Kind"] = df.apply(kind, axis=1)
df["FareBin"] = pd.qcut(df["Fare"], 4, labels=["a", "b", "c", "d"])
df["TicketSize"] = df.groupby("Ticket")["Ticket"].transform("count")
df.loc[df["SibSp"] + df["Parch"] == 0, "Alone"] = 1
df["Alone"] = df["Alone"].fillna(0).astype(int)
for c in ["Sex", "Deck", "Kind"]:
    df[c + "_code"] = LabelEncoder().fit_transform(df[c])
scaled = MinMaxScaler().fit_transform(df[["Age", "Fare", "Sex_code"]].fillna(0))
components = PCA(n_components=2, random_state=0).fit_transform(scaled)
df["pc1"], df["pc2"] = components[:, 0].round(6), components[:, 1].round(6)
table = df.groupby(["Pclass", "Kind"])["Survived"].mean().unstack().fillna(0).reset_index()
table.to_csv("survival.csv", index=False)
crossed = pd.crosstab(df["Deck"], df["FareBin"], normalize="index").reset_index()
crossed.to_csv("decks.csv", index=False)
df[["PassengerId", "Surname", "Alone", "TicketSize", "Sex_code", "Deck_code", "pc1", "pc2"]].to_csv(
    "engineered.csv", index=False
)
