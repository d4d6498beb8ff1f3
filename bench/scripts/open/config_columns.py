"""Columns named by a configuration, and by f-strings."""

import pandas as pd

CONFIG = {
    "id": "student",
    "subjects": ["math", "reading", "science"],
    "weights": {"math": 0.5, "reading": 0.3, "science": 0.2},
    "group": "school",
}

students = pd.read_csv("students.csv")
keep = [CONFIG["id"], CONFIG["group"], *CONFIG["subjects"]]
students = students[keep]
for subject in CONFIG["subjects"]:
    mean = students.groupby(CONFIG["group"])[subject].transform("mean")
    students[f"{subject}_centered"] = students[subject] - mean
    students[f"{subject}_rank"] = students[subject].rank(pct=True)
students["final"] = sum(students[name] * weight for name, weight in CONFIG["weights"].items())
students["passed"] = students["final"].apply(lambda x: "yes" if x >= 60 else "no")
students.sort_values([CONFIG["group"], "final"], ascending=[True, False]).to_csv("grades.csv", index=False)
