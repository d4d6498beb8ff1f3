"""Market baskets: a one-hot table, frequent item sets level by level, rules with support, confidence and lift."""

from itertools import chain, combinations

import pandas as pd

receipts = pd.read_csv("receipts.csv")
receipts["spend"] = receipts["pieces"] * receipts["price"]
kept = receipts[receipts["spend"] >= 2.0]

basket = kept.groupby(["receipt", "item"])["pieces"].sum().unstack().fillna(0).map(lambda pieces: pieces > 0)
basket.reset_index().to_parquet("basket.parquet", index=False)


def apriori(onehot, min_support):
    support = {}
    level = [frozenset([item]) for item in onehot.columns]
    size = 1
    while level:
        frequent = []
        for candidate in level:
            share = onehot[list(candidate)].all(axis=1).mean()
            if share >= min_support:
                support[candidate] = share
                frequent.append(candidate)
        size += 1
        level = sorted({a | b for a, b in combinations(frequent, 2) if len(a | b) == size}, key=sorted)
    return support


def rules(support, min_confidence):
    for items, share in support.items():
        for left in map(frozenset, chain.from_iterable(combinations(sorted(items), n) for n in range(1, len(items)))):
            right = items - left
            confidence = share / support[left]
            if confidence >= min_confidence:
                yield {
                    "if": "+".join(sorted(left)),
                    "then": "+".join(sorted(right)),
                    "support": round(share, 4),
                    "confidence": round(confidence, 4),
                    "lift": round(confidence / support[right], 4),
                }


support = apriori(basket, 0.08)
sets = pd.DataFrame({"items": ["+".join(sorted(one)) for one in support], "support": list(support.values())})
sets.sort_values("items").round(4).to_csv("item_sets.csv", index=False)
found = pd.DataFrame(list(rules(support, 0.25))).sort_values(["lift", "if", "then"], ascending=[False, True, True])
found.to_csv("rules.csv", index=False)

value = receipts.groupby("till").agg(spend=("spend", "sum"), receipts=("receipt", "nunique"))
value["per_receipt"] = (value["spend"] / value["receipts"]).round(3)
value.reset_index().to_json("tills.json", orient="records")
