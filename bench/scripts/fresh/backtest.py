"""A crossover strategy on several symbols, efficient weights by linear algebra, a tearsheet."""

import numpy as np
import pandas as pd

prices = pd.read_csv("stock.csv", index_col=["date", "symbol"], parse_dates=["date"])["close"].unstack("symbol")
volume = pd.read_csv("stock.csv", parse_dates=["date"]).pivot(index="date", columns="symbol", values="volume")
returns = prices.pct_change().fillna(0)

fast, slow = prices.rolling(3).mean(), prices.rolling(10).mean()
signal = (fast > slow).astype(int).shift(1).fillna(0)
strategy = (signal * returns).mean(axis=1)
costs = signal.diff().abs().sum(axis=1) * 0.0005
equity = (1 + strategy - costs).cumprod()
peak = equity.cummax()
curve = pd.DataFrame({"equity": equity, "drawdown": equity / peak - 1, "exposure": signal.sum(axis=1)})
curve.reset_index().to_csv("curve.csv", index=False)

mu = returns.mean().values * 252
sigma = np.cov(returns.values, rowvar=False) * 252
ones = np.ones(len(mu))
inv = np.linalg.inv(sigma)
w = inv @ ones / (ones @ inv @ ones)
risk = np.sqrt(w @ sigma @ w)
alloc = pd.DataFrame({"symbol": prices.columns, "weight": w, "mu": mu})
alloc["contribution"] = alloc["weight"] * (sigma @ w) / risk
alloc.to_csv("weights.csv", index=False)

vwap = (prices * volume).rolling(5).sum() / volume.rolling(5).sum()
gap = (prices - vwap).stack().rename("gap").reset_index()
gap["side"] = np.select([gap["gap"] > 0.5, gap["gap"] < -0.5], ["above", "below"], default="near")
gap.to_parquet("gaps.parquet", index=False)

corr = returns.corr().where(lambda c: np.triu(np.ones(c.shape), k=1).astype(bool))
corr.index.name, corr.columns.name = "a", "b"
corr.stack().rename("corr").reset_index().to_csv("corr.csv", index=False)
tear = {
    "sharpe": strategy.mean() / strategy.std() * np.sqrt(252),
    "max_dd": curve["drawdown"].min(),
    "hit": (strategy > 0).mean(),
}
pd.DataFrame(tear.items(), columns=["metric", "value"]).to_csv("tearsheet.csv", index=False)
