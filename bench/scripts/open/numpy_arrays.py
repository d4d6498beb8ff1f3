"""Frames to arrays and back."""

import numpy as np
import pandas as pd

data = pd.read_csv("diabetes.csv")
X = data[["age", "bmi", "bp"]].to_numpy()
y = data["progression"].values
X = (X - X.mean(axis=0)) / X.std(axis=0)
design = np.column_stack([np.ones(len(X)), X])
weights, *_ = np.linalg.lstsq(design, y, rcond=None)
fitted = design @ weights
out = pd.DataFrame({"actual": y, "fitted": fitted, "residual": y - fitted})
out["large"] = np.abs(out["residual"]) > 60
out.to_csv("fit.csv", index=False)
np.save("weights.npy", weights)
pd.DataFrame(X, columns=["age_z", "bmi_z", "bp_z"]).to_parquet("scaled.parquet")
