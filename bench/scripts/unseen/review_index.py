"""Text without libraries: tokens, an inverted index, tf-idf and a search; product names come from a second file."""

import csv
import json
import math
import re
from collections import Counter, defaultdict

STOP = {"fast", "slow"}
TOKEN = re.compile(r"[a-z]+")


class Document:
    def __init__(self, key, text, stars):
        self.key = key
        self.stars = stars
        self.terms = Counter(word for word in TOKEN.findall(text.lower()) if word not in STOP)

    def __len__(self):
        return sum(self.terms.values())


def load(path):
    with open(path, encoding="utf-8") as handle:
        for record in json.load(handle):
            document = Document(record["review_id"], record["text"], record["stars"])
            if document:
                yield record["product_id"], document


titles = {}
with open("products.csv", newline="") as handle:
    for row in csv.DictReader(handle):
        titles[int(row["product_id"])] = (row["title"], row["category"])

index = defaultdict(dict)
by_product = defaultdict(list)
documents = {}
for product, document in load("reviews.json"):
    documents[document.key] = document
    by_product[product].append(document)
    for term, many in document.terms.items():
        index[term][document.key] = many


def idf(term):
    return math.log(len(documents) / (1 + len(index.get(term, ()))))


def search(query, limit=5):
    scores = defaultdict(float)
    for term in TOKEN.findall(query):
        for key, many in index[term].items():
            scores[key] += many / len(documents[key]) * idf(term)
    return sorted(scores.items(), key=lambda item: (-item[1], item[0]))[:limit]


with open("terms.csv", "w", newline="") as out:
    writer = csv.writer(out)
    writer.writerow(["term", "documents", "total", "idf"])
    for term in sorted(index):
        found = index[term]
        writer.writerow([term, len(found), sum(found.values()), round(idf(term), 5)])

with open("hits.csv", "w", newline="") as out:
    writer = csv.writer(out)
    writer.writerow(["query", "review", "score", "stars"])
    for query in ("broken cheap", "love"):
        for key, score in search(query):
            writer.writerow([query, key, round(score, 5), documents[key].stars])

lines = []
for product, held in sorted(by_product.items()):
    title, category = titles[product]
    words = sum((document.terms for document in held), Counter())
    top, _ = max(words.items(), key=lambda item: (item[1], item[0]))
    lines.append(
        {
            "title": title,
            "category": category,
            "reviews": len(held),
            "top_word": top,
            "stars": round(sum(document.stars for document in held) / len(held), 3),
        }
    )
with open("products_words.jsonl", "w") as out:
    for line in lines:
        print(json.dumps(line), file=out)
