"""Words of reviews: split, exploded, counted, flags for words, joined to products."""

from collections import Counter

import pandas as pd

reviews = pd.read_json("reviews.json")
products = pd.read_excel("products.xlsx")

reviews["text"] = reviews["text"].str.lower().str.strip()
reviews["words"] = reviews["text"].str.split()
reviews["n_words"] = reviews["words"].str.len()
reviews["has_love"] = reviews["text"].str.contains("love")
reviews["month"] = pd.to_datetime(reviews["posted"]).dt.strftime("%Y-%m")

exploded = reviews.explode("words").rename(columns={"words": "word"})
counts = exploded.groupby("word").agg(n=("review_id", "nunique"), stars=("stars", "mean"), votes=("helpful", "sum"))
counts.sort_values("n", ascending=False).reset_index().to_csv("words.csv", index=False)

flags = reviews["words"].str.join("|").str.get_dummies().add_prefix("w_")
matrix = pd.concat([reviews[["review_id", "stars"]], flags], axis=1)
matrix.to_csv("word_flags.csv", index=False)

joined = reviews.merge(products[["product_id", "title", "category"]], on="product_id", how="left")
joined[["colour", "thing", "_"]] = joined["title"].str.split(" ", n=2, expand=True)
by_thing = joined.groupby(["category", "thing"], as_index=False)[["stars", "n_words"]].mean()
by_thing.to_csv("things.csv", index=False)
monthly = joined.groupby("month")["stars"].describe()[["count", "mean", "50%"]]
monthly.reset_index().to_csv("monthly.csv", index=False)

counter = Counter()
for words, stars in zip(reviews["words"], reviews["stars"]):
    if stars >= 4:
        counter.update(words)
pd.DataFrame(counter.most_common(5), columns=["word", "count"]).to_csv("top_positive.csv", index=False)
