"""Marks of pupils, long and wide: bands, cross tables, margins, shares."""

import pandas as pd

pupils = pd.read_json("students.json")
bins = [0, 50, 65, 80, 100]
labels = ["fail", "pass", "merit", "distinction"]

long = pupils.melt(
    id_vars=["student", "school", "gender"],
    value_vars=["math", "reading", "science"],
    var_name="subject",
    value_name="mark",
)
long["band"] = pd.cut(long["mark"], bins=bins, labels=labels)
long["z"] = long.groupby("subject")["mark"].transform(lambda s: (s - s.mean()) / s.std())
long.sort_values(["student", "subject"]).to_csv("marks_long.csv", index=False)

bands = pd.crosstab(long["subject"], long["band"], normalize="index").round(3)
bands.to_csv("bands.csv")

wide = pd.pivot_table(
    long,
    values="mark",
    index=["school", "gender"],
    columns="subject",
    aggfunc="mean",
    margins=True,
    margins_name="all",
)
wide.reset_index().to_csv("school_means.csv", index=False)

absent = pupils.assign(absent_group=pd.qcut(pupils["absences"], 3, labels=["low", "mid", "high"]))
effect = absent.groupby("absent_group", observed=True)[["math", "reading"]].mean().stack()
effect.index.names = ["absent_group", "subject"]
effect.rename("mean_mark").reset_index().to_parquet("absence_effect.parquet", index=False)
