"""Texts of reviews per product, tf-idf, cosine similarity, the most similar products, topics by NMF."""

import numpy as np
import pandas as pd
from sklearn.decomposition import NMF
from sklearn.feature_extraction.text import CountVectorizer, TfidfVectorizer
from sklearn.metrics.pairwise import cosine_similarity

reviews = pd.read_json("reviews.json")
products = pd.read_excel("products.xlsx")
docs = reviews.groupby("product_id")["text"].apply(" ".join).reset_index(name="doc")
docs = docs.merge(products[["product_id", "title"]], on="product_id")

tfidf = TfidfVectorizer(stop_words="english", ngram_range=(1, 2), min_df=2)
matrix = tfidf.fit_transform(docs["doc"])
similarity = cosine_similarity(matrix)
np.fill_diagonal(similarity, 0)
indices = pd.Series(docs.index, index=docs["title"])


def recommend(title, n=3):
    idx = indices[title]
    scores = sorted(enumerate(similarity[idx]), key=lambda x: (-round(x[1], 9), x[0]))[:n]
    picked = [i for i, _ in scores]
    out = docs[["product_id", "title"]].iloc[picked].copy()
    out["score"] = [s for _, s in scores]
    out.insert(0, "for", title)
    return out


pd.concat([recommend(t) for t in docs["title"]]).to_csv("similar.csv", index=False)

nmf = NMF(n_components=3, init="nndsvda", random_state=1, max_iter=300)
topics = nmf.fit_transform(matrix)
names = [f"topic_{i}" for i in range(topics.shape[1])]
doc_topics = pd.DataFrame(topics, columns=names).assign(product_id=docs["product_id"])
doc_topics["main"] = doc_topics[names].values.argmax(axis=1)
doc_topics.to_csv("topics.csv", index=False)

counter = CountVectorizer()
counts = counter.fit_transform(reviews["text"])
words = pd.DataFrame({"word": counter.get_feature_names_out(), "n": np.asarray(counts.sum(axis=0)).ravel()})
stars = np.asarray(counts.T @ reviews["stars"].to_numpy()).ravel()
words["mean_stars"] = stars / words["n"]
words.sort_values("word").to_csv("words.csv", index=False)
