"""Reviews as JSON records, handled as lists of dicts."""

import json

with open("reviews.json") as file:
    reviews = json.load(file)

by_product = {}
for review in reviews:
    if review["helpful"] < 3:
        continue
    entry = by_product.setdefault(review["product_id"], {"stars": [], "words": 0})
    entry["stars"].append(review["stars"])
    entry["words"] += len(review["text"].split())

output = [
    {
        "product_id": product,
        "average": sum(entry["stars"]) / len(entry["stars"]),
        "count": len(entry["stars"]),
        "words": entry["words"],
    }
    for product, entry in sorted(by_product.items())
]
with open("ratings.json", "w") as file:
    json.dump(output, file, indent=2)

short = [{"id": r["review_id"], "label": "good" if r["stars"] >= 4 else "bad"} for r in reviews]
with open("labels.json", "w") as file:
    json.dump(short, file)
