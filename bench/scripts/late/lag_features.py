"""Lags and windows for a forecast, a model per symbol."""

import pandas as pd
from sklearn.linear_model import LinearRegression

LAGS = (1, 2, 5)
df = pd.read_csv("stock.csv", parse_dates=["date"]).sort_values(["symbol", "date"])
for lag in LAGS:
    df[f"lag_{lag}"] = df.groupby("symbol")["close"].shift(lag)
df["mean_5"] = df.groupby("symbol")["close"].rolling(5).mean().reset_index(level=0, drop=True)
df["weekday"] = df["date"].dt.dayofweek
df["target"] = df.groupby("symbol")["close"].shift(-1)
df = df.dropna()

features = [f"lag_{lag}" for lag in LAGS] + ["mean_5", "weekday"]
predictions = []
for symbol, group in df.groupby("symbol"):
    cut = int(len(group) * 0.8)
    train, test = group[:cut], group[cut:]
    model = LinearRegression()
    model.fit(train[features], train["target"])
    test = test.assign(forecast=model.predict(test[features]))
    predictions.append(test[["date", "symbol", "target", "forecast"]])
pd.concat(predictions).to_csv("forecast.csv", index=False)
