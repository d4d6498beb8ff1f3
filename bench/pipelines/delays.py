"""Which flights arrive late? Feature engineering with pandas and a classifier of scikit-learn, as tutorials do it."""

import joblib
import numpy as np
import pandas as pd
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.metrics import roc_auc_score
from sklearn.model_selection import train_test_split

flights = pd.read_csv("flights.csv", parse_dates=["time_hour"])
weather = pd.read_csv("weather.csv", parse_dates=["time_hour"])
planes = pd.read_csv("planes.csv").rename(columns={"year": "built"})

data = flights.dropna(subset=["arr_delay"]).merge(
    weather[["origin", "time_hour", "temp", "wind_speed", "precip", "visib"]], on=["origin", "time_hour"], how="left"
)
data = data.merge(planes[["tailnum", "built", "seats", "engines"]], on="tailnum", how="left")

data["late"] = (data["arr_delay"] > 30).astype(int)
data["route"] = data["origin"] + "-" + data["dest"]
data["weekday"] = data["time_hour"].dt.dayofweek
data["age"] = data["year"] - data["built"]
data["sin_hour"] = np.sin(2 * np.pi * data["hour"] / 24)
data["cos_hour"] = np.cos(2 * np.pi * data["hour"] / 24)
data = data.sort_values(["time_hour", "tailnum", "flight"], kind="stable").reset_index(drop=True)
data["route_delay"] = data.groupby("route")["arr_delay"].transform(lambda one: one.shift().rolling(50).mean())
data["share"] = data["carrier"].map(data["carrier"].value_counts(normalize=True))
for column in ("origin", "carrier"):
    data = data.join(pd.get_dummies(data[column], prefix=column, dtype=int))

features = ["hour", "weekday", "distance", "temp", "wind_speed", "precip", "visib", "seats", "engines", "age",
            "sin_hour", "cos_hour", "route_delay", "share"]  # fmt: skip
features += [name for name in data.columns if name.startswith(("origin_", "carrier_"))]
data[["flight", "time_hour", "late", *features]].to_parquet("features.parquet", index=False)

train, test = train_test_split(data, test_size=0.25, random_state=0, stratify=data["late"])
model = HistGradientBoostingClassifier(max_iter=60, random_state=0)
model.fit(train[features], train["late"])
chance = model.predict_proba(test[features])[:, 1]
print(f"AUC {roc_auc_score(test['late'], chance):.6f}")

joblib.dump(model, "model.joblib")
test[["flight", "time_hour", "late"]].assign(chance=chance).to_csv("predictions.csv", index=False)
