"""Structured arrays: fields by name, groups by unique and bincount, polynomials, a random split."""

import numpy as np

data = np.genfromtxt("students.csv", delimiter=",", names=True, dtype=None, encoding="utf-8")
scores = np.vstack([data["math"], data["reading"], data["science"]]).T.astype(float)
z = (scores - scores.mean(0)) / scores.std(0, ddof=1)
total = z.sum(axis=1)
order = np.lexsort((data["student"], -total))
rank = np.empty_like(order)
rank[order] = np.arange(1, len(order) + 1)

schools, inverse = np.unique(data["school"], return_inverse=True)
counts = np.bincount(inverse)
means = np.bincount(inverse, weights=data["math"]) / counts
best = np.array([data["student"][inverse == k][np.argmax(data["science"][inverse == k])] for k in range(len(schools))])

with open("schools.csv", "w") as f:
    f.write("school,n,math,best\n")
    for s, n, m, b in zip(schools, counts, means, best):
        f.write(f"{s},{n},{m:.3f},{b}\n")

slope, intercept = np.polyfit(data["absences"], data["math"], deg=1)
residual = data["math"] - np.polyval([slope, intercept], data["absences"])
rng = np.random.default_rng(7)
idx = rng.permutation(len(data))
holdout = np.zeros(len(data), dtype=bool)
holdout[idx[:20]] = True

out = np.zeros(len(data), dtype=[("total", "f8"), ("rank", "i8"), ("residual", "f8"), ("holdout", "i8")])
out["total"], out["rank"], out["residual"], out["holdout"] = total, rank, residual, holdout
np.savetxt(
    "ranked.csv", out, delimiter=",", fmt=["%.6f", "%d", "%.6f", "%d"], header=",".join(out.dtype.names), comments=""
)
corr = np.corrcoef(np.column_stack((scores, data["absences"])), rowvar=False)
np.save("corr.npy", corr)
hist, edges = np.histogram(data["reading"], bins=[0, 40, 60, 80, 101])
np.savetxt("hist.csv", np.c_[edges[:-1], hist], delimiter=",", header="from,count", comments="", fmt="%g")
