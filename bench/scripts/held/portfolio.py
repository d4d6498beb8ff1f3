"""Returns of a weighted portfolio."""

import numpy as np
import pandas as pd

prices = pd.read_parquet("stock.parquet")
table = prices.pivot_table(index="date", columns="symbol", values="close")
returns = np.log(table / table.shift(1)).dropna()
weights = {"AAA": 0.5, "BBB": 0.3, "CCC": 0.2}
portfolio = (returns * pd.Series(weights)).sum(axis=1)
out = pd.DataFrame({"return": portfolio, "cumulative": (1 + portfolio).cumprod()})
out["drawdown"] = out["cumulative"] / out["cumulative"].cummax() - 1
out["volatility"] = out["return"].rolling(10).std() * np.sqrt(252)
out.reset_index().to_csv("portfolio.csv", index=False)
volume = prices.groupby(prices["date"].dt.isocalendar().week)["volume"].mean().rename_axis("week").reset_index()
volume.to_parquet("volume.parquet", index=False)
