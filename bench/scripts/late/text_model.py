"""Words of reviews as features of a classifier, measures as JSON."""

import json

import joblib
import pandas as pd
from sklearn.feature_extraction.text import CountVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import accuracy_score
from sklearn.model_selection import train_test_split

reviews = pd.read_csv("reviews.csv")
reviews = reviews[reviews["stars"] != 3]
reviews["positive"] = (reviews["stars"] > 3).astype(int)
train, test = train_test_split(reviews, test_size=0.3, random_state=5)
vectorizer = CountVectorizer()
X = vectorizer.fit_transform(train["text"])
model = LogisticRegression().fit(X, train["positive"])
predicted = model.predict(vectorizer.transform(test["text"]))
result = pd.DataFrame({"review": test["review_id"], "predicted": predicted, "truth": test["positive"]})
result["right"] = result["predicted"] == result["truth"]
result.to_csv("classified.csv", index=False)
with open("metrics.json", "w") as f:
    json.dump({"accuracy": accuracy_score(test["positive"], predicted)}, f)
joblib.dump(model, "reviews.joblib")
