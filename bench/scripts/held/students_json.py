"""Ranks and bests with iterrows, itertuples and zip."""

import pandas as pd

students = pd.read_json("students.json")
best = {}
for row in students.itertuples():
    if row.school not in best or row.math > best[row.school][1]:
        best[row.school] = (row.student, row.math)
pd.DataFrame([(s, n, m) for s, (n, m) in best.items()], columns=["school", "student", "math"]).to_csv(
    "best.csv", index=False
)

flags = []
for math, reading, absences in zip(students["math"], students["reading"], students["absences"]):
    flags.append("risk" if absences > 10 and (math + reading) / 2 < 60 else "ok")
students["flag"] = flags
students["total"] = students[["math", "reading", "science"]].sum(axis="columns")
students["place"] = students.groupby("school")["total"].rank(ascending=False, method="min")
students["gender"] = students["gender"].map(lambda g: "female" if g == "f" else "male")
students.drop(["math", "reading", "science"], axis=1).to_csv("flags.csv", index=False)
