"""Moving averages and returns per symbol, in a loop over symbols."""

import pandas as pd

prices = pd.read_csv("stock.csv", parse_dates=["date"])
frames = []
for symbol in prices["symbol"].unique():
    one = prices[prices["symbol"] == symbol].sort_values("date").copy()
    one["return"] = one["close"].pct_change()
    one["ma5"] = one["close"].rolling(window=5).mean()
    one["ma20"] = one["close"].rolling(window=20).mean()
    one["signal"] = (one["ma5"] > one["ma20"]).astype(int)
    one["range"] = one["high"] - one["low"]
    one["prev_close"] = one["close"].shift(1)
    frames.append(one)
signals = pd.concat(frames, ignore_index=True)
signals.drop(columns=["open", "high", "low"]).to_parquet("signals.parquet")

wide = prices.pivot(index="date", columns="symbol", values="close")
wide.corr().to_csv("correlation.csv", index=False)
