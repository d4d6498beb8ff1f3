"""Near duplicates of people: blocks, similar names, clusters by union-find, a golden record each."""

import difflib
import re
from itertools import combinations

import pandas as pd


def normalize(text):
    text = re.sub(r"[^a-z ]", "", text.lower())
    return " ".join(sorted(text.split()))


class UnionFind:
    def __init__(self, items):
        self.parent = {item: item for item in items}

    def find(self, x):
        while self.parent[x] != x:
            self.parent[x] = self.parent[self.parent[x]]
            x = self.parent[x]
        return x

    def union(self, a, b):
        a, b = self.find(a), self.find(b)
        if a != b:
            self.parent[max(a, b)] = min(a, b)


people = pd.read_json("customers.json")
people["norm"] = people["name"].fillna("").map(normalize)
people["block"] = people["norm"].str[:2] + people["country"].fillna("?")

pairs = []
for block, members in people.groupby("block"):
    for (i, a), (j, b) in combinations(members.iterrows(), 2):
        score = difflib.SequenceMatcher(None, a["norm"], b["norm"]).ratio()
        if a["city"] == b["city"]:
            score += 0.1
        if score > 0.75:
            pairs.append((a["customer_id"], b["customer_id"], round(score, 3)))
matches = pd.DataFrame(pairs, columns=["left", "right", "score"])
matches.to_csv("matches.csv", index=False)

groups = UnionFind(people["customer_id"])
for left, right, _ in pairs:
    groups.union(left, right)
people["entity"] = people["customer_id"].apply(groups.find)
people = people.sort_values(["entity", "signup_date"])
golden = people.groupby("entity", sort=True).agg(
    name=("name", "first"),
    email=("email", "last"),
    income=("income", "max"),
    members=("customer_id", lambda s: ";".join(map(str, s))),
)
golden["merged"] = golden["members"].str.count(";") + 1
golden.reset_index().to_csv("golden.csv", index=False)
