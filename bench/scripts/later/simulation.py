"""A portfolio simulated: a file read by genfromtxt, covariances, random paths, quantiles to a file."""

import numpy as np

STEPS, PATHS = 20, 100


def read(path):
    table = np.genfromtxt(path, delimiter=",", names=True, dtype=None, encoding="utf-8")
    symbols = sorted(set(table["symbol"].tolist()))
    return symbols, np.array([table["close"][table["symbol"] == s] for s in symbols])


symbols, closes = read("stock.csv")
returns = np.diff(np.log(closes), axis=1)
mu, cov = returns.mean(axis=1), np.cov(returns)
weights = np.full(len(symbols), 1 / len(symbols))
rng = np.random.default_rng(7)
noise = rng.standard_normal((PATHS, STEPS, len(symbols))) @ np.linalg.cholesky(cov + np.eye(len(symbols)) * 1e-9).T
paths = np.cumsum(noise + mu, axis=1)
value = np.exp(paths) @ weights
levels = np.quantile(value, [0.05, 0.5, 0.95], axis=0)
with open("quantiles.csv", "w") as out:
    print("step", "low", "middle", "high", sep=",", file=out)
    for step, (low, middle, high) in enumerate(levels.T):
        print(step, f"{low:.6f}", f"{middle:.6f}", f"{high:.6f}", sep=",", file=out)
np.savetxt("cov.csv", np.c_[mu, cov], delimiter=",", header="mu," + ",".join(symbols), comments="")
