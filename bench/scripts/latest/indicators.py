"""Technical indicators as functions of a frame, piped, by symbol; drawdown; signals."""

import numpy as np
import pandas as pd


def sma(df, n, col="close"):
    df[f"sma_{n}"] = df[col].rolling(n).mean()
    return df


def rsi(df, n=5):
    delta = df["close"].diff()
    up, down = delta.clip(lower=0), -1 * delta.clip(upper=0)
    rs = up.ewm(com=n - 1, adjust=False).mean() / down.ewm(com=n - 1, adjust=False).mean()
    return df.assign(rsi=100 - 100 / (1 + rs))


def macd(df, fast=4, slow=9):
    ema = {n: df["close"].ewm(span=n).mean() for n in (fast, slow)}
    df["macd"] = ema[fast] - ema[slow]
    df["macd_signal"] = df["macd"].ewm(span=3).mean()
    return df


def true_range(df):
    ranges = pd.concat(
        [df["high"] - df["low"], (df["high"] - df["close"].shift()).abs(), (df["low"] - df["close"].shift()).abs()],
        axis=1,
    )
    df["atr"] = ranges.max(axis=1).rolling(5).mean()
    return df


def signals(df):
    df["signal"] = np.where(df["sma_3"] > df["sma_8"], 1, 0)
    df["position"] = df["signal"].diff()
    df["strategy"] = df["signal"].shift(1) * np.log(df["close"] / df["close"].shift(1))
    return df


prices = pd.read_parquet("stock.parquet")
out = []
for symbol in prices["symbol"].unique():
    one = prices[prices.symbol == symbol].sort_values("date").set_index("date")
    one = one.pipe(sma, 3).pipe(sma, n=8).pipe(rsi).pipe(macd).pipe(true_range).pipe(signals)
    out.append(one)
result = pd.concat(out)
result["obv"] = (
    (np.sign(result.groupby("symbol")["close"].diff()).fillna(0) * result["volume"]).groupby(result["symbol"]).cumsum()
)
result.drop(columns=["open", "high", "low"]).reset_index().to_csv("indicators.csv", index=False)

wide = prices.pivot(index="date", columns="symbol", values="close")
returns = wide.pct_change().dropna()
growth = (1 + returns).cumprod()
drawdown = growth / growth.cummax() - 1
stats = pd.DataFrame(
    {"total": growth.iloc[-1] - 1, "vol": returns.std() * np.sqrt(252), "max_drawdown": drawdown.min()}
)
stats["sharpe"] = returns.mean() / returns.std()
stats.reset_index().to_csv("stats.csv", index=False)
returns.corr().to_csv("corr.csv")
