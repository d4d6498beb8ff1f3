"""Words counted by hand: tokens, document frequencies, an inverted index, a lexicon, keywords in context."""

import csv
import json
import math
import re
import string
from collections import Counter, defaultdict

POSITIVE = {"good", "great", "love", "nice", "fast"}
NEGATIVE = {"bad", "poor", "slow", "broken"}
table = str.maketrans("", "", string.punctuation)


def tokenize(text):
    return [w for w in re.split(r"\s+", text.lower().translate(table)) if len(w) > 2]


with open("reviews.csv", newline="", encoding="utf-8") as handle:
    documents = {int(r["review_id"]): r for r in csv.DictReader(handle)}

tokens = {key: tokenize(doc["text"]) for key, doc in documents.items()}
df = Counter()
for words in tokens.values():
    df.update(set(words))
n = len(tokens)

index = defaultdict(set)
scores = []
for key, words in tokens.items():
    tf = Counter(words)
    weights = {w: c / len(words) * math.log(n / df[w]) for w, c in tf.items()}
    best = max(sorted(weights), key=weights.get) if weights else ""
    tone = sum(1 for w in words if w in POSITIVE) - sum(1 for w in words if w in NEGATIVE)
    for w in tf:
        index[w].add(documents[key]["product_id"])
    scores.append((key, documents[key]["product_id"], best, tone, len(words)))

with open("tones.csv", "w", newline="") as handle:
    out = csv.writer(handle)
    out.writerow(("review_id", "product_id", "keyword", "tone", "length"))
    out.writerows(scores)

with open("words.json", "w") as handle:
    json.dump([{"word": w, "documents": c, "products": len(index[w])} for w, c in sorted(df.items())], handle)

agree = defaultdict(lambda: [0, 0])
for key, _, _, tone, _ in scores:
    stars = int(documents[key]["stars"])
    cell = agree["positive" if tone > 0 else "negative" if tone < 0 else "neutral"]
    cell[0] += 1
    cell[1] += stars
with open("agreement.csv", "w", newline="") as handle:
    out = csv.DictWriter(handle, ["tone", "reviews", "mean_stars"])
    out.writeheader()
    for tone, (count, stars) in sorted(agree.items()):
        out.writerow({"tone": tone, "reviews": count, "mean_stars": round(stars / count, 3)})
