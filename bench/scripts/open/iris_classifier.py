"""Scaled features, a classifier, predictions of the test rows."""

import joblib
import pandas as pd
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import train_test_split
from sklearn.preprocessing import StandardScaler

iris = pd.read_csv("iris.csv")
iris["petal_area"] = iris["petal_length"] * iris["petal_width"]
iris["sepal_ratio"] = iris["sepal_length"] / iris["sepal_width"]
features = ["petal_area", "sepal_ratio", "petal_length"]
X = iris[features]
y = iris["species"]

X_train, X_test, y_train, y_test = train_test_split(X, y, test_size=0.3, random_state=1)
scaler = StandardScaler()
X_train_scaled = scaler.fit_transform(X_train)
X_test_scaled = scaler.transform(X_test)
model = LogisticRegression(max_iter=200)
model.fit(X_train_scaled, y_train)

result = X_test.copy()
result["actual"] = y_test
result["predicted"] = model.predict(X_test_scaled)
result.to_csv("predictions.csv", index=False)
joblib.dump(model, "iris.joblib")
