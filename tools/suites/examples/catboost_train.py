"""CatBoost: pools, models that are trained, saved, loaded and asked."""

import numpy as np
import pandas as pd
from catboost import CatBoostClassifier, CatBoostRegressor, Pool, cv

rng = np.random.default_rng(3)
frame = pd.DataFrame(
    {"age": rng.integers(18, 80, 300), "debt": rng.random(300), "city": rng.choice(["a", "b", "c"], 300)}
)
frame["churn"] = (frame.debt * frame.age > 30).astype(int)
frame.to_csv("people.csv", index=False)
people = pd.read_csv("people.csv")
x, y = people[["age", "debt", "city"]], people.churn
pool = Pool(x, y, cat_features=["city"])
model = CatBoostClassifier(iterations=10, verbose=False, random_seed=1, allow_writing_files=False)
model.fit(pool)
model.save_model("model.cbm")
model.save_model("model.json", format="json", pool=pool)
again = CatBoostClassifier()
again.load_model("model.cbm")
print((again.predict_proba(x) == model.predict_proba(x)).all())
pd.DataFrame({"p": again.predict_proba(x)[:, 1]}).to_parquet("scores.parquet")
regressor = CatBoostRegressor(iterations=5, verbose=False, random_seed=1, allow_writing_files=False).fit(
    people[["age"]], people.debt
)
regressor.save_model("reg.cbm")
pool.quantize()
pool.save("pool.bin")
print(Pool("quantized://pool.bin").shape)
print(
    cv(
        pool=Pool(x, y, cat_features=["city"]),
        params={"loss_function": "Logloss", "iterations": 3, "verbose": False, "allow_writing_files": False},
        fold_count=2,
    ).shape
)
np.savetxt("raw.tsv", people[["churn", "age", "debt"]].to_numpy(), delimiter="\t")
open("raw.cd", "w").write("0\tLabel\n")
fromfile = Pool("raw.tsv", column_description="raw.cd")
print(fromfile.shape)
try:
    again.load_model("absent.cbm")
except Exception as error:
    print(type(error).__name__)
