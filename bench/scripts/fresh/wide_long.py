"""Wide to long and back: stubs, nested columns, explode of lists, dictionaries into columns."""

import numpy as np
import pandas as pd

survey = pd.read_excel("survey.xlsx")
survey = survey.rename(columns={f"q{i}": f"q_{i}" for i in range(1, 5)})
long = pd.wide_to_long(survey, stubnames="q", i=["respondent", "region"], j="item", sep="_").reset_index()
long["centered"] = long["q"] - long.groupby("item")["q"].transform("mean")
long.dropna().sort_values(["respondent", "item"])[["respondent", "item", "centered"]].to_csv("long.csv", index=False)

back = long.pivot(index="respondent", columns="item", values=["q", "centered"])
back.columns = back.columns.to_flat_index().map(lambda t: f"{t[0]}{t[1]}")
back = back.loc[:, ~back.columns.str.startswith("q3")]
back.reset_index().to_parquet("wide.parquet", index=False)

weighted = (
    long.dropna(subset=["q"])
    .groupby(["region", "item"])[["q", "weight"]]
    .apply(lambda g: np.average(g["q"], weights=g["weight"]))
)
weighted.unstack("item").add_prefix("item_").reset_index().to_csv("weighted.csv", index=False)

students = pd.read_json("students.json")
students["marks"] = students[["math", "reading", "science"]].to_dict(orient="records")
students["passed"] = students["marks"].apply(lambda m: [k for k, v in m.items() if v >= 60])
exploded = students[["student", "passed"]].explode("passed", ignore_index=True).dropna()
exploded["passed"] = pd.Categorical(exploded["passed"], categories=["math", "reading", "science"])
dummies = exploded.set_index("student")["passed"].pipe(pd.get_dummies).groupby(level=0).max().astype(int)
dummies.reset_index().to_csv("passed.csv", index=False)
flat = pd.json_normalize(students["marks"].tolist()).add_suffix("_mark")
flat = students[["student", "school"]].join(flat)
flat["best"] = flat.filter(like="_mark").idxmax(axis=1).str.removesuffix("_mark")
flat.groupby(["school", "best"]).size().unstack(fill_value=0).reset_index().to_csv("best.csv", index=False)
