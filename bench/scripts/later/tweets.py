"""Short texts: words counted with explode, a small lexicon, hashtags as dummies, n-grams."""

import re
from collections import Counter
from itertools import pairwise

import pandas as pd

LEXICON = {"good": 1, "great": 2, "love": 3, "bad": -1, "poor": -2, "broken": -3}


def clean(text):
    text = text.lower()
    text = re.sub(r"[^a-z ]", "", text)
    return text.strip()


def polarity(tokens):
    return sum(LEXICON.get(t, 0) for t in tokens)


tweets = pd.read_json("reviews.json")
tweets["clean"] = tweets["text"].apply(clean)
tweets["tokens"] = tweets["clean"].str.split()
tweets["n_words"] = tweets.tokens.str.len()
tweets["polarity"] = tweets.tokens.map(polarity)
tweets["mood"] = tweets["polarity"].apply(lambda p: "pos" if p > 0 else ("neg" if p < 0 else "neutral"))
words = tweets[["review_id", "stars", "tokens"]].explode("tokens").rename(columns={"tokens": "word"})
counts = words.groupby("word").agg(n=("review_id", "nunique"), stars=("stars", "mean")).reset_index()
counts.sort_values("n", ascending=False).to_csv("words.csv", index=False)
flags = tweets["clean"].str.get_dummies(sep=" ")[["good", "bad"]].add_prefix("has_")
out = pd.concat([tweets[["review_id", "n_words", "polarity", "mood"]], flags], axis=1)
out.to_csv("moods.csv", index=False)
bigrams = Counter()
for tokens in tweets["tokens"]:
    bigrams.update(pairwise(tokens))
top = pd.DataFrame(bigrams.most_common(30), columns=["bigram", "count"])
top["bigram"] = top["bigram"].str.join(" ")
top.to_csv("bigrams.csv", index=False)
