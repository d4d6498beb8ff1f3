"""Weekly demand: simple smoothing by hand, a seasonal naive forecast, errors of each by horizon."""

import numpy as np
import pandas as pd

ALPHA, BETA = 0.4, 0.2
HORIZON = 6


def holt(series, alpha=ALPHA, beta=BETA, horizon=HORIZON):
    level, trend = series[0], series[1] - series[0]
    for y in series[1:]:
        previous = level
        level = alpha * y + (1 - alpha) * (level + trend)
        trend = beta * (level - previous) + (1 - beta) * trend
    return np.array([level + (h + 1) * trend for h in range(horizon)])


def naive(series, horizon=HORIZON):
    return np.repeat(series[-1], horizon)


def seasonal(series, horizon=HORIZON, period=4):
    last = series[-period:]
    return np.tile(last, horizon // period + 1)[:horizon]


orders = pd.read_csv("orders.csv", parse_dates=["order_date"])
weekly = (
    orders.set_index("order_date")["quantity"]
    .resample("W-MON")
    .sum()
    .to_frame("y")
    .assign(week=lambda d: d.index.isocalendar().week)
)
weekly["ewm"] = weekly["y"].ewm(span=4, adjust=False).mean()
weekly["month_sin"] = np.sin(2 * np.pi * weekly.index.month / 12)
train, test = weekly.iloc[:-HORIZON], weekly.iloc[-HORIZON:]

methods = {"holt": holt, "naive": naive, "seasonal": seasonal}
forecasts = pd.DataFrame(index=test.index)
for name, method in methods.items():
    forecasts[name] = method(train["y"].to_numpy(dtype=float))
forecasts["actual"] = test["y"]
forecasts["mean"] = forecasts[list(methods)].mean(axis=1)
forecasts.rename_axis("week").reset_index().to_csv("forecasts.csv", index=False)

errors = {name: (forecasts[name] - forecasts["actual"]).abs().mean() for name in methods}
best = min(errors, key=errors.get)
score = pd.Series(errors, name="mae").rename_axis("method").reset_index()
score["best"] = score["method"].eq(best)
score.to_csv("errors.csv", index=False)
weekly.reset_index().to_csv("weekly.csv", index=False)
