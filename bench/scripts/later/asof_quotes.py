"""Prices at different times brought together: resample, asof, exponential means, drawdown."""

import numpy as np
import pandas as pd

prices = pd.read_csv("stock.csv", index_col="date", parse_dates=True)
close = prices.pivot(columns="symbol", values="close")
returns = close.pct_change().dropna(how="all")
log_returns = np.log(close / close.shift(1))
weekly = close.resample("W").last()
weekly.columns.name = None
weekly.reset_index().to_csv("weekly.csv", index=False)
vol = log_returns.rolling(10).std() * np.sqrt(252)
long = vol.stack().rename("vol").reset_index()
long = long.merge(prices.reset_index()[["date", "symbol", "volume"]], on=["date", "symbol"])
long.to_parquet("vol.parquet", index=False)

aaa = prices[prices.symbol == "AAA"].copy()
aaa["ema"] = aaa["close"].ewm(span=5, adjust=False).mean()
aaa["peak"] = aaa["close"].cummax()
aaa["drawdown"] = aaa["close"] / aaa["peak"] - 1
aaa["range"] = aaa[["open", "close"]].max(axis=1) - aaa["low"]
aaa["signal"] = np.where(aaa["close"] > aaa["ema"], 1, -1)
aaa["turn"] = aaa["signal"].diff().fillna(0).ne(0)
readings = pd.read_csv("sensors.csv", parse_dates=["time"]).query("station == 'north'").sort_values("time")
near = pd.merge_asof(
    readings[["time", "temperature"]],
    aaa.reset_index()[["date", "drawdown", "turn"]],
    left_on="time",
    right_on="date",
    direction="backward",
    tolerance=pd.Timedelta("2D"),
)
near.dropna(subset=["drawdown"]).to_csv("near.csv", index=False)
aaa[["range", "signal"]].reset_index().to_csv("aaa.csv", index=False)
returns.corr().rename_axis(index="a", columns="b").stack().rename("corr").reset_index().to_csv("corr.csv", index=False)
